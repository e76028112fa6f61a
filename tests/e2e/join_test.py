#!/usr/bin/env python3
"""BC-20, BC-22: flows are joined while log lines come at full rate: none is lost, and each has what is known."""
import ipaddress
import itertools
import os
import re
import socket
import struct
import sys
import threading
import time
from collections import Counter

from support.harness import main
from support.joins import MAPPING, WEB, WEB_KEYS, JoinCase, log_input
from support.packetshaper import PATTERN, Request
from support.process import free_port

ADDRESSES = int(os.environ.get("FLOWCEF_JOIN_ADDRESSES", "50000"))
FLOWS = int(os.environ.get("FLOWCEF_JOIN_FLOWS", "200000"))
SECONDS = float(os.environ.get("FLOWCEF_JOIN_SECONDS", "10"))  # of each measurement
PATIENCE = 60 + FLOWS / 10000 + ADDRESSES / 5000

SMALL_MAPPING = """
unmapped = "drop"
[cef]
version = 0
vendor = "V"
product = "P"
prefix = "X"
event_id = false
[[event]]
signature = "flow"
name = "Flow"
severity = 1
[keys]
src = "sourceIPv4Address"
externalId = "flowId"
"""
SMALL_KEYS = """
suser = "@web(sourceIPv4Address).userName"
request = "@web(sourceIPv4Address).httpRequestTarget"
"""
LINE = re.compile(rb"CEF:0\|V\|P\|[^|]*\|flow\|Flow\|1\|src=(\S+) externalId=(\d+)"
                  rb"(?: suser=user(\d+) request=http://example\.net/(old|new)\?user\\=(\d+))?")
STRANGERS = 10  # one flow in so many is of an address that no log line names
FIELDS = ((148, 8), (8, 4), (12, 4), (4, 1), (1, 8), (2, 8), (152, 8), (153, 8))
RECORD = struct.Struct("!QIIBQQQQ")
PER_MESSAGE = 500
CHUNK = 1000  # log lines in one write
FIRST, FIRST_STRANGER = int(ipaddress.ip_address("10.0.0.1")), int(ipaddress.ip_address("192.168.0.1"))


def source_of(flow):
    if flow % STRANGERS == 0:
        return FIRST_STRANGER + flow % 60000
    return FIRST + flow * 7919 % ADDRESSES


def log_chunks(generation):
    """A line for each of the addresses."""
    for first in range(0, ADDRESSES, CHUNK):
        requests = (Request(str(ipaddress.ip_address(FIRST + n)), f"user{n}",
                            f"http://example.net/{generation}?user={n}")
                    for n in range(first, min(first + CHUNK, ADDRESSES)))
        yield "".join(f"<134>1 - shaper-1 PacketShaper - - - {request.text()}\n" for request in requests).encode()


class Stream:
    """A connection to an input, and a thread that sends on it."""

    def __init__(self, case, port):
        self._case = case
        self._socket = socket.create_connection(("127.0.0.1", port))
        case.addCleanup(self._socket.close)
        self._thread = None

    def send(self, pieces):
        for piece in pieces:
            self._socket.sendall(piece)

    def start(self, pieces):
        self._thread = threading.Thread(target=self.send, args=(pieces,), daemon=True)
        self._thread.start()

    def finish(self):
        """Returns when the bridge has read all."""
        if self._thread:
            self._thread.join(PATIENCE)
            self._case.assertFalse(self._thread.is_alive(), "the bridge takes no more")
        self._socket.settimeout(PATIENCE)
        self._socket.shutdown(socket.SHUT_WR)
        self._socket.recv(1)
        self._socket.close()


class Flows(Stream):
    """IPFIX."""

    def __init__(self, case, port):
        super().__init__(case, port)
        template = struct.pack("!HH", 256, len(FIELDS)) + b"".join(struct.pack("!HH", *field) for field in FIELDS)
        self._sequence = 0
        self.send([self.message(2, template, 0)])

    def message(self, number, data, records):
        body = struct.pack("!HH", number, 4 + len(data)) + data
        head = struct.pack("!HHIII", 10, 16 + len(body), int(time.time()), self._sequence & 0xFFFFFFFF, 1)
        self._sequence += records
        return head + body


def data_of(first, source=source_of):
    now = time.time_ns() // 1_000_000
    return b"".join(RECORD.pack(i, source(i), 0xCB007109, 6, 1500, 3, now - 1000, now)
                    for i in range(first, first + PER_MESSAGE))


