// What the program can be asked to do; each returns its exit status.
#pragma once

#include "flowcef/app/options.hpp"

namespace flowcef {

[[nodiscard]] int run_command(const RunOptions& options);
[[nodiscard]] int check_command(const CheckOptions& options);
[[nodiscard]] int convert_command(const ConvertOptions& options);

}  // namespace flowcef
