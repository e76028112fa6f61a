#include "flowcef/config/input_loader.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "flowcef/config/mapping_option.hpp"
#include "flowcef/config/mapping_words.hpp"
#include "flowcef/config/path_option.hpp"
#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/text_file.hpp"
#include "flowcef/config/text_option.hpp"

namespace flowcef {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

enum class InputType : std::uint8_t { udp, tcp, tls, syslog, tap, file };

constexpr std::array kInputTypes = {Choice{"udp", InputType::udp}, Choice{"tcp", InputType::tcp},
                                    Choice{"tls", InputType::tls}, Choice{"syslog", InputType::syslog},
                                    Choice{"tap", InputType::tap}, Choice{"file", InputType::file}};
constexpr std::array kTransports = {Choice{"udp", InputType::udp}, Choice{"tcp", InputType::tcp},
                                    Choice{"tls", InputType::tls}};
constexpr std::array kUnmatched = {Choice{"count", UnmatchedLines::count}, Choice{"send", UnmatchedLines::send}};
constexpr std::array kRecordViews = {Choice{"interpreted", RecordView::interpreted}, Choice{"raw", RecordView::raw},
                                     Choice{"both", RecordView::both}};

constexpr std::string_view kUnlimitedWord = "unlimited";
constexpr std::string_view kOrUnlimited = "\"unlimited\"";
constexpr std::size_t kMaxLimit = 1'000'000'000;
constexpr std::size_t kMaxInterfaceName = 16;  // with its end, IFNAMSIZ
constexpr std::size_t kMaxTapPorts = 64;
constexpr std::size_t kMaxSessions = 1'000'000;
constexpr hours kMaxIdle{365 * 24};
constexpr hours kMaxHoldTime{7 * 24};
constexpr hours kMaxLongFlow{24};
constexpr seconds kMaxWait{60};
constexpr seconds kSkylightLongFlow{60};  // its unit of time is the minute

constexpr std::int64_t kMinReceiveBuffer = std::int64_t{64} << 10;  // a datagram of 65535 bytes must fit
constexpr std::int64_t kMaxReceiveBuffer = std::int64_t{1} << 30;   // setsockopt takes an int and doubles it
constexpr std::int64_t kMinHoldBytes = std::int64_t{64} << 10;      // so must a data set of that length
constexpr std::int64_t kMaxHoldBytes = std::int64_t{64} << 30;

std::string_view to_word(InputType type) {
  return kInputTypes[static_cast<std::size_t>(type)].word;
}

std::optional<std::size_t> limit(const ValueReader& value) {
  if (value.is_word(kUnlimitedWord)) return kUnlimited;
  return value.number(std::size_t{1}, kMaxLimit, kOrUnlimited);
}

std::optional<std::size_t> session_limit(const ValueReader& value) {
  return value.number(std::size_t{1}, kMaxSessions);
}

void read_hold(TableReader& input, DecodeConfig& decode) {
  const auto value = input.find("hold");
  if (!value) return;
  if (value->is_false()) {
    decode.hold_bytes = 0;
    return;
  }
  auto table = value->table("false or a table of bytes, bytes_per_exporter and time");
  if (!table) return;
  const auto bytes = [](const ValueReader& size) { return size.size(kMinHoldBytes, kMaxHoldBytes); };
  table->read("bytes", decode.hold_bytes, bytes);
  table->read("bytes_per_exporter", decode.hold_bytes_per_exporter, bytes);
  table->read("time", decode.hold_time,
              [](const ValueReader& time) { return time.duration(seconds(1), kMaxHoldTime); });
  table->refuse_unread();
}

void read_require(TableReader& input, InputConfig& config) {
  const auto value = input.find("require");
  if (!value) return;
  if (value->is_word("skylight")) {
    config.decode.require.skylight = true;
    config.decode.long_flow = kSkylightLongFlow;
    return;
  }
  for (const auto& item : value->items("skylight or an array of element names")) {
    auto name = item.text("an element name or pen:id", is_element);
    if (!name) continue;
    config.decode.require.elements.push_back(*name);
    config.require.push_back({std::move(*name), item.where()});
  }
}

void read_long_flow(TableReader& input, DecodeConfig& decode) {
  const auto value = input.find("long_flow");
  if (!value) return;
  if (value->is_false()) {
    decode.long_flow = milliseconds(0);
  } else if (const auto duration = value->duration(seconds(1), kMaxLongFlow, "false")) {
    decode.long_flow = *duration;
  }
}

void read_layout(TableReader& input, InputConfig& config) {
  const auto value = input.find("layout");
  auto name = value ? value->text("the name of a layout, such as \"packeteer2\"", is_table_name) : std::nullopt;
  if (!name) return;
  config.decode.layout = *std::move(name);
  config.layout_where = value->where();
}

void read_exports(TableReader& input, InputConfig& config) {
  DecodeConfig& decode = config.decode;
  read_layout(input, config);
  input.read("max_templates", decode.max_templates, limit);
  input.read("max_templates_per_exporter", decode.max_templates_per_exporter, limit);
  read_hold(input, decode);
  input.read("records", decode.records, [](const ValueReader& value) { return value.choice(kRecordViews); });
  input.read("options_records", decode.options_records, [](const ValueReader& value) { return value.boolean(); });
  read_require(input, config);
  read_long_flow(input, decode);
}

/// Keys of read_exports() and others that say how exports are decoded, of which log lines have nothing.
constexpr std::array kExportKeys = {"match_port",
                                    "max_templates",
                                    "max_templates_per_exporter",
                                    "template_idle_timeout",
                                    "hold",
                                    "records",
                                    "options_records",
                                    "require",
                                    "long_flow",
                                    "layout"};

void read_common(TableReader& input, DecodeConfig& decode) {
  input.read("send", decode.send, [](const ValueReader& value) { return value.boolean(); });
  input.read("wait", decode.wait, [](const ValueReader& value) { return value.duration(milliseconds(0), kMaxWait); });
  const auto exporters = input.find("exporters");
  if (!exporters) return;
  for (const auto& item : exporters->one_or_more("an array of prefixes")) {
    if (const auto prefix = prefix_option(item)) decode.exporters.push_back(*prefix);
  }
}

class InputLoader {
 public:
  InputLoader(TableReader& table, const std::filesystem::path& base, InputUniqueness& others)
      : table_(table), base_(base), others_(others) {}

