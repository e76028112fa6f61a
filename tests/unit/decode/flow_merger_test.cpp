// SK-05: exporters that tell of a flow more often than once a minute, and lines that are for a minute.
#include "flowcef/decode/flow_merger.hpp"

#include <gmock/gmock.h>

#include <array>
#include <map>
#include <numeric>
#include <random>

#include "exporter_flows.hpp"

namespace flowcef::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kNoonMs = 1'700'000'000'000;

/// What a record of the layout below says.
struct Piece {
  std::uint32_t source = 0x0a000001;
  std::uint64_t octets = 1000;
  std::uint64_t packets = 10;
  std::int64_t start_s = 0;  ///< from noon on, as the end
  std::int64_t end_s = 30;
  std::uint8_t flags = 0x10;
  std::uint8_t end_reason = 2;  ///< active timeout
  std::uint8_t least_ttl = 60;
  std::uint8_t most_ttl = 64;

  friend bool operator==(const Piece&, const Piece&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Piece& piece) {
    return out << piece.octets << " octets, " << piece.packets << " packets, " << piece.start_s << ".." << piece.end_s
               << " s, flags " << int{piece.flags} << ", reason " << int{piece.end_reason} << ", ttl "
               << int{piece.least_ttl} << ".." << int{piece.most_ttl};
  }
};

class Merging : public ExporterFlows {
 protected:
  std::shared_ptr<Template> layout_of(const std::vector<std::pair<std::uint16_t, std::uint16_t>>& fields) {
    auto made = std::make_shared<Template>();
    made->serial = new_layout_serial();
    for (const auto& [id, length] : fields) {
      Field field;
      field.id = {0, id};
      field.element = registry_.find(field.id);
      field.length = length;
      field.offset = made->record_length;
      made->record_length += length;
      made->fields.push_back(field);
    }
    return made;
  }
  static ByteWriter bytes_of(const Piece& piece, int counters = 8) {
    ByteWriter out;
    out.u32(piece.source).number(piece.octets, counters).number(piece.packets, counters);
    for (const std::int64_t at : {piece.start_s, piece.end_s}) {
      out.number(static_cast<std::uint64_t>(kNoonMs + at * 1000), 8);
    }
    return out.u8(piece.flags).u8(piece.end_reason).u8(piece.least_ttl).u8(piece.most_ttl);
  }
  static Piece piece_of(const DataSet& set, std::uint32_t index) {
    const auto number = [&](std::uint16_t id) {
      const Bytes value = value_of(set, index, *set.layout.find({0, id}));
      return load_be(value.data(), value.size());
    };
    const auto second = [&](std::uint16_t id) { return (static_cast<std::int64_t>(number(id)) - kNoonMs) / 1000; };
    const auto byte = [&](std::uint16_t id) { return static_cast<std::uint8_t>(number(id)); };
    return {static_cast<std::uint32_t>(number(8)),
            number(1),
            number(2),
            second(152),
            second(153),
            byte(6),
            byte(136),
            byte(52),
            byte(53)};
  }
  void take(const Piece& piece) {
    const ByteWriter bytes = bytes_of(piece);
    merger_.take(set_of(*layout_, bytes), interval_, now_);
  }
  std::vector<Piece> lines() { return std::exchange(lines_, {}); }
  void flush() { merger_.flush(); }

  std::shared_ptr<Template> layout_ =
      layout_of({{8, 4}, {1, 8}, {2, 8}, {152, 8}, {153, 8}, {6, 1}, {136, 1}, {52, 1}, {53, 1}});
  milliseconds interval_ = minutes(1);
  FlowMerger::Clock::time_point now_{};
  std::vector<Piece> lines_;
  std::uint64_t handed_on_ = 0;
  FlowMerger merger_{[this](const DataSet& set) {
    handed_on_ += set.record_count;
    if (!set.layout.find({0, 1}) || !set.layout.find({0, 152})) return;
    for (std::uint32_t i = 0; i < set.record_count; ++i) lines_.push_back(piece_of(set, i));
  }};
};

