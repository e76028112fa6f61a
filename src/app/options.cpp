#include "flowcef/app/options.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <utility>

namespace flowcef {
namespace {

constexpr const char* kConfigHelp =
    "Configuration whose mapping, element tables and input settings are used as `run` does";
constexpr const char* kRunningHelp = "Configuration file that the bridge was started with";
constexpr const char* kMappingHelp = "Mapping file; element tables are read from `elements` beside it";

/// The program's command line: every subcommand with where its options go.
class CommandLine {
 public:
  CommandLine() {
    app_.set_version_flag("--version", "flowcef " FLOWCEF_VERSION);
    app_.require_subcommand(1);
    app_.footer("Exit status: 0 done, 1 the run failed, 2 wrong usage or configuration.");
    add_service();
    add_files();
    add_lists();
  }

  Options parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return ExitNow{app_.exit(error) == 0 ? kExitOk : kExitUsage};
    }
    for (const auto& [command, options] : results_) {
      if (command->parsed()) return options();
    }
    return ExitNow{kExitUsage};
  }

 private:
  /// Input: options that live as long as this.
  template <class T>
  CLI::App& add(const char* name, const char* help, const T& options) {
    CLI::App* const command = app_.add_subcommand(name, help);
    results_.emplace_back(command, [&options] { return Options(options); });
    return *command;
  }

  void add_service() {
    add("run", "Receive exports and deliver lines until SIGINT or SIGTERM; SIGHUP loads the configuration anew", run_)
        .add_option("--config", run_.config, "Configuration file")
        ->required()
        ->type_name("FILE");
    CLI::App& check =
        add("check", "Load configuration, mapping, element tables and certificates, and say what is wrong", check_);
    check.add_option("--config", check_.config, "Configuration file")->required()->type_name("FILE");
    CLI::Option* const against =
        check
            .add_option("--against", check_.against,
                        "Say which keys these receivers would lose: liblognorm, sc4s or elastic")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->type_name("NAME");
    check.add_option("files", check_.files, "Captures whose lines they are shown; default: made-up records")
        ->needs(against)
        ->type_name("FILE");
    add("reload", "Have the running bridge load its configuration anew, and say what came of it", reload_)
        .add_option("--config", reload_.config, kRunningHelp)
        ->required()
        ->type_name("FILE");
    CLI::App& status = add("status", "Show what is wrong with the running bridge, its outputs and exporters", status_);
    status.add_option("--config", status_.config, kRunningHelp)->required()->type_name("FILE");
    CLI::Option* const all =
        status.add_flag("--all", status_.all, "Show every exporter, not only those in most trouble");
    CLI::Option* const json = status.add_flag("--json", status_.json, "Print JSON, as the admin endpoint's /status");
    status.add_flag("--books", status_.books, "Print every number as a line `name value`, then the connections")
        ->excludes(all)
        ->excludes(json);
    json->excludes(all);
    CLI::App& test_send = add(
        "test-send", "Send one marked event over each output, and say what came of it and how to find it", test_send_);
    test_send.add_option("--config", test_send_.config, "Configuration file")->required()->type_name("FILE");
    test_send.add_option("--output", test_send_.output, "Send over the output of this name only")->type_name("NAME");
    test_send
        .add_option("--size", test_send_.size,
                    "Length of the whole message in bytes; above the MTU, UDP sends fragments")
        ->check(CLI::Range(std::size_t{1}, kMaxTestSize))
        ->type_name("BYTES");
  }

