#include "flowcef/app/status_text.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <string_view>

#include "flowcef/config/target.hpp"
#include "flowcef/sink/host_resolver.hpp"

namespace flowcef {
namespace {

/// Part of it may be what the receiver said.
std::string in_quotes(std::string_view text) {
  std::string safe(text);
  for (char& c : safe) {
    if (c == '"') c = '\'';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return '"' + safe + '"';
}

std::string text_of(const LinkStatus& link, const std::string& target) {
  std::string text = " state=" + std::string(flowcef::to_string(link.state));
  const auto add = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text.append(" ").append(name).append("=").append(value);
  };
  const auto add_time = [&add](std::string_view name, LinkStatus::Time time) {
    if (time != LinkStatus::Time{}) add(name, utc_text(time));
  };
  add_time("since", link.since);
  add("to", target);
  add("peer", link.peer);
  add("protocol", link.protocol);
  if (link.certificate_expires) add("certificate_expires", utc_text(*link.certificate_expires));
  if (!link.error.empty()) add("error", in_quotes(link.error));
  add_time("error_at", link.error_at);
  return text + '\n';
}

}  // namespace

std::string utc_text(LinkStatus::Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%FT%TZ", gmtime_r(&seconds, &parts));
  return {text.data(), length};
}

std::string target_of(const SinkConfig& sink) {
  std::string scheme(scheme_of(sink.transport));
  switch (sink.transport) {
    case Transport::standard_output:
      return scheme + ':';
    case Transport::file:
      return scheme + ':' + sink.path;
    case Transport::udp:
    case Transport::tcp:
    case Transport::tls: {
      std::string text;
      for (const Receiver& receiver : receivers_of(sink)) {
        if (!text.empty()) text += ',';
        text += scheme + "://" + host_and_port(receiver.host, receiver.port);
      }
      return text;
    }
  }
  return scheme;
}

std::string to_string(const OutputStatus& output) {
  const std::string name = "output." + output.config.name;
  const std::string scheme = std::string(scheme_of(output.config.transport)) + "://";
  const std::string target = target_of(output.config);
  std::string text;
  for (std::size_t i = 0; i < output.links.size(); ++i) {
    const LinkStatus& link = output.links[i];
    text += name + (output.links.size() > 1 ? " connection=" + std::to_string(i + 1) : "") +
            text_of(link, link.target.empty() ? target : scheme + link.target);
  }
  return text;
}

std::string status_text(const Pipeline& pipeline) {
  std::string text = pipeline.running_counts().to_string(false);
  for (const OutputStatus& output : pipeline.output_status()) text += to_string(output);
  return text;
}

}  // namespace flowcef
