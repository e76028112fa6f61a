// What the admin endpoint can be told. Plain data with its defaults.
#pragma once

#include <cstddef>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

struct AdminConfig {
  bool enabled = true;
  Endpoint listen = *Endpoint::parse("127.0.0.1:9464");
  bool must_listen = false;  ///< the configuration names the address: a bridge without it is not what was asked for
  std::size_t max_exporters = 1'000;  ///< shown one by one; the others are summed up

  friend bool operator==(const AdminConfig&, const AdminConfig&) = default;
};

}  // namespace flowcef
