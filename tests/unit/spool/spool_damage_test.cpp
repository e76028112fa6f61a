// What is damaged costs itself only, is counted, and harms nobody, whatever its sums say.
#include "flowcef/core/crc32c.hpp"
#include "spool_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Three records of ten lines, 30 bytes each with its LF, in one segment.
class SpoolDamage : public SpoolTest {
 protected:
  static constexpr std::size_t kRecord = kRecordHeader + 10 * (kIndexEntry + 30);

  void write(bool seal = true) {
    open();
    append_all({batches_.next(10, 29), batches_.next(10, 29), batches_.next(10, 29)});
    if (seal) spool_->close();
    kill();
  }
  std::string& segment() { return memory_.content(memory_.list().front()); }
  static std::size_t record(std::size_t index) { return kHeaderBlock + index * kRecord; }

  /// Writes a number in place. Input: `record` that holds it; its sums are put right.
  void put(std::size_t index, std::size_t at, std::uint32_t value) {
    std::string& bytes = segment();
    const auto set = [&bytes](std::size_t offset, std::uint32_t number) {
      for (std::size_t i = 0; i < 4; ++i) bytes[offset + i] = static_cast<char>(number >> 8 * i);
    };
    const std::size_t begin = record(index);
    set(begin + at, value);
    set(begin + 16, crc32c(std::string_view(bytes).substr(begin + kRecordHeader, kRecord - kRecordHeader)));
    set(begin + 24, crc32c(std::string_view(bytes).substr(begin, 24)));
  }
};

TEST_F(SpoolDamage, APayloadCostsItsBatch) {
  write();
  segment()[record(1) + kRecordHeader + 77] ^= 1;
  EXPECT_EQ(open().lines, 30U);
  EXPECT_THAT(read_all(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30));
  EXPECT_EQ(lost_, 10U);
  EXPECT_THAT(log(), HasSubstr("/spool/01000000000000000000.spool: 10 lines are damaged and lost"));
  EXPECT_THAT(memory_.list(), IsEmpty());
}

TEST_F(SpoolDamage, ARecordHeaderCostsTheRestOfItsSegment) {
  for (std::size_t byte = 0; byte < kRecordHeader; ++byte) {
    write();
    segment()[record(1) + byte] ^= 0x10;
    EXPECT_EQ(open().lines, 30U);
    append_all({batches_.next(1)});
    lost_ = 0;
    EXPECT_THAT(read_all(), SizeIs(11)) << byte;
    EXPECT_EQ(lost_, 20U) << byte;
    spool_->close();
    EXPECT_THAT(memory_.list(), IsEmpty()) << byte;
  }
}

TEST_F(SpoolDamage, AnEndThatIsGoneIsCounted) {
  write();
  segment().resize(record(2) + 5);
  EXPECT_EQ(open().lines, 30U);
  EXPECT_EQ(spool_->status().bytes, record(2) + 5);
  EXPECT_THAT(read_all(), SizeIs(20));
  EXPECT_EQ(lost_, 10U);
}

TEST_F(SpoolDamage, AFileThatIsGoneIsCounted) {
  write();
  open();
  memory_.remove(memory_.list().front());
  EXPECT_THAT(read_all(), IsEmpty());
  EXPECT_EQ(lost_, 30U);
  EXPECT_FALSE(spool_->has_unread());
}

TEST_F(SpoolDamage, ADiskThatCannotReadCostsTheRestOfItsSegment) {
  write();
  open();
  const auto held = spool_->read_next().found;
  memory_.read_fault = {.error = EIO};
  EXPECT_THAT(read_all(), IsEmpty());
  EXPECT_EQ(lost_, 20U);
  spool_->release(held->place);
  EXPECT_THAT(memory_.list(), IsEmpty());
}

