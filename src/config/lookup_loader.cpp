#include "flowcef/config/lookup_loader.hpp"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/config/mapping_words.hpp"
#include "flowcef/config/path_option.hpp"
#include "flowcef/core/nearest.hpp"

namespace flowcef {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxKey = 4;
constexpr std::size_t kMaxColumns = 16;
constexpr std::size_t kMaxEntries = 10'000'000;
constexpr std::chrono::hours kMaxWindow{365 * 24};
constexpr milliseconds kMinCheck{100};
constexpr std::chrono::hours kMaxCheck{24};

class LookupLoader {
 public:
  LookupLoader(TableReader& table, const std::filesystem::path& base, const std::vector<InputConfig>& inputs)
      : table_(table), base_(base), inputs_(inputs) {}

  LookupConfig load(Uniqueness& names) {
    if (const auto name = table_.require("name", "the name that mappings call it by, such as \"web\"")) {
      read_name(*name, names);
    }
    if (const auto key = table_.require("key", "elements such as [\"sourceIPv4Address\"]")) {
      lookup_.key = words(*key, "an array of 1 to 4 names", kMaxKey);
    }
    const auto file = table_.find("file");
    if (const auto inputs = table_.find("inputs")) {
      read_inputs(*inputs);
      if (file) file->refuse("expected inputs or file, got both", "a lookup is filled by one of the two");
    } else if (!file) {
      table_.refuse("", "expected inputs or file, got neither", "inputs = [\"NAME\"] or file = \"FILE.csv\"");
    }
    if (file) {
      read_file(*file);
      refuse({"columns", "window", "after", "max_entries"}, "only with inputs, but this lookup has a file");
    } else {
      read_records();
      refuse({"check_every"}, "only with file, but this lookup has inputs");
    }
    table_.refuse_unread();
    return std::move(lookup_);
  }

 private:
  void read_name(const ValueReader& value, Uniqueness& names) {
    auto name = value.text("1..63 letters, digits, - or _, a letter first", is_table_name);
    if (!name) return;
    lookup_.name = {std::move(*name), value.where()};
    table_.rename("lookup." + lookup_.name.text);
    names.check(*table_.find("name"), lookup_.name.text);
  }

  static std::vector<PositionedText> words(const ValueReader& value, std::string_view what, std::size_t most) {
    std::vector<PositionedText> all;
    const auto items = value.one_or_more(what);
    for (const auto& item : items) {
      auto text = item.text();
      if (!text) continue;
      if (std::ranges::find(all, *text, &PositionedText::text) != all.end()) {
        item.refuse("\"" + *text + "\" is there twice", "remove one");
      }
      all.push_back({std::move(*text), item.where()});
    }
    if (items.size() > most) {
      value.refuse("expected at most " + std::to_string(most) + " names, got " + std::to_string(items.size()));
    }
    return all;
  }

  void read_inputs(const ValueReader& value) {
    lookup_.inputs = words(value, "an array of names of inputs", inputs_.size() + 1);
    for (const PositionedText& name : lookup_.inputs) {
      if (std::ranges::find(inputs_, name.text, &InputConfig::name) != inputs_.end()) continue;
      NearestWord nearest(name.text);
      for (const InputConfig& input : inputs_) nearest.offer(input.name);
      const auto near = nearest.result();
      value.refuse("expected names of inputs, got \"" + name.text + '"',
                   near ? "did you mean \"" + std::string(*near) + "\"?" : "give the input a name");
    }
  }

  void read_records() {
    if (const auto columns = table_.require("columns", "elements to keep, such as [\"userName\"]")) {
      lookup_.columns = words(*columns, "an array of 1 to 16 names of elements", kMaxColumns);
    }
    const auto duration = [](const ValueReader& value) { return value.duration(milliseconds(0), kMaxWindow); };
    table_.read("window", lookup_.window, duration);
    table_.read("after", lookup_.after, duration);
    table_.read("max_entries", lookup_.max_entries,
                [](const ValueReader& value) { return value.number(std::size_t{1}, kMaxEntries); });
  }

  void read_file(const ValueReader& value) {
    if (auto path = readable_file_option(value, base_)) lookup_.file = *std::move(path);
    table_.read("check_every", lookup_.check_every,
                [](const ValueReader& time) { return time.duration(kMinCheck, kMaxCheck); });
  }

  void refuse(std::initializer_list<std::string_view> keys, const std::string& problem) {
    for (const std::string_view key : keys) {
      if (const auto value = table_.find(key)) value->refuse(problem, "remove it");
    }
  }

  TableReader& table_;
  const std::filesystem::path& base_;
  const std::vector<InputConfig>& inputs_;
  LookupConfig lookup_;
};

}  // namespace

LookupConfig load_lookup(TableReader& table, const std::filesystem::path& base, const std::vector<InputConfig>& inputs,
                         Uniqueness& names) {
  return LookupLoader(table, base, inputs).load(names);
}

}  // namespace flowcef
