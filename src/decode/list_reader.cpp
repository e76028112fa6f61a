#include "flowcef/decode/list_reader.hpp"

#include <algorithm>

#include "value_length.hpp"

namespace flowcef {
namespace {

constexpr std::uint16_t kEnterpriseBit = 0x8000;
constexpr std::uint16_t kBlockHeaderLength = 4;  // of a subTemplateMultiList: template id and length

/// An element where a list states it: in a template or in a basicList.
struct Element {
  ElementId id;
  const InformationElement* element;
  std::uint16_t length;
};

/// One list of one record; each function returns false if the list cannot be read or has no room.
class Flattening {
 public:
  Flattening(const ElementRegistry& registry, TemplateLookup& templates, const ListReader::Value& list,
             std::size_t limit, std::vector<ListItem>& items)
      : registry_(registry), templates_(templates), list_(list), limit_(limit), items_(items) {}

  bool read_list(const Element& list, Bytes value, std::size_t depth) {
    if (value.empty()) return true;
    ByteReader in(value.subspan(1));  // behind the semantic
    switch (list.element->type) {
      case DataType::basic_list:
        return read_basic_list(in, depth);
      case DataType::sub_template_list:
        return read_sub_template_list(list, in, depth);
      default:
        return read_multi_list(list, in, depth);
    }
  }

  [[nodiscard]] ListItem item(const Element& what, Bytes value) const {
    ListItem item;
    item.id = what.id;
    item.element = what.element;
    item.field = list_.field_index;
    item.length = what.length;
    item.where = {
        static_cast<std::uint32_t>(list_.offset + static_cast<std::size_t>(value.data() - list_.bytes.data())),
        static_cast<std::uint32_t>(value.size())};
    return item;
  }

 private:
  bool read_basic_list(ByteReader& in, std::size_t depth) {
    std::uint16_t id = 0;
    Element of{};
    if (!in.read(id) || !in.read(of.length)) return false;
    of.id.id = static_cast<std::uint16_t>(id & ~kEnterpriseBit);
    if ((id & kEnterpriseBit) != 0 && !in.read(of.id.pen)) return false;
    of.element = registry_.find(of.id);
    bool continues = false;
    while (!in.empty()) {
      Bytes value;
      if (of.length == 0 || !take_value(in, of.length, value) || !add(of, value, continues, depth)) return false;
      continues = true;
    }
    return true;
  }

  bool read_sub_template_list(const Element& list, ByteReader& in, std::size_t depth) {
    std::uint16_t id = 0;
    return in.read(id) && read_records(list, id, in.rest(), depth);
  }

  bool read_multi_list(const Element& list, ByteReader& in, std::size_t depth) {
    while (!in.empty()) {
      std::uint16_t id = 0;
      std::uint16_t length = 0;
      Bytes records;
      if (!in.read(id) || !in.read(length) || length < kBlockHeaderLength ||
          !in.take(length - std::size_t{kBlockHeaderLength}, records) || !read_records(list, id, records, depth)) {
        return false;
      }
    }
    return true;
  }

  bool read_records(const Element& list, std::uint16_t id, Bytes records, std::size_t depth) {
    if (records.empty()) return true;
    const std::shared_ptr<const Template> layout = templates_.find_template(id);
    if (layout == nullptr || layout->record_length == 0) {
      return push(item({list.id, nullptr, list.length}, records));
    }
    ByteReader in(records);
    while (in.remaining() >= layout->record_length) {
      if (!(layout->variable ? read_variable_record(*layout, in, depth) : read_fixed_record(*layout, in, depth))) {
        return false;
      }
    }
    return all_zero(in.rest());
  }

  bool read_fixed_record(const Template& layout, ByteReader& in, std::size_t depth) {
    Bytes record;
    if (!in.take(layout.record_length, record)) return false;
    return std::all_of(layout.fields.begin(), layout.fields.end(), [&](const Field& field) {
      return add({field.id, field.element, field.length}, record.subspan(field.offset, field.length), false, depth);
    });
  }

  bool read_variable_record(const Template& layout, ByteReader& in, std::size_t depth) {
    for (std::size_t i = 0; i < layout.wire_lengths.size(); ++i) {
      Bytes value;
      if (!take_value(in, layout.wire_lengths[i], value)) return false;
      if (layout.wire_to_field[i] < 0) continue;
      const Field& field = layout.fields[static_cast<std::size_t>(layout.wire_to_field[i])];
      if (!add({field.id, field.element, field.length}, value, false, depth)) return false;
    }
    return true;
  }

  /// A value of a list: an item, or the items of the list that it is.
  bool add(const Element& what, Bytes value, bool continues, std::size_t depth) {
    const std::size_t kept = items_.size();
    if (what.element != nullptr && is_list(what.element->type) && depth < kMaxListDepth) {
      if (read_list(what, value, depth + 1)) return true;
      if (full_) return false;
      items_.resize(kept);  // an inner list costs no more than itself
    }
    ListItem item = this->item(what, value);
    item.continues = continues;
    return push(item);
  }

  bool push(const ListItem& item) {
    full_ = items_.size() >= limit_;
    if (!full_) items_.push_back(item);
    return !full_;
  }

  const ElementRegistry& registry_;
  TemplateLookup& templates_;
  const ListReader::Value& list_;
  std::size_t limit_;  ///< for the size of items_
  std::vector<ListItem>& items_;
  bool full_ = false;
};

}  // namespace

void ListReader::flatten(const Value& list, TemplateLookup& templates, std::size_t record_begin,
                         std::vector<ListItem>& items) const {
  const std::size_t kept = items.size();
  Flattening flattening(registry_, templates, list, record_begin + kMaxListItems, items);
  const Element whole{list.field.id, list.field.element, list.field.length};
  if (flattening.read_list(whole, list.bytes, 1)) return;
  items.resize(kept);
  items.push_back(flattening.item(whole, list.bytes));
}

}  // namespace flowcef