TEST_F(SpoolDamage, AProcessThatMayOpenNoMoreFilesLosesNothing) {
  write();
  open();
  memory_.open_fault = {.error = EMFILE};
  EXPECT_FALSE(spool_->read_next().found);
  EXPECT_FALSE(spool_->has_unread()) << "not before a second has passed";
  EXPECT_EQ(spool_->status().lines, 30U);
  memory_.open_fault = {};
  kill();
  open();
  EXPECT_EQ(read_all(), range(1, 30));
  EXPECT_EQ(lost_, 0U);
}

TEST_F(SpoolDamage, AHeaderCostsItsSegmentWhichIsPutAside) {
  struct Case {
    std::size_t byte;
    const char* reason;
  };
  for (const Case& c : {Case{0, "is no spool segment"}, Case{8, "is of version 3, expected 1"},
                        Case{13, "has a damaged header"}, Case{22, "has a damaged header"}}) {
    write();
    segment()[c.byte] ^= 2;
    const SpoolFound found = open();
    EXPECT_EQ(found.damaged_segments, 1U);
    EXPECT_EQ(found.lines, 0U);
    EXPECT_THAT(memory_.list(), ElementsAre("01000000000000000000.spool.damaged"));
    EXPECT_THAT(log(), HasSubstr(std::string("/spool/01000000000000000000.spool: ") + c.reason +
                                 "; its lines are not sent. It is kept as 01000000000000000000.spool.damaged"));
    EXPECT_TRUE(append(batches_.next(1)));
    EXPECT_THAT(read_all(), SizeIs(1));
    spool_->close();
    EXPECT_EQ(open().damaged_segments, 0U) << "said once";
    memory_.remove("01000000000000000000.spool.damaged");
  }
}

TEST_F(SpoolDamage, ASegmentUnderAnotherNameIsPutAside) {
  write();
  memory_.rename("01000000000000000000.spool", "01000000000000000007.spool");
  EXPECT_EQ(open().damaged_segments, 1U);
  EXPECT_THAT(log(), HasSubstr("01000000000000000007.spool: is segment 1000000000000000000;"));
}

TEST_F(SpoolDamage, OtherFilesAreLeftAlone) {
  const std::vector<std::string> names{"00000000000000000000.spool", "1.spool",
                                       "99999999999999999999.spool", "lost+found",
                                       "0100000000000000000x.spool", "01000000000000000000.spool.damaged",
                                       "18446744073709551615.spool"};
  for (const std::string& name : names) memory_.put(name, "text");
  EXPECT_EQ(open().segments, 0U);
  append_all({batches_.next(1)});
  EXPECT_THAT(read_all(), SizeIs(1));
  spool_->close();
  EXPECT_THAT(memory_.list(), testing::UnorderedElementsAreArray(names));
}

TEST_F(SpoolDamage, TheTornEndOfAKilledRunIsCut) {
  for (std::size_t cut = 1; cut < kRecord; cut += 7) {
    write(false);
    segment().resize(record(3) - cut);
    const SpoolFound found = open();
    EXPECT_EQ(found.lines, 20U);
    EXPECT_EQ(found.torn_bytes, kRecord - cut);
    EXPECT_EQ(segment().size(), record(2));
    EXPECT_THAT(read_all(), SizeIs(20));
    EXPECT_EQ(lost_, 0U);
  }
  EXPECT_THAT(log(), HasSubstr("bytes were being written when flowcef was stopped hard; they are cut off"));
}

TEST_F(SpoolDamage, AFileThatWasJustMadeIsRemoved) {
  memory_.put("01000000000000000000.spool", std::string(kHeaderBlock - 1, '\0'));
  const SpoolFound found = open();
  EXPECT_EQ(found.torn_bytes, kHeaderBlock - 1);
  EXPECT_EQ(found.damaged_segments, 0U);
  EXPECT_THAT(memory_.list(), IsEmpty());
}

