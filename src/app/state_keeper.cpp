#include "flowcef/app/state_keeper.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "flowcef/app/state_store.hpp"
#include "flowcef/decode/template_parser.hpp"

namespace flowcef {
namespace {

constexpr std::chrono::seconds kInterval(1);
constexpr std::int64_t kNsPerMs = 1'000'000;

SavedTemplate saved_template(const StoredTemplate& entry) {
  const Template& layout = *entry.layout;
  return {entry.id, layout.options, layout.scope_fields, layout.definition,
          entry.last_used_ns.load(std::memory_order_relaxed) / kNsPerMs};
}

std::int64_t newest_use(const SavedState& state) {
  std::int64_t newest_ms = 0;
  for (const SavedInput& input : state.inputs) {
    for (const SavedDomain& domain : input.domains) {
      for (const SavedTemplate& saved : domain.templates) newest_ms = std::max(newest_ms, saved.last_used_ms);
    }
  }
  return newest_ms;
}

/// The template used last counts as used now, and the others are as much older as they were: neither the time since the
/// file was written nor a clock that was wrong then makes a template idle, or one that never is.
std::int64_t as_if_used_ns(const SavedTemplate& saved, std::int64_t newest_ms) {
  const auto now = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::int64_t age_ms = newest_ms - std::max<std::int64_t>(saved.last_used_ms, 0);
  return now - std::min(age_ms, now / kNsPerMs) * kNsPerMs;
}

}  // namespace

StateKeeper::StateKeeper(std::filesystem::path file, std::vector<NamedInput> inputs, Logger logger)
    : file_(std::move(file)), inputs_(std::move(inputs)), logger_(std::move(logger)) {}

StateKeeper::~StateKeeper() {
  stop();
}

void StateKeeper::load(const ElementRegistry& registry) {
  const auto bytes = read_state_file(file_);
  if (!bytes) return put_aside(bytes.error());
  if (!*bytes) return;
  const auto state = decode_state(**bytes);
  if (!state) return put_aside(file_.string() + ' ' + state.error());
  const std::int64_t newest_ms = newest_use(*state);
  for (const SavedInput& saved : state->inputs) {
    const auto input = std::ranges::find(inputs_, saved.name, &NamedInput::name);
    if (input == inputs_.end()) continue;
    for (const SavedDomain& domain : saved.domains) restore(*input->state, domain, newest_ms, registry);
  }
  saved_changes_ = changes();
  std::size_t templates = 0;
  for (const NamedInput& input : inputs_) templates += input.state->templates.size();
  logger_->info("templates of the last run are known: templates={} file={}", templates, file_.string());
}

void StateKeeper::restore(InputState& input, const SavedDomain& saved, std::int64_t newest_ms,
                          const ElementRegistry& registry) {
  const TemplateParser parser(registry);
  for (const SavedTemplate& known : saved.templates) {
    auto record = parser.restore({saved.key.format, known.id, known.options, known.scope_fields, known.definition});
    if (!record) continue;
    input.prepare(*record->layout);
    input.templates.put(saved.key, record->id, std::move(record->layout), as_if_used_ns(known, newest_ms));
  }
  for (const OptionsRow& row : saved.rows) input.templates.put_row(saved.key, row);
}

void StateKeeper::put_aside(const std::string& reason) {
  std::filesystem::path aside = file_;
  aside += ".damaged";
  std::error_code error;
  std::filesystem::rename(file_, aside, error);
  logger_->warn("state of the last run cannot be used, flows wait for their templates anew: reason={} kept_as={}",
                reason, error ? "nothing: " + error.message() : aside.string());
}

void StateKeeper::start() {
  thread_ = std::thread([this] { run(); });
}

void StateKeeper::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  save();
}

/// A save that takes long makes the next one wait longer, so that it never is most of what the program does.
void StateKeeper::run() {
  std::chrono::steady_clock::duration interval = kInterval;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, interval, [this] { return stopping_; })) {
    if (changes() == saved_changes_) continue;
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    save();
    interval =
        std::max<std::chrono::steady_clock::duration>(kInterval, 10 * (std::chrono::steady_clock::now() - began));
    lock.lock();
  }
}

void StateKeeper::save() {
  const std::uint64_t changes_before = changes();
  const std::vector<std::uint8_t> bytes = encode_state(collect());
  const auto written = bytes.size() <= kMaxStateFileSize
                           ? write_state_file(file_, bytes)
                           : std::expected<void, std::string>(std::unexpected(file_.string() + ": above 256 MiB"));
  if (written) {
    saved_changes_ = changes_before;
    is_failing_ = false;
  } else if (!std::exchange(is_failing_, true)) {
    logger_->warn("cannot save templates, a restart would have to wait for them: reason={}", written.error());
  }
}

void StateKeeper::set_inputs(std::vector<NamedInput> inputs) {
  const std::lock_guard lock(inputs_mutex_);
  inputs_ = std::move(inputs);
}

std::uint64_t StateKeeper::changes() const {
  const std::lock_guard lock(inputs_mutex_);
  std::uint64_t sum = 0;
  for (const NamedInput& input : inputs_) sum += input.state->templates.changes();
  return sum;
}

SavedState StateKeeper::collect() const {
  const std::lock_guard lock(inputs_mutex_);
  SavedState state;
  for (const NamedInput& input : inputs_) {
    SavedInput& saved = state.inputs.emplace_back(SavedInput{input.name, {}});
    input.state->templates.for_each_saved([&](const DomainKey& key, const TemplateStore::DomainContent& content) {
      SavedDomain& domain = saved.domains.emplace_back();
      domain.key = key;
      for (const TemplateRef& entry : content.templates) domain.templates.push_back(saved_template(*entry));
      domain.rows = content.rows;
    });
  }
  return state;
}

}  // namespace flowcef
