// The zone of the machine, set for a test.
#pragma once

#include <cstdlib>
#include <ctime>
#include <string>

namespace flowcef::test {

/// Sets the machine's zone for as long as it lives.
class MachineZone {
 public:
  explicit MachineZone(const char* zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    setenv("TZ", zone, 1);
    tzset();
  }
  ~MachineZone() {
    before_.empty() ? unsetenv("TZ") : setenv("TZ", before_.c_str(), 1);
    tzset();
  }
  MachineZone(const MachineZone&) = delete;
  MachineZone& operator=(const MachineZone&) = delete;

 private:
  std::string before_;
};

inline constexpr char kBerlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";

}  // namespace flowcef::test
