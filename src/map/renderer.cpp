#include "flowcef/map/renderer.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "context_text.hpp"
#include "flowcef/core/decimal.hpp"
#include "line_shedder.hpp"
#include "time_text.hpp"

namespace flowcef {
namespace {

/// Room for any one context value, and for reading on in blocks.
constexpr std::size_t kMaxContextText = kMaxContextValue + kCopyBlock;
/// Octet count and blank in front of a message, or LF behind it.
constexpr std::size_t kMaxFraming = 12;
constexpr std::size_t kUsualFields = 50;

bool has_rows(const ExportContext& context, const std::vector<OptionsTable>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](OptionsTable table) { return has_names(context, table); });
}

std::size_t or_no_limit(std::size_t bytes) noexcept {
  return bytes != 0 ? bytes : std::numeric_limits<std::size_t>::max();
}

CompileOptions compile_options(const RenderingConfig& config) {
  CompileOptions options{.wide_in = config.wide_in, .limited = config.max_bytes != 0 || config.follows_path};
  const bool has_priority = config.header == SyslogHeader::rfc3164 || config.header == SyslogHeader::rfc5424;
  if (has_priority && !config.severity) options.facility = config.facility;
  return options;
}

}  // namespace

Renderer::Renderer(const Mapping& mapping, const RenderingConfig& config, BatchPool& pool, RenderCounters& counters,
                   Deliver deliver)
    : mapping_(mapping),
      config_(config),
      pool_(pool),
      counters_(counters),
      deliver_(std::move(deliver)),
      envelope_(config),
      lists_(mapping.prefix),
      zone_(std::make_unique<LocalZone>()),
      batch_(pool.acquire()) {}

Renderer::~Renderer() {
  pool_.release(batch_);
}

const Program& Renderer::program_for(const Template& layout) {
  const auto known = programs_.find(layout.serial);
  if (known != programs_.end()) return *known->second.program;
  sweep_programs();
  Compiled& made = programs_[layout.serial];
  made.layout = layout.weak_from_this();
  made.weight = 1 + layout.fields.size() / kUsualFields;
  weight_ += made.weight;
  made.program = std::make_unique<Program>(compile(mapping_, layout, compile_options(config_)));
  for (const UnmappedElement& element : std::exchange(made.program->unmapped, {})) {
    if (report_unmapped_) report_unmapped_(element);
  }
  return *made.program;
}

void Renderer::sweep_programs() {
  if (weight_ < sweep_at_) return;
  std::erase_if(programs_, [this](const auto& entry) {
    if (!entry.second.layout.expired()) return false;
    weight_ -= entry.second.weight;
    return true;
  });
  if (weight_ > kMaxPrograms / 2) {
    programs_.clear();
    weight_ = 0;
  }
  sweep_at_ = std::max(kFirstSweep, 2 * weight_);
}

void Renderer::render_context(const Program& program, const DataSet& set, std::string_view event_prefix) {
  const std::size_t count = program.context_texts.size();
  if (context_text_.size() < count * kMaxContextText) context_text_.resize(count * kMaxContextText);
  context_texts_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    char* const begin = context_text_.data() + i * kMaxContextText;
    context_texts_.emplace_back(begin, write_context_text(begin, program.context_texts[i], set, event_prefix, *zone_));
  }
}

void Renderer::test_exporter(const Program& program, const IpAddress& exporter) {
  exporter_passes_.clear();
  for (const std::vector<IpPrefix>& prefixes : program.event_tests.exporters) {
    exporter_passes_.push_back(std::any_of(prefixes.begin(), prefixes.end(),
                                           [&](const IpPrefix& prefix) { return prefix.contains(exporter); }));
  }
}

std::string_view Renderer::keep_event_prefix(std::string_view prefix) noexcept {
  return {event_prefix_.data(), prefix.copy(event_prefix_.data(), kMaxEventPrefix)};
}

SetContext Renderer::context_of(const Program& program, const DataSet& set, std::string_view event_prefix) {
  event_prefix = keep_event_prefix(event_prefix);
  render_context(program, set, event_prefix);
  if (!program.event_tests.exporters.empty()) test_exporter(program, set.context.exporter.address);
  const std::uint8_t tables = has_rows(set.context, program.options_tables) ? condition::kTables : 0;
  return {set.context,
          envelope_.render(set.context),
          context_texts_,
          event_prefix,
          static_cast<std::uint8_t>(condition::kAlways | tables),
          lists_,
          exporter_passes_,
          *zone_,
          prober_.entries()};
}

std::size_t Renderer::message_limit() const noexcept {
  const std::size_t path = path_limit_ == nullptr ? 0 : path_limit_->load(std::memory_order_relaxed);
  return std::min(or_no_limit(config_.max_bytes), or_no_limit(path));
}

std::size_t Renderer::shared_size(const SetContext& context) const noexcept {
  std::size_t shared = context.envelope.size() + context.event_prefix.size() + kMaxFraming + kCopyBlock;
  for (const std::string_view text : context_texts_) shared += text.size();
  return shared;
}

void Renderer::render(const DataSet& set, const EventIds& ids) {
  const Program& program = program_for(set.layout);
  const SetContext context = context_of(program, set, ids.prefix);
  const std::size_t shared = shared_size(context);
  max_bytes_ = message_limit();
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  const std::uint64_t oversize = counters_.oversize.value();
  for (std::uint32_t i = 0; i < set.record_count; ++i) {
    make_room(shared + max_message_size(program, set, i) + prepare(program, set, i));
    const std::uint32_t length = append_line(program, set, i, context, ids.first + i);
    bytes += length;
    lines += length != 0 ? 1 : 0;
  }
  counters_.lines.add(lines);
  counters_.bytes.add(bytes);
  counters_.dropped_records.add(set.record_count - lines - (counters_.oversize.value() - oversize));
  if (program.dropped_fields != 0)
    counters_.dropped_fields.add(std::uint64_t{program.dropped_fields} * set.record_count);
  if (program.unknown_fields != 0)
    counters_.unknown_fields.add(std::uint64_t{program.unknown_fields} * set.record_count);
}

