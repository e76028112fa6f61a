#!/usr/bin/env python3
"""SK-04, PX-09: what the SIEM does not see is told to it: the bridge, rsyslog, and liblognorm as its parser."""
import json
import signal
import socket
import struct
import time

from support import cef
from support.bridge import Bridge, Output, parse_counts
from support.harness import Case, main, require
from support.process import udp_sockets
from support.receivers import Normalizer, Rsyslog
from support.siems import Apart

# Each within what docs/events.md says, with time for a slow machine.
DEADLINE = 40
SETTINGS = '{ silent_after = "2s", books_every = "3s" }'


class Exporter:
    """IPFIX with the time of day: one record in each datagram."""

    def __init__(self, case, port, domain=1):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        case.addCleanup(self._socket.close)
        self._address = ("127.0.0.1", port)
        self._domain = domain
        self._netflow5_sequence = 0
        self.sequence = 0

    def send(self, number, data, records):
        body = struct.pack("!HH", number, 4 + len(data)) + data
        header = struct.pack("!HHIII", 10, 16 + len(body), int(time.time()), self.sequence, self._domain)
        self._socket.sendto(header + body, self._address)
        self.sequence += records

    def template(self, *fields):
        self.send(2, struct.pack("!HH", 256, len(fields)) + b"".join(struct.pack("!HH", *field) for field in fields), 0)

    def netflow5(self, sampling):
        """One NetFlow v5 record, of a meter that takes one packet out of so many."""
        header = struct.pack("!HHIIIIHH", 5, 1, 60_000, int(time.time()), 0, self._netflow5_sequence, 0, 1 << 14 | sampling)
        self._socket.sendto(header + bytes(48), self._address)
        self._netflow5_sequence += 1

    def flow(self):
        self.send(256, struct.pack("!BH", 6, 443), 1)


