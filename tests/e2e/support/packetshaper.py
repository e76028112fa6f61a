"""A simulated PacketShaper: Packeteer-2 and NetFlow-5 records of the same flows, and log lines on who asked for what.

Header and first 39 bytes of a Packeteer-2 record are as published by NetFlow Logic for its converter 20010. The length
of a record, what its other 25 bytes hold, and the wording of the log lines are made up: no sample of the vendor is at
hand.
"""
import collections
import contextlib
import ipaddress
import socket
import struct
import time
from typing import NamedTuple

PACKETEER2_HEADER = struct.Struct("!HB5sIIIII")
PACKETEER2_RECORD = struct.Struct("!4s4sIHHIIIIHHBBB")
NETFLOW5_HEADER = struct.Struct("!HHIIIIBBH")
NETFLOW5_RECORD = struct.Struct("!4s4s4sHHIIIIHHBBBBHHBBH")
RECORDS = {"packeteer2": 22, "netflow5": 30}  # of a full datagram
REST = bytes(range(0xA0, 0xB9))
POLICIES = {1: "priority", 2: "rate", 8: "uncontrolled", 16: "discard", 32: "never-admit"}
CLASSES = {11: "Inbound/HTTP", 12: "Outbound/HTTP", 13: "Outbound/VoIP", 90: "Outbound/Localhost/FlowRecords",
           91: "Outbound/Localhost/NetFlowV5"}
TCP, UDP = 6, 17

# What takes the unit's log lines apart.
PATTERN = r"""
[[pattern]]
name = "url"
match = '^url src=(?P<sourceIPv4Address>\S+) user=(?P<userName>\S+) method=(?P<httpRequestMethod>\S+) url=(?P<httpRequestTarget>.+)$'
"""


class Request(NamedTuple):
    source: str
    user: str
    url: str
    method: str = "GET"

    def text(self):
        return f"url src={self.source} user={self.user} method={self.method} url={self.url}"


class Flow(NamedTuple):
    """Times are milliseconds since 1970."""

    src: str
    dst: str
    spt: int
    dpt: int
    proto: int
    packets: int
    octets: int
    start: int
    end: int
    flags: int = 0
    class_id: int = 12
    policy: int = 8
    interfaces: tuple = (1, 2)

    def packed(self):
        return ipaddress.ip_address(self.src).packed, ipaddress.ip_address(self.dst).packed


def now_ms():
    return time.time_ns() // 1_000_000


def make_flows(count, network="10.1.0.0/16"):
    """Flows of as many sources, different in all they have, that ended within the last minute."""
    hosts, now = ipaddress.ip_network(network), now_ms()
    return [Flow(src=str(hosts[1 + i]), dst=f"198.51.100.{1 + i}", spt=20000 + i,
                 dpt=(443, 53)[i % 2], proto=(TCP, UDP)[i % 2], packets=1 + i, octets=0xFFFFFFFF - i,
                 start=now - 61_000 - 7 * i, end=now - 1000 - 3 * i, flags=(0x1B, 0)[i % 2], class_id=(11, 12, 13, 77)[i % 4],
                 policy=list(POLICIES)[i % len(POLICIES)]) for i in range(count)]


class PacketShaper:
    """Sends from an address of its own; nothing ever has to be sent back to it (FD-01)."""

    def __init__(self, case, port, address="127.0.0.2", serial=0x0102030405, log_port=None):
        self._case, self.address, self._serial = case, address, serial
        self._booted = now_ms() - 100_000_000
        self._flows = self._socket(port)
        self.export_port = self._flows.getsockname()[1]
        self._logs = self._socket(log_port) if log_port else None
        self._seen = 0  # "total flows seen"
        self._records_id = 0
        self._netflow5_sequence = 0
        self.sent = collections.Counter()  # datagrams, records of each type

    def _socket(self, port):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._case.addCleanup(one.close)
        one.bind((self.address, 0))
        one.connect(("127.0.0.1", port))
        return one

    def _uptime(self, at):
        return (at - self._booted) & 0xFFFFFFFF

    def _send(self, kind, flows, make):
        for first in range(0, len(flows), RECORDS[kind]):
            bundle = flows[first:first + RECORDS[kind]]
            self._flows.send(make(bundle, now_ms()))
            self.sent["datagrams"] += 1
            self.sent[kind] += len(bundle)

    def send_packeteer2(self, flows):
        def make(bundle, now):
            self._seen += len(bundle)
            self._records_id += 1
            header = PACKETEER2_HEADER.pack(2, len(bundle), self._serial.to_bytes(5, "big"), now // 1000,
                                            now % 1000 * 1_000_000, self._seen, self._records_id, self._uptime(now))
            return header + b"".join(
                PACKETEER2_RECORD.pack(*flow.packed(), flow.class_id, *flow.interfaces, flow.packets, flow.octets,
                                       self._uptime(flow.start), self._uptime(flow.end), flow.spt, flow.dpt,
                                       flow.policy, flow.flags, flow.proto) + REST
                for flow in bundle)
        self._send("packeteer2", flows, make)

    def send_netflow5(self, flows):
        def make(bundle, now):
            header = NETFLOW5_HEADER.pack(5, len(bundle), self._uptime(now), now // 1000,
                                          now % 1000 * 1_000_000, self._netflow5_sequence, 7, 9, 0)
            self._netflow5_sequence += len(bundle)
            return header + b"".join(
                NETFLOW5_RECORD.pack(*flow.packed(), bytes(4), *flow.interfaces, flow.packets, flow.octets,
                                     self._uptime(flow.start), self._uptime(flow.end), flow.spt, flow.dpt,
                                     0, flow.flags, flow.proto, 0, 0, 0, 0, 0, 0)
                for flow in bundle)
        self._send("netflow5", flows, make)

    def own_exports(self, to_port):
        """The flows of its own records, in the classes that the unit puts them in."""
        now = now_ms()
        return [Flow(self.address, "127.0.0.1", self.export_port, to_port, UDP, 60, 60_000, now - 60_000, now - 1000,
                     class_id=class_id, interfaces=(0, 1)) for class_id in (90, 91)]

    def log(self, *texts):
        """As its syslog has it, by RFC 3164."""
        for text in texts:
            stamp = time.strftime("%b %e %H:%M:%S", time.gmtime())
            self._logs.send(f"<134>{stamp} shaper-1 PacketShaper: {text}".encode())

    def assert_no_answers(self):
        for one in filter(None, (self._flows, self._logs)):
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                self._case.fail(f"the bridge sent something to the unit: {one.recv(4096)!r}")