void Renderer::write_event(const BridgeEvent& event, std::string_view id, std::uint64_t number) {
  const std::string text = event_line(event, mapping_, config_, id, message_limit());
  if (text.empty()) return counters_.oversize_events.add();
  make_room(text.size() + kMaxFraming);
  std::string frame = config_.framing == Framing::octet_counting ? std::to_string(text.size()) + ' ' : "";
  LineRef line{};
  line.event = number;
  line.offset = batch_->used() + static_cast<std::uint32_t>(frame.size());
  line.length = static_cast<std::uint32_t>(text.size());
  frame += text;
  if (config_.framing == Framing::newline) frame += '\n';
  line.frame_end = batch_->used() + static_cast<std::uint32_t>(frame.size());
  std::memcpy(batch_->tail(), frame.data(), frame.size());
  batch_->commit(line);
  if (!event.is_routine) batch_->set_of_events();
  counters_.lines.add();
  counters_.events.add();
  counters_.bytes.add(text.size());
}

void Renderer::trace(const DataSet& set, const EventIds& ids, const std::function<void(const TracedLine&)>& visit) {
  const Program& program = program_for(set.layout);
  const SetContext context = context_of(program, set, ids.prefix);
  const std::size_t shared = shared_size(context);
  std::vector<char> text;
  std::vector<LinePiece> pieces;
  for (std::uint32_t i = 0; i < set.record_count; ++i) {
    const std::size_t room = shared + max_message_size(program, set, i) + prepare(program, set, i);
    if (text.size() < room) text.resize(room);
    const char* const end = execute_traced(program, set, i, context, ids.first + i, text.data(), pieces);
    const std::size_t length = end == nullptr ? 0 : static_cast<std::size_t>(end - text.data());
    visit({program, i, choose_event(program, set, i, context), {text.data(), length}, pieces});
  }
}

std::size_t Renderer::prepare(const Program& program, const DataSet& set, std::uint32_t index) {
  std::size_t bytes = 0;
  if (!program.lists.empty()) bytes += lists_.prepare(program, set, index);
  if (!program.probes.empty()) bytes += prober_.prepare(program, set, index);
  return bytes;
}

void Renderer::make_room(std::size_t size) {
  if (batch_->room() >= size) return;
  flush();
  batch_->grow_to_fit(size);
}

std::uint32_t Renderer::append_line(const Program& program, const DataSet& set, std::uint32_t index,
                                    const SetContext& context, std::uint64_t event) {
  char* const frame = batch_->tail();
  const std::uint32_t start = batch_->used();
  LineRef line{};
  line.event = event;
  if (config_.framing == Framing::newline) {
    char* const end = write_message(program, set, index, context, event, frame);
    if (end == nullptr) return 0;
    *end = '\n';
    line.offset = start;
    line.length = static_cast<std::uint32_t>(end - frame);
    line.frame_end = start + line.length + 1;
  } else {
    // The count goes before the message, whose length is known only behind it: leave room for as many digits as the
    // last message took, and move this one if the guess was wrong.
    const auto lines = std::as_const(*batch_).lines();
    const int guess = lines.empty() ? 3 : count_digits(lines.back().length);
    char* message = frame + guess + 1;
    const char* const end = write_message(program, set, index, context, event, message);
    if (end == nullptr) return 0;
    line.length = static_cast<std::uint32_t>(end - message);
    const int digits = count_digits(line.length);
    if (digits != guess) {
      std::memmove(frame + digits + 1, message, line.length);
      message = frame + digits + 1;
    }
    char count[kMaxDecimal + kDecimalSlack];
    *write_u64(count, line.length) = ' ';
    std::memcpy(frame, count, static_cast<std::size_t>(digits) + 1);
    line.offset = start + static_cast<std::uint32_t>(message - frame);
    line.frame_end = line.offset + line.length;
  }
  batch_->commit(line);
  return line.length;
}

char* Renderer::write_message(const Program& program, const DataSet& set, std::uint32_t index,
                              const SetContext& context, std::uint64_t event, char* out) {
  char* const end = execute(program, set, index, context, event, out);
  if (end == nullptr || static_cast<std::size_t>(end - out) <= max_bytes_) return end;
  if (config_.shed) return write_shortened(program, set, index, context, event, out);
  counters_.oversize.add();
  return nullptr;
}

char* Renderer::write_shortened(const Program& program, const DataSet& set, std::uint32_t index,
                                const SetContext& context, std::uint64_t event, char* out) {
  if (!program.lists.empty()) static_cast<void>(lists_.prepare(program, set, index));  // what it found is used up
  const char* const end = execute_traced(program, set, index, context, event, out, pieces_);
  const ShedMessage shed = shed_keys(program, out, end, pieces_, max_bytes_);
  if (shed.end == nullptr) {
    counters_.oversize.add();
  } else {
    counters_.shed_lines.add();
    counters_.shed_keys.add(shed.keys);
  }
  return shed.end;
}

void Renderer::flush() {
  if (batch_->empty()) return;
  deliver_(pool_.seal(std::exchange(batch_, pool_.acquire())));
}

}  // namespace flowcef