  void add_files() {
    CLI::App& convert =
        add("convert", "Print one CEF line for each record in captures (pcap, pcapng) or raw UDP payloads", convert_);
    add_source(convert, convert_.source);
    convert.add_option("--mapping", convert_.mapping, kMappingHelp)->type_name("FILE");
    convert.add_option("--output", convert_.output, "Write lines to FILE instead of stdout")->type_name("FILE");
    const std::map<std::string, SyslogHeader> headers = {{"none", SyslogHeader::none},
                                                         {"rfc3164", SyslogHeader::rfc3164},
                                                         {"rfc5424", SyslogHeader::rfc5424},
                                                         {"gigamon", SyslogHeader::gigamon}};
    convert
        .add_option("--header", convert_.header, "Syslog header before each line: none, rfc3164, rfc5424 or gigamon")
        ->transform(CLI::CheckedTransformer(headers, CLI::ignore_case).description(""))
        ->type_name("NAME");

    CLI::App& explain = add(
        "explain", "Say for each exporter and template which element went to which key, and what was refused and why",
        explain_);
    add_source(explain, explain_.source);
    explain.add_option("--mapping", explain_.mapping, kMappingHelp)->type_name("FILE");

    CLI::App& diff =
        add("diff", "Compare what two mappings make of captures: lines, keys, and bytes, which is what a SIEM bills",
            diff_);
    add_source(diff, diff_.source);
    diff.add_option("--mapping", diff_.mappings,
                    "The old mapping, then the new one; once: the new one, against the configuration's or the default")
        ->required()
        ->allow_extra_args(false)
        ->type_name("FILE");
    diff.callback([this] {
      if (diff_.mappings.size() > 2) throw CLI::ArgumentMismatch::AtMost("--mapping", 2, diff_.mappings.size());
    });
  }

  void add_lists() {
    CLI::App& elements = add("elements", "List the information elements that are known", elements_);
    elements
        .add_option("pattern", elements_.pattern,
                    "Part of a name, a CEF key, an enterprise, a number, PEN:NUMBER or v9:NUMBER")
        ->type_name("PATTERN");
    add_translation(elements, elements_.config, elements_.mapping);
    CLI::App& tables = add("tables", "List the value tables, or the rows of one", tables_);
    tables.add_option("name", tables_.name, "Name of a table")->type_name("NAME");
    add_translation(tables, tables_.config, tables_.mapping);
    CLI::App& patterns = add("patterns",
                             "Show for each log line on stdin which pattern takes it, and what it finds there; "
                             "status 1: none takes any line",
                             patterns_);
    patterns.add_option("files", patterns_.files, "Pattern files, tried in order")->required()->type_name("FILE");
    patterns.add_option("--config", patterns_.config, "Configuration whose element tables are used")->type_name("FILE");
  }

  static void add_source(CLI::App& command, FileOptions& source) {
    command
        .add_option("files", source.files,
                    "Capture or payload files, folders of them, or quoted patterns, read in order")
        ->required()
        ->type_name("FILE");
    CLI::Option* const config = command.add_option("--config", source.config, kConfigHelp)->type_name("FILE");
    command.add_option("--input", source.input, "Name of the input whose settings are used; default: the first")
        ->needs(config)
        ->type_name("NAME");
    command.add_option("--port", source.port, "Take only datagrams sent to this UDP port")
        ->check(CLI::Range(1, 65535))
        ->type_name("PORT");
  }

  static void add_translation(CLI::App& command, std::filesystem::path& config, std::filesystem::path& mapping) {
    command.add_option("--config", config, "Configuration whose mapping and element tables are used")
        ->type_name("FILE");
    command.add_option("--mapping", mapping, kMappingHelp)->type_name("FILE");
  }

  CLI::App app_{"Turns flow exports (NetFlow v1, v5, v7, v9, IPFIX) into CEF lines and delivers them over syslog.",
                "flowcef"};
  std::vector<std::pair<CLI::App*, std::function<Options()>>> results_;
  RunOptions run_;
  CheckOptions check_;
  ReloadOptions reload_;
  StatusOptions status_;
  TestSendOptions test_send_;
  ConvertOptions convert_;
  ExplainOptions explain_;
  DiffOptions diff_;
  ElementsOptions elements_;
  TablesOptions tables_;
  PatternsOptions patterns_;
};

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  return CommandLine().parse(argc, argv);
}

}  // namespace flowcef
