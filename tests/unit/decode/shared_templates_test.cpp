#include <atomic>
#include <thread>

#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

/// Another worker of the same input.
class Worker final : public DataSetHandler {
 public:
  Worker(const ElementRegistry& registry, InputState& input) : decoder_(registry, input, counters_, *this) {}

  void decode(const MessageBuilder& message) {
    const auto bytes = message.bytes();
    decoder_.decode(datagram_of(bytes));
  }
  void on_data_set(const DataSet& set) override {
    for (std::uint32_t i = 0; i < set.record_count; ++i) {
      for (const Field& field : set.layout.fields) bytes_ += value_of(set, i, field).size();
      for (const ListItem& item : set.items_of(i)) bytes_ += item.where.length;
    }
    records_ += set.record_count;
  }
  void on_refused(const Datagram&, Refusal) override {}

  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;

 private:
  DecodeCounters counters_;
  Decoder decoder_;
};

class SharedTemplates : public DecodeFixture {};

ByteWriter counter_template(std::uint16_t length = 4) {
  return template_record(256, {{1, length}, {2, 4}});
}

// PX-01: what waits at one worker is decoded by the template that came to another, ahead of what comes now.
TEST_F(SharedTemplates, DecodeWhatWaitsAtAnotherWorker) {
  Worker other(registry_, input_);
  decode(MessageBuilder::ipfix().set(256, ByteWriter().u32(1).u32(2)));
  other.decode(MessageBuilder::ipfix().templates(counter_template()));
  EXPECT_TRUE(records_.empty());
  decode(MessageBuilder::ipfix().set(256, ByteWriter().u32(3).u32(4)));
  ASSERT_EQ(records_.size(), 2U);
  EXPECT_EQ(records_[0].hex.at("octetDeltaCount"), "00000001");
  EXPECT_EQ(refused(Refusal::template_missing), 0U);
}

/// A record that holds a list of records of its own template, five deep.
ByteWriter nested_list(int depth = 5) {
  ByteWriter value;
  value.u8(255).u16(257);  // semantic, template
  if (depth > 0) value.append(nested_list(depth - 1).bytes());
  return ByteWriter().u8(value.size()).append(value.bytes()).u32(7);
}

// Two workers redefine and use the same templates: nobody reads by one that is gone from memory.
TEST_F(SharedTemplates, ChangeWhileAnotherWorkerReadsByThem) {
  constexpr int kRounds = 3'000;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;
  std::atomic<int> ready = 0;
  for (int i = 0; i < 3; ++i) {
    Worker& worker = *workers.emplace_back(std::make_unique<Worker>(registry_, input_));
    threads.emplace_back([&worker, &ready, i] {
      ++ready;
      while (ready != 3) std::this_thread::yield();
      for (int round = 0; round < kRounds; ++round) {
        const bool longer = (round + i) % 2 == 0;
        worker.decode(MessageBuilder::ipfix().set(256, ByteWriter().zeros(31).u8(1)).set(257, nested_list()));
        worker.decode(
            MessageBuilder::ipfix()
                .templates(counter_template(longer ? 8 : 4))
                .templates(template_record(257, {{292, 65535}, {longer ? std::uint16_t{1} : std::uint16_t{2}, 4}})));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& worker : workers) EXPECT_GT(worker->records_, std::uint64_t{kRounds});
  EXPECT_EQ(input_.templates.size(), 2U);
}

ByteWriter interface_names() {
  return ipfix_options_record(300, {{10, 4}}, {{82, 4}});
}

MessageBuilder name_interfaces(std::uint32_t first) {
  ByteWriter rows;
  for (std::uint32_t i = first; i < first + 100; ++i) rows.u32(i).text("eth0");
  return MessageBuilder::ipfix().options_templates(interface_names()).set(300, rows);
}

// PX-16: an exporter that takes its templates back and begins anew is not let to pile rows up.
TEST_F(SharedTemplates, RowsGoWithTheirDomain) {
  for (std::uint32_t round = 0; round < 50; ++round) {
    decode(name_interfaces(1 + 100 * round));
    ASSERT_EQ(contexts_.back().tables->size(), 100U) << round;
    decode(MessageBuilder::ipfix().options_templates(ByteWriter().u16(300).u16(65535).u16(1)));
    ASSERT_EQ(input_.templates.size(), 0U);
  }
}

// PX-16: nor templates that cannot be used.
TEST_F(SharedTemplates, UnusableIdsAreBounded) {
  for (std::uint16_t id = 256; id < 1'000; ++id)
    decode(MessageBuilder::ipfix().templates(template_record(id, {{1, 0}})));
  decoder_.exporters().for_each([&](const Exporter& exporter) {
    for (const auto& [key, of] : exporter.domains) EXPECT_EQ(of.unusable.size(), 64U);
  });
  EXPECT_EQ(refused(Refusal::zero_length_record), 1'000U - 256U);
}

// The same if the templates went for other reasons: rows of domains that are gone leave with the next sweep.
TEST_F(SharedTemplates, RowsOfEjectedDomainsAreSwept) {
  const auto domain = [](std::uint32_t number) { return MessageBuilder::ipfix(1'700'000'000, number); };
  for (std::uint32_t round = 1; round < 4'000; ++round) {
    decode(domain(round).options_templates(interface_names()).set(300, ByteWriter().u32(round).text("eth0")));
  }
  std::size_t rows = 0;
  decoder_.exporters().for_each([&](const Exporter& exporter) {
    for (const auto& [key, of] : exporter.domains) rows += of.tables.size();
  });
  EXPECT_LE(rows, 1'000U + 64 + 1'000 / 4 + 1) << "as many as templates, and those since the last sweep";
}

}  // namespace
}  // namespace flowcef::test
