"""Export datagrams field by field, and capture files of them: what the make_*.py of this folder share."""
import struct

SECONDS = 1_750_000_000
VARIABLE = 65535


def record_set(set_id, body):
    return struct.pack("!HH", set_id, 4 + len(body)) + body


def specifiers(fields):
    """Of (element, length) or (element, length, enterprise)."""
    body = b""
    for element, length, *enterprise in fields:
        body += struct.pack("!HH", element | 0x8000 if enterprise else element, length)
        body += struct.pack("!I", *enterprise) if enterprise else b""
    return body


def template(template_id, fields):
    return struct.pack("!HH", template_id, len(fields)) + specifiers(fields)


def netflow9_options(template_id, scope, fields):
    head = struct.pack("!HHH", template_id, 4 * len(scope), 4 * len(fields))
    return head + specifiers(scope) + specifiers(fields)


def netflow9(sequence, *sets, seconds=SECONDS, uptime=90_000, domain=7, count=None):
    head = struct.pack("!HHIIII", 9, len(sets) if count is None else count, uptime, seconds, sequence, domain)
    return head + b"".join(sets)


def ipfix(sequence, *sets, seconds=SECONDS, domain=9):
    body = b"".join(sets)
    return struct.pack("!HHIII", 10, 16 + len(body), seconds, sequence, domain) + body


def netflow5(records, *, seconds=SECONDS, nanoseconds=0, uptime=90_000, sequence=1, engine=(0, 0), sampling=0):
    return struct.pack("!HHIIIIBBH", 5, len(records), uptime, seconds, nanoseconds, sequence, *engine,
                       sampling) + b"".join(records)


def netflow5_record(source, target, *, ports, protocol, flags=0, tos=0, packets=1, octets, first, last, hop="0.0.0.0",
                    interfaces=(1, 2), systems=(0, 0), masks=(0, 0)):
    return address(source) + address(target) + address(hop) + struct.pack(
        "!HHIIIIHHBBBBHHBBH", *interfaces, packets, octets, first, last, *ports, 0, flags, protocol, tos, *systems,
        *masks, 0)


def variable(text):
    data = text if isinstance(text, bytes) else text.encode()
    return (bytes([len(data)]) if len(data) < 255 else struct.pack("!BH", 255, len(data))) + data


def fixed(text, length):
    return text.encode().ljust(length, b"\0")


def address(text):
    return bytes(int(part) for part in text.split("."))


def frame(payload, port, exporter="192.0.2.11", seconds=SECONDS + 1):
    """Returns: when it arrives, and an Ethernet frame."""
    udp = struct.pack("!HHHH", 50000, port, 8 + len(payload), 0) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, address(exporter),
                       address("192.0.2.200"))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    head = head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:]
    return seconds, bytes(12) + b"\x08\x00" + head + udp


def write_capture(path, frames):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, (seconds, data) in enumerate(frames):
            out.write(struct.pack("<IIII", seconds, number, len(data), len(data)) + data)
