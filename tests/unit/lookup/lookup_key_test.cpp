#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "flowcef/lookup/lookup_reader.hpp"

namespace flowcef {
namespace {

using Data = std::vector<std::uint8_t>;

Data text(std::string_view characters) {
  return {characters.begin(), characters.end()};
}

struct Part {
  DataType type;
  Data value;
};

/// Returns: the key of these values; empty if there is none.
Data key_of(const std::vector<Part>& parts) {
  LookupKey key;
  for (const Part& part : parts) {
    if (!key.append(part.type, part.value)) return {};
  }
  return {key.bytes().begin(), key.bytes().end()};
}

TEST(LookupKey, is_the_same_however_the_values_were_sent) {
  const Data mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3};
  const struct {
    const char* name;
    Part a;
    Part b;
  } cases[] = {
      {"IPv4 in IPv6 form", {DataType::ipv4_address, {10, 1, 2, 3}}, {DataType::ipv6_address, mapped}},
      {"short number", {DataType::unsigned32, {0, 0, 1, 187}}, {DataType::unsigned16, {1, 187}}},
      {"number below 0", {DataType::signed16, {0xff, 0xc8}}, {DataType::signed8, {0xc8}}},
      {"zero", {DataType::unsigned32, {0, 0, 0, 0}}, {DataType::unsigned8, {0}}},
      {"padded text", {DataType::string, text("alice")}, {DataType::string, text(std::string_view("alice\0\0x", 8))}},
      {"blanks behind a text", {DataType::string, text("alice")}, {DataType::string, text("alice  ")}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(key_of({c.a}), key_of({c.b})) << c.name;
    EXPECT_NE(key_of({c.a}), Data()) << c.name;
  }
}

TEST(LookupKey, differs_if_any_value_does) {
  const Part a{DataType::string, text("ab")};
  const Part b{DataType::string, text("c")};
  const Part c{DataType::string, text("a")};
  const Part d{DataType::string, text("bc")};
  EXPECT_NE(key_of({a, b}), key_of({c, d}));
  EXPECT_NE(key_of({a, b}), key_of({b, a}));
  EXPECT_NE(key_of({{DataType::mac_address, {0, 0, 1, 2, 3, 4}}}), key_of({{DataType::mac_address, {1, 2, 3, 4}}}));
}

TEST(LookupKey, is_none_without_a_value_or_room) {
  const struct {
    const char* name;
    std::vector<Part> parts;
  } cases[] = {
      {"empty", {{DataType::string, {}}}},
      {"only padding", {{DataType::string, {0, 0, ' '}}}},
      {"address of 3 bytes", {{DataType::ipv4_address, {10, 1, 2}}}},
      {"list", {{DataType::basic_list, {1, 2, 3}}}},
      {"too long", {{DataType::string, Data(LookupKey::kMaxBytes, 'x')}}},
      {"too long together", {{DataType::string, Data(64, 'x')}, {DataType::string, Data(63, 'y')}}},
  };
  for (const auto& c : cases) EXPECT_EQ(key_of(c.parts), Data()) << c.name;
  EXPECT_EQ(key_of({{DataType::string, Data(64, 'x')}, {DataType::string, Data(62, 'y')}}).size(),
            LookupKey::kMaxBytes);
}

}  // namespace
}  // namespace flowcef
