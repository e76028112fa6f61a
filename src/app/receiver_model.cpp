#include "flowcef/app/receiver_model.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <system_error>
#include <utility>

#include "flowcef/config/toml_reader.hpp"

namespace flowcef {
namespace {

constexpr std::array kReaders = {Choice{"strict", ReceiverReader::strict}, Choice{"search", ReceiverReader::search},
                                 Choice{"recover", ReceiverReader::recover}};
constexpr std::array kEffects = {Choice{"line", ReceiverEffect::line}, Choice{"envelope", ReceiverEffect::envelope},
                                 Choice{"key", ReceiverEffect::key}, Choice{"value", ReceiverEffect::value}};
constexpr std::array kTransports = {Choice{"udp", Transport::udp}, Choice{"tcp", Transport::tcp},
                                    Choice{"tls", Transport::tls}};
constexpr std::array kTypes = {
    Choice{"integer", ReceiverType::integer},
    Choice{"long", ReceiverType::long_integer},
    Choice{"float", ReceiverType::floating},
    Choice{"double", ReceiverType::double_floating},
    Choice{"ip", ReceiverType::ip},
    Choice{"mac", ReceiverType::mac},
    Choice{"timestamp", ReceiverType::timestamp},
};
constexpr std::array kChecks = {
    Choice{"length", ReceiverCheck::length},
    Choice{"routing", ReceiverCheck::routing},
    Choice{"host", ReceiverCheck::host},
    Choice{"second_start", ReceiverCheck::second_start},
    Choice{"version", ReceiverCheck::version},
    Choice{"shortest", ReceiverCheck::shortest},
    Choice{"header", ReceiverCheck::header},
    Choice{"severity", ReceiverCheck::severity},
    Choice{"first_letter", ReceiverCheck::first_letter},
    Choice{"keys", ReceiverCheck::keys},
    Choice{"values", ReceiverCheck::values},
    Choice{"unescape", ReceiverCheck::unescape},
    Choice{"empty", ReceiverCheck::empty},
    Choice{"repeated", ReceiverCheck::repeated},
    Choice{"labels", ReceiverCheck::labels},
    Choice{"key_characters", ReceiverCheck::key_characters},
    Choice{"types", ReceiverCheck::types},
    Choice{"time", ReceiverCheck::time},
};

std::string required_text(TableReader& table, std::string_view key, std::string_view expected) {
  const auto value = table.require(key, expected);
  if (!value) return {};
  auto text = value->text();
  if (text && text->empty()) value->refuse_as_not(expected);
  return text.value_or(std::string());
}

std::vector<std::string> required_texts(TableReader& table, std::string_view key, std::string_view expected) {
  std::vector<std::string> texts;
  const auto value = table.require(key, expected);
  if (!value) return texts;
  for (const ValueReader& item : value->items(expected)) {
    if (auto text = item.text()) texts.push_back(*std::move(text));
  }
  return texts;
}

/// Returns: `a-z0-9_` with its ranges written out.
std::string expanded(std::string_view pattern) {
  std::string characters;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool is_range = i + 2 < pattern.size() && pattern[i + 1] == '-';
    const auto first = static_cast<unsigned char>(pattern[i]);
    const auto last = static_cast<unsigned char>(pattern[is_range ? i + 2 : i]);
    for (unsigned c = first; c <= last; ++c) characters += static_cast<char>(c);
    if (is_range) i += 2;
  }
  return characters;
}

std::size_t required_bytes(TableReader& table) {
  const auto value = table.require("bytes", "a number of bytes");
  if (!value) return 0;
  return value->number<std::size_t>(1, std::numeric_limits<std::int32_t>::max()).value_or(0);
}

void read_types(TableReader& table, ReceiverRule& rule) {
  const auto value = table.require("types", "a table of types with their keys");
  auto types = value ? value->table() : std::nullopt;
  if (!types) return;
  for (const auto& [word, type] : kTypes) {
    const auto keys = types->find(word);
    if (!keys) continue;
    for (const ValueReader& item : keys->items("keys")) {
      auto key = item.text();
      if (!key) continue;
      std::ranges::transform(*key, key->begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
      if (!rule.types.emplace(*key, type).second) item.refuse("named twice, the second time here");
    }
  }
  types->refuse_unread();
}

void read_parameters(TableReader& table, ReceiverRule& rule) {
  switch (rule.check) {
    case ReceiverCheck::length:
      rule.bytes = required_bytes(table);
      if (const auto transport = table.find("transport")) rule.transport = transport->choice(kTransports);
      break;
    case ReceiverCheck::shortest:
      rule.bytes = required_bytes(table);
      break;
    case ReceiverCheck::routing:
      rule.program = required_text(table, "program", "what the program's name begins with");
      rule.text = required_text(table, "text", "what the message holds otherwise");
      break;
    case ReceiverCheck::second_start:
      rule.text = required_text(table, "text", "what may stand in the message once");
      break;
    case ReceiverCheck::version:
      rule.accepted = required_texts(table, "accepted", "versions");
      break;
    case ReceiverCheck::header:
    case ReceiverCheck::values:
      table.read("characters", rule.characters, [](const ValueReader& value) { return value.text(); });
      break;
    case ReceiverCheck::keys:
      rule.characters = expanded(required_text(table, "characters", "characters such as \"A-Za-z0-9_\""));
      rule.first = rule.characters;
      if (const auto first = table.find("first")) rule.first = expanded(first->text().value_or(std::string()));
      break;
    case ReceiverCheck::severity:
      rule.characters = expanded(required_text(table, "characters", "characters such as \"A-Za-z0-9\""));
      break;
    case ReceiverCheck::key_characters:
      rule.characters = required_text(table, "characters", "characters that become another one");
      rule.text = required_text(table, "become", "what they become");
      break;
    case ReceiverCheck::labels:
      rule.text = required_text(table, "suffix", "the end of a label's key");
      break;
    case ReceiverCheck::types:
      read_types(table, rule);
      break;
    case ReceiverCheck::time:
      rule.keys = required_texts(table, "keys", "keys that hold times");
      rule.bytes = required_bytes(table);
      break;
    case ReceiverCheck::host:
    case ReceiverCheck::first_letter:
    case ReceiverCheck::unescape:
    case ReceiverCheck::empty:
    case ReceiverCheck::repeated:
      break;
  }
}

ReceiverRule read_rule(TableReader& table) {
  ReceiverRule rule;
  rule.id = required_text(table, "id", "a name of the rule");
  rule.why = required_text(table, "why", "what the receiver does");
  rule.source = required_text(table, "source", "where that was read or how it was measured");
  rule.advice = required_text(table, "advice", "what to do about it");
  if (const auto effect = table.require("effect", "line, envelope, key or value")) {
    rule.effect = effect->choice(kEffects).value_or(ReceiverEffect::line);
  }
  const auto check = table.require("check", "what is checked");
  const auto kind = check ? check->choice(kChecks) : std::nullopt;
  if (!kind) return rule;
  rule.check = *kind;
  read_parameters(table, rule);
  table.refuse_unread();
  return rule;
}

ReceiverModel read_model(TableReader& root) {
  ReceiverModel model;
  model.description = required_text(root, "description", "which receiver, and what of it");
  if (const auto reader = root.require("reader", "strict, search or recover")) {
    model.reader = reader->choice(kReaders).value_or(ReceiverReader::strict);
  }
  for (TableReader& table : root.require_tables("rule")) {
    ReceiverRule rule = read_rule(table);
    if (model.find(rule.check) != nullptr) table.refuse("check", "expected one rule of a kind, got a second one");
    model.rules.push_back(std::move(rule));
  }
  for (const ReceiverCheck check : {ReceiverCheck::keys, ReceiverCheck::values, ReceiverCheck::header}) {
    if (model.find(check) != nullptr) continue;
    const auto& known = *std::ranges::find(kChecks, check, &Choice<ReceiverCheck>::value);
    root.refuse("rule", "missing, expected one with check = \"" + std::string(known.word) + '"');
  }
  root.refuse_unread();
  return model;
}

std::vector<std::string> model_names(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".toml") names.push_back(at->path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

const ReceiverRule* ReceiverModel::find(ReceiverCheck check) const {
  const auto rule = std::ranges::find(rules, check, &ReceiverRule::check);
  return rule == rules.end() ? nullptr : &*rule;
}

std::expected<ReceiverModel, ConfigErrors> load_receiver_model(const std::filesystem::path& file) {
  const auto document = read_toml(file);
  if (!document) return std::unexpected(ConfigErrors{document.error()});
  ErrorCollector errors(file.string());
  TableReader root(std::get<TomlValue::Table>(document->data), document->where, "", errors);
  ReceiverModel model = read_model(root);
  if (!errors.empty()) return std::unexpected(errors.take());
  model.name = file.stem().string();
  return model;
}

std::expected<std::vector<ReceiverModel>, ConfigErrors> load_receiver_models(const std::filesystem::path& folder,
                                                                             const std::vector<std::string>& names) {
  const std::vector<std::string> known = model_names(folder);
  std::vector<ReceiverModel> models;
  ConfigErrors errors;
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      const std::vector<std::string_view> words(known.begin(), known.end());
      errors.push_back({{folder.string(), 0, 0},
                        "--against",
                        "expected " + listed(words) + ", got \"" + name + '"',
                        "only these have been verified from their own parsers"});
      continue;
    }
    auto model = load_receiver_model(folder / (name + ".toml"));
    if (model) {
      models.push_back(*std::move(model));
    } else {
      std::ranges::move(model.error(), std::back_inserter(errors));
    }
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return models;
}

}  // namespace flowcef