/// Marks that cannot be are as none.
TEST_F(SpoolDamage, MarksThatAreWrongCostNothing) {
  struct Case {
    const char* name;
    std::size_t at;
    SegmentMark mark;
  };
  const Case cases[] = {
      {"progress ahead of the records", kProgressAt, {0, 0}},
      {"progress far behind the file", kProgressAt, {std::uint64_t{1} << 41, 0}},
      {"progress of more lines than there are", kProgressAt, {record(1), 31}},
      {"progress behind the seal", kProgressAt, {record(4), 20}},
      {"progress at the end with lines left", kProgressAt, {record(3), 29}},
      {"a seal ahead of the records", kSealAt, {10, 0}},
      {"a seal of lines, but no records", kSealAt, {kHeaderBlock, 1}},
      {"a seal of lines that have no room", kSealAt, {record(3), ~std::uint64_t{0}}},
  };
  for (const Case& c : cases) {
    write();
    segment().replace(c.at, kMarkBytes, encode_mark(c.mark));
    EXPECT_EQ(open().lines, 30U) << c.name;
    EXPECT_THAT(read_all(), SizeIs(30)) << c.name;
    EXPECT_EQ(lost_, 0U) << c.name;
  }
}

/// Right sums make nothing true.
TEST_F(SpoolDamage, NumbersThatCannotBeCostTheirBatchOrTheRest) {
  struct Case {
    const char* name;
    std::size_t at;  ///< in the second record
    std::uint32_t value;
    std::size_t left;
  };
  constexpr std::size_t kIndex = kRecordHeader;
  const Case cases[] = {
      {"payload beyond the file", 0, kRecord * 2, 10},
      {"payload beyond everything", 0, ~std::uint32_t{0}, 10},
      {"payload without room for the index", 0, 10 * kIndexEntry - 1, 10},
      {"no lines", 4, 0, 10},
      {"more lines than fit", 4, 1'000, 10},
      {"more lines than were counted", 4, 25, 10},
      {"fewer lines", 4, 9, 20},
      {"first line behind the settled ones", 8, 1, 10},
      {"settled behind the lines", 12, 11, 10},
      {"a message ahead of its frame", kIndex + kIndexEntry, 29, 20},
      {"a message that is moved beyond its frame", kIndex + kIndexEntry, 32, 20},
      {"a message that ends behind its frame", kIndex + 4, 31, 20},
      {"a message whose end is more than a number holds", kIndex + 4, ~std::uint32_t{0}, 20},
      {"a frame that ends behind the next one", kIndex + 8, 61, 20},
      {"a frame that ends ahead of its begin", kIndex + 3 * kIndexEntry + 8, 60, 20},
      {"a last frame that ends ahead of the bytes", kIndex + 9 * kIndexEntry + 8, 299, 20},
      {"a last frame that ends behind the bytes", kIndex + 9 * kIndexEntry + 8, 301, 20},
  };
  for (const Framing wanted : {Framing::newline, Framing::octet_counting}) {
    for (const Case& c : cases) {
      write();
      put(1, c.at, c.value);
      EXPECT_EQ(open(wanted).lines, 30U) << c.name;
      lost_ = 0;
      EXPECT_THAT(read_all(), SizeIs(c.left)) << c.name;
      EXPECT_EQ(lost_, 30 - c.left) << c.name;
    }
  }
}

TEST_F(SpoolDamage, AStartReadsHeadersOnly) {
  config_.max_bytes = 64 * kMebibyte;
  open();
  for (int i = 0; i < 50; ++i) append_all({batches_.next(1'000, 1'000)});
  spool_->close();
  kill();
  memory_.counts = {};
  const SpoolFound found = open();
  EXPECT_EQ(found.lines, 50'000U);
  EXPECT_EQ(memory_.counts.reads, found.segments);
  EXPECT_EQ(memory_.counts.bytes_read, found.segments * kHeaderBlock);

  append_all({batches_.next(100, 1'000), batches_.next(100, 1'000)});
  kill();
  memory_.counts = {};
  const SpoolFound again = open();
  EXPECT_EQ(again.lines, 50'200U);
  EXPECT_LE(memory_.counts.bytes_read, again.segments * kHeaderBlock + 2 * kMebibyte) << "one was being written";
}

}  // namespace
}  // namespace flowcef::test