  InputConfig load() {
    const auto name = table_.find("name");
    if (name) read_name(*name);
    if (const auto type = table_.require("type", "udp, tcp, tls, syslog, tap or file"))
      type_ = type->choice(kInputTypes);
    read_transport();
    read_origin(!name);
    if (is_syslog()) {
      refuse_export_keys();
    } else {
      read_exports(table_, config_);
      read_templates_of_udp();
    }
    read_log_options();
    read_common(table_, config_.decode);
    read_udp_options();
    read_stream_options();
    read_tap_options();
    read_file_options();
    refuse_other_origins();
    table_.refuse_unread();
    return std::move(config_);
  }

 private:
  void read_name(const ValueReader& value) {
    auto name = name_option(value);
    if (!name) return;
    config_.name = std::move(*name);
    table_.rename("input." + config_.name);
    others_.names.check(*table_.find("name"), config_.name);
  }

  /// Where its exports come from: addresses, an interface or files.
  void read_origin(bool needs_name) {
    std::optional<ValueReader> origin;
    std::string default_name;
    if (is_tap()) {
      origin = table_.require("interface", "the name of an interface such as \"eth0\", or \"any\"");
      if (origin) read_interface(*origin);
      default_name = "tap:" + tap_.interface;
    } else if (is_file()) {
      origin = table_.require("path", "a folder or a pattern such as \"/var/captures/*.pcap\"");
      if (origin) read_path(*origin);
      default_name = "file:" + file_.path;
    } else {
      origin = table_.require("listen", "addresses such as [\"0.0.0.0:2055\", \"[::]:2055\"]");
      if (!origin) return;
      for (const auto& item : origin->one_or_more("an array of addresses")) read_listen(item);
      if (type_ && !listen_.empty()) default_name = name_of_listener();
    }
    if (!needs_name || !origin || default_name.empty() || default_name.ends_with(':')) return;
    config_.name = default_name;
    others_.names.check(*origin, config_.name);
  }

  void read_interface(const ValueReader& value) {
    auto name = value.text("the name of an interface", [](std::string_view text) {
      return !text.empty() && text.size() < kMaxInterfaceName && is_printable(text);
    });
    if (!name) return;
    tap_.interface = *std::move(name);
    config_.interface_where = value.where();
  }

  void read_path(const ValueReader& value) {
    const auto path = path_option(value, base_);
    if (!path) return;
    file_.path = std::filesystem::absolute(*path).lexically_normal().string();
    others_.files.check(value, file_.path);
  }

