#include "flowcef/map/list_writer.hpp"

#include <cstring>
#include <tuple>

#include "append_text.hpp"
#include "flowcef/core/cef_escape.hpp"
#include "plain_op.hpp"
#include "value_writers.hpp"

namespace flowcef {
namespace {

bool may_hold_commas(const ListItem& item) noexcept {
  return item.element == nullptr || item.element->type == DataType::string ||
         item.element->type == DataType::octet_array || is_list(item.element->type);
}

std::string_view text_of(const Program& program, const Literal& literal) noexcept {
  return {program.literals.data() + literal.offset, literal.length};
}

char* write_item(char* out, const ListItem& item, const Value& value) noexcept {
  const Op op = plain_op(item.element, static_cast<std::uint16_t>(value.length));
  return write_plain(op, value, out, [&] { return write_string(out, value, item.length != kVariableLength); });
}

}  // namespace

std::size_t ListWriter::prepare(const Program& program, const DataSet& set, std::uint32_t index) {
  ++record_;
  next_ = 0;
  records_ = set.records.data();
  items_ = set.items_of(index);
  prepared_.clear();
  if (items_.empty()) return 0;
  ProgramKeys& keys = keys_of(program);
  std::size_t bound = 0;
  auto list = program.lists.begin();
  const ListField* shown = nullptr;  // list whose own key has been given away
  for (const ListItem& item : items_) {
    Prepared& prepared = prepared_.emplace_back();
    while (list != program.lists.end() && list->field < item.field) ++list;
    if (list == program.lists.end() || list->field != item.field || item.where.length == 0) continue;
    const bool follows = &prepared != prepared_.data() && (&prepared - 1)->place != Place::nowhere;
    if (item.continues && follows && !may_hold_commas(item)) {
      prepared.place = Place::joined;
    } else if (item.id == list->id && shown != &*list) {
      prepared.place = Place::list_key;
      shown = &*list;
      bound += list->literal.length;
    } else {
      prepared.place = Place::own_key;
      prepared.key = next_key(keys, item);
      bound += prepared.key.size();
    }
    bound += kMaxBoundedValue + kMaxEscapeGrowth * std::size_t{item.where.length};
  }
  return bound;
}

char* ListWriter::write(const Program& program, const ListField& list, char* out) noexcept {
  char* const begin = out;
  for (; next_ < items_.size() && items_[next_].field <= list.field; ++next_) {
    const ListItem& item = items_[next_];
    const Prepared& prepared = prepared_[next_];
    if (item.field != list.field || prepared.place == Place::nowhere) continue;
    char* value = out;
    if (prepared.place == Place::joined) {
      *value++ = ',';
    } else {
      if (out != begin) *value++ = ' ';
      const bool own_key = prepared.place == Place::own_key;
      value = append(value, own_key ? prepared.key : text_of(program, list.literal));
      if (own_key) *value++ = '=';
    }
    char* const end = write_item(value, item, {records_ + item.where.offset, item.where.length});
    if (end != value) out = end;
  }
  return out;
}

ListWriter::ProgramKeys& ListWriter::keys_of(const Program& program) {
  if (kept_ > kMaxKeys) {
    programs_.clear();
    kept_ = 0;
  }
  const auto [found, is_new] = programs_.try_emplace(program.serial);
  ProgramKeys& keys = found->second;
  if (is_new) {
    keys.taken.insert(program.own_keys.begin(), program.own_keys.end());
    kept_ += 1 + program.own_keys.size();
  }
  return keys;
}

std::string_view ListWriter::next_key(ProgramKeys& keys, const ListItem& item) {
  Keys& known = keys.by_element[item.id];
  if (known.record != record_) {
    known.record = record_;
    known.used = 0;
  }
  if (known.used == known.texts.size()) {
    const std::string base = generated_key(prefix_, item.id, item.element);
    auto key = keys.taken.end();
    for (bool is_new = false; !is_new;) {
      ++known.last;
      std::tie(key, is_new) = keys.taken.insert(known.last == 1 ? base : base + std::to_string(known.last));
    }
    known.texts.push_back(&*key);
    ++kept_;
  }
  return *known.texts[known.used++];
}

}  // namespace flowcef
