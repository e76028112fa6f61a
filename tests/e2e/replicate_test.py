#!/usr/bin/env python3
"""PX-10, PX-11: datagrams go on to other collectors, in networks of several hosts."""
import socket

from support.bridge import MAPPING, run_program
from support.harness import Case, main, require
from support.process import free_port
from support.replicas import Nfcapd, Replicating, Site, bytes_of, netflow5, socket_in, url_of


class Replicate(Case):
    def setUp(self):
        super().setUp()
        self.site = Site(self)

    def start(self, *replicates, **settings):
        self.bridge = Replicating(self, *replicates, **settings)

    def send(self, exporter, payload):
        host = "10.1.0.254" if exporter.family == socket.AF_INET else "2001:db8:9::254"
        exporter.sendto(payload, (host, self.bridge.port))

    def assert_balanced(self, counts, name):
        start = f"replicate.{name}."
        self.assertEqual(counts[start + "taken"],
                         counts[start + "sent"] + counts[start + "queued"] + counts[start + "dropped"], counts)

    def test_nfcapd_attributes_three_exporters(self):
        """PX-11: each keeps its address and port; one sends from the very port that the bridge listens on."""
        require("nfcapd", "nfdump")
        port = free_port(socket.SOCK_DGRAM)
        nfcapd = Nfcapd(self, self.site.receiver, port)
        self.start(f'name = "nfcapd"\nto = "198.51.100.2:{port}"')
        expected = {}
        for number in range(1, 4):
            exporter = self.site.exporter(number, port=self.bridge.port if number == 1 else 0)
            sources = [f"172.16.{number}.{host}" for host in range(1, 21)]
            for at in range(0, 20, 5):
                self.send(exporter, netflow5(at, sources[at:at + 5]))
            expected[f"10-1-0-{number}"] = sorted(sources)
        self.wait_until(lambda: self.bridge.counts().get("replicate.nfcapd.sent") == 12, "all are sent on")
        counts = self.bridge.stop()
        self.assertEqual(counts["records"], 60)
        self.assertEqual(counts["replicate.nfcapd.dropped"], 0, counts)
        self.assert_balanced(counts, "nfcapd")
        self.assertEqual(nfcapd.flows(), expected)

    def test_long_datagrams_are_sent_on(self):
        """PX-11: 9,000 and 65,507 bytes, which no format has, over links of 1500, by both IP versions."""
        collectors = {version: self.site.collector(version) for version in (4, 6)}
        self.start(*(f'name = "v{version}"\nto = "{url_of(collector)}"' for version, collector in collectors.items()))
        for version, longest in ((4, 65507), (6, 65487)):
            exporter = self.site.exporter(2, version)
            for size in (0, 1, 1472, 1473, 9000, 65000, longest):
                payload = bytes_of(size)
                self.send(exporter, payload)
                received, sender = collectors[version].recvfrom(70000)
                self.assertEqual(received, payload, f"{size} bytes over IPv{version}")
                self.assertEqual(sender[:2], exporter.getsockname()[:2])
        self.assertGreater(min(self.site.fragments(4)), 0)
        self.assertGreater(min(self.site.fragments(6)), 0)
        counts = self.bridge.stop()
        for name in ("v4", "v6"):
            self.assertEqual(counts[f"replicate.{name}.sent"], 7)
            self.assertEqual(counts[f"replicate.{name}.dropped.other_ip_version"], 7)
            self.assert_balanced(counts, name)

    def test_filters_of_targets(self):
        own, some = self.site.collector(), self.site.collector()
        self.start(f'name = "own"\nto = "{url_of(own)}"\nsource = "own"',
                   f'name = "some"\nto = "{url_of(some)}"\nexporters = ["10.1.0.2"]\nformats = ["netflow5"]')
        flows = netflow5(1, ["172.16.0.1"])
        for number in (1, 2):
            for payload in (b"\0\x09 of v9", b"anything", flows):
                self.send(self.site.exporter(number), payload)
        for number in (1, 2):
            for payload in (b"\0\x09 of v9", b"anything", flows):
                received, sender = own.recvfrom(70000)
                self.assertEqual((received, sender[0]), (payload, "192.0.2.1"), number)
        received, sender = some.recvfrom(70000)
        self.assertEqual((received, sender[0]), (flows, "10.1.0.2"))
        counts = self.bridge.stop()
        self.assertEqual(counts["replicate.some.taken"], 1)
        self.assertEqual(counts["replicate.own.taken"], 6)

    def test_dead_target_beside_a_live_one(self):
        """PX-11: no way, a firewall, nobody at the port: the live one gets all of it, and so does the SIEM."""
        live = self.site.collector()
        self.site.here.ip("route add unreachable 203.0.113.0/24")
        self.site.here.nft("table inet wall {\n  chain to {\n    type filter hook output priority 0\n"
                           "    ip daddr 198.51.100.77 drop\n  }\n}\n")
        nobody = self.site.collector()
        closed = url_of(nobody)
        nobody.close()
        self.start('name = "no_way"\nto = "203.0.113.9:2055"', 'name = "wall"\nto = "198.51.100.77:2055"',
                   f'name = "nobody"\nto = "{closed}"\nsource = "own"', f'name = "live"\nto = "{url_of(live)}"')
        exporter = self.site.exporter(1)
        for number in range(200):
            self.send(exporter, netflow5(number, ["172.16.0.1"]))
            self.assertEqual(live.recv(70000)[16:20], number.to_bytes(4, "big"))
        sent = 200

        def refused():  # an answer is noticed with the next datagram
            nonlocal sent
            if "replicate.nobody.errors.ECONNREFUSED" in self.bridge.counts():
                return True
            self.send(exporter, netflow5(sent, ["172.16.0.1"]))
            sent += 1
            return False

        self.wait_until(refused, "nobody is noticed")
        counts = self.bridge.stop()
        for name in ("no_way", "wall", "nobody", "live"):
            self.assertEqual(counts[f"replicate.{name}.taken"], sent)
            self.assert_balanced(counts, name)
        self.assertEqual(counts["records"], sent)
        self.assertEqual(counts["output.copy.delivered"], sent)
        self.assertEqual(counts["replicate.live.sent"], sent)
        self.assertEqual(counts["replicate.no_way.dropped.EHOSTUNREACH"], sent)
        self.assertEqual(counts["replicate.wall.dropped.EPERM"], sent)

    def test_full_queue_of_the_interface(self):
        """PX-11: what the kernel drops on the way out is sent again, and does not count as sent."""
        require("tc")
        self.site.here.run("tc", *"qdisc add dev first root tbf rate 8mbit burst 4kb limit 4kb".split())
        sockets = {source: self.site.collector() for source in ("own", "keep")}
        self.start(*(f'name = "{source}"\nto = "{url_of(sockets[source])}"\nsource = "{source}"' for source in sockets))
        exporter = self.site.exporter(1)
        sent = [number.to_bytes(4, "big") + bytes(1000) for number in range(100)]
        for payload in sent:
            self.send(exporter, payload)
        for source, collector in sockets.items():
            self.assertEqual([collector.recv(70000) for _ in sent], sent, source)
        counts = self.bridge.stop()
        for source in sockets:
            self.assertEqual(counts[f"replicate.{source}.sent"], 100)
            self.assert_balanced(counts, source)
        self.assertGreater(sum(counts.get(f"replicate.{source}.errors.ENOBUFS", 0) for source in sockets), 0, counts)

    def test_answers_cost_no_datagram(self):
        """PX-11: "no such host" for one datagram comes back while the next is sent, which goes out all the same."""
        self.site.router.set_sysctl("ipv4/icmp_ratelimit", 0)
        self.site.router.ip("route add unreachable 203.0.113.0/24")
        self.site.here.ip("route add 203.0.113.0/24 via 192.0.2.2")
        self.start('name = "away"\nto = "203.0.113.9:2055"\nsource = "own"')
        exporter = self.site.exporter(1)
        for number in range(1, 11):
            self.send(exporter, b"anything")
            self.wait_until(lambda: self.bridge.counts().get("replicate.away.queued") == 0
                            and self.bridge.counts()["replicate.away.taken"] == number, f"{number} have been sent")
        counts = self.bridge.stop()
        self.assertEqual(counts["replicate.away.sent"], 10)
        self.assertGreater(counts["replicate.away.errors.EHOSTUNREACH"], 2)
        self.assertEqual(counts["replicate.away.dropped"], 0, counts)
        self.assert_balanced(counts, "away")

    def test_loop_dies_out(self):
        """PX-11: two bridges that replicate to one another."""
        ports = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
        bridges = [Replicating(self, f'name = "other"\nto = "127.0.0.1:{ports[1 - i]}"\nsource = "own"', name=f"b{i}",
                               port=ports[i]) for i in (0, 1)]
        exporter = socket_in(self, self.site.here, socket.AF_INET, "127.0.0.1")
        exporter.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 32)
        exporter.sendto(netflow5(1, ["172.16.0.1"]), ("127.0.0.1", ports[0]))

        def expired():
            return sum(bridge.counts().get("replicate.other.dropped.ttl_expired", 0) for bridge in bridges)
        self.wait_until(lambda: expired() == 1, "the loop has ended")
        counts = [bridge.stop() for bridge in bridges]
        self.assertEqual(sum(count["replicate.other.taken"] for count in counts), 32)
        self.assertEqual(sum(count["replicate.other.sent"] for count in counts), 31)
        for count in counts:
            self.assert_balanced(count, "other")

    def test_own_listeners_are_refused(self):
        """PX-11: by any address of this host, as the input listens on all of them."""
        for to in ("192.0.2.1:2055", "127.0.0.7:2055", "[2001:db8:9::254]:2055", "[::1]:4739"):
            config = self.folder / "loop.toml"
            config.write_text(f'mapping = "{MAPPING}"\n[[output]]\nname = "a"\nto = "stdout:"\n'
                              '[[input]]\nname = "edge"\ntype = "udp"\nlisten = ["0.0.0.0:2055", "[::]:2055", '
                              f'"[::1]:4739"]\n[[replicate]]\nto = "{to}"\n')
            status, _, errors = run_program("check", "--config", config)
            self.assertEqual(status, 2, errors)
            self.assertIn("loop.toml:10:6: replicate[0].to: expected another collector, but input edge listens there",
                          errors)

    def test_targets_change_with_a_reload(self):
        """Targets come, change and go; one that stays keeps its counts."""
        first, second = self.site.collector(), self.site.collector()
        stays = f'name = "first"\nto = "{url_of(first)}"'
        self.start(stays)
        exporter = self.site.exporter(1)
        self.send(exporter, b"one")
        self.assertEqual(first.recv(100), b"one")
        self.assertIn("replicate: added=1 changed=1 removed=0",
                      self.bridge.reload(stays + '\nexporters = ["10.1.0.2"]',
                                         f'name = "second"\nto = "{url_of(second)}"'))
        self.send(exporter, b"two")
        self.assertEqual(second.recv(100), b"two")
        self.assertIn("replicate: added=0 changed=1 removed=1", self.bridge.reload(stays))
        self.send(exporter, b"three")
        self.assertEqual(first.recv(100), b"three")
        counts = self.bridge.stop()
        self.assertEqual(counts["replicate.first.sent"], 2)
        self.assertEqual(counts["replicate.second.sent"], 1)


if __name__ == "__main__":
    main()
