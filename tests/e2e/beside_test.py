#!/usr/bin/env python3
"""PX-12: an output whose receiver is dead costs the healthy one beside it nothing: neither lines nor time."""
import socket
import statistics
import sys

from support.bridge import BINARY, MAPPING, Output, parse_counts
from support.harness import Case, main
from support.ipfix import Exporter
from support.pace import Pace
from support.process import Process, free_port, tcp_bytes_in_flight, tcp_listens, udp_sockets
from support.siems import Apart
from support.small_disk import SmallDisk

ROUNDS = 5
BURST = 100000  # records as fast as the bridge takes them
MESSAGES, MESSAGE_RATE = 100, 500  # of 20 records
# Beside a dead one to alone: bounds for machines on which much else is going on. What is measured lies near 1.
LEAST_RATE, MOST_LATENCY = 0.33, 3.0
SLACK_SECONDS = 0.005


class Arm:
    """A bridge with a healthy output, and maybe another; it counts what was sent to it."""

    def __init__(self, case, name, *others, enter=()):
        self._case, self.pace, self.port = case, Pace(case), free_port()
        apart = Apart(case, name)
        config = apart.folder / "flowcef.toml"
        inputs = "".join(f'[[input]]\ntype = "{kind}"\nlisten = ["127.0.0.1:{self.port}"]\n' for kind in ("tcp", "udp"))
        outputs = "".join(output.toml() for output in (Output(self.pace.url, name="healthy", required=True), *others))
        config.write_text(f'mapping = "{MAPPING}"\nstate_dir = "{apart.folder / "state"}"\n'
                          f'events = {{ enabled = false }}\nstop_deadline = "200ms"\n'
                          f"workers = 1\n{inputs}{outputs}")
        self._process = Process(apart, name, [*enter, BINARY, "run", "--config", config])
        case.wait_until(lambda: tcp_listens(self.port) and self.port in udp_sockets(), "flowcef listens")
        self.exporter = Exporter(case, self.port)
        self._datagrams = Exporter(case, self.port, socket.SOCK_DGRAM, domain=2)
        self._rates, self._latencies = [], []

    def measure(self):
        self._rates.append(self.pace.rate(self.exporter, BURST))
        self._latencies.append(self.pace.latency(self.exporter, MESSAGES, MESSAGE_RATE))

    def send_datagrams(self):
        """All of them have become lines of the healthy output when it returns."""
        self.pace.latency(self._datagrams, MESSAGES, MESSAGE_RATE)
        self._case.assertEqual(udp_sockets()[self.port], 0, "datagrams that were lost in front of the bridge")

    def medians(self):
        """Lines a second; seconds of delay, in the middle and among the worst."""
        return (statistics.median(self._rates), *map(statistics.median, zip(*self._latencies)))

    def log(self):
        return self._process.stderr()

    def stop(self):
        """Returns the counts of the outputs; nothing was lost at the healthy one."""
        self._case.assertEqual(self._process.stop(), 0, self.log()[-2000:])
        counts = parse_counts(self.log())
        sent = self.exporter.sent + self._datagrams.sent
        self._case.assertEqual(counts["output.healthy.delivered"], sent)
        self._case.assertEqual(counts["output.healthy.dropped"], 0)
        return counts, sent


class Beside(Case):
    def compare(self, dead, is_dead, enter=()):
        """Alone and beside the dead output by turns; `is_dead`: whether that is in the state that is meant."""
        alone, beside = Arm(self, "alone"), Arm(self, "beside", dead, enter=enter)
        for arm in (alone, beside):
            arm.pace.rate(arm.exporter, BURST)
        self.wait_until(lambda: is_dead(beside), lambda: f"the other one is dead:\n{beside.log()[-1000:]}")
        for _ in range(ROUNDS):
            for arm in (alone, beside):
                arm.measure()
        beside.send_datagrams()
        (rate, late, latest), (rate_beside, late_beside, latest_beside) = alone.medians(), beside.medians()
        print(f"lines a second: {rate:.0f} alone, {rate_beside:.0f} beside it, ratio {rate_beside / rate:.2f}; "
              f"delay: {late * 1e3:.2f} ms, {late_beside * 1e3:.2f} ms, ratio {late_beside / late:.2f}; "
              f"worst but 1 %: {latest * 1e3:.2f} ms, {latest_beside * 1e3:.2f} ms", file=sys.stderr)
        alone.stop()
        counts, sent = beside.stop()
        books = [counts.get(f"output.dead.{name}", 0) for name in ("delivered", "spooled", "dropped")]
        self.assertEqual(sum(books), sent)
        self.assertGreater(rate_beside / rate, LEAST_RATE)
        self.assertLess(late_beside, MOST_LATENCY * late + SLACK_SECONDS)
        return {name.removeprefix("output.dead."): count for name, count in counts.items()
                if name.startswith("output.dead.")}

    def output(self, port, folder=None, **keys):
        return Output(f"tcp://127.0.0.1:{port}", name="dead", queue="16MiB", spool=folder and {"dir": folder}, **keys)

    def hung_port(self):
        """Of somebody who never takes a connection from his listener, nor reads."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def test_beside_one_that_is_down(self):
        """What it misses goes to disk."""
        dead = self.output(free_port(), self.folder / "spool")
        counts = self.compare(dead, lambda arm: "cannot connect" in arm.log())
        self.assertGreater(counts["spooled"], BURST)

    def test_beside_one_that_hangs(self):
        port = self.hung_port()
        counts = self.compare(self.output(port, self.folder / "spool"), lambda arm: tcp_bytes_in_flight(port) > 0)
        self.assertGreater(counts["spooled"], BURST)

    def test_beside_one_that_hangs_without_a_spool(self):
        port = self.hung_port()
        counts = self.compare(self.output(port), lambda arm: tcp_bytes_in_flight(port) > 0)
        self.assertGreater(counts["dropped.queue_full"], 0)

    def test_beside_a_full_disk(self):
        disk = SmallDisk(self, 4 << 20)
        dead = self.output(free_port(), disk.path / "spool")
        counts = self.compare(dead, lambda arm: "spool takes nothing more" in arm.log(), disk.enter)
        self.assertGreater(counts["dropped.spool_full"], 0)


if __name__ == "__main__":
    main()
