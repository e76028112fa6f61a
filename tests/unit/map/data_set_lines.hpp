// Data sets made by hand, with what no message builder can give them: views, list items, options tables.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/decode/options_tables.hpp"
#include "flowcef/map/renderer.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {

class DataSetLines : public RenderFixture {
 protected:
  /// A layout of those fields; of variable length if any field is.
  std::shared_ptr<Template> layout(const std::vector<FieldSpec>& fields) {
    if (!translation_) use_keys("");
    auto made = std::make_shared<Template>();
    made->serial = ++serial_;
    for (const FieldSpec& spec : fields) {
      Field field;
      field.id = {spec.pen, spec.id};
      field.element = translation_->registry.find(field.id);
      field.length = spec.length;
      field.offset = made->record_length;
      made->variable = made->variable || spec.length == kVariableLength;
      made->record_length += spec.length == kVariableLength ? 1U : spec.length;
      made->fields.push_back(field);
    }
    return made;
  }

  /// Adds a value to the items of the next line. Input: the list's field, and the item's element.
  void item(std::uint16_t field, const FieldSpec& spec, const ByteWriter& value, bool continues = false) {
    const ElementId id{spec.pen, spec.id};
    const auto size = static_cast<std::uint32_t>(value.size());
    items_.push_back({id,
                      translation_->registry.find(id),
                      field,
                      spec.length,
                      {static_cast<std::uint32_t>(item_bytes_.size()), size},
                      continues});
    item_bytes_.append(value.bytes());
  }

  /// The extension of a record, with the items so far.
  std::string extension_of_record(const std::shared_ptr<Template>& layout, const ByteWriter& bytes) {
    const auto line = render(layout, bytes);
    static constexpr std::string_view kHeader = "CEF:0|V|P|1|s|n|3|";
    EXPECT_TRUE(line.starts_with(kHeader)) << line;
    return line.starts_with(kHeader) ? line.substr(kHeader.size()) : line;
  }

  std::string render(const std::shared_ptr<Template>& layout, const ByteWriter& bytes) {
    std::vector<FieldPosition> positions;
    if (layout->variable) {
      for (std::size_t i = 0; i < layout->fields.size(); ++i) {
        positions.push_back({0, static_cast<std::uint32_t>(bytes.size())});
      }
    }
    const std::uint32_t end = static_cast<std::uint32_t>(items_.size());
    const bool with_items = !items_.empty();
    ByteWriter records = bytes;
    records.append(item_bytes_.bytes());
    std::vector<ListItem> items = items_;
    for (ListItem& item : items) item.where.offset += static_cast<std::uint32_t>(bytes.size());
    const DataSet set{*layout,
                      context_,
                      300,
                      records.bytes(),
                      1,
                      positions,
                      static_cast<std::uint32_t>(positions.size()),
                      items,
                      with_items ? std::span(&end, 1) : std::span<const std::uint32_t>()};
    renderer().render(set, {"7-", 1});
    renderer().flush();
    const std::string line = lines_.empty() ? std::string() : lines_.back();
    lines_.clear();
    return line;
  }

  Renderer& renderer() {
    if (!renderer_) {
      renderer_ = std::make_unique<Renderer>(translation_->mapping, rendering_, pool_, counters_,
                                             [this](const BatchRef& batch) {
                                               for (const LineRef& line : batch->lines())
                                                 lines_.emplace_back(batch->message(line));
                                             });
    }
    return *renderer_;
  }

  void forget_items() {
    items_.clear();
    item_bytes_ = {};
  }

  ExportContext context_;
  std::vector<ListItem> items_;
  ByteWriter item_bytes_;
  RenderCounters counters_;
  std::unique_ptr<Renderer> renderer_;
  std::uint64_t serial_ = 0;
};

}  // namespace flowcef::test
