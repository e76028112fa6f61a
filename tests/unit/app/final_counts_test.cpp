// PX-12: what a spool and several receivers add to the books.
#include "flowcef/app/final_counts.hpp"

#include <gmock/gmock.h>

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

OutputBooksEntry siem() {
  OutputBooksEntry entry;
  entry.name = "siem";
  entry.offered = entry.rendered.lines = entry.counts.submitted = 10;
  entry.counts.restored = 5;
  entry.counts.delivered = 6;
  entry.counts.queued = 1;
  entry.counts.spooled = 4;
  entry.counts.dropped = {{"spool_full", 3}, {"spool_damaged", 1}};
  entry.counts.failovers = 2;
  return entry;
}

TEST(FinalCounts, LinesOfTheRunBeforeAreOnBothSides) {
  FinalCounts counts;
  counts.add(siem());
  EXPECT_THAT(counts.imbalances(), IsEmpty());
  EXPECT_EQ(counts.dropped_lines(), 4U) << "what is in the spool is not lost";
  OutputBooksEntry lacking = siem();
  lacking.name = "other";
  lacking.counts.spooled = 3;
  counts.add(lacking);
  EXPECT_THAT(counts.imbalances(),
              ElementsAre("output other: rendered 10, submitted 10, restored 5, delivered 6, queued 1, spooled 3, "
                          "dropped 4"));
}

TEST(FinalCounts, ShowsTheSpool) {
  FinalCounts counts;
  counts.add(siem());
  EXPECT_THAT(counts.to_string(),
              HasSubstr("output.siem.delivered 6\noutput.siem.queued 1\noutput.siem.spooled 4\noutput.siem.dropped 4\n"
                        "output.siem.dropped.spool_damaged 1\noutput.siem.dropped.spool_full 3\n"
                        "output.siem.restored 5\noutput.siem.failovers 2\n"));
}

// An output that was removed and added again by reloads: what it left on disk it found there.
TEST(FinalCounts, AddsUpOutputsOfOneName) {
  FinalCounts counts;
  counts.add(siem());
  counts.add(siem());
  EXPECT_THAT(counts.imbalances(), IsEmpty());
  for (const char* line : {"output.siem.spooled 4\n", "output.siem.restored 6\n", "output.siem.failovers 4\n"}) {
    EXPECT_THAT(counts.to_string(), HasSubstr(line));
  }
}

TEST(FinalCounts, ZerosOfASpoolAreShownWhereThereIsOne) {
  OutputBooksEntry plain;
  plain.name = "siem";
  FinalCounts without;
  without.add(plain);
  for (const char* word : {"spooled", "restored", "failovers"}) EXPECT_THAT(without.to_string(), Not(HasSubstr(word)));
  OutputBooksEntry spooling = plain;
  spooling.has_spool = true;
  FinalCounts with;
  with.add(plain);
  with.add(spooling);
  EXPECT_THAT(with.to_string(), HasSubstr("output.siem.spooled 0\n"));
  EXPECT_THAT(with.to_string(), Not(HasSubstr("restored")));
}

}  // namespace
}  // namespace flowcef::test