TEST_F(Merging, TwoHalvesMakeAMinute) {
  take({.octets = 1000, .packets = 10, .start_s = 0, .end_s = 30, .flags = 0x02, .least_ttl = 60, .most_ttl = 61});
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_EQ(merger_.kept(), 1U);
  take({.octets = 500, .packets = 5, .start_s = 30, .end_s = 60, .flags = 0x10, .least_ttl = 59, .most_ttl = 60});
  EXPECT_THAT(
      lines(),
      ElementsAre(Piece{
          .octets = 1500, .packets = 15, .start_s = 0, .end_s = 60, .flags = 0x12, .least_ttl = 59, .most_ttl = 61}));
  EXPECT_EQ(merger_.merged().value(), 1U);
  EXPECT_EQ(merger_.kept(), 0U);
}

TEST_F(Merging, TimersThatAreLateByALittleStillMakeMinutes) {
  take({.start_s = 0, .end_s = 31});
  take({.start_s = 31, .end_s = 62});
  EXPECT_THAT(lines(), ElementsAre(Piece{.octets = 2000, .packets = 20, .start_s = 0, .end_s = 62}));
  take({.start_s = 62, .end_s = 91});
  take({.start_s = 91, .end_s = 120});
  EXPECT_THAT(lines(), IsEmpty()) << "58 s";
  take({.start_s = 120, .end_s = 149});
  EXPECT_THAT(lines(), ElementsAre(Piece{.octets = 2000, .packets = 20, .start_s = 62, .end_s = 120}));
  flush();
  EXPECT_THAT(lines(), ElementsAre(Piece{.start_s = 120, .end_s = 149}));
}

TEST_F(Merging, WhatNoRecordCanJoinAnyMoreGoesOn) {
  take({.start_s = 0, .end_s = 30});
  now_ += seconds(34);
  merger_.advance(now_);
  EXPECT_THAT(lines(), IsEmpty());
  now_ += seconds(1);
  merger_.advance(now_);
  EXPECT_THAT(lines(), ElementsAre(Piece{}));
  take({.start_s = 30, .end_s = 60});
  flush();
  EXPECT_THAT(lines(), ElementsAre(Piece{.start_s = 30, .end_s = 60}));
}

TEST_F(Merging, LongRecordsAndEndedFlowsGoOnAtOnce) {
  const Piece ten_minutes{.start_s = 0, .end_s = 600};
  take(ten_minutes);
  EXPECT_THAT(lines(), ElementsAre(ten_minutes));
  const Piece idle{.end_s = 5, .end_reason = 1};
  take(idle);
  EXPECT_THAT(lines(), ElementsAre(idle));
  take({.start_s = 0, .end_s = 30});
  take({.octets = 1, .packets = 1, .start_s = 30, .end_s = 31, .end_reason = 3});
  EXPECT_THAT(lines(), ElementsAre(Piece{.octets = 1001, .packets = 11, .start_s = 0, .end_s = 31, .end_reason = 3}));
  EXPECT_EQ(merger_.kept(), 0U);
}

TEST_F(Merging, OnlyRecordsOfOneFlowJoin) {
  take({});
  take({.source = 0x0a000002});
  EXPECT_EQ(merger_.kept(), 2U);
  context_.exporter.address = *IpAddress::parse("192.0.2.9");
  take({});
  key_.domain = 5;
  take({});
  EXPECT_EQ(merger_.kept(), 4U) << "of another exporter, and of another domain";
  key_.exporter.port = 50001;
  take({});
  key_.session = 7;
  take({});
  EXPECT_EQ(merger_.kept(), 6U) << "of another process, and over another connection";
  layout_ = layout_of({{8, 4}, {1, 8}, {2, 8}, {152, 8}, {153, 8}, {6, 1}, {136, 1}, {52, 1}, {53, 1}});
  take({});
  EXPECT_EQ(merger_.kept(), 7U);
  EXPECT_EQ(merger_.merged().value(), 0U);
  merger_.flush(7);
  EXPECT_EQ(lines().size(), 2U) << "what came over the connection";
  flush();
  EXPECT_EQ(lines().size(), 5U);
}

