// What the program can be asked to do; each returns its exit status.
#pragma once

#include "flowcef/app/options.hpp"

namespace flowcef {

[[nodiscard]] int run_command(const RunOptions& options);
[[nodiscard]] int check_command(const CheckOptions& options);
[[nodiscard]] int reload_command(const ReloadOptions& options);
[[nodiscard]] int status_command(const StatusOptions& options);
[[nodiscard]] int test_send_command(const TestSendOptions& options);
[[nodiscard]] int convert_command(const ConvertOptions& options);
[[nodiscard]] int explain_command(const ExplainOptions& options);
[[nodiscard]] int diff_command(const DiffOptions& options);
[[nodiscard]] int elements_command(const ElementsOptions& options);
[[nodiscard]] int tables_command(const TablesOptions& options);
[[nodiscard]] int patterns_command(const PatternsOptions& options);

}  // namespace flowcef
