"""A bridge whose SIEMs are several, away or hung: numbered lines to them, and what the bridge says meanwhile."""
import re
import socket
import threading
import time

from support.bridge import BINARY, MAPPING, parse_counts, run_program
from support.chaos import LINE, ChaosCase, Witness
from support.harness import DEADLINE_SECONDS
from support.ipfix import Exporter
from support.process import Process, free_port, tcp_listens

BOOKS = ("delivered", "queued", "spooled", "dropped")
IMPATIENT = {"backoff_min": "10ms", "backoff_max": "50ms", "replay_max_bytes": "32MiB"}  # see chaos_test.py


def runs(numbers):
    """They in short: 0-99 120-140."""
    found = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return " ".join(f"{first}-{last}" for first, last in found)


class Apart:
    """A test with another folder, for programs of which it starts several."""

    def __init__(self, case, name):
        self._case, self.folder = case, case.folder / name
        self.folder.mkdir()

    def __getattr__(self, name):
        return getattr(self._case, name)


class Siem(Witness):
    """One of several witnesses, also one that is down at first."""

    def __init__(self, case, name="siem", transport="tcp", framing="newline", tls=None, options=(), up=True):
        super().__init__(Apart(case, name), framing, tls, options)
        self.name, self.address = name, f"127.0.0.1:{self.port}"
        self.url = f"{transport}://{self.address}"
        if not up:
            self.stop()

    def running(self):
        return self._process.running()

    def die(self):
        """It is killed whatever it is doing."""
        self._process.stop(9)

    def records(self):
        """Their numbers in the order in which they came first."""
        numbers = {}
        for path in sorted(self._files(), key=lambda path: list(map(int, path.name.split("-")[1:]))):
            with open(path, "rb") as file:
                for line in self._frames(file):
                    numbers.setdefault(int(LINE.fullmatch(line)[2]))
        return list(numbers)


class SiemCase(ChaosCase):
    """A bridge with inputs over TCP and UDP on one port; it may be started again. Records are numbered throughout."""

    def setUp(self):
        super().setUp()
        self.numbers = []  # of all records that were exported
        self._exports = self._starts = 0

    def configure(self, *outputs, stop_deadline="30s"):
        self.port = free_port()
        self.config_path = self.folder / "flowcef.toml"
        inputs = "".join(f'[[input]]\ntype = "{kind}"\nlisten = ["127.0.0.1:{self.port}"]\n' for kind in ("tcp", "udp"))
        self.config_path.write_text(
            f'mapping = "{MAPPING}"\nstate_dir = "{self.folder / "state"}"\n'
            f'events = {{ enabled = false }}\nstop_deadline = "{stop_deadline}"\n'
            "workers = 1\n" + inputs + "".join(output.toml() for output in outputs))

    def start(self, enter=()):
        """`enter`: the start of a command that gives the bridge a surrounding of its own."""
        self._starts += 1
        self.bridge = Process(self, f"flowcef-{self._starts}", [*enter, BINARY, "run", "--config", self.config_path])
        self.wait_until(lambda: tcp_listens(self.port), "flowcef listens")
        self.wait_until((self.folder / "state" / "control.sock").exists, "the bridge can be asked")

    def status(self):
        code, out, err = run_program("status", "--books", "--config", self.config_path)
        self.assertEqual(code, 0, err)
        return out.decode()

    def counts(self):
        return parse_counts(self.status())

    def wait_for_count(self, name, enough, deadline=DEADLINE_SECONDS):
        """`enough` looks at the output's count of that name."""
        self.wait_until(lambda: enough(self.counts().get(f"output.siem.{name}", 0)),
                        lambda: f"{name} is as it should be:\n{self.status()}", deadline)

    def wait_for_use(self, siem):
        """Until the lines go to that one of several receivers."""
        pattern = rf"(?m)^output\.siem state=open .*\bto=\S*{re.escape(siem.address)}( |$)"
        self.wait_until(lambda: re.search(pattern, self.status()),
                        lambda: f"lines go to {siem.name} ({siem.address}):\n{self.status()}")

    def said(self, pattern):
        """What the log of this start has of that."""
        return re.findall(pattern, self.bridge.stderr())

    def wait_for_log(self, pattern, times=1, deadline=DEADLINE_SECONDS):
        self.wait_until(lambda: len(self.said(pattern)) >= times, lambda: f"the log says {times} times: {pattern}",
                        deadline)

    def exporter(self, kind=socket.SOCK_STREAM):
        self._exports += 1
        return Exporter(self, self.port, kind, self._exports)

    def export(self, lines, rate):
        """So many records a second; returns when the bridge has taken all of them."""
        self.export_during(lambda exporter: self.wait_for_sent(exporter, lines), rate, lines)

    def export_during(self, trouble, rate, most=None):
        """Sends so many records a second until the trouble is over; the trouble is told whose `sent` counts them."""
        exporter, over, began = self.exporter(), threading.Event(), time.monotonic()

        def send():
            while not over.is_set() and exporter.sent != most:
                exporter.send()
                ahead = exporter.sent / rate - (time.monotonic() - began)
                if ahead > 0:
                    time.sleep(ahead)

        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        try:
            trouble(exporter)
        finally:
            over.set()
        thread.join(self.patience())
        self.assertFalse(thread.is_alive(), "the bridge takes no more records")
        exporter.finish(self.patience())
        self.numbers += exporter.numbers()

    def wait_for_sent(self, exporter, records):
        self.wait_until(lambda: exporter.sent >= records, lambda: f"{records} records are sent: {exporter.sent}",
                        self.patience())

    def stop(self, deadline=None):
        """Stops the bridge in order; returns its final counts, whose books balance."""
        self.assertEqual(self.bridge.stop(deadline=deadline or self.patience()), 0, self.bridge.stderr()[-2000:])
        self.assertNotIn("do not balance", self.bridge.stderr())
        return parse_counts(self.bridge.stderr())

    def assert_records(self, records, expected):
        self.assertTrue(records == expected, f"came: {runs(records)[:1000]}\nexpected: {runs(expected)[:1000]}")

    def books(self, counts):
        return {name: counts.get(f"output.siem.{name}", 0) for name in BOOKS}
