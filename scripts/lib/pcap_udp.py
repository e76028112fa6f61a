"""Reads UDP datagrams out of capture files: pcap with Ethernet, VLAN, Linux cooked, raw IP or loopback framing."""
import collections
import ipaddress
import struct

Datagram = collections.namedtuple("Datagram", "time src sport dst dport payload")

_BYTE_ORDERS = {  # first four bytes of the file: byte order, fractions of a second in a packet's time
    b"\xd4\xc3\xb2\xa1": ("<", 1_000_000),
    b"\xa1\xb2\xc3\xd4": (">", 1_000_000),
    b"\x4d\x3c\xb2\xa1": ("<", 1_000_000_000),
    b"\xa1\xb2\x3c\x4d": (">", 1_000_000_000),
}


def read_frames(path):
    """Yields (time in seconds, link type, frame); a packet that the end of the file cuts off is left out."""
    with open(path, "rb") as handle:
        data = handle.read()
    if data[:4] not in _BYTE_ORDERS or len(data) < 24:
        raise ValueError(f"{path}: not a pcap file")
    order, fraction = _BYTE_ORDERS[data[:4]]
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        seconds, part, size, _ = struct.unpack_from(order + "IIII", data, at)
        if at + 16 + size > len(data):
            return
        yield seconds + part / fraction, link, data[at + 16:at + 16 + size]
        at += 16 + size


def ip_packet(link, frame):
    """Returns the bytes from the IP header on, or b"" if there is none."""
    if link == 1:  # Ethernet
        at = 12
        while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
            at += 4
        return frame[at + 2:] if frame[at:at + 2] in (b"\x08\x00", b"\x86\xdd") else b""
    skip = {113: 16, 276: 20, 0: 4, 108: 4, 101: 0, 12: 0, 228: 0, 229: 0}.get(link)
    return b"" if skip is None else frame[skip:]


def read_datagrams(path):
    """Yields a Datagram for each whole UDP datagram; fragments are passed over."""
    for time, link, frame in read_frames(path):
        packet = ip_packet(link, frame)
        if len(packet) >= 20 and packet[0] >> 4 == 4:
            if packet[9] != 17 or struct.unpack_from("!H", packet, 6)[0] & 0x3FFF:
                continue
            src, dst, udp = packet[12:16], packet[16:20], packet[(packet[0] & 15) * 4:]
        elif len(packet) >= 40 and packet[0] >> 4 == 6 and packet[6] == 17:
            src, dst, udp = packet[8:24], packet[24:40], packet[40:]
        else:
            continue
        if len(udp) < 8:
            continue
        sport, dport, length, _ = struct.unpack_from("!HHHH", udp)
        if 8 <= length <= len(udp):
            yield Datagram(time, ipaddress.ip_address(src), sport, ipaddress.ip_address(dst), dport, udp[8:length])
