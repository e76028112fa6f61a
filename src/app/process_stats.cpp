#include "flowcef/app/process_stats.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace flowcef {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

std::uint64_t count_open_files() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end; at.increment(error)) {
    ++count;
  }
  return count == 0 ? 0 : count - 1;  // one was the folder itself
}

}  // namespace

ProcessStats read_process_stats() {
  ProcessStats stats;
  if (rusage usage{}; getrusage(RUSAGE_SELF, &usage) == 0) {
    stats.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  if (std::ifstream pages("/proc/self/statm"); pages >> stats.virtual_bytes >> stats.resident_bytes) {
    stats.virtual_bytes *= page;
    stats.resident_bytes *= page;
  }
  stats.open_files = count_open_files();
  if (rlimit limit{}; getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_files = limit.rlim_cur;
  return stats;
}

}  // namespace flowcef
