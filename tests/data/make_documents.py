#!/usr/bin/env python3
"""Writes the samples of the mappings that follow a document: what Gigamon, StreamSets and PacketShaper publish.

    make_documents.py FOLDER        FOLDER/{gigamon,streamsets,streamsets9,packetshaper,cef1}.pcap

Values in the documents' own samples are theirs; mappings/README.md beside the samples says which were made up.
"""
import struct
import sys
from pathlib import Path

from exports import (SECONDS, VARIABLE, address, frame, ipfix, netflow5, netflow5_record, netflow9, record_set,
                     template, variable, write_capture)

GIGAMON = 26866


def gigamon():
    dns = [(8, 4), (227, 2, GIGAMON)]
    first = address("68.94.156.1") + struct.pack("!H", 41)
    tls = [(8, 4), (12, 4), (11, 2), (101, VARIABLE, GIGAMON), (102, VARIABLE, GIGAMON), (104, VARIABLE, GIGAMON),
           (105, VARIABLE, GIGAMON), (110, 2, GIGAMON), (113, 2, GIGAMON), (114, 2, GIGAMON), (115, 1, GIGAMON),
           (116, 32, GIGAMON)]
    second = (address("198.51.100.20") + address("203.0.113.20") + struct.pack("!H", 54839) +
              variable("DigiCert SHA2 High Assurance Server CA") + variable("*.example.com") +
              variable("/C=US/O=Example/OU=Web/CN=*.example.com") + variable("170106000000Z") +
              struct.pack("!HHHB", 270, 771, 49199, 192) + bytes(range(0xA0, 0xC0)))
    february, march = 1_519_352_737, 1_519_871_737
    return [frame(ipfix(0, record_set(2, template(256, dns)), record_set(256, first), seconds=february), 4739,
                  "192.0.2.93", february),
            frame(ipfix(0, record_set(2, template(257, tls)), record_set(257, second), seconds=march), 4739,
                  "192.0.2.11", march)]


def streamsets():
    """Seven records, of which the first has the document's values; then one behind a sampling header."""
    seconds, first, last = 1_503_002_821, 87_028_333, 87_059_145
    times = {"first": first, "last": last}
    records = [netflow5_record("172.17.0.4", "91.189.88.161", ports=(49222, 443), protocol=6, flags=27, packets=12,
                               octets=3457, hop="172.17.0.1", interfaces=(2, 1), systems=(64512, 41231),
                               masks=(16, 24), **times)]
    records += [netflow5_record("172.17.0.4", f"198.51.100.{i}", ports=(40000 + i, 53), protocol=17, octets=70 + i,
                                **times) for i in range(5)]
    records += [netflow5_record("172.17.0.4", "203.0.113.9", ports=(0, 0x0301), protocol=1, octets=56, **times)]
    sampled = [netflow5_record("10.1.2.3", "203.0.113.5", ports=(50000, 443), protocol=6, flags=2, tos=184, octets=60,
                               first=80_000, last=80_250)]
    return [frame(netflow5(records, seconds=seconds, uptime=0, sequence=4711), 9995),
            frame(netflow5(sampled, nanoseconds=250_000_000, sequence=4718, engine=(1, 2), sampling=0x4064), 9995)]


def streamsets9():
    """The 17 fields of the document in its lengths; the uptimes are its values."""
    fields = [(32, 2), (11, 2), (6, 1), (7, 2), (10, 2), (22, 4), (4, 1), (1, 4), (14, 2), (21, 4), (8, 4), (16, 2),
              (2, 4), (12, 4), (17, 2), (5, 1), (89, 1)]
    record = struct.pack("!HHBHHIBIHI4sHI4sHBB", 0, 9995, 0, 50000, 1, 86_400_042, 17, 1, 2, 86_940_154,
                         address("127.0.0.1"), 64512, 1, address("172.17.0.4"), 64513, 8, 64)
    return [frame(netflow9(77, record_set(0, template(1024, fields)), record_set(1024, record), uptime=86_945_000,
                           domain=0x01020304), 9995)]


def packetshaper():
    """A connection in two records, a transaction of DNS and a ping, and a flow that is an hour old."""
    now = 5_000_000
    times = {"first": now - 30_000, "last": now - 200}
    records = [netflow5_record("10.1.2.3", "203.0.113.5", ports=(40001, 443), protocol=6, flags=27, tos=184,
                               packets=10, octets=4321, **times),
               netflow5_record("203.0.113.5", "10.1.2.3", ports=(443, 40001), protocol=6, flags=27, packets=14,
                               octets=18_765, interfaces=(2, 1), **times),
               netflow5_record("10.1.2.3", "192.0.2.53", ports=(50001, 53), protocol=17, octets=71, first=now - 40,
                               last=now - 40),
               netflow5_record("10.1.2.3", "203.0.113.7", ports=(0, 0x0800), protocol=1, octets=84, first=now - 9,
                               last=now - 9),
               netflow5_record("10.1.2.3", "203.0.113.8", ports=(50002, 3478), protocol=17, packets=300,
                               octets=48_000, first=now - 3_630_000, last=now - 3_600_000)]
    return ([frame(netflow5(records, uptime=now, engine=(7, 1)), 2055)] +
            [frame(packeteer2(policies, now, total), 2055, "192.0.2.9") for total, policies in
             ((1000, (1, 2, 8)), (1003, (16, 32)), (1005, (0,)))])


def packeteer2(policies, now, total):
    """Records of 64 bytes, one of each policy; what stands behind byte 38 is made up."""
    header = struct.pack("!BBB5sIIIII", 0, 2, len(policies), bytes.fromhex("0a98968001"), SECONDS, 123_000_000, total,
                         77, now)
    records = [address("10.1.2.3") + address("203.0.113.5") +
               struct.pack("!IHHIIIIHHBBB", 40_000 + policy, 1, 2, 10, 4_294_967_295 - policy, now - 30_000, now - 200,
                           50_000 + policy, 443, policy, 27, 6) + bytes(range(0xC0, 0xD9)) for policy in policies]
    return header + b"".join(records)


def cef1():
    """IPv6, IPv4, a record with room for both of which one is used, and a count beyond 32 bits."""
    both = [(8, 4), (27, 16), (12, 4), (28, 16), (7, 2), (11, 2), (4, 1), (1, 8), (152, 8), (153, 8)]
    four, none4, none6 = address("10.1.2.3"), bytes(4), bytes(16)
    six = bytes.fromhex("20010db8000000000000000000000003")
    tail = struct.pack("!HHBQQQ", 40001, 443, 6, 5_000_000_000, SECONDS * 1000 - 500, SECONDS * 1000)
    records = [four + none6 + four + none6 + tail, none4 + six + none4 + six + tail]
    nat64 = [(27, 16), (225, 4), (28, 16), (226, 4), (230, 1), (323, 8)]
    event = (six + address("198.51.100.9") + six + address("203.0.113.5") + struct.pack("!BQ", 6, SECONDS * 1000 + 7))
    return [frame(ipfix(0, record_set(2, template(256, both)), record_set(256, b"".join(records))), 4739),
            frame(ipfix(2, record_set(2, template(257, nat64)), record_set(257, event)), 4739)]


if __name__ == "__main__":
    for make in (gigamon, streamsets, streamsets9, packetshaper, cef1):
        write_capture(Path(sys.argv[1]) / f"{make.__name__}.pcap", make())
