#include <exception>
#include <iostream>
#include <type_traits>
#include <variant>

#include "flowcef/app/commands.hpp"

namespace {

int dispatch(const flowcef::Options& options) {
  return std::visit(
      [](const auto& chosen) {
        using Chosen = std::decay_t<decltype(chosen)>;
        if constexpr (std::is_same_v<Chosen, flowcef::RunOptions>) return flowcef::run_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::CheckOptions>) return flowcef::check_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::ReloadOptions>) return flowcef::reload_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::StatusOptions>) return flowcef::status_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::TestSendOptions>) return flowcef::test_send_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::ConvertOptions>) return flowcef::convert_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::ExplainOptions>) return flowcef::explain_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::DiffOptions>) return flowcef::diff_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::ElementsOptions>) return flowcef::elements_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::TablesOptions>) return flowcef::tables_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::PatternsOptions>) return flowcef::patterns_command(chosen);
        if constexpr (std::is_same_v<Chosen, flowcef::ExitNow>) return chosen.status;
      },
      options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return dispatch(flowcef::parse_options(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "flowcef: " << error.what() << '\n';
    return flowcef::kExitFailed;
  }
}
