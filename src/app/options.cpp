#include "flowcef/app/options.hpp"

#include <CLI/CLI.hpp>
#include <map>

namespace flowcef {

Options parse_options(int argc, const char* const* argv) {
  CLI::App app("Turns flow exports (NetFlow v5, v9, IPFIX) into CEF lines and delivers them over syslog.", "flowcef");
  app.set_version_flag("--version", "flowcef " FLOWCEF_VERSION);
  app.require_subcommand(1);
  app.footer("Exit status: 0 done, 1 the run failed, 2 wrong usage or configuration.");

  RunOptions run;
  CLI::App* run_command = app.add_subcommand("run", "Receive exports and deliver lines until SIGINT or SIGTERM");
  run_command->add_option("--config", run.config, "Configuration file")->required()->type_name("FILE");

  CheckOptions check;
  CLI::App* check_command = app.add_subcommand(
      "check", "Load configuration, mapping, element tables and certificates, and say what is wrong");
  check_command->add_option("--config", check.config, "Configuration file")->required()->type_name("FILE");

  ConvertOptions convert;
  unsigned port = 0;
  const std::map<std::string, SyslogHeader> headers = {{"none", SyslogHeader::none},
                                                       {"rfc3164", SyslogHeader::rfc3164},
                                                       {"rfc5424", SyslogHeader::rfc5424},
                                                       {"gigamon", SyslogHeader::gigamon}};
  CLI::App* convert_command = app.add_subcommand(
      "convert", "Print one CEF line for each record in captures (pcap, pcapng) or raw UDP payloads");
  convert_command->add_option("files", convert.files, "Capture or payload files, read in order")
      ->required()
      ->type_name("FILE");
  CLI::Option* config_option =
      convert_command
          ->add_option("--config", convert.config,
                       "Configuration whose mapping, element tables and input settings are used as `run` does")
          ->type_name("FILE");
  convert_command->add_option("--input", convert.input, "Name of the input whose settings are used; default: the first")
      ->needs(config_option)
      ->type_name("NAME");
  convert_command
      ->add_option("--mapping", convert.mapping, "Mapping file; element tables are read from `elements` beside it")
      ->type_name("FILE");
  convert_command->add_option("--output", convert.output, "Write lines to FILE instead of stdout")->type_name("FILE");
  CLI::Option* port_option = convert_command->add_option("--port", port, "Take only datagrams sent to this UDP port")
                                 ->check(CLI::Range(1, 65535))
                                 ->type_name("PORT");
  convert_command
      ->add_option("--header", convert.header, "Syslog header before each line: none, rfc3164, rfc5424 or gigamon")
      ->transform(CLI::CheckedTransformer(headers, CLI::ignore_case).description(""))
      ->type_name("NAME");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return ExitNow{app.exit(error) == 0 ? kExitOk : kExitUsage};
  }
  if (run_command->parsed()) return run;
  if (check_command->parsed()) return check;
  if (*port_option) convert.port = static_cast<std::uint16_t>(port);
  return convert;
}

}  // namespace flowcef
