#!/usr/bin/env python3
"""A real exporter, the bridge and a real syslog receiver: each record on the wire arrives once, whole and unchanged."""
import collections

from support import cef, certificates
from support.bridge import Bridge, Output
from support.exporter import WireCapture, check_against_traffic, export, make_traffic
from support.harness import Case, main, require
from support.receivers import Rsyslog, SyslogNg

# Version of the export format, address to send to, further options of softflowd.
EXPORTS = [(5, "127.0.0.1", ()), (9, "127.0.0.1", ()), (10, "::1", ()), (10, "127.0.0.1", ("-A", "milli"))]
GROUPS = 20  # 260 flows per export


class Delivery(Case):
    def deliver(self, make_receiver, transport, framing=None, header="rfc5424", certificate_script=False, exports=None, connections=None):
        require("softflowd", "tcpdump", "lognormalizer", *make_receiver.needs)
        certs = certificates.make(self) if certificate_script else None
        receiver = make_receiver(self, transport, certs)
        bridge = Bridge(self, Output(receiver.url(), header=header, framing=framing, tls=receiver.tls_of_sender(),
                                     connections=connections))
        # Without root the receiver's UDP socket holds some 180 lines, so there each export waits for the one before.
        traffic, traffic_path = make_traffic(self, GROUPS // 2 if transport == "udp" else GROUPS)
        wire = WireCapture(self, bridge.port)
        for version, host, options in exports or EXPORTS:
            export(self, traffic_path, version, bridge.port, host, options)
            if transport == "udp":
                receiver.wait_for_lines(wire.read().records)

        sent = wire.read()
        check_against_traffic(self, sent.flows, traffic)
        self.assertGreater(len(sent.flows), len(traffic.flows) // 2, "the exporter sent too little to show anything")
        receiver.wait_for_lines(sent.records)
        counts = bridge.stop()
        receiver.stop()
        wire.stop()

        raw = receiver.raw()
        self.assertEqual(len(raw), sent.records, "lines received, records sent")
        lines = [cef.strip_header(self, line, header) for line in raw]
        self.assertEqual(collections.Counter(lines), collections.Counter(bridge.copy()),
                         "what arrived is not, byte for byte, what the bridge wrote to the file")
        if header == "rfc5424":
            self.assertEqual(collections.Counter(receiver.parsed()),
                             collections.Counter(b"CEF " + line for line in lines),
                             "the receiver's own parser sees the lines otherwise")
        messages = cef.parse(self, lines)
        cef.assert_same_flows(self, messages, sent.flows)
        self.assertEqual(sum(not cef.is_flow(message) for message in messages), sent.options, "options records")
        expected = {"datagrams": sent.datagrams, "records": sent.records, "refused": 0, "output.siem.dropped": 0,
                    "output.siem.delivered": sent.records, "output.copy.delivered": sent.records}
        if transport != "udp":
            expected |= {"output.siem.connects": connections or 1, "output.siem.repeated": 0}
        self.assertEqual({name: counts.get(name, 0) for name in expected}, expected, "the bridge's own counts")

    def test_rsyslog_udp(self):
        self.deliver(Rsyslog, "udp")

    def test_rsyslog_udp_rfc3164(self):
        self.deliver(Rsyslog, "udp", header="rfc3164", exports=[(9, "127.0.0.1", ())])

    def test_rsyslog_tcp_newline(self):
        class NewlineOnly(Rsyslog):
            def __init__(self, *arguments):
                super().__init__(*arguments, octet_counting=False)
        self.deliver(NewlineOnly, "tcp", "newline")

    def test_rsyslog_tcp_octet_counting(self):
        self.deliver(Rsyslog, "tcp", "octet-counting")

    def test_rsyslog_four_connections(self):
        """PX-12"""
        self.deliver(Rsyslog, "tcp", "octet-counting", connections=4)

    def test_rsyslog_tls(self):
        self.deliver(Rsyslog, "tls", "octet-counting", certificate_script=True)

    def test_syslog_ng_tcp(self):
        self.deliver(SyslogNg, "tcp", "octet-counting")

    def test_syslog_ng_tls(self):
        self.deliver(SyslogNg, "tls", "octet-counting", certificate_script=True)


if __name__ == "__main__":
    main()
