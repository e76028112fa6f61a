"""A bridge with a spool, records that go on over its end, and what its journal held and its receiver got of them."""
import threading
import time

from support.chaos import LINE, RATE, ChaosCase
from support.ipfix import PER_MESSAGE, Exporter
from support.segments import read_spool

SETTINGS = 'backoff_min = "10ms"\nbackoff_max = "50ms"\nreplay_max_bytes = "32MiB"'


class Lines:
    """Lines of the bridge, told apart by their ids. Fails if an id came with two different lines, or a record with two
    different ids."""

    def __init__(self, lines=()):
        self.count = self.bytes = 0
        self.by_id = {}
        self.numbers = []  # of the records, as they came first
        self.add(lines)

    def add(self, lines):
        for line in lines:
            match = LINE.fullmatch(line)
            if not match:
                raise AssertionError(f"not a line of the bridge: {line!r}")
            self.count += 1
            self.bytes += len(line)
            event = hash(match[1])
            if event not in self.by_id:
                self.numbers.append(int(match[2]) & 0xFFFFFFFF)
            if self.by_id.setdefault(event, hash(line)) != hash(line):
                raise AssertionError(f"two different lines have this id: {line!r}")
        if len(set(self.numbers)) != len(self.numbers):
            raise AssertionError("a record has two ids")

    def merge(self, others):
        for event, line in others.by_id.items():
            if self.by_id.setdefault(event, line) != line:
                raise AssertionError("an id has two different lines")

    def newest(self):
        return max(self.numbers, default=-1)

    def repeats(self):
        return self.count - len(self.by_id)

    def missing_in(self, others):
        """How many of these the others have not, or not the same."""
        return sum(others.by_id.get(event) != line for event, line in self.by_id.items())


class Feeder(threading.Thread):
    """Sends numbered records over IPFIX/TCP, so many a second; 0: as fast as they are taken. When the bridge is gone, it
    waits for go_on() to send the next message: what the dead one had not read is lost."""

    def __init__(self, case, lines, rate=RATE, first=0):
        case.assertEqual(lines % PER_MESSAGE, 0)
        super().__init__(daemon=True)
        self._case, self._rate, self._end = case, rate, first + lines
        self._is_back = threading.Event()
        self.sent = first  # the number of the next record
        self.breaks = []  # its value whenever the bridge was gone
        self.start()

    def run(self):
        while self.sent < self._end:
            self._exporter = Exporter(self._case, self._case.port, first=self.sent)
            try:
                self._export()
            except OSError:
                self.breaks.append(self.sent)
                self._is_back.wait()
                self._is_back.clear()

    def go_on(self):
        self._is_back.set()

    def _export(self):
        began, first = time.monotonic(), self.sent
        while self.sent < self._end:
            self._exporter.send()
            self.sent = self._exporter.sent
            ahead = (self.sent - first) / self._rate - (time.monotonic() - began) if self._rate else 0
            if ahead > 0:
                time.sleep(ahead)

    def finish(self, deadline):
        """Returns when the bridge has read all."""
        self.join(deadline)
        self._case.assertFalse(self.is_alive(), "the bridge takes no more records")
        self._exporter.finish(deadline)


class SpoolCase(ChaosCase):
    def start_with_spool(self, witness, mode, settings="", spool="", stop_deadline=None):
        self.start_bridge(f"tcp://127.0.0.1:{witness.port}",
                          f'{SETTINGS}\n{settings}\n[output.spool]\nmode = "{mode}"\n{spool}', stop_deadline=stop_deadline)

    @property
    def spool(self):
        return self.folder / "state" / "spool" / "siem"

    def journal(self):
        """What is in the spool of a bridge that does not run."""
        self.assertFalse(self.bridge.running())
        return Lines(read_spool(self.spool))

    def counts_of_stop(self):
        """The final books of the output, what is zero too, and how many lines this run has made."""
        counts = self.stop_bridge()
        books = {name: counts.get(f"output.siem.{name}", 0)
                 for name in ("restored", "delivered", "queued", "spooled", "dropped")}
        return {"lines": counts.get("lines", 0), **books}

    def wait_for_records(self, feeder, number):
        self.wait_until(lambda: feeder.sent >= number, lambda: f"record {number} is sent; {feeder.sent} are",
                        deadline=self.patience())

    def wait_for_line(self, witness, number):
        self.wait_until(lambda: witness.newest() >= number,
                        lambda: f"the line of record {number} arrives; {witness.newest()} did", self.patience())
