#!/usr/bin/env python3
"""BC-11, FD-10: a PacketShaper's flow detail records, NetFlow-5 and log lines, and another exporter, in one run.

The units are simulated (support/packetshaper.py): the record's length and what stands behind its 39th byte are made up.
"""
import json
import socket
import time
from collections import Counter

from support import cef
from support.bridge import Output
from support.harness import main, require
from support.joins import PACKETSHAPER, WEB, Ipfix, JoinCase, log_input, number_of, udp_input
from support.packetshaper import CLASSES, PATTERN, POLICIES, REST, PacketShaper, Request, make_flows
from support.process import free_port
from support.receivers import Normalizer, Rsyslog

FLOWS = 47  # two full datagrams, and a short one as when recording is switched off
URLS = [
    "http://example.net/a=b?x=1&y==2",
    "http://example.net/a|b||c",
    r"http://example.net/back\slash\n\r\=\|\\",
    "http://example.net/\"double\"/'single'/`back`",
    "http://example.net/%20blank%0Anew%0D%0Aline%3D%7C",
    "http://example.net/x suser=root act=allow|CEF:0|a|b|c|d|e|5|src=192.0.2.66",
    "http://example.net/Grüße/日本/\N{SLIGHTLY SMILING FACE}?q=é",
    "http://example.net/" + "a=\\|" * 250,  # CEF's `request` has room for 1023 characters
]


def shown(keys):
    """What a line says of a flow."""
    return (keys["src"], keys["dst"], int(keys["spt"]), int(keys["dpt"]), {"TCP": 6, "UDP": 17}[keys["proto"]],
            int(keys["cn1"]), int(keys["FlowcefPacketShaperOctetDeltaCount"]), int(keys["start"]), int(keys["end"]))


def sent(flow):
    return tuple(flow[:9])


def joined(keys):
    return keys.get("suser"), keys.get("requestMethod"), keys.get("request")


