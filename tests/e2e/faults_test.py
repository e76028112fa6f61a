#!/usr/bin/env python3
"""What the bridge does when a receiver goes away."""
import collections
import signal

from support import cef
from support.bridge import Bridge, Output
from support.exporter import WireCapture, export, make_traffic
from support.harness import Case, main, require
from support.process import TCP_ESTABLISHED, TCP_TIME_WAIT, tcp_bytes_in_flight, tcp_states
from support.receivers import Rsyslog

NEEDED = ("softflowd", "tcpdump", "rsyslogd")
GROUPS = 10


class ReceiverRestart(Case):
    def test_tcp_receiver_restarts(self):
        """Lines sent before, during and after the absence arrive, whole; those that may not have been read come again."""
        require(*NEEDED)
        receiver = Rsyslog(self, "tcp")
        bridge = Bridge(self, Output(receiver.url(), framing="octet-counting"))
        _, traffic = make_traffic(self, GROUPS)
        wire = WireCapture(self, bridge.port)

        export(self, traffic, 5, bridge.port)
        before = wire.read().records
        receiver.wait_for_lines(before)
        receiver.stop()
        raw = receiver.raw()
        self.wait_until(lambda: not set(tcp_states(receiver.port)) - {TCP_TIME_WAIT}, "the bridge closes its end")

        export(self, traffic, 9, bridge.port)
        self.wait_until(lambda: len(bridge.copy()) == wire.read().records, "the bridge has handled what came meanwhile")
        self.assertTrue(bridge.process.running(), "the bridge ended when its receiver did")

        receiver.start()
        self.wait_until(lambda: TCP_ESTABLISHED in tcp_states(receiver.port), "the bridge connects again")
        export(self, traffic, 10, bridge.port)
        sent = wire.read()
        self.wait_until(lambda: len(bridge.copy()) == sent.records, "the bridge has handled the rest")
        counts = bridge.stop()
        receiver.stop()
        lines = collections.Counter(cef.strip_header(self, line) for line in raw + receiver.raw())
        self.assertEqual(set(lines), set(bridge.copy()))
        self.assertEqual(sum(lines.values()), sent.records + counts["output.siem.repeated"])
        self.assertEqual(counts["output.siem.delivered"], sent.records)

    def kill_in_the_stream(self, framing):
        """PX-12: the receiver stops reading and dies with lines half sent to it; all of them arrive at the next one."""
        require(*NEEDED)
        receiver = Rsyslog(self, "tcp", octet_counting=framing == "octet-counting")
        bridge = Bridge(self, Output(receiver.url(), framing=framing))
        _, small = make_traffic(self, GROUPS)
        _, large = make_traffic(self, 20 * GROUPS, seed=8)
        wire = WireCapture(self, bridge.port)
        export(self, small, 9, bridge.port)
        receiver.wait_for_lines(wire.read().records)
        before = receiver.raw()
        receiver.process.child.send_signal(signal.SIGSTOP)
        export(self, large, 10, bridge.port)
        self.wait_until(lambda: len(bridge.copy()) == wire.read().records, "the bridge has handled what came meanwhile")
        self.assertGreater(tcp_bytes_in_flight(receiver.port), 0, "the receiver has got all: too little was sent")
        receiver.kill()

        receiver.start()
        self.wait_until(lambda: TCP_ESTABLISHED in tcp_states(receiver.port), "the bridge connects again")
        export(self, small, 9, bridge.port)
        self.wait_until(lambda: len(bridge.copy()) == wire.read().records, "the bridge has handled the rest")
        counts = bridge.stop()
        receiver.stop()
        lines = [cef.strip_header(self, line) for line in receiver.raw()]
        self.assertEqual(len(lines), len(set(lines)), "lines came twice on one connection")
        missing = set(bridge.copy()) - {cef.strip_header(self, line) for line in before} - set(lines)
        self.assertEqual(len(missing), 0, "lines are missing")
        self.assertEqual(counts["output.siem.delivered"], len(bridge.copy()))
        self.assertGreater(counts["output.siem.repeated"], 0)

    def test_killed_newline(self):
        self.kill_in_the_stream("newline")

    def test_killed_octet_counting(self):
        self.kill_in_the_stream("octet-counting")


if __name__ == "__main__":
    main()
