#!/usr/bin/env python3
"""Writes events.pcap: exports of kinds that the recorded exporters do not send, made field by field.

    make_events.py FILE

NAT events and firewall events (NetFlow v9), strings of variable length with every character that needs care, an
enterprise's elements, reduced-size numbers, a repeated element and counters beyond 32 bits (IPFIX).
"""
import struct
import sys

from exports import (SECONDS, VARIABLE, address, frame, ipfix, netflow9, record_set, template, variable,
                     write_capture)


def nat_events():
    fields = [(323, 8), (8, 4), (225, 4), (12, 4), (226, 4), (7, 2), (227, 2), (11, 2), (228, 2), (4, 1), (230, 1), (234, 4)]
    record = struct.Struct("!Q4s4s4s4sHHHHBBI")
    hosts = [address(a) for a in ("10.1.2.3", "198.51.100.9", "203.0.113.5", "203.0.113.5")]
    records = [record.pack(SECONDS * 1000 + 123, *hosts, 40001, 1025, 443, 443, 6, 4, 100),
               record.pack(SECONDS * 1000 + 456, *hosts, 40001, 1025, 443, 443, 6, 5, 100)]
    return netflow9(1, record_set(0, template(260, fields)), record_set(260, b"".join(records)))


def firewall_events():
    fields = [(323, 8), (8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (233, 1), (33002, 2), (231, 4), (232, 4), (40000, 20)]
    record = struct.Struct("!Q4s4sHHBBHII20s")
    hosts = [address("10.1.2.3"), address("203.0.113.5")]
    records = [record.pack(SECONDS * 1000 + 1, *hosts, 40002, 23, 6, 3, 1001, 0, 0, b"CORP\\jdoe"),
               record.pack(SECONDS * 1000 + 2, *hosts, 40003, 443, 6, 2, 2030, 5120, 4_000_000_000, b"")]
    return netflow9(2, record_set(0, template(261, fields)), record_set(261, b"".join(records)))


def strings():
    fields = [(8, 4), (12, 4), (1, 5), (2, 3), (152, 8), (153, 8), (460, VARIABLE), (461, VARIABLE), (371, VARIABLE),
              (96, VARIABLE), (113, 2, 26866), (201, VARIABLE, 26866), (70, 3), (70, 3), (6, 2)]
    def record(octets, host, target, user, app):
        return (address("10.1.2.4") + address("203.0.113.6") + octets.to_bytes(5, "big") + (9).to_bytes(3, "big") +
                struct.pack("!QQ", SECONDS * 1000 + 5, SECONDS * 1000 + 905) + variable(host) + variable(target) +
                variable(user) + variable(app) + struct.pack("!H", 771) + variable(b"\x00\x01\xfe") + b"\x00\x01\x00" +
                b"\x00\x02\x01" + struct.pack("!H", 0x12))
    records = [record(1000, "www.example.com", "/search?q=a=b&x=\\|", "Zoë", "https"),
               record(5_000_000_000, "evil\r\nCEF:0|a|b|c|d|e|10|", "x dst=6.6.6.6", " padded ", "x" * 40),
               record(7, "bad \xff utf".encode("latin-1"), "", "tab\there", "a" * 300)]
    return ipfix(1, record_set(2, template(270, fields)), record_set(270, b"".join(records)))


if __name__ == "__main__":
    write_capture(sys.argv[1], [frame(nat_events(), 2055), frame(firewall_events(), 2055), frame(strings(), 4739)])
