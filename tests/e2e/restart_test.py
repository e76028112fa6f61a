#!/usr/bin/env python3
"""What the bridge knows over a restart: exporters send their templates once, and it stops and starts in between."""
import os
import signal
import socket
import struct

from support.bridge import BINARY, MAPPING, parse_counts
from support.harness import Case, main
from support.process import Process, free_port, udp_sockets

RECORDS = int(os.environ.get("FLOWCEF_RESTART_RECORDS", "1000000"))
RESTARTS = 10
PER_DATAGRAM = 24
EXPORT_TIME = 1_750_000_000
FLOW_FIELDS = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 8), (2, 8), (152, 8), (153, 8), (10, 4))
INTERFACE_FIELDS = ((10, 4), (82, 16))  # ingressInterface as scope, interfaceName


class Exporter:
    """IPFIX over UDP with an options table of interface names; the templates are sent once, in the first datagram."""

    def __init__(self, port):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._address = ("127.0.0.1", port)
        self._sequence = 0
        self._number = 0

    def _send(self, sets, records):
        body = b"".join(struct.pack("!HH", number, 4 + len(data)) + data for number, data in sets)
        header = struct.pack("!HHIII", 10, 16 + len(body), EXPORT_TIME, self._sequence, 1)
        self._socket.sendto(header + body, self._address)
        self._sequence += records

    def send_templates(self):
        flow = struct.pack("!HH", 256, len(FLOW_FIELDS)) + b"".join(struct.pack("!HH", *field) for field in FLOW_FIELDS)
        names = struct.pack("!HHH", 257, len(INTERFACE_FIELDS), 1) + b"".join(
            struct.pack("!HH", *field) for field in INTERFACE_FIELDS)
        self._send([(2, flow), (3, names), (257, struct.pack("!I16s", 7, b"ge-0/0/7"))], 1)
        return 1

    def send(self, count):
        """Sends at least `count` flow records in whole datagrams; returns how many."""
        sent = 0
        while sent < count:
            records = b"".join(
                struct.pack("!IIHHBQQQQI", 0x0A000000 + self._number + i, 0xC6336401, 40000, 443, 6, 1500 + i, 3,
                            EXPORT_TIME * 1000 - 9000, EXPORT_TIME * 1000 - 1000, 7) for i in range(PER_DATAGRAM))
            self._send([(256, records)], PER_DATAGRAM)
            self._number += PER_DATAGRAM
            sent += PER_DATAGRAM
            if sent % (40 * PER_DATAGRAM) == 0:
                self.wait_for_room()
        return sent

    def wait_for_room(self):
        """The test is about templates, not about rates: a full socket buffer would lose datagrams."""
        port = f":{self._address[1]:04X}"
        while True:
            with open("/proc/net/udp", encoding="ascii") as table:
                queued = [int(line.split()[4].split(":")[1], 16) for line in table if line.split()[1].endswith(port)]
            if not queued or max(queued) < 4_000_000:
                return


class Restart(Case):
    def start(self, port):
        config = self.folder / "flowcef.toml"
        config.write_text(
            f'mapping = "{MAPPING}"\nstate_dir = "{self.folder / "state"}"\nevents = {{ enabled = false }}\nworkers = 2\n'
            f'[[input]]\ntype = "udp"\nlisten = ["127.0.0.1:{port}"]\n'
            f'[[output]]\nname = "null"\nto = "file:/dev/null"\n')
        bridge = Process(self, "flowcef", [BINARY, "run", "--config", config])
        self.wait_until(lambda: port in udp_sockets(), "flowcef listens")
        return bridge

    def stop(self, bridge, how=signal.SIGTERM):
        self.assertEqual(bridge.stop(how), 0, "exit status; it said:\n" + bridge.stderr()[-2000:])
        return parse_counts(bridge.stderr())

    def test_no_record_waits_for_a_template(self):
        """PX-01: every record of the export is decoded, though it is stopped and started ten times."""
        port = free_port(socket.SOCK_DGRAM)
        exporter = Exporter(port)
        bridge = self.start(port)
        sent = exporter.send_templates()
        decoded = 0
        for _ in range(RESTARTS):
            sent += exporter.send(RECORDS // (RESTARTS + 1))
            counts = self.stop(bridge)
            self.assertNotIn("refused.template_missing", counts)
            decoded += counts["records"]
            bridge = self.start(port)
        sent += exporter.send(RECORDS - sent)
        counts = self.stop(bridge)
        self.assertNotIn("refused.template_missing", counts)
        self.assertEqual(counts.get("templates", 0), 0, "the last run was sent no template")
        self.assertEqual(decoded + counts["records"], sent)
        self.assertGreaterEqual(sent, RECORDS)


if __name__ == "__main__":
    main()
