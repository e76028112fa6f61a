"""Makes up network traffic, writes it as a capture file and knows the flows that a meter should find in it."""
import collections
import ipaddress
import random
import struct

START = 1_750_000_000  # 2025-06-15 15:06:40 UTC
TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
FIN, SYN, PSH, ACK = 0x01, 0x02, 0x08, 0x10

FlowKey = collections.namedtuple("FlowKey", "src dst spt dpt proto")


def _sum16(data):
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(word for (word,) in struct.iter_unpack("!H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


class Traffic:
    """Packets in the order of their times; `flows` holds [packets, bytes of IP] for each direction of each flow."""

    def __init__(self, seed=7):
        self._random = random.Random(seed)
        self._frames = []
        self.flows = {}

    def _packet(self, at, src, dst, proto, make_segment, key_ports):
        src, dst = ipaddress.ip_address(src), ipaddress.ip_address(dst)
        pseudo_tail = struct.pack("!HH", 0, proto)
        segment = make_segment(0)
        if proto == ICMP:
            pseudo = b""
        else:
            pseudo = src.packed + dst.packed + struct.pack("!I", len(segment)) + pseudo_tail
        segment = make_segment(_sum16(pseudo + segment) or 0xFFFF)
        if src.version == 4:
            head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), len(self._frames) & 0xFFFF, 0x4000, 64,
                               proto, 0, src.packed, dst.packed)
            head = head[:10] + struct.pack("!H", _sum16(head)) + head[12:]
            ethertype = 0x0800
        else:
            head = struct.pack("!IHBB16s16s", 6 << 28, len(segment), proto, 64, src.packed, dst.packed)
            ethertype = 0x86DD
        ethernet = b"\x02\x00\x5e" + dst.packed[-3:] + b"\x02\x00\x5e" + src.packed[-3:] + struct.pack("!H", ethertype)
        self._frames.append((at, ethernet + head + segment))
        count = self.flows.setdefault(FlowKey(str(src), str(dst), *key_ports, proto), [0, 0])
        count[0] += 1
        count[1] += len(head) + len(segment)

    def tcp(self, at, src, spt, dst, dpt, flags, size=0):
        sequence, payload = self._random.getrandbits(32), self._random.randbytes(size)
        self._packet(at, src, dst, TCP, lambda check: struct.pack(
            "!HHIIBBHHH", spt, dpt, sequence, sequence ^ 1, 0x50, flags, 29200, check, 0) + payload, (spt, dpt))

    def udp(self, at, src, spt, dst, dpt, size):
        payload = self._random.randbytes(size)
        self._packet(at, src, dst, UDP, lambda check: struct.pack(
            "!HHHH", spt, dpt, 8 + size, check) + payload, (spt, dpt))

    def echo(self, at, src, dst, kind, size=48):
        """ICMP or ICMPv6 echo; meters show type and code as one number in the place of the destination port."""
        proto = ICMP if ipaddress.ip_address(src).version == 4 else ICMP6
        self._packet(at, src, dst, proto, lambda check: struct.pack(
            "!BBHHH", kind, 0, check, 99, 1) + bytes(size), (0, kind << 8))

    def conversation(self, at, client, cpt, server, spt, requests):
        """A whole TCP connection with `requests` questions and answers."""
        self.tcp(at, client, cpt, server, spt, SYN)
        self.tcp(at + 0.010, server, spt, client, cpt, SYN | ACK)
        self.tcp(at + 0.020, client, cpt, server, spt, ACK)
        for _ in range(requests):
            at += self._random.uniform(0.05, 0.4)
            self.tcp(at, client, cpt, server, spt, PSH | ACK, self._random.randint(40, 600))
            self.tcp(at + 0.021, server, spt, client, cpt, PSH | ACK, self._random.randint(200, 1400))
            self.tcp(at + 0.033, client, cpt, server, spt, ACK)
        self.tcp(at + 0.050, client, cpt, server, spt, FIN | ACK)
        self.tcp(at + 0.061, server, spt, client, cpt, FIN | ACK)
        self.tcp(at + 0.072, client, cpt, server, spt, ACK)

    def mixed(self, count):
        """`count` groups of four IPv4 and three IPv6 exchanges, all within half a minute; returns itself."""
        for n in range(count):
            at = 1 + n * 20.0 / count
            host, peer = f"10.20.{n // 200}.{1 + n % 200}", f"198.51.100.{1 + n % 250}"
            host6, peer6 = f"2001:db8:20::{n + 1:x}", f"2001:db8:ffff::{n + 1:x}"
            port = 20000 + 7 * n
            self.conversation(at, host, port, peer, 443, 1 + n % 4)
            self.udp(at + 0.3, host, port + 1, "192.0.2.53", 53, 30 + n % 20)
            self.udp(at + 0.32, "192.0.2.53", 53, host, port + 1, 90 + n % 200)
            for i in range(n % 5 + 1):
                self.udp(at + 0.4 + i * 0.5, host, 5004, "203.0.113.9", 6000 + n, 1000)
            self.echo(at + 0.5, host, peer, 8)
            self.echo(at + 0.52, peer, host, 0)
            self.conversation(at + 0.1, host6, port + 2, peer6, 8443, 1 + n % 3)
            self.udp(at + 0.35, host6, port + 3, "2001:db8::53", 53, 40)
            self.udp(at + 0.37, "2001:db8::53", 53, host6, port + 3, 150)
            self.echo(at + 0.6, host6, peer6, 128)
            self.echo(at + 0.62, peer6, host6, 129)
        return self

    def write(self, path):
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for at, frame in sorted(self._frames, key=lambda pair: pair[0]):
                microseconds = round((START + at) * 1_000_000)
                out.write(struct.pack("<IIII", microseconds // 1_000_000, microseconds % 1_000_000, len(frame),
                                      len(frame)) + frame)
