#!/usr/bin/env python3
"""Writes the samples of the mappings for one kind of exporter, made up field by field after what such exporters send.

    make_vendors.py FOLDER        FOLDER/{asa,nat,paloalto,fortinet,netscaler,yaf,nprobe}.pcap
"""
import struct
import sys
from pathlib import Path

from exports import (SECONDS, VARIABLE, address, fixed, frame, ipfix, netflow9, netflow9_options, record_set, template,
                     variable, write_capture)

NOW = SECONDS * 1000
NETSCALER, CERT, REVERSE, NTOP = 5951, 6871, 29305, 35632
CLIENT, SERVER, PUBLIC = address("10.1.2.3"), address("203.0.113.5"), address("198.51.100.9")


def asa():
    """The life of a connection, the three kinds of denial, and a teardown as ASA 8.2 told it."""
    fields = [(148, 4), (8, 4), (7, 2), (10, 2), (12, 4), (11, 2), (14, 2), (4, 1), (176, 1), (177, 1), (225, 4),
              (226, 4), (227, 2), (228, 2), (233, 1), (33002, 2), (323, 8), (152, 8), (231, 4), (232, 4), (298, 4),
              (299, 4), (33000, 12), (33001, 12), (40000, 20)]
    acl, none = bytes.fromhex("0f8e7ff3fc1a030f00000000"), bytes(12)

    def record(event, extended, after, counters=(0, 0, 0, 0), entry=none, user="", protocol=6, ports=(40001, 443)):
        return (struct.pack("!I4sHH4sHHBBB4s4sHHBHQQ", 8500, CLIENT, ports[0], 3, SERVER, ports[1], 2, protocol, 0, 0,
                            PUBLIC, SERVER, 1025, ports[1], event, extended, NOW + after, NOW - 2000) +
                struct.pack("!IIII", *counters) + entry + none + fixed(user, 20))
    records = [record(1, 0, 0, entry=acl, user="CORP\\jdoe"), record(5, 0, 500, (1200, 9000, 10, 12), acl),
               record(2, 2030, 900, (5120, 4_000_000_000, 40, 3_000_000), acl, "CORP\\jdoe"),
               record(3, 1001, 950, entry=acl), record(3, 1003, 960, ports=(40002, 22)),
               record(3, 1004, 970), record(3, 1500, 980), record(2, 2025, 990, (56, 56, 1, 1), protocol=1)]
    old = [(148, 4), (8, 4), (7, 2), (12, 4), (11, 2), (4, 1), (40001, 4), (40003, 2), (40005, 1), (33002, 2), (323, 8),
           (152, 8), (85, 4)]
    teardown = struct.pack("!I4sH4sHB4sHBHQQI", 8501, CLIENT, 40003, SERVER, 80, 6, PUBLIC, 1026, 2, 2029, NOW, NOW - 9,
                           777)
    return [frame(netflow9(1, record_set(0, template(263, fields)), record_set(263, b"".join(records))), 2055),
            frame(netflow9(2, record_set(0, template(264, old)), record_set(264, teardown)), 2055)]


def nat():
    """Sessions, port blocks, an exhausted pool, a quota and a threshold; then Nokia's subscriber."""
    session = [(323, 8), (8, 4), (225, 4), (12, 4), (226, 4), (7, 2), (227, 2), (11, 2), (228, 2), (4, 1), (230, 1),
               (229, 1), (234, 4)]

    def translated(event, after):
        return struct.pack("!Q4s4s4s4sHHHHBBBI", NOW + after, CLIENT, PUBLIC, SERVER, SERVER, 40001, 1025, 443, 443, 6,
                           event, 1, 100)
    block = [(323, 8), (8, 4), (225, 4), (361, 2), (362, 2), (363, 2), (364, 2), (230, 1), (284, VARIABLE)]

    def ports(event):
        return (struct.pack("!Q4s4sHHHHB", NOW, CLIENT, PUBLIC, 1024, 1535, 1, 512, event) + variable("pool-7"))
    limits = [(323, 8), (230, 1), (466, 4), (467, 4), (473, 4), (8, 4), (283, 4)]
    reached = [struct.pack("!QBIII4sI", NOW, *row, CLIENT, 7)
               for row in ((3, 0, 0, 0), (13, 3, 0, 2000), (18, 0, 4, 1500))]
    ipv6 = [(323, 8), (27, 16), (281, 16), (230, 1), (297, 1)]
    nat66 = (struct.pack("!Q", NOW) + bytes.fromhex("fd000000000000000000000000000003") +
             bytes.fromhex("20010db8000000000000000000000009") + struct.pack("!BB", 1, 5))
    nokia = [(8, 4), (7, 2), (12, 4), (11, 2), (4, 1), (148, 8), (152, 8), (91, 2, 637), (92, 2, 637),
             (93, VARIABLE, 637)]
    subscriber = (struct.pack("!4sH4sHBQQHH", CLIENT, 5878, SERVER, 80, 6, 3389049088, NOW - 9, 100, 0) +
                  variable("user1@isp.example"))
    return [frame(netflow9(1, record_set(0, template(260, session)),
                           record_set(260, translated(4, 123) + translated(5, 456))), 2055),
            frame(ipfix(0, record_set(2, template(261, block)), record_set(261, ports(16) + ports(17)),
                        record_set(2, template(262, limits)), record_set(262, b"".join(reached)),
                        record_set(2, template(263, ipv6)), record_set(263, nat66),
                        record_set(2, template(264, nokia)), record_set(264, subscriber)), 4739)]


