"""A bridge whose flows are joined with what log lines, other exports or files say of their addresses."""
import ipaddress
import json
import socket
import struct
import subprocess
import time
from typing import NamedTuple

from support.bridge import BINARY, MAPPING, parse_counts, run_program
from support.harness import Case
from support.process import Process, tcp_listens, udp_sockets

CEF_DUMP = BINARY.parent / "cef_dump"
PACKETSHAPER = MAPPING.with_name("packetshaper.toml")
ELEMENTS = MAPPING.with_name("elements")

WEB = """
[[lookup]]
name = "web"
inputs = ["logs"]
key = ["sourceIPv4Address"]
columns = ["userName", "httpRequestMethod", "httpRequestTarget"]
"""
WEB_KEYS = """
suser = ["userName", "@web(sourceIPv4Address).userName"]
request = ["httpRequestTarget", "@web(sourceIPv4Address).httpRequestTarget"]
requestMethod = ["httpRequestMethod", "@web(sourceIPv4Address).httpRequestMethod"]
"""


class Event(NamedTuple):
    signature: str
    name: str
    severity: str
    keys: dict


def number_of(address):
    return int(ipaddress.ip_address(address))


def udp_input(name, port, more=""):
    return f'[[input]]\nname = "{name}"\ntype = "udp"\nlisten = ["127.0.0.1:{port}"]\n{more}\n'


def log_input(name, port, patterns, more="send = false", transport="udp"):
    return (f'[[input]]\nname = "{name}"\ntype = "syslog"\ntransport = "{transport}"\n'
            f'listen = ["127.0.0.1:{port}"]\npatterns = ["{patterns}"]\n{more}\n')


class JoinCase(Case):
    """All lines go to a file too, `copy`, and are read back by a strict reader."""

    def setUp(self):
        super().setUp()
        self.config_path = self.folder / "flowcef.toml"
        self.copy_path = self.folder / "copy.cef"

    def write(self, name, text):
        """Replaces the file at once, as an editor does; returns its path."""
        beside, path = self.folder / (name + ".new"), self.folder / name
        beside.write_text(text)
        beside.rename(path)
        return path

    def configure(self, *tables, keys=WEB_KEYS, events="", settings="", base=MAPPING, copy_settings=""):
        """`tables` are those of the configuration; `keys` and `events` go into a mapping that extends `base`."""
        mapping = self.write("site.toml", f'extends = "{base}"\n{events}\n[keys]\n{keys}\n')
        copy = f'[[output]]\nname = "copy"\nto = "file:{self.copy_path}"\nheader = "none"\n{copy_settings}\n'
        self.write("flowcef.toml", f'mapping = "{mapping}"\nstate_dir = "{self.folder / "state"}"\n'
                                   f'events = {{ enabled = false }}\n{settings}\n'
                   + "\n".join((*tables, copy)))

    def start(self, udp=(), tcp=()):
        """Starts it and waits until it listens on these ports."""
        self.udp = udp
        self.bridge = Process(self, "flowcef", [BINARY, "run", "--config", self.config_path])
        self.wait_until(lambda: all(port in udp_sockets() for port in udp) and all(map(tcp_listens, tcp)),
                        "flowcef listens")
        self.wait_until((self.folder / "state" / "control.sock").exists, "the bridge can be asked")

    def log(self):
        return self.bridge.stderr()

    def counts(self):
        """What it has counted so far."""
        status, out, err = run_program("status", "--books", "--config", self.config_path)
        self.assertEqual(status, 0, err)
        return parse_counts(out.decode())

    def wait_for_count(self, name, value):
        self.wait_until(lambda: self.counts().get(name, 0) >= value,
                        lambda: f"{name} becomes {value}: it is {self.counts().get(name, 0)}")

    def reload(self):
        status, out, err = run_program("reload", "--config", self.config_path)
        self.assertEqual(status, 0, out.decode() + err)

    def count_lines(self):
        return self.copy_path.read_bytes().count(b"\n") if self.copy_path.exists() else 0

    def wait_for_lines(self, count):
        """Returns when they were there."""
        self.wait_until(lambda: self.count_lines() >= count, lambda: f"{count} lines: there are {self.count_lines()}")
        return time.monotonic()

    def events(self, first=0):
        """The whole lines so far from that one on."""
        data = self.copy_path.read_bytes()
        lines = data[:data.rfind(b"\n") + 1].splitlines(keepends=True)[first:]
        done = subprocess.run([CEF_DUMP], input=b"".join(lines), capture_output=True, timeout=30, check=True)
        found = []
        for line, made in zip(map(json.loads, done.stdout.splitlines()), lines, strict=True):
            self.assertNotIn("error", line, made)
            found.append(Event(*line["header"][4:], line["keys"]))
        return found

    def event_of(self, send):
        """The one line that comes of what `send()` sends."""
        before = self.count_lines()
        send()
        self.wait_for_lines(before + 1)
        event, = self.events(before)
        return event

    def stop(self):
        """Returns the final counts, which have to balance; no datagram was lost in front of the bridge."""
        dropped = [udp_sockets().get(port, 0) for port in self.udp]
        self.assertEqual(self.bridge.stop(), 0, "exit status; it said:\n" + self.log()[-2000:])
        self.assertNotIn("do not balance", self.log())
        self.assertEqual(dropped, [0] * len(dropped), "the kernel dropped datagrams in front of flowcef")
        return parse_counts(self.log())

    def assert_counts(self, counts, **expected):
        """Names with `__` for the dot; what is zero is not in the books."""
        expected = {name.replace("__", "."): value for name, value in expected.items()}
        self.assertEqual({name: counts.get(name, 0) for name in expected}, expected)


class Ipfix:
    """An exporter of one kind of record. `fields` are number, length (VARIABLE for texts) and maybe enterprise."""

    VARIABLE = 65535
    FLOW = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 8), (2, 8), (152, 8), (153, 8))

    def __init__(self, case, port, fields=FLOW, address="127.0.0.3", kind=socket.SOCK_DGRAM):
        self._socket = socket.socket(socket.AF_INET, kind)
        case.addCleanup(self._socket.close)
        self._socket.bind((address, 0))
        self._socket.connect(("127.0.0.1", port))
        self._fields, self._sequence = fields, 0
        self._send(2, struct.pack("!HH", 256, len(fields)) + b"".join(map(self._specifier, fields)), 0)

    @staticmethod
    def _specifier(field):
        number, length, *enterprise = field
        if not enterprise:
            return struct.pack("!HH", number, length)
        return struct.pack("!HHI", 0x8000 | number, length, *enterprise)

    def _send(self, number, data, records):
        body = struct.pack("!HH", number, 4 + len(data)) + data
        self._socket.sendall(struct.pack("!HHIII", 10, 16 + len(body), int(time.time()), self._sequence, 1) + body)
        self._sequence += records

    def _encode(self, field, value):
        if field[1] == self.VARIABLE:
            data = value.encode()
            return struct.pack("!BH", 255, len(data)) + data
        return value.to_bytes(field[1], "big")

    def send(self, *records):
        """Records have a value for each field: numbers or texts."""
        self._send(256, b"".join(self._encode(*pair) for record in records for pair in zip(self._fields, record)),
                   len(records))

    def send_flow(self, src, dst="203.0.113.9", dpt=80):
        """A flow that has just ended."""
        now = int(time.time() * 1000)
        self.send((number_of(src), number_of(dst), 40000, dpt, 6, 1500, 3, now - 2000, now))
