#include "flowcef/config/target.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "flowcef/config/quoted_text.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/core/nearest.hpp"

namespace flowcef {
namespace {

constexpr std::string_view kForms = "stdout:, file:PATH, udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT";

struct Scheme {
  std::string_view name;
  Transport transport;
  std::uint16_t port;
};

constexpr std::array kNetworkSchemes = {Scheme{"udp", Transport::udp, 514}, Scheme{"tcp", Transport::tcp, 514},
                                        Scheme{"tls", Transport::tls, 6514}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '.' || c == '_';
}

/// Digits and dots alone must be an IPv4 address: 10.0.0.256 is a slip of the pen, not a name.
bool is_host(std::string_view host) {
  const bool numeric = std::ranges::all_of(host, [](char c) { return is_digit(c) || c == '.'; });
  if (numeric) return IpAddress::parse(host).has_value();
  return host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         std::ranges::all_of(host, is_host_character);
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

TargetError unknown_form(std::string_view text) {
  const std::string_view word = text.substr(0, text.find(':'));
  if (text.find(':') == std::string_view::npos && text.find('.') != std::string_view::npos) {
    return {std::string(kForms), "put udp://, tcp:// or tls:// before a host"};
  }
  NearestWord nearest(word);
  for (const std::string_view form : {"stdout:", "file:", "udp://", "tcp://", "tls://"}) {
    if (form.substr(0, form.find(':')) == word) return {std::string(kForms), "write " + in_quotes(form)};
    nearest.offer(form.substr(0, form.find(':')));
  }
  const auto near = nearest.result();
  return {std::string(kForms), near ? "did you mean " + in_quotes(*near) + "?" : ""};
}

/// Splits HOST[:PORT]; an IPv6 host stands in brackets.
std::expected<Target, TargetError> parse_network(const Scheme& scheme, std::string_view rest) {
  Target target{scheme.transport, {}, scheme.port, {}};
  const TargetError bad_host{"a host name, an IPv4 address or an IPv6 address in brackets", {}};
  std::string_view after;
  if (rest.starts_with('[')) {
    const std::size_t bracket = rest.find(']');
    if (bracket == std::string_view::npos) return std::unexpected(bad_host);
    const std::string_view host = rest.substr(1, bracket - 1);
    if (host.find(':') == std::string_view::npos || !IpAddress::parse(host)) return std::unexpected(bad_host);
    target.host = host;
    after = rest.substr(bracket + 1);
  } else {
    if (IpAddress::parse(rest) && rest.find(':') != std::string_view::npos) {
      return std::unexpected(TargetError{bad_host.expected, "write [" + std::string(rest) + ']'});
    }
    const std::string_view host = rest.substr(0, rest.find(':'));
    if (host.empty() || !is_host(host)) return std::unexpected(bad_host);
    target.host = host;
    after = rest.substr(host.size());
  }
  if (after.empty()) return target;
  const auto port = after.front() == ':' ? parse_port(after.substr(1)) : std::nullopt;
  if (!port) return std::unexpected(TargetError{"a port 1..65535 after the host", {}});
  target.port = *port;
  return target;
}

}  // namespace

std::string_view scheme_of(Transport transport) {
  switch (transport) {
    case Transport::standard_output:
      return "stdout";
    case Transport::file:
      return "file";
    case Transport::udp:
      return "udp";
    case Transport::tcp:
      return "tcp";
    case Transport::tls:
      return "tls";
  }
  return "";
}

bool is_one_of(std::span<const Transport> transports, Transport transport) {
  return std::ranges::find(transports, transport) != transports.end();
}

std::string only_for(std::span<const Transport> transports, Transport transport) {
  std::string text = "only for ";
  for (std::size_t i = 0; i < transports.size(); ++i) {
    if (i != 0) text += i + 1 == transports.size() ? " and " : ", ";
    text += std::string(scheme_of(transports[i])) + "://";
  }
  return text + ", but this output is " + std::string(scheme_of(transport));
}

std::expected<Target, TargetError> parse_target(std::string_view text) {
  if (text == "stdout:") return Target{};
  if (text.starts_with("file:")) {
    const std::string_view path = text.substr(5);
    if (path.empty() || path.find('\0') != std::string_view::npos) {
      return std::unexpected(TargetError{"a path after file:", {}});
    }
    return Target{Transport::file, {}, 0, std::string(path)};
  }
  for (const auto& scheme : kNetworkSchemes) {
    const std::string start = std::string(scheme.name) + "://";
    if (text.starts_with(start)) return parse_network(scheme, text.substr(start.size()));
  }
  return std::unexpected(unknown_form(text));
}

std::string normal_host(std::string host) {
  if (const auto address = IpAddress::parse(host)) return address->to_string();
  std::ranges::transform(host, host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return host;
}

std::expected<Endpoint, TargetError> parse_source(std::string_view text) {
  if (const auto address = IpAddress::parse(text)) return Endpoint{*address, 0};
  const auto endpoint = Endpoint::parse(text);
  if (endpoint && endpoint->port != 0) return *endpoint;
  return std::unexpected(
      TargetError{"a numeric address, with a port 1..65535 or without",
                  "write \"192.0.2.1\", \"192.0.2.1:514\", \"2001:db8::1\" or \"[2001:db8::1]:514\""});
}

}  // namespace flowcef
