// Walks a TOML tree: converts values with range checks, knows which keys were asked for, and collects every
// problem with its place and dotted key. Knows no option of flowcef's.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "flowcef/config/toml_document.hpp"
#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// The problems of one file.
class ErrorCollector {
 public:
  explicit ErrorCollector(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] SourcePosition at(TomlPlace place) const { return {file_, place.line, place.column}; }
  void add(TomlPlace place, std::string key, std::string problem, std::string hint = {});
  [[nodiscard]] bool empty() const { return errors_.empty(); }
  [[nodiscard]] std::size_t size() const { return errors_.size(); }
  /// Returns: everything collected, in the order of the file.
  [[nodiscard]] ConfigErrors take();

 private:
  std::string file_;
  ConfigErrors errors_;
};

/// One of the words that an option takes.
template <class T>
struct Choice {
  std::string_view word;
  T value;
};

/// What a key used to be called.
struct RenamedKey {
  std::string_view before;
  std::string_view now;
};

class TableReader;

/// One value and its dotted key. Each conversion returns nothing and adds an error if the value is unfit.
/// Lifetime: views the tree and the collector that it was made of.
class ValueReader {
 public:
  ValueReader(const TomlValue& value, std::string path, ErrorCollector& errors)
      : value_(&value), path_(std::move(path)), errors_(&errors) {}

  [[nodiscard]] TomlPlace place() const { return value_->where; }
  [[nodiscard]] SourcePosition where() const { return errors_->at(value_->where); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_table() const { return std::holds_alternative<TomlValue::Table>(value_->data); }
  [[nodiscard]] bool is_word(std::string_view word) const;
  [[nodiscard]] bool is_false() const;
  /// Returns: the value if it is of this kind, one of those of TomlValue; adds no error.
  template <class T>
  [[nodiscard]] const T* get_if() const {
    return std::get_if<T>(&value_->data);
  }

  [[nodiscard]] std::optional<std::string> text() const;
  /// Input: `expected` says in words what `fits` tests.
  [[nodiscard]] std::optional<std::string> text(std::string_view expected, bool (*fits)(std::string_view)) const;
  [[nodiscard]] std::optional<bool> boolean() const;
  /// Input: `other`: what the caller takes besides a number, for the error.
  [[nodiscard]] std::optional<std::int64_t> integer(std::int64_t low, std::int64_t high,
                                                    std::string_view other = {}) const;
  template <std::integral T>
  [[nodiscard]] std::optional<T> number(T low, T high, std::string_view other = {}) const {
    const auto found = integer(static_cast<std::int64_t>(low), static_cast<std::int64_t>(high), other);
    return found ? std::optional(static_cast<T>(*found)) : std::nullopt;
  }
  /// Units: bytes; the file may say `16MiB` or a whole number.
  [[nodiscard]] std::optional<std::size_t> size(std::int64_t low, std::int64_t high, std::string_view other = {}) const;
  [[nodiscard]] std::optional<std::chrono::milliseconds> duration(std::chrono::milliseconds low,
                                                                  std::chrono::milliseconds high,
                                                                  std::string_view other = {}) const;
  template <class T, std::size_t N>
  [[nodiscard]] std::optional<T> choice(const std::array<Choice<T>, N>& choices) const {
    std::array<std::string_view, N> words;
    for (std::size_t i = 0; i < N; ++i) words[i] = choices[i].word;
    const auto index = index_of(words);
    return index ? std::optional(choices[*index].value) : std::nullopt;
  }

  /// Returns: the elements of an array that is not empty; with `what` in the message otherwise.
  [[nodiscard]] std::vector<ValueReader> items(std::string_view what) const;
  /// Returns: the same, but a value that is no array stands for an array of one.
  [[nodiscard]] std::vector<ValueReader> one_or_more(std::string_view what) const;
  [[nodiscard]] std::optional<TableReader> table(std::string_view what = "a table") const;

  void refuse(std::string problem, std::string hint = {}) const;
  /// Adds `expected ..., got ...` with this value described.
  void refuse_as_not(std::string_view expected, std::string hint = {}) const;

 private:
  [[nodiscard]] std::optional<std::size_t> index_of(std::span<const std::string_view> words) const;

  const TomlValue* value_;
  std::string path_;
  ErrorCollector* errors_;
};

/// One table. A key that is asked for is known from then on; refuse_unread() reports the others.
/// Lifetime: as ValueReader; keys asked for are string literals.
class TableReader {
 public:
  TableReader(const TomlValue::Table& members, TomlPlace place, std::string path, ErrorCollector& errors)
      : members_(&members), place_(place), path_(std::move(path)), errors_(&errors) {}

  struct Entry {
    std::string key;
    SourcePosition where;  ///< of the key
    ValueReader value;
  };

  [[nodiscard]] TomlPlace place() const { return place_; }
  [[nodiscard]] SourcePosition where() const { return errors_->at(place_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Sets the dotted key that later errors begin with.
  void rename(std::string path) { path_ = std::move(path); }

  [[nodiscard]] std::optional<ValueReader> find(std::string_view key);
  /// Errors: adds `missing, expected ...` if the key is not there.
  [[nodiscard]] std::optional<ValueReader> require(std::string_view key, std::string_view expected);
  /// Returns: the tables of `[[key]]`, of which there may be none.
  [[nodiscard]] std::vector<TableReader> find_tables(std::string_view key);
  /// Errors: adds one if there is none.
  [[nodiscard]] std::vector<TableReader> require_tables(std::string_view key);
  /// Leaves `into` as it is if the key is not there or its value is unfit.
  /// Returns: whether the key is there.
  template <class T, class Convert>
  bool read(std::string_view key, T& into, Convert convert) {
    const auto value = find(key);
    if (!value) return false;
    auto converted = convert(*value);
    if (!converted) return true;
    if constexpr (std::is_same_v<T, decltype(converted)>) {
      into = std::move(converted);
    } else {
      into = *std::move(converted);
    }
    return true;
  }

  /// Returns: the members that nobody asked for, in the order of the file.
  [[nodiscard]] std::vector<Entry> unread() const;
  /// Input: `renamed`: keys that are none any more, for the hints
  void refuse_unread(std::span<const RenamedKey> renamed = {}) const;
  /// Adds an error at the key of a member.
  void refuse(const Entry& entry, std::string problem, std::string hint = {}) const;
  /// Input: empty `key`: the table itself.
  void refuse(std::string_view key, std::string problem, std::string hint = {}) const;

 private:
  [[nodiscard]] std::string path_to(std::string_view key) const;
  /// Returns: `[[key]]`
  [[nodiscard]] std::string header_of(std::string_view key) const;

  const TomlValue::Table* members_;
  TomlPlace place_;
  std::string path_;
  ErrorCollector* errors_;
  std::vector<std::string_view> known_;
};

/// Returns: the hint that names the nearest of the known words, or all of them if none is near.
[[nodiscard]] std::string hint_among(std::string_view wanted, std::span<const std::string_view> known);

/// Returns: `a, b or c`.
[[nodiscard]] std::string listed(std::span<const std::string_view> words);

}  // namespace flowcef
