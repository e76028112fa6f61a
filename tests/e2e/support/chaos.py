"""Numbered lines from a bridge to a receiver that fails, and what became of them."""
import os
import pathlib
import re
import signal
import sys
import threading
import time
from typing import NamedTuple

from support import certificates
from support.bridge import BINARY, MAPPING, parse_counts
from support.harness import Case
from support.ipfix import PER_MESSAGE, Exporter
from support.process import Process, free_port, tcp_bytes_in_flight, tcp_bytes_unread, tcp_listens

LINES = int(os.environ.get("FLOWCEF_CHAOS_LINES", "50000"))
KILLS = int(os.environ.get("FLOWCEF_CHAOS_KILLS", "1"))
RATE = int(os.environ.get("FLOWCEF_CHAOS_RATE", "20000"))  # lines a second; 0: as fast as they are taken
SLOWEST_RATE = 2000
SECONDS_PER_KILL = 10
LAST_LINES = 4096  # bytes
FULL_POLLS = 20
NUMBER = re.compile(rb" FlowcefBridgeFlowId=(\d+)\D")
LINE = re.compile(rb"<134>1 .* CEF:\d\|.* externalId=(\S+) .* FlowcefBridgeFlowId=(\d+)\b.*")


def newline_frames(file):
    return (line[:-1] for line in file if line.endswith(b"\n"))


def octet_counted_frames(file):
    while True:
        count = b""
        while (byte := file.read(1)).isdigit():
            count += byte
        if not byte:
            return
        if byte != b" " or not count:
            raise AssertionError(f"not a frame's length: {count + byte!r} before {file.read(100)!r}")
        line = file.read(int(count))
        if len(line) < int(count):
            return
        yield line


FRAMES = {"newline": newline_frames, "octet-counting": octet_counted_frames}


class Witness:
    """Starts, kills and reads the files of support/witness.py."""

    PROGRAM = pathlib.Path(__file__).with_name("witness.py")

    def __init__(self, case, framing, tls=None, options=()):
        self._case, self._frames = case, FRAMES[framing]
        self._options = [*(("--tls", tls) if tls else ()), *options]
        self._starts = 0
        self.port = free_port()
        self.start()

    def start(self):
        self._starts += 1
        name = f"witness-{self._starts}"
        self._process = Process(self._case, name, [sys.executable, self.PROGRAM, self.port, self._case.folder / name,
                                                   *self._options])
        self._case.wait_until(lambda: tcp_listens(self.port), "the witness listens")

    def signal(self, number):
        self._process.child.send_signal(number)

    def pause(self):
        """It reads no more; returns once there is something to read for it."""
        self.signal(signal.SIGUSR1)
        self._case.wait_until(lambda: "paused" in self._process.stdout(), "the witness pauses")
        self._case.wait_until(lambda: tcp_bytes_unread(self.port), "there is something to read: too little was sent")

    def _wait_until_full(self):
        sizes = []

        def full():
            sizes.append(tcp_bytes_unread(self.port))
            return tcp_bytes_in_flight(self.port) > 0 and sizes[-FULL_POLLS:] == [sizes[-1]] * FULL_POLLS
        self._case.wait_until(full, lambda: f"its buffers are full: {sizes[-1]} bytes; too little was sent")

    def kill(self, full=False):
        """Kills it with unread data, or with full buffers; returns how much that was at least."""
        self.pause()
        if full:
            self._wait_until_full()
        unread = tcp_bytes_unread(self.port)
        self.kill_now()
        return unread

    def kill_now(self):
        self._process.stop(signal.SIGKILL)

    def stop(self):
        """Ends it once all its connections have ended."""
        self._case.assertEqual(self._process.stop(), 0, self._process.stderr())

    def _files(self, start="*"):
        return self._case.folder.glob(f"witness-{start}-*")

    def connections(self):
        return len(list(self._files()))

    def bytes_read(self):
        return sum(path.stat().st_size for path in self._files())

    def newest(self):
        """The highest number among the last records that it has read since its last start."""
        numbers = [-1]
        for path in self._files(self._starts):
            with open(path, "rb") as file:
                file.seek(max(0, path.stat().st_size - LAST_LINES))
                numbers += [int(number) & 0xFFFFFFFF for number in NUMBER.findall(file.read())]
        return max(numbers)

    def lines(self):
        """The whole lines of all connections, one after the other; one that was cut by the end of its connection is left
        out."""
        for path in sorted(self._files(), key=lambda path: [int(number) for number in path.name.split("-")[1:]]):
            with open(path, "rb") as file:
                yield from self._frames(file)


