"""Reads the segments of a spool by the description in include/flowcef/spool/segment_format.hpp alone."""
import struct

HEADER_BLOCK = 4096
HEADER = struct.Struct("<8sHBBQI")
RECORD = struct.Struct("<IIIIIII")
INDEX = struct.Struct("<IIIQ")
POLYNOMIAL = 0x82F63B78  # CRC-32C, reflected


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def checked(layout, data):
    """The numbers of a header, whose last one is the sum of its other bytes."""
    numbers = layout.unpack(data)
    if numbers[-1] != crc32c(data[:-4]):
        raise AssertionError(f"a wrong sum: {data.hex()}")
    return numbers


def segments(folder):
    return sorted(folder.glob("*.spool"))


def read_segment(path):
    """All lines that may still have to be sent, released or not. A record that was not written to its end is left out,
    as is a segment without a whole header block."""
    with open(path, "rb") as file:
        block = file.read(HEADER_BLOCK)
        if len(block) < HEADER_BLOCK:
            return
        magic, version, _, _, number, _ = checked(HEADER, block[:HEADER.size])
        if (magic, version, number) != (b"cefspool", 1, int(path.stem)):
            raise AssertionError(f"{path} begins with {block[:HEADER.size].hex()}")
        while len(header := file.read(RECORD.size)) == RECORD.size:
            size, lines, first, *_ = checked(RECORD, header)
            payload = file.read(size)
            if len(payload) < size:
                return
            frames = payload[lines * INDEX.size:]
            for i in range(first, lines):
                offset, length, _, _ = INDEX.unpack_from(payload, i * INDEX.size)
                yield frames[offset:offset + length]


def read_spool(folder):
    for path in segments(folder):
        yield from read_segment(path)
