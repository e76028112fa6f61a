#!/usr/bin/env python3
"""PX-12: the bridge is stopped while its receiver is away: what is left goes to the spool, or is counted."""
import signal
import time

from support.bridge import Output
from support.chaos import RATE
from support.harness import main
from support.siems import IMPATIENT, Siem, SiemCase

LINES = 20000
STOP_SECONDS = 0.5


class Stop(SiemCase):
    def start_with(self, siem, spool=True, **keys):
        self.configure(Output(siem.url, spool={"dir": self.folder / "spool"} if spool else None, **IMPATIENT, **keys),
                       stop_deadline=f"{STOP_SECONDS * 1000:.0f}ms")
        self.start()

    def stop_in_time(self):
        """The books once it has stopped, which does not take much longer than it may."""
        began = time.monotonic()
        counts = self.stop()
        self.assertLess(time.monotonic() - began, STOP_SECONDS + 2)
        books = self.books(counts)
        self.assertEqual(sum(books.values()), len(self.numbers) + counts.get("output.siem.restored", 0), counts)
        self.assertEqual(books["queued"], 0)
        return books, counts

    def deliver_rest(self, siem, left):
        """Started again with its receiver back: what was left comes, in order."""
        already = len(self.numbers)
        self.start()
        self.wait_for_count("delivered", lambda lines: lines == left)
        self.numbers = []
        books, counts = self.stop_in_time()
        self.assertEqual(books, {"delivered": left, "queued": 0, "spooled": 0, "dropped": 0})
        self.assertEqual(counts["output.siem.restored"], left)
        siem.stop()
        records = siem.records()
        self.assertEqual(len(records), already)
        self.assert_records(records, sorted(records))

    def stop_down(self, **keys):
        siem = Siem(self, up=False)
        self.start_with(siem, **keys)
        self.export(LINES, RATE)
        return siem, *self.stop_in_time()

    def test_stop_to_the_spool(self):
        """Few enough for the memory, so that the stop alone brings them to the disk."""
        siem, books, _ = self.stop_down(queue="64MiB")
        self.assertEqual(books["spooled"], LINES)
        siem.start()
        self.deliver_rest(siem, LINES)

    def test_stop_to_the_spool_behind_others(self):
        """More than the memory takes: those in memory are newer than those on disk."""
        siem, books, _ = self.stop_down(queue="1MiB")
        self.assertEqual(books["spooled"], LINES)
        siem.start()
        self.deliver_rest(siem, LINES)

    def test_stop_without_a_spool(self):
        _, books, counts = self.stop_down(spool=False)
        self.assertEqual((books["dropped"], counts["output.siem.dropped.stopped"]), (LINES, LINES))
        self.assertEqual(self.said(r"lines lost output=siem reason=stopped lines=(\d+)"), [str(LINES)])

    def stop_hung(self, spool):
        """The receiver has some, and reads no more."""
        siem = Siem(self, options=("--buffer", "65536"))
        self.start_with(siem, spool)
        self.wait_for_log("connected")
        siem.signal(signal.SIGSTOP)
        self.export(LINES, RATE)
        books, counts = self.stop_in_time()
        return siem, books, counts

    def test_stop_while_the_receiver_hangs(self):
        """It dies with what it had not read: that comes again, although it counts as delivered."""
        siem, books, _ = self.stop_hung(spool=True)
        self.assertEqual(books["dropped"], 0)
        self.assertGreater(books["spooled"], 0)
        siem.die()
        siem.start()
        self.deliver_rest(siem, books["spooled"])

    def test_stop_while_the_receiver_hangs_without_a_spool(self):
        _, books, counts = self.stop_hung(spool=False)
        self.assertGreater(books["dropped"], 0)
        self.assertEqual(counts["output.siem.dropped.stopped"], books["dropped"])


if __name__ == "__main__":
    main()
