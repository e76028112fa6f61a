#!/usr/bin/env python3
"""GG-06, GG-07, PX-12: no line is lost and none is changed, whatever a receiver over TCP or TLS does."""
import signal
import time

from support.chaos import KILLS, LINES, RATE, ChaosCase, Witness, tally
from support.harness import main, require
from support.process import tcp_bytes_in_flight

# Some machines let a receive buffer grow beyond the default of replay_max_bytes.
SETTINGS = 'backoff_min = "10ms"\nbackoff_max = "50ms"\nreplay_max_bytes = "32MiB"'
PEER_TIMEOUT_SECONDS = 1


class Chaos(ChaosCase):
    def deliver(self, trouble, transport="tcp", framing="newline", lines=LINES, settings="", options=(), rate=RATE):
        """Returns the bridge's counts of the output and what the witness has; the books balance, and a line that comes
        again is the same with the same id."""
        tls = self.certificates(transport)
        witness = Witness(self, framing, tls, options)
        self.start_bridge(f"{transport}://127.0.0.1:{witness.port}",
                          f'framing = "{framing}"\n{SETTINGS}\n{settings}', tls)
        self.feed(lines, lambda: trouble(witness), rate)
        counts = self.stop_bridge()
        witness.stop()
        received = tally(witness.lines())
        self.assertEqual((received.different, received.ids), (received.records, received.records), received)
        output = {name.removeprefix("output.siem."): count for name, count in counts.items()
                  if name.startswith("output.siem.")}
        self.assertEqual({name: output.get(name, 0) for name in ("delivered", "queued", "dropped")},
                         {"delivered": lines, "queued": 0, "dropped": 0})
        self.assertLessEqual(received.repeats, output.get("repeated", 0), "repeats, as seen and as counted")
        return output, received

    def kill(self, transport, framing, settings="", options=()):
        """The receiver is killed with unread data in its sockets: what its kernel had acknowledged comes again."""
        if transport == "tls":
            require("openssl")
        began, unread = time.monotonic(), []
        output, received = self.deliver(
            lambda witness: unread.append(self.kill_again_and_again(witness, LINES, KILLS)), transport, framing,
            settings=settings, options=options)
        self.summary(f"{transport} {framing}", LINES, received, unread[0], time.monotonic() - began)
        self.assertEqual(received.records, LINES, f"records that arrived; {received}")
        self.assertGreater(received.repeats, 0)
        self.assertGreater(output["connects"], KILLS)

    def test_kill_tcp_newline(self):
        self.kill("tcp", "newline")

    def test_kill_tcp_octet_counting(self):
        self.kill("tcp", "octet-counting")

    def test_kill_tls_newline(self):
        self.kill("tls", "newline")

    def test_kill_tls_octet_counting(self):
        self.kill("tls", "octet-counting")

    def test_kill_small_queue(self):
        """What may have to go again has its place in the queue."""
        self.kill("tcp", "newline", 'queue = "1MiB"', ("--buffer", "65536"))

    def test_kill_several_connections(self):
        self.kill("tls", "octet-counting", "connections = 3")

    def kill_full(self, settings=""):
        """A receiver that hangs while little comes, and is killed once its buffer is full."""
        def trouble(witness):
            self.wait_until(lambda: witness.newest() >= 0, "the first line")
            witness.kill(full=True)
            witness.start()

        _, received = self.deliver(trouble, lines=20000, rate=5000, settings=settings)
        return 20000 - received.records

    def test_kill_full(self):
        """Its kernel offers ever more room meanwhile."""
        self.assertEqual(self.kill_full(), 0, "lines lost")

    def test_kill_without_replay(self):
        """What the receiver's kernel had acknowledged is lost with it, which also shows that these tests see a loss."""
        self.assertGreater(self.kill_full("replay_acked = 0"), 0)

    def stall(self, stop, resume):
        """A receiver that reads nothing for long, on a machine that is alive, keeps its connection."""
        def trouble(witness):
            self.wait_until(witness.bytes_read, "the first lines")
            stop(witness)
            time.sleep(3 * PEER_TIMEOUT_SECONDS)
            self.assertGreater(tcp_bytes_in_flight(witness.port), 0, "all had room in the receiver's buffer")
            resume(witness)

        output, received = self.deliver(trouble, settings=f'peer_timeout = "{PEER_TIMEOUT_SECONDS}s"')
        self.assertEqual((received.records, output.get("repeated", 0), output["connects"]), (LINES, 0, 1))

    def test_stall(self):
        self.stall(Witness.pause, lambda witness: witness.signal(signal.SIGUSR1))

    def test_stopped(self):
        self.stall(lambda witness: witness.signal(signal.SIGSTOP), lambda witness: witness.signal(signal.SIGCONT))

    def hang_up(self, *options):
        """A receiver that always leaves something unread: the bridge cannot know what, and repeats."""
        lines = 5000
        output, received = self.deliver(
            lambda witness: self.wait_until(lambda: witness.newest() == lines - 1, "the last line is read", 30),
            lines=lines, options=("--close-after", "500", *options))
        self.assertEqual(received.records, lines, received)
        self.assertGreater(received.repeats, 0)
        self.assertGreater(output["connects"], 5)

    def test_close_after_lines(self):
        self.hang_up()

    def test_reset_after_lines(self):
        self.hang_up("--reset")


if __name__ == "__main__":
    main()
