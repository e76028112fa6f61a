#include "flowcef/log/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <mutex>
#include <utility>
#include <vector>

namespace flowcef {

LogFactory::LogFactory(spdlog::level::level_enum level)
    : LogFactory(level, std::make_shared<spdlog::sinks::stderr_color_sink_mt>()) {}

struct LogFactory::Made {
  std::mutex mutex;
  spdlog::level::level_enum level;
  std::vector<std::weak_ptr<spdlog::logger>> loggers;
};

LogFactory::LogFactory(spdlog::level::level_enum level, spdlog::sink_ptr sink)
    : sink_(std::move(sink)), made_(std::make_shared<Made>()) {
  made_->level = level;
}

Logger LogFactory::make(const std::string& name) const {
  auto logger = std::make_shared<spdlog::logger>(name, sink_);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %n: %v");
  logger->flush_on(spdlog::level::info);
  const std::lock_guard lock(made_->mutex);
  logger->set_level(made_->level);
  std::erase_if(made_->loggers, [](const auto& known) { return known.expired(); });
  made_->loggers.push_back(logger);
  return logger;
}

void LogFactory::set_level(spdlog::level::level_enum level) {
  const std::lock_guard lock(made_->mutex);
  made_->level = level;
  for (const auto& known : made_->loggers) {
    if (const auto logger = known.lock()) logger->set_level(level);
  }
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