class Join(JoinCase):
    def start_bridge(self, copy, keys, base):
        self.flow_port, self.log_port = free_port(), free_port()
        patterns = self.write("patterns.toml", PATTERN)
        self.copy_path = copy
        self.configure(f'[[input]]\nname = "flows"\ntype = "tcp"\nlisten = ["127.0.0.1:{self.flow_port}"]\n',
                       log_input("logs", self.log_port, patterns, transport="tcp"),
                       WEB + f"max_entries = {ADDRESSES}\n", keys=keys, base=base, copy_settings="required = true")
        self.start(tcp=(self.flow_port, self.log_port))

    def feed_logs(self, generation):
        logs = Stream(self, self.log_port)
        logs.start(log_chunks(generation))
        logs.finish()

    def memory(self):
        """Resident memory of the bridge in bytes; proc(5), /proc/PID/status."""
        with open(f"/proc/{self.bridge.child.pid}/status", encoding="ascii") as file:
            return int(re.search(r"^VmRSS:\s+(\d+) kB$", file.read(), re.MULTILINE)[1]) * 1024

    def test_join_under_load(self):
        self.start_bridge(self.copy_path, SMALL_KEYS, self.write("small.toml", SMALL_MAPPING))
        self.feed_logs("old")
        self.wait_for_count("lookup.web.updates", ADDRESSES)
        logs, flows = Stream(self, self.log_port), Flows(self, self.flow_port)
        logs.start(log_chunks("new"))
        flows.start(flows.message(256, data_of(first), PER_MESSAGE) for first in range(0, FLOWS, PER_MESSAGE))
        logs.finish()
        flows.finish()
        counts = self.stop()

        told = Counter()
        seen = bytearray(FLOWS)
        with open(self.copy_path, "rb") as file:
            for line in file:
                match = LINE.fullmatch(line[:-1])
                self.assertIsNotNone(match, line)
                flow, user = int(match[2]), match[3] and int(match[3])
                seen[flow] += 1
                source = source_of(flow)
                expected = None if flow % STRANGERS == 0 else source - FIRST
                if match[1] != socket.inet_ntoa(source.to_bytes(4, "big")).encode() or user != expected or (
                        match[3] != match[5]):
                    self.fail(f"not what is known of flow {flow}: {line!r}")
                told[match[4]] += 1
        self.assertEqual(seen, b"\1" * FLOWS, "flows that were lost or doubled")
        strangers = FLOWS // STRANGERS
        self.assertEqual(told[None], strangers)
        print(f"{told[b'new']} flows had the new line of their address, {told[b'old']} the old one", file=sys.stderr)
        self.assert_counts(counts, records=2 * ADDRESSES + FLOWS, lines=FLOWS, refused=0, output__copy__dropped=0,
                           lookup__web__updates=2 * ADDRESSES, lookup__web__entries=ADDRESSES,
                           lookup__web__evicted=0, lookup__web__hits=FLOWS - strangers,
                           lookup__web__misses=strangers)

    def rate(self, body, logs=None):
        """Flows a second and CPU microseconds of the bridge for each, over so many seconds; log lines a second, if they
        come meanwhile."""
        flows = Flows(self, self.flow_port)
        before, began, cpu = self.counts(), time.monotonic(), self.bridge.cpu_seconds()
        end = began + SECONDS

        def until_the_end(pieces):
            return itertools.takewhile(lambda _: time.monotonic() < end, pieces)

        lines = Stream(self, self.log_port) if logs else None
        if lines:
            lines.start(until_the_end(itertools.cycle(logs)))
        flows.start(until_the_end(flows.message(256, data, PER_MESSAGE) for data in itertools.cycle(body)))
        flows.finish()
        took, cpu, after = time.monotonic() - began, self.bridge.cpu_seconds() - cpu, self.counts()
        if lines:
            lines.finish()
        updates = after.get("lookup.web.updates", 0) - before.get("lookup.web.updates", 0)
        count = after["lines"] - before["lines"]
        return count / took, cpu / count * 1e6, updates / took

    def test_rates(self):
        """Not one of ctest: what the join costs, and what the table takes; scripts/soak/join."""
        hits = [data_of(first, lambda i: FIRST + i * 7919 % ADDRESSES) for first in range(0, ADDRESSES, PER_MESSAGE)]
        misses = [data_of(first, lambda i: FIRST_STRANGER + i % 60000) for first in range(0, ADDRESSES, PER_MESSAGE)]
        logs = list(log_chunks("again"))

        def tell(what, measured, to=None):
            flows, cpu, updates = measured
            ratio = f", {flows / to[0]:.2f} of the rate, {cpu / to[1]:.2f} of the CPU time" if to else ""
            lines = f", {updates:.0f} log lines/s meanwhile" if updates else ""
            print(f"{what}: {flows:.0f} flows/s, {cpu:.2f} us CPU each{ratio}{lines}", file=sys.stderr)
            return measured

        self.start_bridge("/dev/null", "", MAPPING)
        alone = tell("without the join", self.rate(hits))
        self.stop()
        self.start_bridge("/dev/null", WEB_KEYS, MAPPING)
        empty = self.memory()
        self.feed_logs("first")
        self.wait_for_count("lookup.web.updates", ADDRESSES)
        print(f"{ADDRESSES} addresses: {self.memory() - empty >> 20} MiB more, of which the lookup counts "
              f"{self.counts()['lookup.web.bytes'] >> 20} MiB", file=sys.stderr)
        tell("every flow joined", self.rate(hits), alone)
        tell("none joined", self.rate(misses), alone)
        tell("every flow joined, log lines too", self.rate(hits, logs), alone)
        print(f"memory in the end: {self.memory() >> 20} MiB", file=sys.stderr)
        self.stop()


if __name__ == "__main__":
    main()
