#include "flowcef/log/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <utility>

namespace flowcef {

LogFactory::LogFactory(spdlog::level::level_enum level)
    : LogFactory(level, std::make_shared<spdlog::sinks::stderr_color_sink_mt>()) {}

LogFactory::LogFactory(spdlog::level::level_enum level, spdlog::sink_ptr sink)
    : level_(level), sink_(std::move(sink)) {}

Logger LogFactory::make(const std::string& name) const {
  auto logger = std::make_shared<spdlog::logger>(name, sink_);
  logger->set_level(level_);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %n: %v");
  logger->flush_on(spdlog::level::info);
  return logger;
}

std::string printable(std::string_view untrusted) {
  static constexpr std::size_t kLimit = 128;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : untrusted.substr(0, kLimit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      text += c;
    } else {
      text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  if (untrusted.size() > kLimit) text += "...";
  return text;
}

}  // namespace flowcef
