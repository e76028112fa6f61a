#!/usr/bin/env python3
"""SK-05: an exporter that tells of each flow every second, and lines that are for two."""
import collections
import re
import socket
import struct

from support.bridge import Bridge
from support.harness import Case, main

FLOWS = 10
UPTIME_MS = 0xFFFFFFFF - 2500  # wraps around in the middle of it all


def netflow5(second, sequence):
    """One record of each flow for the second up to `second`; the header's clock is late by some milliseconds."""
    now = UPTIME_MS + 1000 * second
    header = struct.pack("!HHIIIIHH", 5, FLOWS, now & 0xFFFFFFFF, 1_750_000_000 + second, 7_000_000 * second, sequence,
                         0, 0)
    return header + b"".join(
        struct.pack("!4s4s4sHHIIIIHHBBBBHHBBH", bytes([10, 0, 0, 1 + flow]), bytes([192, 0, 2, 1]), bytes(4), 1, 2,
                    10, 1000 + flow, (now - 1000) & 0xFFFFFFFF, now & 0xFFFFFFFF, 40000, 443, 0, 1 << second, 6, 0, 0, 0,
                    0, 0, 0)
        for flow in range(FLOWS))


class Merge(Case):
    def test_records_of_a_flow_are_merged(self):
        bridge = Bridge(self, settings='exporter = [{ match = "127.0.0.1", merge = "2s" }]\n')
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
            for second in range(5):
                exporter.sendto(netflow5(second, second * FLOWS), ("127.0.0.1", bridge.port))
        self.wait_until(lambda: len(bridge.copy()) >= 2 * FLOWS, "lines of two seconds")
        self.wait_until(lambda: len(bridge.copy()) == 3 * FLOWS, "the last records, which no other joins")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
            exporter.sendto(netflow5(5, 5 * FLOWS), ("127.0.0.1", bridge.port))
        counts = bridge.stop()
        flows = collections.defaultdict(list)
        for line in bridge.copy():
            keys = dict(re.findall(rb"(\w+)=(\S+)", line))
            flows[keys[b"src"]].append((int(keys[b"end"]) - int(keys[b"start"]), int(keys[b"in"])))
        for flow in range(FLOWS):
            octets = 1000 + flow
            self.assertEqual([size for _, size in flows[b"10.0.0.%d" % (1 + flow)]],
                             [2 * octets, 2 * octets, octets, octets])
            lasts = [milliseconds for milliseconds, _ in flows[b"10.0.0.%d" % (1 + flow)]]
            self.assertEqual(lasts, [2007, 2007, 1000, 1000], "from the first start to the last end, by their headers")
        self.assertEqual((counts["records"], counts["records.merged"], counts["lines"]),
                         (6 * FLOWS, 2 * FLOWS, 4 * FLOWS))


if __name__ == "__main__":
    main()