class Tally(NamedTuple):
    """What a witness has: lines, how many of them are different, and which ids and records are in them."""

    lines: int
    different: int
    ids: int
    records: int

    @property
    def repeats(self):
        return self.lines - self.different


def tally(lines):
    count, different, ids, records = 0, set(), set(), set()
    for line in lines:
        match = LINE.fullmatch(line)
        if not match:
            raise AssertionError(f"not a line of the bridge: {line!r}")
        count += 1
        different.add(hash(line))
        ids.add(hash(match[1]))
        records.add(int(match[2]))
    return Tally(count, len(different), len(ids), len(records))


class ChaosCase(Case):
    """Records are sent over TCP and the output is `required`, so that none is lost before it is a line."""

    _runs = 0

    def start_bridge(self, to, settings, tls=None, stop_deadline=None):
        self.port = free_port()
        (self.folder / "flowcef.toml").write_text(
            f'mapping = "{MAPPING}"\nstate_dir = "{self.folder / "state"}"\nevents = {{ enabled = false }}\n'
            f'stop_deadline = "{stop_deadline or self.patience():.0f}s"\n'
            f'[[input]]\ntype = "tcp"\nlisten = ["127.0.0.1:{self.port}"]\n'
            f'[[output]]\nname = "siem"\nto = "{to}"\nheader = "rfc5424"\nrequired = true\n{settings}\n'
            + (f'[output.tls]\nca = "{tls}/ca.pem"\n' if tls else ""))
        self.run_bridge()

    def run_bridge(self):
        """Starts it with the configuration that is there; a log for each run."""
        self._runs += 1
        self.bridge = Process(self, f"flowcef-{self._runs}",
                              [BINARY, "run", "--config", self.folder / "flowcef.toml"])
        self.wait_until(lambda: tcp_listens(self.port), "flowcef listens")

    def certificates(self, transport):
        return certificates.make(self) if transport == "tls" else None

    @staticmethod
    def patience():
        return min(600, 10 + LINES / SLOWEST_RATE + KILLS * SECONDS_PER_KILL)

    def feed(self, lines, trouble, rate=RATE):
        """Sends so many records a second and makes trouble meanwhile; returns when the bridge has taken them."""
        self.assertEqual(lines % PER_MESSAGE, 0)
        exporter = Exporter(self, self.port)
        began = time.monotonic()

        def export():
            while exporter.sent < lines:
                exporter.send()
                ahead = exporter.sent / rate - (time.monotonic() - began) if rate else 0
                if ahead > 0:
                    time.sleep(ahead)

        thread = threading.Thread(target=export, daemon=True)
        thread.start()
        trouble()
        thread.join(self.patience())
        self.assertFalse(thread.is_alive(), "the bridge takes no more records")
        exporter.finish(self.patience())

    def stop_bridge(self):
        """Returns the final counts; lines that are queued are delivered first."""
        self.assertEqual(self.bridge.stop(deadline=self.patience()), 0, self.bridge.stderr()[-2000:])
        self.assertNotIn("do not balance", self.bridge.stderr())
        return parse_counts(self.bridge.stderr())

    def kill_again_and_again(self, witness, lines, kills):
        """Kills the witness at even distances, each time with unread data; the bytes of that in all."""
        unread = 0
        for kill in range(1, kills + 1):
            due = lines * kill // (kills + 1)
            self.wait_until(lambda: witness.newest() >= due, lambda: f"record {due} arrives; {witness.newest()} did",
                            deadline=self.patience())
            unread += witness.kill()
            witness.start()
            self.progress(f"{kill} of {kills} kills")
        return unread

    @staticmethod
    def progress(text):
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    @staticmethod
    def summary(what, lines, received, unread, seconds):
        print(f"{what}: {lines} lines, {KILLS} kills with {unread} bytes unread, {lines - received.records} lost, "
              f"{received.repeats} repeated, {seconds:.0f} s", file=sys.stderr)
