#!/usr/bin/env python3
"""PX-12: failover and balance over three receivers that die, hang and return: no line is lost, and all is told."""
import signal
import time

from support.bridge import Output
from support.chaos import KILLS, LINES, RATE, tally
from support.harness import main, require
from support.receivers import Rsyslog
from support.siems import IMPATIENT, Apart, Siem, SiemCase

FAILBACK = "500ms"
NAMES = ("first", "second", "third")


class SeveralCase(SiemCase):
    def start_with_three(self, mode, transport="tcp", framing="newline", options=(), **keys):
        """Three witnesses, and a bridge whose TCP input is held back rather than that a line is lost."""
        tls = self.certificates(transport)
        self.siems = [Siem(self, name, transport, framing, tls, options) for name in NAMES]
        self.configure(Output([siem.url for siem in self.siems], framing=framing, tls=tls and {"ca": tls / "ca.pem"},
                              mode=mode, required=True, **{**IMPATIENT, **keys}),
                       stop_deadline=f"{self.patience():.0f}s")
        self.start()
        return self.siems

    def wait_for_newer(self, siem, exporter):
        """Until it has read a record that is sent from now on."""
        due = exporter.sent
        self.wait_until(lambda: siem.newest() >= due, lambda: f"{siem.name} reads record {due}: {siem.newest()}",
                        self.patience())

    def return_of(self, siem):
        connects = len(self.said_of(siem, "connected"))
        siem.start()
        self.wait_for_log(f"connected output=siem to={siem.address}", connects + 1)

    def said_of(self, siem, what):
        return self.said(rf"{what} output=siem to={siem.address}\b")

    def finish(self):
        """Every line is there, unchanged, over all receivers together; returns the counts of the output, the tally."""
        counts = self.stop()
        for siem in self.siems:
            if siem.running():
                siem.stop()
        received = tally(line for siem in self.siems for line in siem.lines())
        self.assertEqual((received.records, received.different, received.ids), (len(self.numbers),) * 3, received)
        self.assertEqual(self.books(counts), {"delivered": len(self.numbers), "queued": 0, "spooled": 0, "dropped": 0})
        output = {name.removeprefix("output.siem."): count for name, count in counts.items()}
        self.assertLessEqual(received.repeats, output.get("repeated", 0), "repeats, as seen and as counted")
        # Each change is told, in the log and in the books.
        changes = self.said(r"failover output=siem from=(\S+) to=(\S+)")
        self.assertEqual(output.get("failovers", 0), len(changes) + len(self.said("back at the first receiver")))
        return output, received

    def assert_connections(self, output, connects, losses):
        """Each is in the log: those to each receiver, and how many of these were lost. The bridge may have made more:
        it keeps those short to a receiver that broke off several."""
        said = [len(self.said_of(siem, "connected")) for siem in self.siems]
        self.assertEqual(output["connects"], sum(said))
        for siem, has, least in zip(self.siems, said, connects):
            self.assertGreaterEqual(has, least, siem.name)
            self.assertEqual(len(self.said_of(siem, "lost connection")), losses, siem.name)

    def report(self, what, received, output, began):
        print(f"{what}: {len(self.numbers)} lines, each of three receivers killed {KILLS} times, "
              f"{len(self.numbers) - received.records} lost, {received.repeats} repeated, "
              f"{output.get('failovers', 0)} failovers, {time.monotonic() - began:.0f} s", flush=True)


