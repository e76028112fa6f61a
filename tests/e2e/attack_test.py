#!/usr/bin/env python3
"""PX-10, PX-16: floods of made-up exporters, templates and rubbish beside an exporter that goes on."""
import os
import re
import socket
import struct
import threading
import time

from support.bridge import Bridge
from support.harness import Case, main
from support.ipfix import PER_MESSAGE, Exporter

ADDRESSES = 100_000
TEMPLATES = 30_000
RUBBISH_SECONDS = 3
MAX_MEMORY_MIB = 400
MAX_LOG_LINES = 200


def message(domain, template, fields, record=b""):
    """An IPFIX message with a template, and data for it."""
    definition = struct.pack("!HH", template, len(fields)) + b"".join(struct.pack("!HH", *field) for field in fields)
    body = struct.pack("!HH", 2, 4 + len(definition)) + definition
    if record:
        body += struct.pack("!HH", template, 4 + len(record)) + record
    return struct.pack("!HHIII", 10, 16 + len(body), 1_750_000_000, 0, domain) + body


class Attack(Case):
    def flood(self, *messages):
        """Each of the messages from an address of its own."""
        for i, payload in enumerate(messages):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                number = i + 0x10000  # 127.1.0.0 and on
                sender.bind((f"127.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0))
                sender.sendto(payload, ("127.0.0.1", self.bridge.port))

    def flood_templates(self):
        """Templates of which no two are the same, all from one address."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.9.9.9", 0))
            for i in range(TEMPLATES):
                fields = ((4, 1), (1, 1 + i % 8), (2, 1 + i // 8 % 8))
                sender.sendto(message(i % 500, 256 + i % 60000, fields), ("127.0.0.1", self.bridge.port))

    def send_rubbish(self):
        end = time.monotonic() + RUBBISH_SECONDS
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.9.9.8", 0))
            while time.monotonic() < end:
                noise = os.urandom(4096)
                for length in range(0, 1400, 40):
                    sender.sendto(noise[length:2 * length], ("127.0.0.1", self.bridge.port))
                    sender.sendto(b"\0\x09\0\x02" + noise[:length], ("127.0.0.1", self.bridge.port))

    def peak_mib(self):
        with open(f"/proc/{self.bridge.process.child.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s*(\d+) kB", status.read()).group(1)) / 1024

    def test_floods_beside_a_good_exporter(self):
        self.bridge = Bridge(self, admin="enabled = true")
        exporter = Exporter(self, self.bridge.port, socket.SOCK_DGRAM, domain=77)
        over = threading.Event()

        def go_on():
            while not over.wait(0.02):
                exporter.send()

        good = threading.Thread(target=go_on)
        good.start()
        try:
            self.flood(*[message(1, 256, ((4, 1),), b"\x11")] * ADDRESSES)
            self.flood_templates()
            self.send_rubbish()
        finally:
            over.set()
            good.join()
        exporter.send()
        wanted = set(map(str, exporter.numbers()))
        last = f"FlowcefBridgeFlowId={exporter.numbers()[-1]}".encode()
        self.wait_until(lambda: last in self.bridge.copy_path.read_bytes(), "what is sent behind the floods")
        peak = self.peak_mib()
        log_lines = self.bridge.log().count("\n")
        counts = self.bridge.stop()
        seen = set(re.findall(r"FlowcefBridgeFlowId=(\d+)", self.bridge.copy_path.read_text()))
        # At full rate the kernel may have had no room, on a slow machine; then it says so.
        dropped = counts.get("kernel_drops", 0)
        self.assertLessEqual(len(wanted - seen), dropped * PER_MESSAGE)
        self.assertGreaterEqual(counts["records"] + dropped, ADDRESSES)
        self.assertGreater(counts["refused"], 1000)
        self.assertLess(log_lines, MAX_LOG_LINES, "a log that somebody can read")
        if "asan" not in os.environ["FLOWCEF_BINARY"]:
            self.assertLess(peak, MAX_MEMORY_MIB)
        print(f"peak {peak:.0f} MiB, kernel dropped {dropped}, {counts['refused']} refused, {log_lines} lines of log")


if __name__ == "__main__":
    main()
