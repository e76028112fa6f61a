#include <chrono>
#include <iostream>
#include <string>

#include "flowcef/app/bridge_request.hpp"
#include "flowcef/app/commands.hpp"

namespace flowcef {
namespace {

/// It answers at once unless a reload is under way.
constexpr std::chrono::seconds kStatusPatience(10);

std::string request_of(const StatusOptions& options) {
  if (options.books) return "status books";
  if (options.json) return "status json";
  return options.all ? "status all" : "status";
}

}  // namespace

int status_command(const StatusOptions& options) {
  const auto answer = ask_bridge_of(options.config, request_of(options), kStatusPatience);
  if (!answer) return answer.error();
  std::cout << answer->text;
  return kExitOk;
}

}  // namespace flowcef
