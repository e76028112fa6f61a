// Tests of what is not allowed, which root would be.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace flowcef::test {

/// No file that is forbidden to all can be read as long as it lives, by root neither.
class NoPrivilege {
 public:
  NoPrivilege() {
    if (user_ == 0 && seteuid(65534) != 0) throw std::system_error(errno, std::generic_category(), "seteuid");
  }
  NoPrivilege(const NoPrivilege&) = delete;
  NoPrivilege& operator=(const NoPrivilege&) = delete;
  ~NoPrivilege() { EXPECT_EQ(seteuid(user_), 0); }

 private:
  const uid_t user_ = geteuid();
};

}  // namespace flowcef::test
