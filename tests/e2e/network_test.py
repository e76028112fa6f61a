#!/usr/bin/env python3
"""GG-05, GG-08 to GG-11, PX-12: lines over a network of two hops that is narrow, slow, lossy or away for a while."""
import collections
import json
import re
import socket
import time

from support import cef
from support.bridge import Bridge, Output
from support.harness import Case, main, require
from support.network import ADDRESSES, DistantRsyslog, Network
from support.process import tcp_bytes_in_flight
from support.profiles import export

SIZES = (1400, 1473, 2000, 8000, 30000, 65000)
LARGEST = {4: 65507, 6: 65487}
LONG_KEY = re.compile(rb" FlowcefBridgeInterfaceDescription=\S*")
SOON = {"backoff_min": "20ms", "backoff_max": "100ms"}
ONE_SHED = b" FlowcefBridgeShedKeys=1"


def pieces(payload, room):
    return [min(room, payload - at) for at in range(0, payload, room)]


def over_ipv4(packets, mtu):
    """RFC 791: fragments but the last hold a multiple of 8 bytes, and may be cut again."""
    return [piece for packet in packets
            for piece in (pieces(packet, (mtu - 20) // 8 * 8) if packet + 20 > mtu else [packet])]


def fragments(size, version, path, second):
    """In how many fragments a line comes over the first hop and over the second; 0: in one packet.

    path: the MTU above which the kernel cuts; over IPv6 into packets of 1280, and only the sender does (RFC 8200).
    """
    if version == 4:
        near = over_ipv4([8 + size], path)
        far = over_ipv4(near, second)
    else:
        near = far = pieces(8 + size, 1280 - 48 if 8 + size + 40 > path else 8 + size)
    return tuple(len(packets) if len(packets) > 1 else 0 for packets in (near, far))


class Settings(Output):
    """An output with further keys."""

    def __init__(self, to, name, **settings):
        super().__init__(to, name)
        self._settings = settings

    def toml(self):
        return super().toml() + "".join(f"{key} = {json.dumps(value)}\n" for key, value in self._settings.items())


class NetworkCase(Case):
    def setUp(self):
        super().setUp()
        require("rsyslogd")
        self.network = Network(self)
        self.receiver = DistantRsyslog(self, self.network)
        self.sent = 0

    def output(self, transport, version, **settings):
        """Called v4 or v6."""
        return Settings(self.receiver.url(transport, version), f"v{version}", **settings)

    def start(self, *outputs):
        """Starts the bridge and sends a first line, which tells how long one is beside its text."""
        self.bridge = Bridge(self, *outputs, settings="workers = 1")  # so that lines keep the order of the records
        self.send(b"x")
        self.receiver.wait_for_lines(len(outputs))
        self._bare = len((self.receiver.raw("udp") or self.receiver.raw("tcp"))[0]) - 1

    def start_both(self, transport, **settings):
        self.start(*(self.output(transport, version, **settings) for version in (4, 6)))

    def send(self, text, lines=1):
        while lines:
            count = min(lines, 100, 60000 // (len(text) + 40) or 1)  # of one message
            lines -= export("127.0.0.1", self.bridge.port, range(count), text)
            self.sent += count

    def send_of(self, size):
        """A line of so many bytes, a few more once the event's number has more than a digit."""
        self.send(b"x" * (size - self._bare))

    def lines(self):
        """What each output was to send."""
        self.wait_until(lambda: len(self.bridge.copy()) >= self.sent, "all lines are in the file")
        return self.bridge.copy()

    def received(self, transport="udp"):
        """How often each line came."""
        return collections.Counter(cef.strip_header(self, line) for line in self.receiver.raw(transport))

    def wait_until_short_lines_come(self):
        """Sends short lines until one has come by both outputs, and so what was on its way before it."""
        def came():
            self.send(b"x")
            return self.received()[self.lines()[-1]] == 2
        self.wait_until(came, "lines come over IPv4 and IPv6")

    def wait_for_path_mtu(self, mtu, *versions):
        def learnt(version):
            return f" mtu {mtu} " in self.network.here.run("ip", f"-{version}", "route", "get", ADDRESSES[version][1])
        self.wait_until(lambda: all(map(learnt, versions)), f"the kernel has learnt the path MTU {mtu}")

    def stop(self, oversize=()):
        """Returns the final counts. The books of v4 and v6 balance; in `oversize` one line was dropped for its size."""
        counts = self.bridge.stop()
        self.receiver.stop()
        self.assertEqual(counts["records"], self.sent)
        for name in ("v4", "v6"):
            if f"output.{name}.delivered" in counts:
                self.assertEqual(counts[f"output.{name}.delivered"] + counts.get(f"output.{name}.dropped", 0),
                                 self.sent - (name in oversize), counts)
        return counts

    def assert_whole(self, received, copies=2):
        """None came in part, joined with another, changed or more often than it was sent."""
        self.assertEqual(received - collections.Counter(self.lines() * copies), collections.Counter())


class Fragments(NetworkCase):
    """A line is one datagram, which may come in several IP fragments."""

    def check_sizes(self, first, second):
        """GG-09, GG-11: every size arrives whole, in as many fragments as it takes, as came and as the books say."""
        self.network.set_mtu(first, second)
        versions = (4, 6) if second >= 1280 else (4,)
        self.start(*(self.output("udp", version) for version in versions))
        lost = []
        if second == 1280:
            # Linux cuts by IPV6_MTU what exceeds the path's MTU, 1500 so far: the first that lies between is lost.
            self.send_of(1400)
            self.wait_for_path_mtu(1280, 6)
            lost = self.lines()[1:]
        for size in SIZES:
            self.send_of(size)
        self.receiver.wait_for_lines(self.sent * len(versions) - len(lost))
        expected = {4: [fragments(size, 4, first, second) for size in [1400] * len(lost) + [*SIZES]],
                    6: [fragments(size, 6, min(first, second), second) for size in SIZES]}
        for version in versions:
            self.assertEqual(self.network.fragments(version), tuple(map(sum, zip(*expected[version]))), version)
        counts = self.stop()
        self.assertEqual(self.received(), collections.Counter(self.lines() * len(versions)) - collections.Counter(lost))
        self.assertEqual({len(line) for line in self.receiver.raw()} - {*SIZES}, {self._bare + 1})
        for version in versions:
            own = [count for count, _ in expected[version] if count]
            self.assertEqual((counts.get(f"output.v{version}.fragmented"), counts.get(f"output.v{version}.fragments")),
                             (len(own), sum(own)), counts)

    def test_mtu_1500(self):
        self.check_sizes(1500, 1500)

    def test_mtu_1280(self):
        self.check_sizes(1500, 1280)

    def test_mtu_576(self):
        self.check_sizes(1500, 576)

    def test_own_mtu_1280(self):
        self.check_sizes(1280, 1500)

    def test_nobody_says_too_big(self):
        """GG-09: the defaults need no ICMP, as the bridge never asks routers not to cut, and over IPv6 cuts itself."""
        self.network.set_mtu(second=1280)
        self.network.drop_too_big()
        self.start_both("udp")
        for size in (1232, *SIZES[1:]):  # between 1232 and 1452: see check_sizes()
            self.send_of(size)
        self.receiver.wait_for_lines(2 * self.sent)
        self.assertEqual(self.received(), collections.Counter(self.lines() * 2))
        self.assertEqual(self.network.too_big(), 0)
        self.stop()

    def test_ipv6_by_the_path(self):
        """GG-09: `ipv6_mtu = "path"` loses what comes before the kernel has learnt, and all without ICMPv6."""
        self.network.set_mtu(second=1280)
        self.network.drop_too_big()
        self.start(self.output("udp", 6, ipv6_mtu="path"))
        self.send_of(2000)
        self.wait_until(lambda: self.network.too_big() == 1, "the router says that a packet was too big")
        self.network.heal()
        self.send_of(8000)
        self.wait_for_path_mtu(1280, 6)
        lost = self.lines()[1:]
        for size in SIZES:
            self.send_of(size)
        self.receiver.wait_for_lines(self.sent - len(lost))
        self.assertEqual(self.received(), collections.Counter(self.lines()) - collections.Counter(lost))
        self.assertEqual(self.stop()["output.v6.delivered"], self.sent)

    def test_lines_keep_to_the_path_mtu(self):
        """GG-11: `fragment = "path-mtu"`: no fragment at all, lines lose keys until they fit."""
        self.start(self.output("udp", 4, fragment="path-mtu"),
                   self.output("udp", 6, fragment="path-mtu", ipv6_mtu="path"))
        self.send_of(1400)
        self.send_of(8000)
        self.receiver.wait_for_lines(6)
        self.network.set_mtu(second=1280)
        self.send_of(1400)
        self.wait_for_path_mtu(1280, 4, 6)

        def fits():
            self.send_of(1400)
            return self.received()[LONG_KEY.sub(b"", self.lines()[-1]) + ONE_SHED] == 2
        self.wait_until(fits, "lines of 1400 bytes lose a key")
        counts = self.stop()
        whole = self.lines()
        shed = [LONG_KEY.sub(b"", line) + ONE_SHED for line in whole]
        received = self.received()
        self.assertEqual(received - collections.Counter((whole[:2] + shed[2:]) * 2), collections.Counter())
        self.assertEqual([received[line] for line in whole[:2] + shed[2:3]], [2, 2, 2])
        self.assertEqual((self.network.fragments(4), self.network.fragments(6)), ((0, 0), (0, 0)))
        self.assertEqual([name for name in counts if "fragment" in name], [])

    def test_lines_keep_to_ipv6_mtu(self):
        """GG-11: the same by `ipv6_mtu`, where the path takes more."""
        self.start(self.output("udp", 6, fragment="path-mtu"))
        for size in (1232, 1400, 8000):
            self.send_of(size)
        self.receiver.wait_for_lines(4)
        self.stop()
        bare, fits, *long = self.lines()
        shed = [LONG_KEY.sub(b"", line) + ONE_SHED for line in long]
        self.assertEqual(self.received(), collections.Counter([bare, fits, *shed]))
        self.assertEqual(self.network.fragments(6), (0, 0))

    def test_lost_fragments(self):
        """GG-08: a line is there whole or not at all, when the router loses every tenth fragment."""
        self.start_both("udp")
        self.network.lose_fragments(10)
        for size in (2000, 6000) * 100:
            self.send_of(size)
        self.network.heal()
        self.wait_until_short_lines_come()
        received = self.received()
        self.assert_whole(received)
        long = [received[line] for line in self.lines() if len(line) > 1500]
        self.assertTrue(0 < sum(long) < 2 * len(long), f"{sum(long)} of {2 * len(long)} came")
        self.stop()


class Oversize(NetworkCase):
    """GG-10: lines that no datagram can hold, never cut."""

    def test_largest_datagrams(self):
        """Up to the last byte a line is whole; beyond it lacks a key and nothing else."""
        self.start_both("udp")
        for size in sorted({*LARGEST.values(), LARGEST[4] + 1}):
            self.send_of(size)
        self.receiver.wait_for_lines(2 * self.sent)
        counts = self.stop()
        bare, *long = self.lines()
        shed = [LONG_KEY.sub(b"", line) + ONE_SHED for line in long]
        self.assertEqual(self.received(), collections.Counter([bare, *long[:2], shed[2], bare, long[0], *shed[1:]]))
        self.assertEqual(sorted(map(len, self.receiver.raw()))[-3:], [LARGEST[6], LARGEST[6], LARGEST[4]])
        self.assertEqual((counts["output.v4.delivered"], counts["output.v6.delivered"]), (self.sent, self.sent))

    def test_by_tcp_or_not_at_all(self):
        """GG-11: what `oversize` says: over TCP to the same host and port, or dropped and counted."""
        self.start(self.output("udp", 4, oversize="tcp"), self.output("udp", 6, oversize="drop"))
        self.send(b"=" * 40000)  # written as `\=`
        self.wait_until(lambda: self.receiver.raw("tcp"), "a line comes over TCP")
        self.send_of(2000)
        self.receiver.wait_for_lines(5)
        counts = self.stop(oversize=["v6"])
        bare, long, after = self.lines()
        self.assertEqual(self.received("tcp"), collections.Counter([long]))
        self.assertEqual(self.received("udp"), collections.Counter([bare, after] * 2))
        self.assertEqual((counts["output.v4.delivered"], counts["output.v6.delivered"]), (3, 2))
        self.assertEqual(counts["records.oversize"], 1)


class Sending(NetworkCase):
    """GG-05: how fast and from where."""

    def test_rate_limit(self):
        """1,000 lines, 50 of them at once, at 500 a second; none is lost."""
        self.start(self.output("udp", 4, rate_limit=500, rate_burst=50))
        began = time.monotonic()
        self.send(b"x", 1000)
        self.receiver.wait_for_lines(self.sent)
        self.assertGreaterEqual(time.monotonic() - began, 1.8)
        self.stop()
        self.assertEqual(self.received(), collections.Counter(self.lines()))

    def test_source(self):
        """Lines come from the chosen address and port: the router drops all others."""
        for address in ("192.0.2.7/24", "2001:db8:1::7/64"):
            self.network.here.ip(f"address add {address} dev first")
        for rule in ("ip saddr 192.0.2.1", "ip6 saddr 2001:db8:1::1", "udp sport != 5140"):
            self.network.drop("forward", rule)
        self.start(self.output("udp", 4, source="192.0.2.7:5140"),
                   self.output("udp", 6, source="[2001:db8:1::7]:5140"),
                   Settings(self.receiver.url("tcp", 4), "stream", source="192.0.2.7"))
        self.assertEqual((len(self.receiver.raw("udp")), len(self.receiver.raw("tcp"))), (2, 1))
        self.stop()

    def test_slow_hop(self):
        """TCP waits for a slow link and has all; UDP does not know of it, but its books balance, and no line is cut."""
        self.network.slow_down("2mbit")
        self.start(self.output("tcp", 4), self.output("udp", 6))
        self.send(b"x" * 2000, 200)
        lines = collections.Counter(self.lines())
        self.wait_until(lambda: sum(self.received("tcp").values()) >= self.sent, "all lines came over TCP")
        counts = self.stop()
        self.assertEqual(self.received("tcp"), lines)
        self.assert_whole(self.received("udp"), 1)
        self.assertLess(sum(self.received("udp").values()), self.sent)
        self.assertEqual(counts["output.v4.delivered"], self.sent)

class Vanishing(NetworkCase):
    """GG-05, PX-12: the way to the receiver is away for a while; the outputs go on by themselves."""

    def assert_away(self):
        for version, family in ((4, socket.AF_INET), (6, socket.AF_INET6)):
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                self.assertNotEqual(probe.connect_ex((ADDRESSES[version][1], 9)), 0)

    def wait_for_log(self, what):
        def logged():
            return all(re.search(f"output={name} .*({what})", self.bridge.log()) for name in ("v4", "v6"))
        self.wait_until(logged, f"the log says {what} of both outputs")

    def test_udp_goes_on(self):
        """Without a route, an address, a link: the error is counted by its name, and soon afterwards lines come."""
        self.start_both("udp", **SOON)
        network = self.network
        for away, back in ((network.delete_routes, network.add_routes),
                           (network.delete_addresses, network.add_addresses),
                           (network.link_down, network.link_up)):
            away()
            self.assert_away()
            self.send(b"x", 10)
            self.wait_for_log("ENETUNREACH|unreachable")
            back()
            self.wait_until_short_lines_come()
        counts = self.stop()
        self.assert_whole(self.received())
        for name in ("v4", "v6"):
            self.assertGreater(counts[f"output.{name}.errors.ENETUNREACH"], 0)

    def test_udp_goes_on_from_another_address(self):
        self.start_both("udp", **SOON)
        self.network.delete_addresses()
        self.network.add_addresses(5)
        self.wait_until_short_lines_come()
        self.stop()
        self.assert_whole(self.received())

    def test_tcp_waits(self):
        """A short absence costs TCP nothing but time."""
        self.start_both("tcp")
        self.network.delete_addresses()
        self.send(b"x", 200)
        self.wait_until(lambda: tcp_bytes_in_flight(self.receiver.port) > 0, "lines are on their way")
        self.network.add_addresses()
        self.send(b"x", 200)
        self.receiver.wait_for_lines(2 * self.sent)
        self.stop()
        self.assertEqual(self.received("tcp"), collections.Counter(self.lines() * 2))

    def test_tcp_connects_again(self):
        """After a long one it has connected anew, and sent again what nobody had acknowledged: nothing is lost."""
        self.start_both("tcp", framing="octet-counting", peer_timeout="1s", **SOON)
        self.network.delete_addresses()
        self.send(b"x", 200)
        self.wait_for_log("unreachable")  # for new connections
        self.network.add_addresses()
        self.send(b"x", 200)
        self.wait_until(lambda: self.received("tcp").keys() == set(self.lines()), "all lines have come")
        counts = self.stop()
        for name in ("v4", "v6"):
            self.assertEqual(counts[f"output.{name}.delivered"], self.sent)


if __name__ == "__main__":
    main()