class Events(Case):
    def setUp(self):
        super().setUp()
        require("rsyslogd", "lognormalizer")

    def messages(self, lines, signature):
        return [message for message in cef.parse(self, [cef.strip_header(self, line) for line in lines])
                if message["SignatureID"] == signature]

    def wait_for(self, receiver, signature, exporter=None):
        """Returns the first event of that kind that has reached the receiver; `exporter` goes on meanwhile."""
        def there():
            if exporter:
                exporter.flow()
            return any(b"|flowcef-" + signature.encode() + b"|" in line for line in self.lines_of(receiver))
        self.wait_until(there, f"the event {signature}", DEADLINE)
        return self.messages(self.lines_of(receiver), "flowcef-" + signature)[0]

    @staticmethod
    def lines_of(receiver):
        data = receiver.raw_path.read_bytes() if receiver.raw_path.exists() else b""
        return data[:data.rfind(b"\n") + 1].splitlines()

    def test_events_of_exporters(self):
        receiver = Rsyslog(self, "tcp")
        bridge = Bridge(self, Output(receiver.url()), events=SETTINGS)
        exporter = Exporter(self, bridge.port)
        exporter.template((4, 1), (7, 2))
        self.assertIn("BooksRecords", json.dumps(self.wait_for(receiver, "exporter-books", exporter)))

        exporter.sequence += 5
        gap = self.wait_for(receiver, "sequence-gap", exporter)["Extensions"]
        self.assertEqual((gap["cnt"], gap["dvc"], gap["cs1Label"]), ("5", "127.0.0.1", "Input"))

        exporter.template((4, 1), (11, 2))
        redefined = self.wait_for(receiver, "template-redefined", exporter)["Extensions"]
        self.assertEqual(redefined["FlowcefBridgeTemplateId"], "256")

        silent = self.wait_for(receiver, "exporter-silent")
        self.assertEqual((silent["Severity"], silent["Extensions"]["dvc"]), ("7", "127.0.0.1"))
        self.wait_for(receiver, "exporter-back", exporter)

        counts = bridge.stop()  # which checks that they balance
        self.assertGreater(counts["events"], 4)
        receiver.stop()

    def test_events_of_what_cannot_be_read(self):
        """PX-10, SK-07: data without template, another sampling rate, datagrams that the kernel dropped."""
        receiver = Rsyslog(self, "tcp")
        bridge = Bridge(self, Output(receiver.url()), events='{ silent_after = false, books_every = false }',
                        input_settings='hold = false\nreceive_buffer = "64KiB"\n')
        exporter = Exporter(self, bridge.port)
        missing = self.wait_for(receiver, "template-missing", exporter)["Extensions"]
        self.assertEqual((missing["FlowcefBridgeWaitingSets"], missing["dvc"]), ("0", "127.0.0.1"))
        self.assertGreater(int(missing["cnt"]), 0)

        exporter.netflow5(100)
        self.wait_until(lambda: any(b"|flowcef-" not in line for line in self.lines_of(receiver)), "the flow has come")
        exporter.netflow5(1000)
        changed = self.wait_for(receiver, "sampling-changed")["Extensions"]
        self.assertEqual((changed["FlowcefBridgeSamplingIntervalBefore"], changed["FlowcefBridgeSamplingIntervalNow"]),
                         ("100", "1000"))

        bridge.process.child.send_signal(signal.SIGSTOP)
        for _ in range(5000):
            exporter.netflow5(1000)
        self.assertGreater(udp_sockets()[bridge.port], 0)
        bridge.process.child.send_signal(signal.SIGCONT)
        # The kernel tells of drops with the next datagram that it takes.
        told = int(self.wait_for(receiver, "kernel-drops", exporter)["Extensions"]["cnt"])
        dropped = udp_sockets()[bridge.port]
        self.assertTrue(0 < told <= dropped, f"{told} of {dropped}")
        self.assertEqual(bridge.process.stop(signal.SIGTERM), 0)
        self.assertEqual(parse_counts(bridge.log())["kernel_drops"], dropped)

    def test_events_of_a_spool(self):
        """PX-12: what waits on disk is told of over the other output, and that it is gone."""
        gone, receiver = Rsyslog(Apart(self, "gone"), "tcp"), Normalizer(Apart(self, "other"), "tcp")
        bridge = Bridge(self, Output(gone.url(), name="gone", spool={"max_bytes": "16MiB"}),
                        Output(receiver.url(), name="other"), events='{ silent_after = false, books_every = false }')
        self.wait_until(lambda: bridge.log().count("connected output=") == 2, "both are connected")
        gone.kill()
        exporter = Exporter(self, bridge.port)

        def told(signature):
            exporter.netflow5(1)
            return any(b"flowcef-" + signature in line and b'"gone"' in line for line in self.lines_of(receiver))
        self.wait_until(lambda: told(b"output-spooling"), "lines wait on disk", DEADLINE)

        def near_full():
            for _ in range(1000):
                exporter.netflow5(1)
            return told(b"spool-near-full")
        self.wait_until(near_full, "the spool is nearly full", DEADLINE)
        gone.start()
        self.wait_until(lambda: told(b"output-caught-up"), "nothing waits any more", DEADLINE)
        bridge.stop()

    def test_an_output_that_is_down_is_told_over_the_other(self):
        gone, receiver = Rsyslog(Apart(self, "gone"), "tcp"), Normalizer(Apart(self, "other"), "tcp")
        bridge = Bridge(self, Output(gone.url(), name="gone", queue="256KiB"), Output(receiver.url(), name="other"),
                        events=SETTINGS)
        self.wait_until(lambda: bridge.log().count("connected output=") == 2, "both are connected")
        gone.kill()

        def told(signature):
            return any(b"flowcef-" + signature in line and b'"gone"' in line for line in self.lines_of(receiver))
        self.wait_until(lambda: told(b"output-down"), "the other output gets the event", DEADLINE)
        exporter = Exporter(self, bridge.port)

        def queue_overflows():
            for _ in range(1000):
                exporter.netflow5(1)
            return told(b"output-drops")
        self.wait_until(queue_overflows, "records overflow its queue", DEADLINE)
        gone.start()
        self.wait_until(lambda: told(b"output-up"), "the output is back", DEADLINE)
        self.wait_until(lambda: any(b"flowcef-output-down" in line for line in self.lines_of(gone)),
                        "what was told of it meanwhile reaches it too, whatever became of records", DEADLINE)
        bridge.stop()


if __name__ == "__main__":
    main()