  void read_listen(const ValueReader& value) {
    const auto text = value.text();
    if (!text) return;
    const auto endpoint = Endpoint::parse(*text);
    if (!endpoint) {
      value.refuse_as_not("a numeric address with a port, such as \"0.0.0.0:2055\" or \"[::]:2055\"");
      return;
    }
    Uniqueness& addresses = may_be_udp() ? others_.udp_addresses : others_.tcp_addresses;
    if (endpoint->port != 0) addresses.check(value, endpoint->to_string());  // 0: any free port
    listen_.push_back(*endpoint);
  }

  /// Of exports the type says how they come.
  void read_transport() {
    transport_ = is_syslog() ? InputType::udp : type_;
    const auto value = find_for_syslog("transport");
    const auto transport = value ? value->choice(kTransports) : std::nullopt;
    if (value && is_syslog()) transport_ = transport;
  }

  /// Log lines mostly come over UDP and TCP at the same port, and each is an input.
  [[nodiscard]] std::string name_of_listener() const {
    std::string name(to_word(*type_));
    if (is_syslog() && may_be_stream() && transport_) name.append("-").append(to_word(*transport_));
    return name + ':' + listen_.front().to_string();
  }

  // Without a type or transport, nothing is said against the options of any.
  [[nodiscard]] bool is_syslog() const { return type_ == InputType::syslog; }
  [[nodiscard]] bool is_tap() const { return type_ == InputType::tap; }
  [[nodiscard]] bool is_file() const { return type_ == InputType::file; }
  [[nodiscard]] bool may_be_tap() const { return is_tap() || !type_; }
  [[nodiscard]] bool may_be_udp() const { return transport_.value_or(InputType::udp) == InputType::udp; }
  [[nodiscard]] bool may_be_stream() const {
    return !transport_ || transport_ == InputType::tcp || transport_ == InputType::tls;
  }
  /// Datagrams of a socket, an interface or a file, which nothing ends.
  [[nodiscard]] bool has_datagrams() const { return may_be_udp() || is_tap() || is_file(); }

  /// Returns: the value of a key that only some types of input have.
  std::optional<ValueReader> find_for(bool applies, std::string_view types, std::string_view key) {
    auto value = table_.find(key);
    if (!value || applies) return value;
    value->refuse(only_for(types), "remove the key");
    return std::nullopt;
  }

  std::optional<ValueReader> find_for_syslog(std::string_view key) {
    auto value = table_.find(key);
    if (!value || is_syslog() || !type_) return value;
    value->refuse(only_for("syslog"), "remove the key, or say type = \"syslog\"");
    return std::nullopt;
  }

  [[nodiscard]] std::string only_for(std::string_view types) const {
    std::string text = "only for " + std::string(types) + ", but this input is " + std::string(to_word(*type_));
    if (is_syslog() && transport_) text.append(" over ").append(to_word(*transport_));
    return text;
  }

  template <class T, class Convert>
  static void assign(const std::optional<ValueReader>& value, T& into, Convert convert) {
    if (!value) return;
    if (auto converted = convert(*value)) into = *converted;
  }

  static void assign_idle(const std::optional<ValueReader>& value, std::optional<milliseconds>& into) {
    if (!value) return;
    if (value->is_word(kUnlimitedWord)) {
      into.reset();
    } else if (const auto duration = value->duration(seconds(1), kMaxIdle, kOrUnlimited)) {
      into = duration;
    }
  }

  void refuse_export_keys() {
    for (const char* const key : kExportKeys) {
      if (const auto value = table_.find(key))
        value->refuse("not for syslog: log lines are no exports", "remove the key");
    }
  }

  void read_log_options() {
    LogConfig log;
    const auto patterns = find_for_syslog("patterns");
    if (patterns) {
      for (const auto& item : patterns->one_or_more("an array of pattern files")) {
        if (auto path = readable_file_option(item, base_)) log.patterns.push_back(*std::move(path));
      }
    }
    assign(find_for_syslog("unmatched"), log.unmatched,
           [](const ValueReader& value) { return value.choice(kUnmatched); });
    assign(find_for_syslog("zone"), log.local_time, zone_option);
    if (!is_syslog()) return;
    if (!patterns && log.unmatched == UnmatchedLines::count) {
      table_.refuse("patterns", "missing, expected pattern files such as \"mappings/patterns/squid.toml\"",
                    "or say unmatched = \"send\" to send every line as it is");
    }
    config_.decode.log = std::move(log);
  }