def paloalto():
    fields = [(8, 4), (12, 4), (5, 1), (4, 1), (7, 2), (11, 2), (32, 2), (10, 4), (14, 4), (6, 1), (61, 1), (148, 8),
              (233, 1), (346, 4), (1, 8), (2, 8), (22, 4), (21, 4), (56701, 32), (56702, 64)]

    def record(event, app, user, flags=27, protocol=6, ports=(50234, 88), packets=3, icmp=0):
        return (struct.pack("!4s4sBBHHHIIBBQBIQQII", CLIENT, SERVER, 0, protocol, *ports, icmp, 500010024, 500010002,
                            flags, 0, 1428388, event, 25461, 121 * packets, packets, 60_000, 75_000) + fixed(app, 32) +
                fixed(user, 64))
    records = [record(1, "incomplete", "corp\\jdoe", 2, packets=1), record(2, "kerberos", "corp\\jdoe", 94),
               record(3, "not-applicable", "unknown", 2, ports=(50235, 23), packets=1),
               record(2, "unknown-tcp", "unknown", ports=(50236, 4444)), record(4, "ssl", "corp\\jdoe"),
               record(2, "ping", "corp\\jdoe", 0, 1, (0, 0), icmp=0x0800)]
    return [frame(netflow9(1, record_set(0, template(257, fields)), record_set(257, b"".join(records))), 2055)]


def fortinet():
    """Statistics and an application's name as options data, a session of both directions, a dropped one."""
    statistics = netflow9_options(256, [(1, 2)], [(41, 8), (42, 8), (36, 2), (37, 2)])
    names = netflow9_options(258, [(1, 2)], [(95, 9), (96, 64)])
    fields = [(1, 8), (23, 8), (2, 4), (24, 4), (22, 4), (21, 4), (7, 2), (11, 2), (10, 4), (14, 4), (4, 1), (95, 9),
              (65, 2), (89, 1), (136, 1), (8, 4), (12, 4), (225, 4), (227, 2)]
    app = bytes.fromhex("140000304400008f34")

    def record(octets, packets, status, reason, dpt, flags=0):
        return struct.pack("!QQIIIIHHIIB9sHBB4s4s4sH", *octets, *packets, 60_000, 69_000, 61910, dpt, 9, 3, 6, app,
                           flags, status, reason, CLIENT, SERVER, PUBLIC, 61910)
    records = [record((1520, 6871319015), (12, 5_000_000), 64, 3, 443, 1), record((52, 0), (1, 0), 130, 4, 23)]
    return [frame(netflow9(1, record_set(1, statistics), record_set(256, struct.pack("!HQQHH", 1, 11920854, 107864, 1800,
                                                                                     15)),
                           record_set(1, names), record_set(258, struct.pack("!H", 1) + app + fixed("Web.Portal", 64)),
                           record_set(0, template(257, fields)), record_set(257, b"".join(records))), 2055)]


def netscaler():
    """Request and answers of a web server, a database request, an ICA session and a syslog message. Texts of requests
    end in a zero byte, as NetScaler sends them."""
    def own(*ids):
        return [(element, length, NETSCALER) for element, length in ids]
    common = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (1, 8), (2, 8)]

    def flow(octets, packets, answer=False):
        ends = (SERVER, CLIENT, 443, 51053) if answer else (CLIENT, SERVER, 51053, 443)
        return struct.pack("!4s4sHHBBQQ", *ends, 6, 24, octets, packets)
    request = common + own((129, 4), (133, 4), (158, 8), (141, VARIABLE), (142, VARIABLE), (130, VARIABLE),
                           (143, VARIABLE), (140, VARIABLE), (131, VARIABLE), (190, VARIABLE))
    asked = (flow(1541, 2) + struct.pack("!IIQ", 7, 70, 0) + b"".join(variable(text + "\0") for text in (
        "GET", "www.example.com", "/search?q=a=b", "Mozilla/5.0 (X11)", "https://www.example.com/",
        "session=secret; theme=dark", "198.51.100.77")))
    plain = flow(40, 1) + struct.pack("!IIQ", 8, 70, 0) + 7 * variable("\0")
    answer = common + own((129, 4), (133, 4), (144, 2), (145, 8), (146, 8), (128, 4), (183, VARIABLE))
    answered = [flow(1525, 2, True) + struct.pack("!IIHQQI", 7, 70, status, 1200, ttfb, 83) + variable("text/html")
                for status, ttfb in ((200, 12_000), (403, 1_500), (404, 0), (503, 30_000_001))]
    database = common + own((175, VARIABLE), (176, VARIABLE), (178, VARIABLE))
    query = flow(300, 3) + variable("app") + variable("shop") + variable("select * from orders where id = 7")
    ica = own((200, 16), (203, 4), (204, VARIABLE), (250, VARIABLE), (201, VARIABLE), (238, VARIABLE), (215, 4))
    session = (bytes(range(16)) + CLIENT + variable("laptop-7") + variable("jdoe") + variable("22.3.0") +
               variable("Word") + struct.pack("!I", 35))
    log = own((134, 1), (135, VARIABLE))
    message = struct.pack("!B", 134) + variable("SSLVPN LOGIN : User jdoe | Client_ip 198.51.100.77")
    sets = [record_set(2, b"".join(template(256 + i, fields)
                                   for i, fields in enumerate((request, answer, database, ica, log)))),
            record_set(256, asked + plain), record_set(257, b"".join(answered)), record_set(258, query),
            record_set(259, session), record_set(260, message)]
    return [frame(ipfix(0, *sets), 4739)]