class Failover(SeveralCase):
    def in_turn(self, transport, framing):
        """Each is killed with unread data; those that return are gone to when the present one dies, or as the first."""
        first, second, third = self.start_with_three("failover", transport, framing, failback_after=FAILBACK)
        began = time.monotonic()

        def move(exporter, siem):
            self.wait_for_use(siem)
            self.wait_for_newer(siem, exporter)

        def trouble(exporter):
            move(exporter, first)
            for turn in range(KILLS):
                first.kill()
                move(exporter, second)
                second.kill()
                move(exporter, third)
                second.start()
                third.kill()
                move(exporter, second)
                third.start()
                first.start()
                self.wait_for_log(f"back at the first receiver output=siem to={first.address}", turn + 1)
                move(exporter, first)
                self.wait_for_sent(exporter, LINES * (turn + 1) // KILLS)
                self.progress(f"{turn + 1} of {KILLS} turns")

        self.export_during(trouble, RATE)
        output, received = self.finish()
        self.report(f"failover, {transport} {framing}", received, output, began)
        self.assertEqual(output["failovers"], 4 * KILLS)
        self.assertEqual(self.said(r"failover output=siem from=(\S+) to=(\S+)"),
                         [(first.address, second.address), (second.address, third.address),
                          (third.address, second.address)] * KILLS)
        self.assert_connections(output, (KILLS + 1, 2 * KILLS, KILLS), KILLS)
        self.assertGreater(received.repeats, 0)

    def test_failover_in_turn_tcp(self):
        self.in_turn("tcp", "newline")

    def test_failover_in_turn_tls(self):
        require("openssl")
        self.in_turn("tls", "octet-counting")

    def test_failover_from_a_hung_receiver(self):
        """It acknowledges until its buffers are full, then takes nothing; when it dies, nothing of that is lost."""
        first, second, third = self.start_with_three("failover", peer_timeout="1s", options=("--buffer", "65536"))

        def trouble(exporter):
            self.wait_for_use(first)
            self.wait_for_newer(first, exporter)
            first.signal(signal.SIGSTOP)
            self.wait_for_use(second)
            self.wait_for_newer(second, exporter)
            first.die()
            self.wait_for_newer(second, exporter)

        self.export_during(trouble, RATE)
        output, _ = self.finish()
        self.assertEqual(output["failovers"], 1)
        self.assertEqual(third.connections(), 0)

    def test_failover_when_all_are_dead(self):
        """The source is held back meanwhile."""
        first, second, third = self.start_with_three("failover", queue="1MiB")

        def trouble(exporter):
            self.wait_for_newer(first, exporter)
            second.stop()
            third.stop()
            first.kill()
            self.wait_until(lambda: self.said("cannot connect"), "the bridge looks for receivers")
            third.start()
            self.wait_for_use(third)
            self.wait_for_newer(third, exporter)

        self.export_during(trouble, RATE)
        output, _ = self.finish()
        self.assertEqual(output["failovers"], 1)

    def test_failover_when_all_are_dead_with_a_spool(self):
        """The source goes on, and what waits on disk comes in order."""
        first, second, third = self.start_with_three("failover", spool={"dir": self.folder / "spool"})

        def trouble(exporter):
            self.wait_for_newer(first, exporter)
            for siem in (second, third):
                siem.stop()
            first.kill()
            self.wait_for_count("spooled", lambda lines: lines > 0)
            self.wait_for_sent(exporter, exporter.sent + RATE // 2)
            second.start()
            self.wait_for_use(second)
            self.wait_for_count("spooled", lambda lines: lines == 0)
            self.wait_for_newer(second, exporter)

        self.export_during(trouble, RATE)
        self.finish()
        for siem in self.siems:
            self.assert_records(siem.records(), sorted(siem.records()))


class Balance(SeveralCase):
    def in_turn(self, transport, framing, wait_when_dead=lambda: None, **keys):
        """With one dead the others get all; with all dead the lines wait; each has its share when it is back.

        `wait_when_dead`: what to wait for while all are dead.
        """
        self.start_with_three("balance", transport, framing, **keys)
        began = time.monotonic()

        def all_read(exporter, siems):
            for siem in siems:
                self.wait_for_newer(siem, exporter)

        def trouble(exporter):
            all_read(exporter, self.siems)
            for turn in range(KILLS):
                for siem in self.siems:
                    siem.kill()
                    all_read(exporter, [other for other in self.siems if other is not siem])
                    self.return_of(siem)
                    all_read(exporter, self.siems)
                self.wait_for_sent(exporter, LINES * (turn + 1) // KILLS)
                self.progress(f"{turn + 1} of {KILLS} turns")
            for siem in self.siems:
                siem.die()
            wait_when_dead()
            for siem in self.siems:
                self.return_of(siem)
            all_read(exporter, self.siems)

        self.export_during(trouble, RATE)
        output, received = self.finish()
        self.report(f"balance, {transport} {framing}", received, output, began)
        self.assert_connections(output, (KILLS + 2,) * 3, KILLS + 1)

    def test_balance_in_turn_tcp(self):
        self.in_turn("tcp", "octet-counting")

    def test_balance_in_turn_tls_with_a_spool(self):
        require("openssl")
        self.in_turn("tls", "newline", lambda: self.wait_for_count("spooled", lambda lines: lines > 0),
                     spool={"dir": self.folder / "spool"})

    def test_balance_around_a_hung_receiver(self):
        """What it has taken and not read goes to the others too."""
        first, second, third = self.start_with_three("balance", peer_timeout="1s", options=("--buffer", "65536"))

        def trouble(exporter):
            for siem in self.siems:
                self.wait_for_newer(siem, exporter)
            first.signal(signal.SIGSTOP)
            self.wait_until(lambda: self.said_of(first, "lost connection"), "the hung one is given up")
            first.die()
            for siem in (second, third):
                self.wait_for_newer(siem, exporter)

        self.export_during(trouble, RATE)
        self.finish()


class Receivers(SeveralCase):
    """rsyslog three times; it ends in order, as all that it has read and not written is lost with it when killed."""

    def with_rsyslog(self, trouble, mode, **keys):
        require(*Rsyslog.needs)
        self.receivers = [Rsyslog(Apart(self, name), "tcp") for name in NAMES]
        self.lines = []
        self.configure(Output([receiver.url() for receiver in self.receivers], framing="octet-counting", required=True,
                              mode=mode, **IMPATIENT, **keys))
        self.start()
        self.export_during(lambda _: trouble(*self.receivers), RATE)
        counts = self.stop()
        for receiver in self.receivers:
            self.end(receiver)
        received = tally(self.lines)
        self.assertEqual((received.records, received.different), (len(self.numbers),) * 2, received)
        self.assertEqual(counts["output.siem.delivered"], len(self.numbers))
        return counts

    def end(self, receiver):
        receiver.stop()
        self.lines += receiver.raw()

    def wait_for_more(self, *receivers):
        for receiver in receivers:
            receiver.wait_for_lines(receiver.count() + 1)

    def test_failover_over_rsyslog(self):
        def trouble(first, second, third):
            self.wait_for_more(first)
            self.end(first)
            self.wait_for_more(second)
            self.end(second)
            self.wait_for_more(third)
            first.start()
            second.start()
            self.wait_for_more(first)

        counts = self.with_rsyslog(trouble, "failover", failback_after=FAILBACK)
        self.assertEqual(counts["output.siem.failovers"], 3)

    def test_balance_over_rsyslog(self):
        def trouble(*receivers):
            self.wait_for_more(*receivers)
            for receiver in receivers:
                self.end(receiver)
                self.wait_for_more(*(other for other in receivers if other is not receiver))
                receiver.start()
                self.wait_for_more(*receivers)

        self.with_rsyslog(trouble, "balance")


if __name__ == "__main__":
    main()