class PacketShaperRun(JoinCase):
    def setUp(self):
        super().setUp()
        self.flow_port, self.log_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)

    def start_bridge(self, *tables):
        patterns = self.write("patterns.toml", PATTERN)
        self.configure(udp_input("flows", self.flow_port), log_input("logs", self.log_port, patterns), WEB, *tables,
                       base=PACKETSHAPER)
        self.start(udp=(self.flow_port, self.log_port))

    def unit(self, address):
        return PacketShaper(self, self.flow_port, address, log_port=self.log_port)

    def test_shaper_and_router_into_rsyslog(self):
        """BC-01, BC-17, BC-20, BC-21, BC-22, BC-24, FD-01, FD-17, FD-24, FD-25, FD-26, FD-34"""
        require("lognormalizer", *Rsyslog.needs)
        receiver = Rsyslog(self, "udp")
        self.write("classes.tsv", "# id\tname\n" + "".join(f"{n}\t{name}\n" for n, name in CLASSES.items()))
        self.start_bridge('[[exporter]]\nmatch = "127.0.0.2"\nclasses = "classes.tsv"\nown_exports = false\n',
                          Output(receiver.url()).toml())
        shaper, router = self.unit("127.0.0.2"), Ipfix(self, self.flow_port, address="127.0.0.3")
        flows = make_flows(FLOWS)
        requests = {flow.src: Request(flow.src, rf"CORP\user-{i}", f"http://example.net/?id={i}|\\", "POST")
                    for i, flow in enumerate(flows[:FLOWS // 2])}
        shaper.log(*(request.text() for request in requests.values()), "a line that no pattern takes")
        self.wait_for_count("lookup.web.updates", len(requests))

        with self.subTest("delay"):
            began = time.monotonic()
            shaper.send_packeteer2(flows)
            self.assertLess(self.wait_for_lines(FLOWS) - began, 1, "seconds")
        router_flows = [(number_of(flow.src), number_of(flow.dst), flow.spt, flow.dpt, flow.proto, flow.octets, flow.packets,
                         flow.start, flow.end) for flow in flows]
        router.send(*router_flows)
        own = shaper.own_exports(self.flow_port)
        shaper.send_packeteer2(own)
        shaper.send_netflow5(flows)
        self.wait_for_count("records", 3 * FLOWS + len(own))
        receiver.wait_for_lines(2 * FLOWS)
        shaper.assert_no_answers()
        counts = self.stop()
        receiver.stop()

        lines = [cef.strip_header(self, line) for line in receiver.raw()]
        self.assertEqual(Counter(lines), Counter(self.copy_path.read_bytes().splitlines()))
        by_exporter = {"127.0.0.2": {}, "127.0.0.3": {}}
        for keys in (message["Extensions"] for message in cef.parse(self, lines)):
            by_exporter[keys["dvc"]][keys["src"]] = keys
        for flow, router_flow in zip(flows, router_flows):
            keys = by_exporter["127.0.0.2"][flow.src]
            self.assertEqual(shown(keys), sent(flow))
            self.assertEqual((keys["cn2"], keys.get("FlowcefPacketShaperClassName")),
                             (str(flow.class_id), CLASSES.get(flow.class_id)))
            self.assertEqual((keys["FlowcefPacketShaperPolicy"], keys["FlowcefPacketShaperPolicyText"]),
                             (str(flow.policy), POLICIES[flow.policy]))
            self.assertEqual(keys["FlowcefPacketShaperRest"], REST.hex())
            router_keys = by_exporter["127.0.0.3"][flow.src]
            self.assertEqual(router_keys["FlowcefPacketShaperOctetDeltaCount"], str(router_flow[5]))
            request = requests.get(flow.src)
            for line in (keys, router_keys):
                self.assertEqual(joined(line), (request.user, request.method, request.url) if request else (None,) * 3)
        self.assertEqual({name: len(found) for name, found in by_exporter.items()}, dict.fromkeys(by_exporter, FLOWS))
        self.assertEqual(len(lines), 2 * FLOWS)
        self.assertRegex(self.log(), r"127\.0\.0\.2.*\bkeep\b")
        self.assert_counts(counts, records__double=FLOWS, records__own_exports=len(own), refused__unmatched_line=1,
                           output__siem__delivered=2 * FLOWS, output__siem__dropped=0, sequence__lost=0,
                           lookup__web__updates=len(requests))

    def test_which_records_of_a_unit_are_kept(self):
        """FD-17"""
        wanted = {"127.0.0.2": (None, 1, 0), "127.0.0.4": ("all", 1, 1), "127.0.0.5": ("netflow5", 0, 1),
                  "127.0.0.6": ("packeteer2", 1, 0)}
        self.start_bridge(*(f'[[exporter]]\nmatch = "{address}"\nkeep = "{keep}"\n'
                            for address, (keep, _, _) in wanted.items() if keep))
        flows = make_flows(FLOWS)
        for done, address in enumerate(wanted, 1):
            unit = self.unit(address)
            unit.send_packeteer2(flows)
            self.wait_for_count("records", (2 * done - 1) * FLOWS)
            unit.send_netflow5(flows)
            self.wait_for_count("records", 2 * done * FLOWS)
        counts = self.stop()
        told = Counter()
        for event in self.events():
            told[event.keys["dvc"], "FlowcefPacketShaperPolicy" in event.keys] += 1
        expected = Counter({(address, is_packeteer): FLOWS * kept for address, (_, *both) in wanted.items()
                            for is_packeteer, kept in zip((True, False), both)})
        self.assertEqual(told, +expected)
        self.assert_counts(counts, records__double=3 * FLOWS)

    def test_records_of_a_connection_that_goes_on(self):
        """FD-18, FD-29: what the lines say sums up to what went over the connection, whatever its counters mean."""
        records = {"delta": (100, 150, 0, 50), "total": (100, 250, 250, 300)}
        addresses = {"delta": "127.0.0.2", "total": "127.0.0.4"}
        self.start_bridge(*(f'[[exporter]]\nmatch = "{addresses[meaning]}"\nkeep = "all"\ncounters = "{meaning}"\n'
                            for meaning in records))
        flow, = make_flows(1)
        for meaning, octets in records.items():
            unit = self.unit(addresses[meaning])
            for send in (unit.send_packeteer2, unit.send_netflow5):
                for i, count in enumerate(octets):
                    send([flow._replace(octets=count, packets=count // 50, end=flow.start + 1000 * i)])
        self.wait_for_lines(16)
        self.stop()
        sums = Counter()
        for event in self.events():
            kind = event.keys["dvc"], "FlowcefPacketShaperPolicy" in event.keys
            sums[kind, "octets"] += int(event.keys["FlowcefPacketShaperOctetDeltaCount"])
            sums[kind, "packets"] += int(event.keys["cn1"])
        expected = {((address, is_packeteer), what): value for address in addresses.values()
                    for is_packeteer in (True, False) for what, value in (("octets", 300), ("packets", 6))}
        self.assertEqual(sums, expected)

    def test_urls_at_mmnormalize(self):
        """BC-24: what the unit logged is what rsyslog's parser gives back, whatever the URL holds."""
        require(*Normalizer.needs)
        receiver = Normalizer(self, "tcp")
        self.start_bridge(Output(receiver.url()).toml())
        unit, router = self.unit("127.0.0.2"), Ipfix(self, self.flow_port)
        requests = {f"10.9.0.{1 + i}": Request(f"10.9.0.{1 + i}", rf"CORP\a=b|{i}", url) for i, url in enumerate(URLS)}
        unit.log(*(request.text() for request in requests.values()))
        self.wait_for_count("lookup.web.updates", len(URLS))
        for source in requests:
            router.send_flow(source)
        receiver.wait_for_lines(len(URLS))
        self.stop()
        receiver.stop()
        found = {}
        for line in receiver.raw():
            keys = json.loads(line)["f"]["Extensions"]
            found[keys["src"]] = joined(keys)
        self.assertEqual(found, {source: (request.user, request.method, request.url)
                                 for source, request in requests.items()})


if __name__ == "__main__":
    main()
