#include "flowcef/app/followed_files.hpp"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <cstring>

#include "flowcef/source/file_list.hpp"

namespace flowcef {

ConfigErrors check_followed_files(const Config& config, const std::optional<Account>& account,
                                  const std::filesystem::path& file) {
  ConfigErrors errors;
  for (const InputConfig& input : config.inputs) {
    const auto* const files = std::get_if<FileSourceConfig>(&input.source);
    if (files == nullptr) continue;
    const int reason = ask_as(account, [&] { return find_unreadable(files->path).value(); });
    if (reason == 0) continue;
    const std::string who = account && ::geteuid() == 0 ? "user " + account->user : "this user";
    errors.push_back({{file.string(), 0, 0},
                      "input." + input.name + ".path",
                      fmt::format("{} cannot read all of {}: {}", who, files->path, std::strerror(reason)),
                      "let that user read its files and enter its folders"});
  }
  return errors;
}

std::string describe_followed_files(const InputConfig& input) {
  const auto* const source = std::get_if<FileSourceConfig>(&input.source);
  if (source == nullptr) return {};
  const std::size_t count = list_files(source->path).files.size();
  if (count == 0) return fmt::format("input {}: no file is there yet: {}", input.name, source->path);
  return fmt::format("input {}: {} file{} there: {}", input.name, count, count == 1 ? " is" : "s are", source->path);
}

}  // namespace flowcef
