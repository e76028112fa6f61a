// A configuration file: read, or refused with errors that say where and what.
#include "flowcef/config/loader.hpp"
#include "fuzz/text_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = flowcef::load_config(flowcef::test::write_input(data, size));
  if (config) {
    flowcef::test::require(!config->inputs.empty() && !config->outputs.empty(), "it has inputs and outputs");
  } else {
    flowcef::test::check_errors(config.error());
  }
  return 0;
}
