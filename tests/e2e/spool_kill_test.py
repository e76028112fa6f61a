#!/usr/bin/env python3
"""PX-12, PX-15: what is in a spool arrives, whatever becomes of the bridge."""
import os
import signal
import sys
import time

from support.chaos import LINES, Witness
from support.harness import main
from support.process import tcp_bytes_in_flight, tcp_bytes_unread
from support.segments import read_segment, read_spool, segments
from support.spool import Feeder, Lines, SpoolCase

KILLS = int(os.environ.get("FLOWCEF_CHAOS_KILLS", "2"))
SMALL_SEGMENTS = 'max_bytes = "256MiB"'
QUEUE_MIB = 1
SMALL_BUFFER = ("--buffer", "65536")  # of the receiver, as half a queue is the most that may go again to it
HELD = 20000  # lines, some 6 MB


class Spool(SpoolCase):
    def kill(self):
        """Kills the bridge, and returns what is in its spool then."""
        self.bridge.stop(signal.SIGKILL)
        return self.journal()

    def wait_until_read(self, witness):
        """Until the receiver has read what a dead bridge had sent."""
        self.wait_until(lambda: not tcp_bytes_in_flight(witness.port) and not tcp_bytes_unread(witness.port),
                        "the witness has read all")

    def test_spool_journal_kills(self):
        """The bridge is killed in the midst of an export, every other time while its receiver is down; a receiver that is
        there is killed with unread data after it. Every line that was in the journal arrives, and nothing is sent that
        was not in it before."""
        began = time.monotonic()
        witness = Witness(self, "newline")
        self.start_with_spool(witness, "journal", spool=SMALL_SEGMENTS)
        feeder = Feeder(self, LINES)
        journal, unread, lost = Lines(), 0, 0
        for kill in range(1, KILLS + 1):
            is_down = kill % 2 == 0
            if is_down:
                self.wait_for_records(feeder, LINES * (2 * kill - 1) // (2 * KILLS + 2))
                unread += witness.kill()
            self.wait_for_records(feeder, LINES * kill // (KILLS + 1))
            found = self.kill()
            journal.merge(found)
            self.wait_until(lambda: len(feeder.breaks) == kill, "the exporter has lost its connection")
            lost += feeder.breaks[-1] - 1 - found.newest()
            self.wait_until_read(witness)
            self.assertLessEqual(witness.newest(), found.newest(), "a line was sent before it was in the journal")
            if is_down:
                witness.start()
            self.run_bridge()
            feeder.go_on()
            self.wait_for_line(witness, feeder.breaks[-1])
            if not is_down:
                unread += witness.kill()
                witness.start()
            self.progress(f"{kill} of {KILLS} kills")
        feeder.finish(self.patience())
        self.wait_for_line(witness, LINES - 1)
        books = self.counts_of_stop()
        witness.stop()

        arrived = Lines(witness.lines())
        print(f"{LINES} records, {KILLS} kills of the bridge, which lost {lost} that it had not journaled, and of its "
              f"receiver with {unread} bytes unread: {len(journal.by_id)} lines seen in the journal, "
              f"{journal.missing_in(arrived)} of them lost, {arrived.repeats()} lines repeated, "
              f"{time.monotonic() - began:.0f} s", file=sys.stderr)
        self.assertEqual(journal.missing_in(arrived), 0)
        self.assertEqual(arrived.numbers, sorted(arrived.numbers), "the order")
        self.assertEqual(len(arrived.by_id), LINES - lost, "all but what a dead bridge had not journaled")
        self.assertEqual([books[name] for name in ("queued", "spooled", "dropped")], [0, 0, 0], books)
        self.assertEqual(segments(self.spool), [], "an idle spool has no segments")

    def hold(self, mode, settings="", spool=""):
        """Lines of which the receiver reads hardly any: they are in its kernel, in memory and on disk."""
        witness = Witness(self, "newline", options=SMALL_BUFFER)
        self.start_with_spool(witness, mode, settings, spool)
        feeder = Feeder(self, HELD, rate=0)
        witness.pause()
        feeder.finish(self.patience())
        return witness

    def deliver_what_is_left(self, witness):
        """A new run of the bridge and of the receiver, whose kernel has lost what it had; returns what it has in the end."""
        witness.kill_now()
        witness.start()
        newest = self.journal().newest()
        self.run_bridge()
        self.wait_for_line(witness, newest)
        books = self.counts_of_stop()
        witness.stop()
        self.assertEqual([books[name] for name in ("lines", "queued", "spooled", "dropped")], [0, 0, 0, 0], books)
        return Lines(witness.lines())

    def test_spool_overflow_kill(self):
        """What was on disk arrives; what is lost is less than the memory that a queue may take."""
        witness = self.hold("overflow", f'queue = "{QUEUE_MIB}MiB"')
        on_disk = self.kill()
        arrived = self.deliver_what_is_left(witness)
        lost = HELD - len(arrived.by_id)
        print(f"{HELD} lines, {on_disk.count} of them on disk, {lost} in memory and lost", file=sys.stderr)
        self.assertGreater(on_disk.count, 0)
        self.assertEqual(on_disk.missing_in(arrived), 0)
        self.assertLess(lost * on_disk.bytes // on_disk.count, QUEUE_MIB << 20)

    def test_spool_sees_lost_segments(self):
        """What these tests look at tells when a line of the journal is lost."""
        witness = self.hold("journal", spool=SMALL_SEGMENTS)
        self.wait_until(lambda: Lines(read_spool(self.spool)).count == HELD, "all lines are in the journal")
        journal = self.kill()
        removed = segments(self.spool)[-1]
        expected = Lines(read_segment(removed)).count
        removed.unlink()
        self.assertGreater(expected, 0)
        self.assertEqual(journal.missing_in(self.deliver_what_is_left(witness)), expected)

    def books_over_restarts(self, mode):
        """The receiver is down, hangs with lines unread, is down, and reads: four runs of the bridge with as many lines
        each. What one has spooled the next one restores, and in the end each line was delivered once, in order."""
        per_run = 5000
        witness = Witness(self, "newline", options=SMALL_BUFFER)
        witness.stop()
        self.start_with_spool(witness, mode, f'queue = "{QUEUE_MIB}MiB"', stop_deadline=1)
        runs = []
        for state in ("down", "hung", "down", "up"):
            if runs:
                self.run_bridge()
            feeder = Feeder(self, per_run, first=per_run * len(runs))
            if state == "hung":
                witness.start()
                witness.pause()
            elif state == "up":
                witness.start()
            feeder.finish(self.patience())
            if state == "up":
                self.wait_for_line(witness, 4 * per_run - 1)
            runs.append(self.counts_of_stop())
            if state == "hung":
                witness.kill_now()
        witness.stop()
        self.assertEqual([run["restored"] for run in runs], [0, *(run["spooled"] for run in runs[:-1])], runs)
        self.assertEqual([run["lines"] for run in runs], [per_run] * 4)
        self.assertEqual([run["dropped"] + run["queued"] for run in runs], [0] * 4)
        self.assertEqual([run["delivered"] for run in (runs[0], runs[2])], [0, 0])
        self.assertEqual(runs[0]["spooled"], per_run)
        self.assertEqual(sum(run["delivered"] for run in runs), 4 * per_run)
        self.assertEqual(runs[-1]["spooled"], 0)
        self.assertEqual(Lines(witness.lines()).numbers, list(range(4 * per_run)), "the order")

    def test_spool_books_overflow(self):
        self.books_over_restarts("overflow")

    def test_spool_books_journal(self):
        self.books_over_restarts("journal")


if __name__ == "__main__":
    main()
