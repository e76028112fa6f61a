#include "flowcef/config/spool_loader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "flowcef/config/path_option.hpp"
#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/target.hpp"

namespace flowcef {
namespace {

using std::filesystem::path;

constexpr std::array kSpoolModes = {Choice{"overflow", SpoolMode::overflow}, Choice{"journal", SpoolMode::journal}};
constexpr std::array kSyncs = {Choice{"interval", SpoolSync::interval}, Choice{"always", SpoolSync::always},
                               Choice{"never", SpoolSync::never}};
constexpr std::array kReplays = {Choice{"fifo", SpoolReplay::fifo}, Choice{"interleave", SpoolReplay::interleave}};

constexpr std::int64_t kMinBytes = std::int64_t{16} << 20;
constexpr std::int64_t kMaxBytes = std::int64_t{64} << 40;
constexpr std::size_t kMaxReplayRate = 1'000'000'000;

std::optional<std::size_t> replay_rate_option(const ValueReader& value) {
  if (value.is_word("unlimited")) return std::size_t{0};
  return value.number(std::size_t{1}, kMaxReplayRate, "\"unlimited\"");
}

/// Says why an output cannot have a spool.
void check_output(const TableReader& spool, const SinkConfig& sink) {
  if (!is_one_of(kNetworkOutputs, sink.transport)) {
    spool.refuse("", only_for(kNetworkOutputs, sink.transport), "remove the table");
  } else if (sink.udp.tcp_fallback) {
    spool.refuse("", "not together with oversize = \"tcp\"", "say \"shed\" or \"drop\" there, or remove the table");
  }
}

/// Returns: one spelling of the folder's name. Links are not followed.
path absolute_folder(const std::string& dir) {
  std::error_code error;
  const path folder = std::filesystem::absolute(dir, error).lexically_normal();
  return folder.has_filename() ? folder : folder.parent_path();
}

/// Returns: whether `inner` is `outer` or below it.
bool is_within(const path& inner, const path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace

void load_spool(TableReader& output, bool has_target, const path& base, const path& state_dir, SinkConfig& sink) {
  const auto value = output.find("spool");
  if (!value) return;
  auto table = value->table();
  if (!table) return;
  if (has_target) check_output(*table, sink);
  SpoolConfig& spool = sink.spool.emplace();
  spool.dir = default_spool_dir(state_dir, sink.name);
  table->read("dir", spool.dir, [&base](const ValueReader& reader) {
    const auto folder = path_option(reader, base);
    return folder ? std::optional(folder->string()) : std::nullopt;
  });
  table->read("max_bytes", spool.max_bytes,
              [](const ValueReader& reader) { return reader.size(kMinBytes, kMaxBytes); });
  table->read("mode", spool.mode, [](const ValueReader& reader) { return reader.choice(kSpoolModes); });
  table->read("fsync", spool.sync, [](const ValueReader& reader) { return reader.choice(kSyncs); });
  table->read("replay", spool.replay, [](const ValueReader& reader) { return reader.choice(kReplays); });
  table->read("replay_rate", spool.replay_rate, replay_rate_option);
  const auto replay = table->find("replay");
  if (spool.replay_rate != 0 && (!replay || replay->is_word("fifo"))) {
    table->find("replay_rate")
        ->refuse("only for replay = \"interleave\"", "remove the key: fifo sends as fast as the receiver takes it");
  }
  table->refuse_unread();
}

std::string default_spool_dir(const path& state_dir, const std::string& output) {
  return (state_dir / "spool" / output).string();
}

void SpoolFolders::check(TableReader& output, const SinkConfig& sink) {
  if (!sink.spool) return;
  path folder = absolute_folder(sink.spool->dir);
  const auto other = std::ranges::find_if(
      owners_, [&](const Owner& owner) { return is_within(folder, owner.folder) || is_within(owner.folder, folder); });
  if (other == owners_.end()) {
    owners_.push_back({std::move(folder), sink.name});
    return;
  }
  const auto spool = output.find("spool");
  const auto dir = spool->table()->find("dir");
  (dir ? *dir : *spool)
      .refuse("expected a folder of its own, got " + in_quotes(folder.string()) + ", but output." + other->output +
                  " has " + in_quotes(other->folder.string()),
              "without dir, each output has its own below state_dir");
}

}  // namespace flowcef
