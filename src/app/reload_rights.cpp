#include "flowcef/app/reload_rights.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/app/bridge_settings.hpp"
#include "flowcef/core/file_descriptor.hpp"

namespace flowcef {
namespace {

// What the child says: the six parts of each error, each with a NUL behind it.

std::string to_message(const ConfigErrors& errors) {
  std::string message;
  for (const ConfigError& error : errors) {
    for (const std::string& part : {error.where.file, std::to_string(error.where.line),
                                    std::to_string(error.where.column), error.key, error.problem, error.hint}) {
      message.append(part.c_str()).push_back('\0');
    }
  }
  return message;
}

std::string_view take_part(std::string_view& message) {
  const std::size_t end = message.find('\0');
  const std::string_view part = message.substr(0, end);
  message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
  return part;
}

unsigned take_number(std::string_view& message) {
  const std::string_view digits = take_part(message);
  unsigned number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

ConfigErrors from_message(std::string_view message) {
  ConfigErrors errors;
  while (!message.empty()) {
    ConfigError& error = errors.emplace_back();
    error.where.file = take_part(message);
    error.where.line = take_number(message);
    error.where.column = take_number(message);
    error.key = take_part(message);
    error.problem = take_part(message);
    error.hint = take_part(message);
  }
  return errors;
}

[[noreturn]] void report_as(const Account& account, const std::filesystem::path& file, int to) {
  ConfigErrors errors;
  try {
    drop_privileges(account, {});
    if (auto settings = load_bridge_settings(file); !settings) errors = std::move(settings.error());
  } catch (const std::exception& error) {
    errors = {{{file.string(), 0, 0}, "user", error.what(), ""}};
  }
  const std::string message = to_message(errors);
  std::string_view rest = message;
  while (!rest.empty()) {
    const ssize_t written = ::write(to, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) break;
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::_exit(rest.empty() ? 0 : 1);
}

std::string read_all(int from) {
  std::string all;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

/// Returns: whether the child did all it was to do.
bool wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

ConfigErrors check_reload_rights(const Account& account, const std::filesystem::path& file) {
  if (::geteuid() != 0) return {};
  const auto untried = [&](const char* reason) {
    return ConfigErrors{
        {{file.string(), 0, 0}, "user", "cannot try a reload as user " + account.user + ": " + reason, ""}};
  };
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return untried(std::strerror(errno));
  const FileDescriptor from(ends[0]);
  FileDescriptor to(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return untried(std::strerror(errno));
  if (child == 0) report_as(account, file, to.get());
  to = FileDescriptor();
  ConfigErrors errors = from_message(read_all(from.get()));
  if (!wait_for(child)) return untried("it ended early");
  for (ConfigError& error : errors) {
    error.problem = "a reload, as user " + account.user + ", will fail: " + error.problem;
    error.hint += error.hint.empty() ? "" : "; ";
    error.hint += "let that user read it and enter its folders";
  }
  return errors;
}

}  // namespace flowcef
