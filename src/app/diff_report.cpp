#include "flowcef/app/diff_report.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "flowcef/app/text_table.hpp"

namespace flowcef {
namespace {

constexpr const char* kHeaderFields[] = {"version",   "vendor", "product", "device version",
                                         "signature", "name",   "severity"};
/// Shorter captures, and those of fewer records, say little about a day.
constexpr std::int64_t kLeastSpan = 60'000'000'000;
constexpr std::uint64_t kLeastRecords = 100;
constexpr double kSecondsPerDay = 86'400;

std::string with_decimals(double number, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  return text;
}

std::string percent_of(double change, double whole) {
  if (whole == 0) return "";
  const double percent = change / whole * 100;
  return (percent > 0 ? "+" : "") + with_decimals(percent, 1) + " %";
}

std::string change_of(const Both& numbers) {
  const auto& [a, b] = numbers;
  if (a == b) return "0";
  return (b > a ? "+" : "-") + grouped(b > a ? b - a : a - b);
}

std::string percent_of(const Both& numbers) {
  const auto a = static_cast<double>(numbers[0]);
  return numbers[0] == numbers[1] ? "" : percent_of(static_cast<double>(numbers[1]) - a, a);
}

/// Input: bytes. Units are powers of ten.
std::string size_text(double bytes) {
  if (bytes >= 1e9) return with_decimals(bytes / 1e9, 2) + " GB";
  if (bytes >= 1e6) return with_decimals(bytes / 1e6, 2) + " MB";
  return with_decimals(bytes / 1e3, 2) + " kB";
}

void add_numbers(TextTable& table, const char* name, const Both& numbers) {
  table.add({name, grouped(numbers[0]), grouped(numbers[1]), change_of(numbers), percent_of(numbers)});
}

void add_quotients(TextTable& table, const char* name, const Both& numbers, const Both& divisors) {
  if (divisors[0] == 0 || divisors[1] == 0) return;
  const double a = static_cast<double>(numbers[0]) / static_cast<double>(divisors[0]);
  const double b = static_cast<double>(numbers[1]) / static_cast<double>(divisors[1]);
  const double change = b - a;
  table.add({name, with_decimals(a, 1), with_decimals(b, 1), (change > 0 ? "+" : "") + with_decimals(change, 1),
             a == b ? "" : percent_of(change, a)});
}

void write_totals(std::ostream& out, const DiffSubject& subject, const LineDiff& diff) {
  for (std::size_t side = 0; side < 2; ++side) {
    out << "AB"[side] << ": " << subject.mappings[side] << " (" << subject.hashes[side] << ")\n";
  }
  out << '\n';
  TextTable table({Align::left, Align::right, Align::right, Align::right, Align::right});
  table.add({"", "A", "B", "B - A", ""});
  add_numbers(table, "records", {subject.records, subject.records});
  add_numbers(table, "lines", diff.lines());
  add_numbers(table, "bytes", diff.bytes());
  add_numbers(table, "  of CEF headers", diff.header_bytes());
  add_quotients(table, "bytes per line", diff.bytes(), diff.lines());
  const Both records{subject.records, subject.records};
  if (diff.lines() != records) add_quotients(table, "bytes per record", diff.bytes(), records);
  const double seconds = static_cast<double>(subject.span_ns) / 1e9;
  const bool tells_a_day = subject.span_ns >= kLeastSpan && subject.records >= kLeastRecords;
  if (tells_a_day) {
    const double a = static_cast<double>(diff.bytes()[0]) / seconds * kSecondsPerDay;
    const double b = static_cast<double>(diff.bytes()[1]) / seconds * kSecondsPerDay;
    table.add({"a day at this rate", size_text(a), size_text(b), (b < a ? "-" : "+") + size_text(b < a ? a - b : b - a),
               percent_of(diff.bytes())});
  }
  table.print(out);
  out << "\nBytes are those of CEF lines, without syslog header and line end.\n";
  if (tells_a_day) {
    out << "The rate is that of the captures: " << with_decimals(static_cast<double>(subject.records) / seconds, 1)
        << " records a second over " << with_decimals(seconds, 0) << " seconds.\n";
  }
  if (subject.refused != 0) {
    out << "Refused, so not compared: " << grouped(subject.refused)
        << " (datagrams or parts of them); `flowcef explain` says why.\n";
  }
}

void write_one_sided(std::ostream& out, const LineDiff& diff, std::size_t side) {
  TextTable table({Align::left, Align::right});
  table.add({"event", "records"});
  std::uint64_t records = 0;
  for (const OneSided& entry : diff.one_sided()) {
    if (entry.side != side) continue;
    table.add({entry.signature, grouped(entry.lines)});
    records += entry.lines;
  }
  if (records == 0) return;
  out << "\nRecords that only " << "AB"[side] << " sends (a rule of " << "BA"[side]
      << " drops them): " << grouped(records) << '\n';
  table.print(out, "  ");
}

void write_headers(std::ostream& out, const LineDiff& diff) {
  if (diff.header_changes().empty()) return;
  out << "\nCEF header\n";
  TextTable table({Align::left, Align::right, Align::left});
  table.add({"field", "lines", "A -> B"});
  std::vector<HeaderChange> changes = diff.header_changes();
  std::ranges::stable_sort(changes, {}, &HeaderChange::field);
  for (const HeaderChange& change : changes) {
    table.add({kHeaderFields[change.field], grouped(change.lines), change.from + " -> " + change.to});
  }
  table.print(out, "  ");
}

std::string value_text(const std::optional<std::string>& value) {
  if (!value) return "(no key)";
  return value->empty() ? "(empty)" : *value;
}

void write_title(std::ostream& out, const char* title, std::size_t keys) {
  out << '\n' << title << ": " << keys << (keys == 1 ? " key\n" : " keys\n");
}

/// Keys of one side.
void write_keys(std::ostream& out, const char* title, const std::vector<const KeyDiff*>& keys, std::size_t side) {
  if (keys.empty()) return;
  write_title(out, title, keys.size());
  TextTable table({Align::left, Align::right, Align::right, Align::left});
  table.add({"key", "lines", "bytes", "example"});
  for (const KeyDiff* key : keys) {
    table.add({key->key, grouped(key->lines[side]), grouped(key->bytes[side]),
               key->differs == 0 ? "(on lines that the other does not send)" : value_text(key->example[side])});
  }
  table.print(out, "  ");
}

void write_renamed(std::ostream& out, const std::vector<Renamed>& renamed) {
  if (renamed.empty()) return;
  write_title(out, "Renamed (what B shows there is what A showed)", renamed.size());
  TextTable table({Align::left, Align::left, Align::right, Align::right, Align::right, Align::right, Align::left});
  table.add({"key in A", "key in B", "lines A", "lines B", "bytes A", "bytes B", "example"});
  for (const auto& [from, to] : renamed) {
    table.add({from->key, to->key, grouped(from->lines[0]), grouped(to->lines[1]), grouped(from->bytes[0]),
               grouped(to->bytes[1]), value_text(to->example[1])});
  }
  table.print(out, "  ");
}

void write_changed(std::ostream& out, const std::vector<const KeyDiff*>& keys) {
  if (keys.empty()) return;
  write_title(out, "Changed (another value, or not on the same lines)", keys.size());
  TextTable table({Align::left, Align::right, Align::right, Align::right, Align::right, Align::right, Align::left});
  table.add({"key", "differs in", "lines A", "lines B", "bytes A", "bytes B", "example: A -> B"});
  for (const KeyDiff* key : keys) {
    table.add({key->key, grouped(key->differs), grouped(key->lines[0]), grouped(key->lines[1]), grouped(key->bytes[0]),
               grouped(key->bytes[1]), value_text(key->example[0]) + " -> " + value_text(key->example[1])});
  }
  table.print(out, "  ");
}

void write_unchanged(std::ostream& out, const std::vector<const KeyDiff*>& keys) {
  if (keys.empty()) return;
  write_title(out, "Same in both", keys.size());
  TextTable table({Align::left, Align::right, Align::right, Align::right, Align::right});
  table.add({"key", "lines A", "lines B", "bytes A", "bytes B"});
  for (const KeyDiff* key : keys) {
    table.add(
        {key->key, grouped(key->lines[0]), grouped(key->lines[1]), grouped(key->bytes[0]), grouped(key->bytes[1])});
  }
  table.print(out, "  ");
}

void write_examples(std::ostream& out, const LineDiff& diff) {
  out << "\nRecords that differ, one for each way (the first " << diff.examples().size()
      << "; 2-1 is record 1 of frame 2)\n";
  for (const RecordDiff& example : diff.examples()) {
    out << "  record " << example.id << '\n';
    for (const std::string& line : example.lines) out << "    " << line << '\n';
  }
}

/// Moves the keys that fit out of `keys`.
template <class Fits>
std::vector<const KeyDiff*> take(std::vector<const KeyDiff*>& keys, Fits fits) {
  const auto taken = std::ranges::stable_partition(keys, [&](const KeyDiff* key) { return !fits(*key); });
  std::vector<const KeyDiff*> result(taken.begin(), taken.end());
  keys.erase(taken.begin(), taken.end());
  return result;
}

/// What costs most comes first.
void write_key_sections(std::ostream& out, const LineDiff& diff) {
  std::vector<const KeyDiff*> keys = diff.keys();
  const auto cost = [](const KeyDiff* key) { return std::max(key->bytes[0], key->bytes[1]); };
  std::vector<Renamed> renamed = diff.take_renamed(keys);
  std::ranges::stable_sort(keys, std::ranges::greater{}, cost);
  std::ranges::stable_sort(renamed, std::ranges::greater{}, [&](const Renamed& pair) { return cost(pair.from); });
  const auto only_a = take(keys, [](const KeyDiff& key) { return key.lines[1] == 0; });
  const auto only_b = take(keys, [](const KeyDiff& key) { return key.lines[0] == 0; });
  const auto changed = take(keys, [](const KeyDiff& key) { return key.differs != 0; });
  write_keys(out, "Lost (only in A)", only_a, 0);
  write_keys(out, "New (only in B)", only_b, 1);
  write_renamed(out, renamed);
  write_changed(out, changed);
  write_examples(out, diff);
  write_unchanged(out, keys);
}

}  // namespace

void write_diff_report(std::ostream& out, const DiffSubject& subject, const LineDiff& diff) {
  write_totals(out, subject, diff);
  if (diff.records() == 0) {
    out << "\nnothing compared: these files have no records that either mapping sends\n";
    return;
  }
  if (diff.differing() == 0) {
    out << "\nsame: " << grouped(diff.records()) << (diff.records() == 1 ? " line is" : " lines are")
        << " equal, byte for byte\n";
    return;
  }
  write_one_sided(out, diff, 0);
  write_one_sided(out, diff, 1);
  write_headers(out, diff);
  write_key_sections(out, diff);
  if (diff.reordered() != 0) {
    out << "\nIn " << grouped(diff.reordered()) << " lines only the order of the keys differs.\n";
  }
  out << '\n' << grouped(diff.differing()) << " of " << grouped(diff.records()) << " lines differ\n";
}

}  // namespace flowcef
