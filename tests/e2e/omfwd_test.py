#!/usr/bin/env python3
"""How many lines rsyslog's omfwd loses and repeats where the bridge loses none: scripts/soak/chaos --omfwd."""
import time

from support.chaos import KILLS, LINES, ChaosCase, Witness, tally
from support.harness import main, require
from support.omfwd import Omfwd

QUIET_SECONDS = 5.0  # longer than omfwd waits for anything


class Forwarding(ChaosCase):
    def kill(self, transport, framing):
        """From the bridge to rsyslog, which stays and gets all, and from there to a receiver that is killed."""
        require(*Omfwd.needs)
        tls = self.certificates(transport)
        witness = Witness(self, framing, tls)
        sender = Omfwd(self, transport, witness.port, framing, tls)
        self.start_bridge(sender.url(), 'framing = "octet-counting"')
        began, unread = time.monotonic(), []
        self.feed(LINES, lambda: unread.append(self.kill_again_and_again(witness, LINES, KILLS)))
        self.stop_bridge()
        self.wait_until(lambda: sender.count() == LINES, lambda: f"rsyslog has {LINES} lines: {sender.count()}",
                        deadline=self.patience())
        self.wait_until_quiet(witness)
        took = time.monotonic() - began - QUIET_SECONDS
        sender.stop()
        if sender.saved():  # it has lines in its files that it sends after a restart only
            sender.start()
            self.wait_until_quiet(witness)
            sender.stop()
        self.assertFalse(sender.saved(), "rsyslog has not sent all")
        witness.stop()
        self.summary(f"omfwd, {transport} {framing}", LINES, tally(witness.lines()), unread[0], took)

    def wait_until_quiet(self, witness):
        seen, since = 0, time.monotonic()

        def quiet():
            nonlocal seen, since
            if seen != witness.bytes_read():
                seen, since = witness.bytes_read(), time.monotonic()
            return time.monotonic() > since + QUIET_SECONDS
        self.wait_until(quiet, "rsyslog has sent all", deadline=self.patience())

    def test_kill_tcp_newline(self):
        self.kill("tcp", "newline")

    def test_kill_tcp_octet_counting(self):
        self.kill("tcp", "octet-counting")

    def test_kill_tls_newline(self):
        self.kill("tls", "newline")

    def test_kill_tls_octet_counting(self):
        self.kill("tls", "octet-counting")


if __name__ == "__main__":
    main()
