// Lookups of the IANA elements, for tests that fill and ask them.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowcef/lookup/lookups.hpp"

namespace flowcef::test {

constexpr FlowTime kNow{1'000'000'000, 1'000'000'000};
constexpr std::int64_t kNowMs = kNow.start_ms;

inline std::vector<PositionedText> words(std::initializer_list<const char*> texts) {
  std::vector<PositionedText> all;
  for (const char* text : texts) all.push_back({text, {}});
  return all;
}

/// A lookup of users and URLs by source address.
inline LookupConfig web_lookup(std::size_t max_entries = 1000) {
  LookupConfig config;
  config.name.text = "web";
  config.inputs = words({"log"});
  config.key = words({"sourceIPv4Address"});
  config.columns = words({"userName", "httpRequestTarget"});
  config.max_entries = max_entries;
  return config;
}

inline std::shared_ptr<Lookups> make_lookups(std::vector<LookupConfig> configs) {
  static const ElementRegistry registry;
  auto made = Lookups::make(std::move(configs), registry);
  if (made) return *made;
  for (const ConfigError& error : made.error()) ADD_FAILURE() << error.to_string();
  return nullptr;
}

/// The IPv4 address with that number.
inline LookupKey address_key(std::uint32_t number) {
  const std::uint8_t bytes[4] = {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
                                 static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  LookupKey key;
  EXPECT_TRUE(key.append(DataType::ipv4_address, bytes));
  return key;
}

inline void put(Lookups& lookups, const LookupKey& key, std::initializer_list<std::string_view> texts,
                std::int64_t at_ms = kNowMs) {
  lookups.put(0, key, std::vector<std::string_view>(texts), at_ms);
}

/// Returns: what the first lookup has in a column; "-" if it has no entry.
inline std::string ask(LookupReader& reader, const LookupKey& key, std::size_t column = 0, FlowTime flow = kNow) {
  reader.begin();
  const LookupEntry* const entry = reader.find(0, key, flow);
  std::string text = entry == nullptr ? "-" : std::string(text_of(*entry, column));
  reader.end();
  return text;
}

}  // namespace flowcef::test