  void read_templates_of_udp() {
    if (const auto value = find_for(has_datagrams(), "udp, tap and file", "match_port")) {
      config_.decode.match_port = value->boolean();
    }
    assign_idle(find_for(may_be_udp() || is_tap(), "udp and tap", "template_idle_timeout"),
                config_.decode.template_idle_timeout);
  }

  void read_udp_options() {
    UdpSourceConfig udp;
    const auto find = [this](std::string_view key) { return find_for(may_be_udp() || is_tap(), "udp and tap", key); };
    const auto buffer = find("receive_buffer");
    assign(buffer, udp.receive_buffer_bytes,
           [](const ValueReader& value) { return value.size(kMinReceiveBuffer, kMaxReceiveBuffer); });
    assign(find("max_datagrams_per_second"), config_.decode.max_datagrams_per_second_per_exporter, limit);
    if (buffer) tap_.receive_buffer_bytes = udp.receive_buffer_bytes;
    if (!may_be_udp()) return;
    udp.listen = listen_;
    config_.source = std::move(udp);
  }

  void read_tap_options() {
    if (const auto ports = find_for(may_be_tap(), "tap", "ports")) {
      tap_.ports.clear();
      for (const auto& item : ports->one_or_more("an array of ports")) {
        if (const auto port = item.number(std::uint16_t{1}, std::uint16_t{65535})) tap_.ports.push_back(*port);
      }
      if (tap_.ports.size() > kMaxTapPorts) ports->refuse("expected at most 64 ports");
    }
    assign(find_for(may_be_tap(), "tap", "promiscuous"), tap_.promiscuous,
           [](const ValueReader& value) { return value.boolean(); });
    if (is_tap()) config_.source = tap_;
  }

  /// Between two datagrams of a file any time may have passed, so that nothing expires.
  void read_file_options() {
    if (!is_file()) return;
    config_.decode = decode_config_for_files(std::move(config_.decode));
    config_.source = file_;
  }

  void refuse_other_origins() {
    const bool listens = !is_tap() && !is_file();
    if (!listens) static_cast<void>(find_for(false, "udp, tcp, tls and syslog", "listen"));
    static_cast<void>(find_for(may_be_tap(), "tap", "interface"));
    static_cast<void>(find_for(is_file() || !type_, "file", "path"));
  }

  void read_stream_options() {
    StreamSourceConfig stream;
    if (is_syslog()) stream.content = StreamContent::syslog;
    const auto find = [this](std::string_view key) { return find_for(may_be_stream(), "tcp and tls", key); };
    assign(find("max_sessions"), stream.max_sessions, session_limit);
    assign(find("max_sessions_per_address"), stream.max_sessions_per_address, session_limit);
    assign_idle(find("idle_timeout"), stream.idle_timeout);
    read_tls(stream);
    if (has_datagrams()) return;
    // The exporter sends its templates once in a session, and they live as long as it. RFC 7011 section 8.1.
    config_.decode.template_idle_timeout.reset();
    stream.listen = listen_;
    config_.source = std::move(stream);
  }

  void read_tls(StreamSourceConfig& stream) {
    const auto value = transport_ == InputType::tls
                           ? table_.require("tls", "a table [input.tls] with certificate and key")
                           : table_.find("tls");
    if (!value) return;
    if (transport_ && transport_ != InputType::tls) {
      const std::string_view key = is_syslog() ? "transport" : "type";
      value->refuse(only_for("tls"), "remove the table, or say " + std::string(key) + " = \"tls\"");
      return;
    }
    auto table = value->table();
    if (!table) return;
    ListenTlsConfig& tls = stream.tls.emplace();
    read_file(table->require("certificate", "the server's certificate"), tls.certificate);
    read_file(table->require("key", "the private key of the certificate"), tls.key);
    read_file(table->find("client_ca"), tls.client_ca);
    tls.files_hash = hash_of_files({tls.certificate, tls.key, tls.client_ca});
    table->refuse_unread();
  }

  void read_file(const std::optional<ValueReader>& value, std::string& into) const {
    if (!value) return;
    if (const auto path = readable_file_option(*value, base_)) into = path->string();
  }

  TableReader& table_;
  const std::filesystem::path& base_;
  InputUniqueness& others_;
  std::optional<InputType> type_;
  std::optional<InputType> transport_;  ///< udp, tcp or tls
  std::vector<Endpoint> listen_;
  TapConfig tap_;
  FileSourceConfig file_;
  InputConfig config_;
};

}  // namespace

InputConfig load_input(TableReader& table, const std::filesystem::path& base, InputUniqueness& others) {
  return InputLoader(table, base, others).load();
}

}  // namespace flowcef
