"""A small reader of NetFlow v5, v9 and IPFIX, independent of flowcef: the tests count and compare with it.

It raises on anything that is not in order, since the exporter under test is expected to be right.
"""
import dataclasses
import ipaddress
import struct
from typing import Optional

from pcap_udp import read_datagrams

V5_HEADER = struct.Struct("!HHIIIIBBH")   # version count uptime seconds nanoseconds sequence engine sampling
V5_RECORD = struct.Struct("!4s4s4sHHIIIIHHBBBBHHBBH")


@dataclasses.dataclass(frozen=True)
class Flow:
    """What the tests compare; None where the record does not say."""
    src: Optional[str]
    dst: Optional[str]
    spt: Optional[int]
    dpt: Optional[int]
    proto: Optional[int]
    bytes: Optional[int]
    packets: Optional[int]
    start: Optional[int]  # milliseconds since 1970 UTC
    end: Optional[int]
    icmp: Optional[int] = None  # type * 256 + code, where it has an element of its own


@dataclasses.dataclass
class Reading:
    """All that a series of datagrams holds."""
    datagrams: int = 0
    flows: list = dataclasses.field(default_factory=list)
    options: int = 0

    @property
    def records(self):
        return len(self.flows) + self.options


def _signed32(value):
    return (value & 0xFFFFFFFF) - ((value & 0x80000000) << 1)


class FlowReader:
    """Feed it datagrams in the order of the wire. Templates are kept for each sender and domain."""

    def __init__(self):
        self.reading = Reading()
        self._templates = {}   # (sender, domain, template id): (fields, is options)
        self._init_time = {}   # sender: system init time in ms (IPFIX element 160)

    def feed(self, sender, payload):
        version = struct.unpack_from("!H", payload)[0]
        self.reading.datagrams += 1
        {5: self._netflow5, 9: self._netflow9, 10: self._ipfix}[version](sender, payload)

    def _netflow5(self, _sender, payload):
        _, count, uptime, seconds, nanoseconds, *_ = V5_HEADER.unpack_from(payload)
        if len(payload) != V5_HEADER.size + count * V5_RECORD.size:
            raise ValueError("v5 datagram of odd length")
        exported = seconds * 1000 + nanoseconds // 1_000_000
        for values in V5_RECORD.iter_unpack(payload[V5_HEADER.size:]):
            src, dst, _, _, _, packets, size, first, last, spt, dpt, _, _, proto = values[:14]
            start = exported - _signed32(uptime - first)
            end = start + ((last - first) & 0xFFFFFFFF)
            icmp = None
            if proto == 1:  # the place of the destination port holds ICMP type and code
                spt, dpt, icmp = None, None, dpt
            self.reading.flows.append(Flow(str(ipaddress.ip_address(src)), str(ipaddress.ip_address(dst)), spt, dpt,
                                           proto, size, packets, start, end, icmp))

    def _netflow9(self, sender, payload):
        _, _, uptime, seconds, _, domain = struct.unpack_from("!HHIIII", payload)
        self._sets(sender, domain, payload[20:], (0, 1), lambda ticks: seconds * 1000 - _signed32(uptime - ticks))

    def _ipfix(self, sender, payload):
        _, length, _, _, domain = struct.unpack_from("!HHIII", payload)
        if length != len(payload):
            raise ValueError("IPFIX message of odd length")
        self._sets(sender, domain, payload[16:], (2, 3),
                   lambda ticks: self._init_time[sender] + ticks if sender in self._init_time else None)

    def _sets(self, sender, domain, body, template_sets, from_uptime):
        at = 0
        while at + 4 <= len(body):
            kind, length = struct.unpack_from("!HH", body, at)
            if length < 4 or at + length > len(body):
                raise ValueError("set of odd length")
            content = body[at + 4:at + length]
            if kind in template_sets:
                self._read_templates(sender, domain, content, kind == template_sets[1], ipfix=kind >= 2)
            elif kind >= 256:
                self._read_data(sender, self._templates[sender, domain, kind], content, from_uptime)
            at += length

    def _read_templates(self, sender, domain, content, options, ipfix):
        at = 0
        while at + 4 <= len(content):
            template, count = struct.unpack_from("!HH", content, at)
            if template < 256:  # padding
                return
            at += 4
            if options and ipfix:
                at += 2  # number of scope fields: they are among `count`
                scopes = 0
            elif options:  # v9: lengths in bytes of the scope fields and of the others
                scopes = count // 4
                count = (count + struct.unpack_from("!H", content, at)[0]) // 4
                at += 2
            else:
                scopes = 0
            fields = []
            for n in range(count):
                element, size = struct.unpack_from("!HH", content, at)
                at += 4
                enterprise = 0
                if ipfix and element & 0x8000:
                    enterprise, = struct.unpack_from("!I", content, at)
                    at += 4
                # A v9 scope field has a number space of its own: keep it out of the way.
                fields.append(((enterprise, element & 0x7FFF) if n >= scopes else ("scope", element), size))
            self._templates[sender, domain, template] = (fields, options)

    def _read_data(self, sender, template, content, from_uptime):
        fields, options = template
        minimum = sum(1 if size == 0xFFFF else size for _, size in fields)
        at = 0
        while len(content) - at >= max(minimum, 1):
            values = {}
            for element, size in fields:
                if size == 0xFFFF:
                    size = content[at]
                    at += 1
                    if size == 0xFF:
                        size, = struct.unpack_from("!H", content, at)
                        at += 2
                values.setdefault(element, content[at:at + size])
                at += size
            if options:
                self.reading.options += 1
                if (0, 160) in values:
                    self._init_time[sender] = int.from_bytes(values[0, 160], "big")
            else:
                self.reading.flows.append(_flow(values, from_uptime))


def _flow(values, from_uptime):
    def number(*elements):
        return next((int.from_bytes(values[0, e], "big") for e in elements if (0, e) in values), None)

    def address(*elements):
        return next((str(ipaddress.ip_address(values[0, e])) for e in elements if (0, e) in values), None)

    def time(seconds, milliseconds, ntp_micro, ntp_nano, uptime):
        if (0, milliseconds) in values:
            return number(milliseconds)
        if (0, seconds) in values:
            return number(seconds) * 1000
        for element in (ntp_micro, ntp_nano):  # NTP timestamps, RFC 7011 sections 6.1.9 and 6.1.10
            if (0, element) in values:
                whole, fraction = divmod(number(element), 1 << 32)
                return (whole - 2_208_988_800) * 1000 + (fraction * 1000 >> 32)
        return from_uptime(number(uptime)) if (0, uptime) in values else None

    return Flow(address(8, 27), address(12, 28), number(7), number(11), number(4), number(1, 85), number(2, 86),
                time(150, 152, 154, 156, 22), time(151, 153, 155, 157, 21), number(32, 139))


def read_capture(path):
    """Reads all exports in a capture file."""
    reader = FlowReader()
    for datagram in read_datagrams(path):
        reader.feed((datagram.src, datagram.sport), datagram.payload)
    return reader.reading
