#include "flowcef/config/receivers_loader.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/config/target.hpp"
#include "flowcef/config/uniqueness.hpp"

namespace flowcef {
namespace {

constexpr std::array kDistributions = {Choice{"failover", Distribution::failover},
                                       Choice{"balance", Distribution::balance}};

constexpr std::size_t kMinReceivers = 2;
constexpr std::size_t kMaxReceivers = 16;

class ReceiversLoader {
 public:
  ReceiversLoader(TableReader& output, const std::filesystem::path& base, SinkConfig& sink)
      : output_(output), base_(base), sink_(sink) {}

  bool load() {
    const auto to = output_.require("to", "where to send, such as \"udp://siem.example.com:514\"");
    const bool is_list = to && to->get_if<TomlValue::Array>() != nullptr;
    if (to) is_list ? read_list(*to) : read_one(*to);
    read_distribution(is_list);
    return has_target_;
  }

 private:
  static std::optional<Target> target_option(const ValueReader& value) {
    const auto text = value.text();
    if (!text) return std::nullopt;
    auto target = parse_target(*text);
    if (target) return *std::move(target);
    value.refuse_as_not(target.error().expected, target.error().hint);
    return std::nullopt;
  }

  void read_one(const ValueReader& to) {
    if (auto target = target_option(to)) take(*std::move(target));
  }

  void take(Target target) {
    if (has_target_) {
      sink_.more_receivers.push_back({std::move(target.host), target.port});
      return;
    }
    has_target_ = true;
    sink_.transport = target.transport;
    sink_.host = std::move(target.host);
    sink_.port = target.port;
    if (sink_.transport == Transport::file) sink_.path = (base_ / target.path).lexically_normal().string();
  }

  void read_list(const ValueReader& to) {
    const std::size_t size = to.get_if<TomlValue::Array>()->size();
    if (size < kMinReceivers || size > kMaxReceivers) {
      to.refuse("expected text, or an array of 2..16 receivers, got an array of " + std::to_string(size),
                size == 1 ? "take the brackets away" : "");
      if (size == 0) return;
    }
    Uniqueness receivers;
    for (const ValueReader& item : to.one_or_more("")) {
      auto target = target_option(item);
      if (!target) continue;
      if (!is_one_of(kStreamOutputs, target->transport)) {
        item.refuse_as_not("tcp:// or tls:// in a list", "make one output per receiver: each gets every event");
      } else if (has_target_ && target->transport != sink_.transport) {
        item.refuse_as_not(std::string(scheme_of(sink_.transport)) + ":// as the receivers before it",
                           "all receivers of an output are spoken to alike");
      } else {
        receivers.check(item, normal_host(target->host) + " port " + std::to_string(target->port));
      }
      take(*std::move(target));
    }
  }

  void read_distribution(bool is_list) {
    const auto mode = output_.find("mode");
    const auto failback = output_.find("failback_after");
    if (has_target_ && !is_list) {
      for (const auto& value : {mode, failback}) {
        if (value) value->refuse("only with several receivers", "remove the key, or make a list of to");
      }
      return;
    }
    if (mode) sink_.distribution = mode->choice(kDistributions).value_or(sink_.distribution);
    if (!failback) return;
    if (sink_.distribution == Distribution::balance) {
      failback->refuse("only for mode = \"failover\"", "remove the key: with balance all receivers get lines");
    } else {
      sink_.failback_after =
          failback->duration(std::chrono::milliseconds(100), std::chrono::hours(24)).value_or(sink_.failback_after);
    }
  }

  TableReader& output_;
  const std::filesystem::path& base_;
  SinkConfig& sink_;
  bool has_target_ = false;
};

}  // namespace

bool load_receivers(TableReader& output, const std::filesystem::path& base, SinkConfig& sink) {
  return ReceiversLoader(output, base, sink).load();
}

}  // namespace flowcef
