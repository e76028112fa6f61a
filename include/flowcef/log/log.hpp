// Named loggers, made once and handed down; nothing uses spdlog's registry or default logger.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <string_view>

namespace flowcef {

using Logger = std::shared_ptr<spdlog::logger>;

/// All loggers of a process: one sink (stderr, so that stdout is free for lines), one level.
class LogFactory {
 public:
  /// Input: a level that spdlog knows by name (`debug`, `info`, `warn`, `error`, `off`).
  explicit LogFactory(spdlog::level::level_enum level);
  /// For tests: the sink that keeps what was logged.
  LogFactory(spdlog::level::level_enum level, spdlog::sink_ptr sink);

  [[nodiscard]] Logger make(const std::string& name) const;

  /// Of all loggers that were made and will be, by copies of this factory as well.
  /// Thread: any, as for make().
  void set_level(spdlog::level::level_enum level);

 private:
  struct Made;

  spdlog::sink_ptr sink_;
  std::shared_ptr<Made> made_;
};

/// Returns: text from the network made safe for a terminal; control bytes and non-ASCII as \xHH, cut at 128 bytes.
[[nodiscard]] std::string printable(std::string_view untrusted);

}  // namespace flowcef
