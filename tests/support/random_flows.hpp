// Data sets of random templates with random records, weighted towards what maps in a special way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "support/random_source.hpp"

namespace flowcef::test {

/// Big-endian; `number` cut to `length` bytes.
[[nodiscard]] std::string big_endian(std::uint64_t number, std::size_t length);

/// A template, records of it, and the message they came in.
struct RandomFlows {
  std::shared_ptr<Template> layout;
  ExportContext context;
  std::uint16_t template_id = 0;
  std::vector<std::uint8_t> header;
  std::vector<std::uint8_t> records;
  std::uint32_t record_count = 0;
  std::vector<FieldPosition> positions;

  /// Lifetime: views this.
  [[nodiscard]] DataSet set() const;
};

/// Lifetime: keeps references to both.
class RandomFlowMaker {
 public:
  RandomFlowMaker(const ElementRegistry& registry, RandomSource& random);

  /// Templates have no lists and no padding; nothing refers to options tables.
  [[nodiscard]] std::unique_ptr<RandomFlows> make();
  /// Returns: an element that some table has and that is no list.
  [[nodiscard]] const InformationElement& element();

 private:
  [[nodiscard]] std::shared_ptr<Template> fixed_layout();
  [[nodiscard]] std::shared_ptr<Template> layout(ExportFormat format);
  [[nodiscard]] Field field(ExportFormat format);
  [[nodiscard]] std::uint16_t length_of(const Field& field, ExportFormat format);
  void fill_context(RandomFlows& flows);
  [[nodiscard]] Endpoint endpoint();
  void add_record(RandomFlows& flows);
  [[nodiscard]] std::string value_of(const Field& field, std::size_t length, const ExportContext& context);
  [[nodiscard]] std::string text();
  [[nodiscard]] std::uint64_t usual_number(const Field& field, const ExportContext& context);

  const ElementRegistry& registry_;
  RandomSource& random_;
  std::vector<const InformationElement*> elements_;
};

}  // namespace flowcef::test
