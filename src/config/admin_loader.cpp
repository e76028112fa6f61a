#include "flowcef/config/admin_loader.hpp"

#include <optional>

namespace flowcef {
namespace {

constexpr std::size_t kMaxExporters = 100'000;

std::optional<Endpoint> listen_option(const ValueReader& value) {
  const auto text = value.text();
  if (!text) return std::nullopt;
  auto endpoint = Endpoint::parse(*text);
  if (!endpoint) {
    value.refuse_as_not("a numeric address with a port, such as \"127.0.0.1:9464\" or \"[::1]:9464\"");
  }
  return endpoint;
}

}  // namespace

AdminConfig load_admin(TableReader& root) {
  AdminConfig admin;
  const auto value = root.find("admin");
  if (!value) return admin;
  auto table = value->table("a table [admin]");
  if (!table) return admin;
  table->read("enabled", admin.enabled, [](const ValueReader& enabled) { return enabled.boolean(); });
  admin.must_listen = table->read("listen", admin.listen, listen_option);
  table->read("max_exporters", admin.max_exporters,
              [](const ValueReader& number) { return number.number(std::size_t{0}, kMaxExporters); });
  table->refuse_unread();
  return admin;
}

}  // namespace flowcef
