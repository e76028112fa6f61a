#!/usr/bin/env python3
"""PX-12: a receiver is down during an export: all lines arrive once it is back, and the memory stays bounded."""
import os
import re
import sys
import time

from support.chaos import NUMBER, Witness
from support.harness import main
from support.segments import read_spool
from support.spool import Feeder, Lines, SpoolCase

RATE = int(os.environ.get("FLOWCEF_OUTAGE_RATE", "50000"))  # lines a second
SECONDS = int(os.environ.get("FLOWCEF_OUTAGE_SECONDS", "4"))
QUEUE_MIB = 8
ALLOWANCE_MIB = 32  # beside the queue: buffers for reuse, and batches on their way to and from the disk
REPLAY_RATE = 4000

os.environ.setdefault("ASAN_OPTIONS", "quarantine_size_mb=1")  # freed memory would count as used


def number_of(line):
    return int(NUMBER.search(line)[1]) & 0xFFFFFFFF


class Outage(SpoolCase):
    @staticmethod
    def patience():
        return 60 + 3 * SECONDS

    def memory(self, name="VmHWM"):
        """Peak resident memory of the bridge in MiB; proc(5), /proc/PID/status."""
        with open(f"/proc/{self.bridge.child.pid}/status", encoding="ascii") as file:
            return int(re.search(rf"^{name}:\s+(\d+) kB$", file.read(), re.MULTILINE)[1]) / 1024

    def spool_mib(self):
        return sum(path.stat().st_size for path in self.spool.iterdir()) / (1 << 20)

    def test_outage_fifo(self):
        """Each line arrives, in the order of the export."""
        lines = RATE * (SECONDS + 2)
        witness = Witness(self, "newline")
        self.start_with_spool(witness, "overflow", f'queue = "{QUEUE_MIB}MiB"', 'max_bytes = "16GiB"',
                              stop_deadline=60)
        feeder = Feeder(self, lines, RATE)
        self.wait_for_records(feeder, RATE)
        memory = self.memory()
        witness.kill()
        down, first = time.monotonic(), feeder.sent
        self.wait_for_records(feeder, RATE * (SECONDS + 1))
        rate = (feeder.sent - first) / (time.monotonic() - down)
        spooled = self.spool_mib()
        witness.start()
        back, first = time.monotonic(), feeder.sent
        self.wait_for_line(witness, first)
        caught_up = time.monotonic() - back
        feeder.finish(self.patience())
        self.wait_for_line(witness, lines - 1)
        peak = self.memory()
        books = self.counts_of_stop()
        witness.stop()
        print(f"{SECONDS} s without a receiver at {rate:.0f} lines a second: {spooled:.0f} MiB on disk, peak memory "
              f"{peak:.0f} MiB, {memory:.0f} before; caught up after {caught_up:.1f} s", file=sys.stderr)
        expected = repeated = 0
        for number in map(number_of, witness.lines()):
            self.assertLessEqual(number, expected, "a line came too early, or is lost")
            repeated += number < expected
            expected += number == expected
        self.assertEqual((expected, books["delivered"], books["dropped"]), (lines, lines, 0), f"{repeated} repeated")
        self.assertLess(peak - memory, QUEUE_MIB + ALLOWANCE_MIB)
        self.assertGreater(spooled, QUEUE_MIB + ALLOWANCE_MIB, "too little was sent to see unbounded memory")

    def test_outage_interleave(self):
        """New lines arrive before old ones are through, which come at their rate; each in their order."""
        old = 3 * REPLAY_RATE
        witness = Witness(self, "newline")
        witness.stop()
        self.start_with_spool(witness, "overflow", spool=f'replay = "interleave"\nreplay_rate = {REPLAY_RATE}')
        self.wait_until(lambda: "cannot connect" in self.bridge.stderr(), "the bridge knows that there is no receiver")
        Feeder(self, old, rate=0).finish(self.patience())
        self.wait_until(lambda: Lines(read_spool(self.spool)).count == old, "all lines are on disk")
        began = time.monotonic()
        witness.start()
        self.wait_until(witness.bytes_read, "the first line")
        feeder = Feeder(self, old // 2, REPLAY_RATE // 2, first=old)
        feeder.finish(self.patience())
        self.wait_until(lambda: Lines(witness.lines()).count == old + old // 2, "all lines arrive")
        took = time.monotonic() - began
        self.counts_of_stop()
        witness.stop()

        numbers = Lines(witness.lines()).numbers
        self.assertEqual(sorted(numbers), list(range(old + old // 2)))
        before = numbers.index(next(number for number in numbers if number >= old))
        print(f"{before} of {old} old lines came before the first new one, all within {took:.1f} s", file=sys.stderr)
        self.assertLess(before, old)
        self.assertEqual([number for number in numbers if number < old], list(range(old)), "the order of the old ones")
        self.assertEqual([number for number in numbers if number >= old], list(range(old, old + old // 2)),
                         "the order of the new ones")
        self.assertGreater(took, (old - REPLAY_RATE) / REPLAY_RATE, f"faster than {REPLAY_RATE} lines a second")


if __name__ == "__main__":
    main()