def yaf():
    """An answered connection, a SYN that was not, DNS, and a label without a name."""
    both = [(152, 8), (153, 8), (8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (136, 1), (85, 8), (86, 8), (85, 8, REVERSE),
            (86, 8, REVERSE), (21, 4, CERT), (33, 2, CERT), (14, 2, CERT), (15, 2, CERT), (14 | 0x4000, 2, CERT),
            (15 | 0x4000, 2, CERT)]

    def record(protocol, dpt, counters, label, flags, reason=3):
        return struct.pack("!QQ4s4sHHBBQQQQIHHHHH", NOW - 900, NOW, CLIENT, SERVER, 51008, dpt, protocol, reason,
                           *counters, 9, label, *flags)
    records = [record(6, 8443, (5200, 9, 90_000, 60), 443, (2, 27, 18, 27)),
               record(6, 23, (180, 3, 0, 0), 0, (2, 2, 0, 0), 1), record(17, 53, (70, 1, 156, 1), 53, (0, 0, 0, 0)),
               record(6, 9997, (5200, 9, 900, 6), 9997, (2, 27, 18, 27), 2)]
    single = [field for field in both if len(field) < 3 or field[2] != REVERSE]
    lonely = struct.pack("!QQ4s4sHHBBQQIHHHHH", NOW - 900, NOW, CLIENT, SERVER, 51009, 22, 6, 1, 60, 1, 0, 0, 194, 0, 0,
                         0)
    return [frame(ipfix(0, record_set(2, template(0xB001, both)), record_set(0xB001, b"".join(records)),
                        record_set(2, template(0xB002, single)), record_set(0xB002, lonely)), 4739)]


def nprobe():
    """A web request that failed, TLS with a weak cipher, DNS without an answer, and BitTorrent that says nothing."""
    common = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (1, 4), (2, 4), (23, 4), (24, 4), (152, 8), (153, 8),
              (15, 4), (9, 1), (13, 1)]

    def flow(protocol, dpt, flags=27):
        return struct.pack("!4s4sHHBBIIIIQQ4sBB", CLIENT, SERVER, 51413, dpt, protocol, flags, 700, 5, 9000, 8,
                           NOW - 80, NOW, bytes(4), 0, 0)

    def own(*ids):
        return [(element, length, NTOP) for element, length in ids]
    http = common + own((118, 2), (119, 16), (180, VARIABLE), (187, VARIABLE), (181, 2), (360, VARIABLE),
                        (183, VARIABLE), (123, 4), (124, 4), (125, 4), (101, VARIABLE), (103, VARIABLE))
    web = (flow(6, 80) + struct.pack("!H", 7) + fixed("HTTP", 16) + variable("/admin") + variable("www.example.com") +
           struct.pack("!H", 404) + variable("GET") + variable("curl/8.5") + struct.pack("!III", 3, 41, 0) +
           variable("DE") + variable("US"))
    tls = common + own((118, 2), (188, VARIABLE), (495, 2), (493, 2), (494, 1))
    weak = flow(6, 443) + struct.pack("!H", 91) + variable("old.example.com") + struct.pack("!HHB", 769, 5, 1)
    dns = common + own((118, 2), (205, VARIABLE), (207, 1), (208, 1))
    lookup = flow(17, 53, 0) + struct.pack("!H", 5) + variable("nowhere.example.com") + struct.pack("!BB", 28, 3)
    bare = common + own((118, 2), (127, 4), (128, 4), (494, 1))
    torrent = flow(17, 44400, 0) + struct.pack("!HIIB", 37, 0, 0, 0)
    fields = (http, tls, dns, bare)
    return [frame(ipfix(0, record_set(2, b"".join(template(256 + i, row) for i, row in enumerate(fields))),
                        *(record_set(256 + i, row) for i, row in enumerate((web, weak, lookup, torrent)))), 4739)]


if __name__ == "__main__":
    for make in (asa, nat, paloalto, fortinet, netscaler, yaf, nprobe):
        write_capture(Path(sys.argv[1]) / f"{make.__name__}.pcap", make())