TEST_F(Merging, ASumThatHasNoRoomIsTwoLines) {
  const auto small = layout_of({{8, 4}, {1, 4}, {2, 4}, {152, 8}, {153, 8}, {6, 1}, {136, 1}, {52, 1}, {53, 1}});
  const Piece most{.octets = 0xffff'ff00};
  for (const Piece& piece :
       {most, Piece{.octets = 0xff, .start_s = 30, .end_s = 40}, Piece{.octets = 1, .start_s = 40, .end_s = 50}}) {
    const ByteWriter bytes = bytes_of(piece, 4);
    merger_.take(set_of(*small, bytes), interval_, now_);
  }
  flush();
  EXPECT_THAT(lines(), ElementsAre(Piece{.octets = 0xffff'ffff, .packets = 20, .end_s = 40},
                                   Piece{.octets = 1, .start_s = 40, .end_s = 50}));
}

// SK-06, SK-07: events stand for themselves; where a time is not told, none is made up.
TEST_F(Merging, RecordsThatStandForThemselvesGoOnAtOnce) {
  const auto pass = [&](const char* what, auto change) {
    const auto layout = layout_of({{8, 4}, {1, 8}, {2, 8}, {152, 8}, {153, 8}, {6, 1}, {136, 1}, {52, 1}, {53, 1}});
    change(*layout);
    const ByteWriter bytes = bytes_of({});
    const std::uint64_t before = handed_on_;
    merger_.take(set_of(*layout, bytes), interval_, now_);
    EXPECT_EQ(handed_on_ - before, 1U) << what;
  };
  pass("events", [](Template& layout) { layout.tells_events = true; });
  pass("options", [](Template& layout) { layout.options = true; });
  pass("lists", [](Template& layout) { layout.has_lists = true; });
  pass("no start", [](Template& layout) { layout.fields[3].id = {0, 999}; });
  pass("no counter", [](Template& layout) { layout.fields[1].id = layout.fields[2].id = {0, 999}; });
  EXPECT_EQ(merger_.kept(), 0U);
  const Piece backwards{.start_s = 30, .end_s = 0};
  take(backwards);
  EXPECT_EQ(merger_.kept(), 0U);
}

/// NetFlow counts times from a boot that each message places anew.
TEST_F(Merging, UptimesOfTwoMessagesAreComparedAsTimes) {
  std::vector<std::int64_t> times;
  FlowMerger merger([&](const DataSet& set) {
    for (const std::uint16_t id : std::array<std::uint16_t, 2>{22, 21}) {
      const auto value = load_be<std::uint32_t>(value_of(set, 0, *set.layout.find({0, id})).data());
      times.push_back(set.context.export_ms - static_cast<std::int32_t>(set.context.uptime_ms - value));
    }
    times.push_back(load_be<std::uint32_t>(value_of(set, 0, *set.layout.find({0, 1})).data()));
  });
  const auto take = [&](std::uint32_t first, std::uint32_t last, std::uint32_t uptime, std::int64_t export_ms) {
    Flow flow;
    flow.start = first;
    flow.end = last;
    context_.uptime_known = true;
    context_.uptime_ms = uptime;
    context_.export_ms = export_ms;
    const ByteWriter bytes = netflow5(flow);
    merger.take(set_of(*netflow5_, bytes), interval_, now_);
  };
  const std::uint32_t before_wrap = 0xffff'ffff - 40'000;
  take(before_wrap, before_wrap + 30'000, before_wrap + 30'000, kNoonMs);
  // 30 s later by the exporter's uptime, 30.7 s by the second that its header states.
  take(before_wrap + 30'000, before_wrap + 60'000, before_wrap + 60'000, kNoonMs + 30'700);
  EXPECT_THAT(times, ElementsAre(kNoonMs - 30'000, kNoonMs + 30'700, 2400));
}

TEST_F(Merging, StringsTellFlowsApart) {
  auto layout = layout_of({{8, 4}, {1, 8}, {2, 8}, {152, 8}, {153, 8}, {6, 1}, {136, 1}, {52, 1}, {53, 1}});
  Field name;
  name.id = {0, 96};
  name.element = registry_.find(name.id);
  name.length = kVariableLength;
  layout->fields.push_back(name);
  layout->variable = true;
  std::map<std::string, Piece> by_name;
  FlowMerger merger([&](const DataSet& set) {
    const Bytes value = value_of(set, 0, set.layout.fields.back());
    by_name.emplace(std::string(value.begin(), value.end()), piece_of(set, 0));
  });
  for (const auto& [text, start_s] :
       {std::pair("http", 0), std::pair("tls", 0), std::pair("http", 30), std::pair("tls", 30)}) {
    ByteWriter bytes;
    bytes.u32(0xdead'beef);  // the positions say where the record is
    bytes.append(bytes_of({.start_s = start_s, .end_s = start_s + 20}).bytes());
    std::vector<FieldPosition> positions;
    std::uint32_t at = 4;
    for (std::size_t i = 0; i + 1 < layout->fields.size(); ++i) {
      positions.push_back({at, layout->fields[i].length});
      at += layout->fields[i].length;
    }
    const std::string value = text;
    bytes.u8(static_cast<std::uint8_t>(value.size())).append({value.begin(), value.end()});
    positions.push_back({at + 1, static_cast<std::uint32_t>(value.size())});
    const auto fields = static_cast<std::uint32_t>(positions.size());
    merger.take({*layout, context_, 256, bytes.bytes(), 1, positions, fields, {}, {}}, interval_, now_);
  }
  merger.flush();
  const Piece both{.octets = 2000, .packets = 20, .start_s = 0, .end_s = 50};
  EXPECT_EQ(by_name, (std::map<std::string, Piece>{{"http", both}, {"tls", both}}));
}

TEST_F(Merging, WhatHasNoRoomGoesOnEarly) {
  constexpr std::uint32_t kFlows = 100;
  std::vector<std::uint32_t> sources;
  FlowMerger merger([&](const DataSet& set) { sources.push_back(piece_of(set, 0).source); }, 20'000);
  for (std::uint32_t i = 0; i < kFlows; ++i) {
    const ByteWriter bytes = bytes_of({.source = i});
    merger.take(set_of(*layout_, bytes), interval_, now_ + milliseconds(i));
  }
  EXPECT_GT(merger.kept(), 10U);
  EXPECT_EQ(merger.early().value(), sources.size());
  merger.flush();
  std::vector<std::uint32_t> all(kFlows);
  std::iota(all.begin(), all.end(), 0U);
  EXPECT_EQ(sources, all) << "the one that would be due first goes first";
}

TEST_F(Merging, NothingIsLost) {
  std::mt19937 random(1);
  const auto up_to = [&](std::uint32_t most) { return static_cast<std::uint32_t>(random() % (most + 1)); };
  std::map<std::uint32_t, std::uint64_t> sent;
  std::map<std::uint32_t, std::uint64_t> came;
  constexpr std::uint64_t kRecords = 20'000;
  const auto gather = [&] {
    for (const Piece& line : lines()) came[line.source] += line.octets;
  };
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    const std::int64_t start_s = static_cast<std::int64_t>(i / 10) + up_to(40);
    const Piece piece{.source = up_to(50),
                      .octets = up_to(2000),
                      .start_s = start_s,
                      .end_s = up_to(50) == 0 ? start_s - 1 : start_s + up_to(40),
                      .end_reason = static_cast<std::uint8_t>(up_to(20) == 0 ? 1 : 2)};
    sent[piece.source] += piece.octets;
    take(piece);
    now_ += milliseconds(up_to(100));
    if (up_to(50) == 0) merger_.advance(now_);
    gather();
    ASSERT_EQ(i + 1, handed_on_ + merger_.merged().value() + merger_.kept());
  }
  flush();
  gather();
  EXPECT_EQ(sent, came);
  EXPECT_GT(merger_.merged().value(), kRecords / 10);
  EXPECT_EQ(merger_.kept(), 0U);
}

}  // namespace
}  // namespace flowcef::test
