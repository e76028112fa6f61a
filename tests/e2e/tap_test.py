#!/usr/bin/env python3
"""SK-02, SK-03, PX-10, PX-11: exports on their way to another collector are read off the interface."""
import json
import os
import socket
import subprocess
import time
import unittest

from support.alongside import Alongside, NumberedExports, TaggedWire, socket_in
from support.bridge import BINARY, MAPPING, run_program
from support.harness import Case, find_program, main, require
from support.network import Namespace
from support.process import Process, udp_sockets

HERE, EXPORTER = {4: "192.0.2.1", 6: "2001:db8:1::1"}, {4: "192.0.2.2", 6: "2001:db8:1::2"}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
PORT = 2055


class TapCase(Case):
    """An exporter in a namespace of its own, `wire` to it, and collectors here."""

    def setUp(self):
        super().setUp()
        require("ip", "unshare", "nsenter")
        if os.environ.get("FLOWCEF_E2E_NETWORK") != "own":
            raise unittest.SkipTest("there is no network namespace to work in")
        self.here, self.exporter = Namespace(self), Namespace(self, "exporter")
        try:
            self.make_wire()
        except subprocess.CalledProcessError as error:
            raise unittest.SkipTest(f"the system does not allow networks to be made: {error.stderr}") from None
        self.addCleanup(self.delete_wire)

    def make_wire(self, mtu=1500):
        self.here.ip(f"link add wire type veth peer name wire netns {self.exporter.pid}")
        for end, addresses in ((self.here, HERE), (self.exporter, EXPORTER)):
            end.ip(f"link set wire mtu {mtu} up")
            end.ip(f"address add {addresses[4]}/24 dev wire")
            end.ip(f"address add {addresses[6]}/64 dev wire")

    def delete_wire(self):
        subprocess.run([find_program("ip"), "link", "del", "wire"], capture_output=True, check=False)

    def exports(self, version=4, domain=1, to=None, port=PORT):
        sock = socket_in(self.exporter, FAMILY[version])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        return NumberedExports(self, sock, (to or HERE[version], port), domain)

    def collector(self, version=4, port=PORT):
        """A socket that another collector would have: it gets all, whoever taps the interface."""
        sock = socket.socket(FAMILY[version], socket.SOCK_DGRAM)
        self.addCleanup(sock.close)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.settimeout(10)
        sock.bind(("", port))
        return sock

    def expect_all(self, bridge, *exports):
        sent = sorted(number for each in exports for number in each.sent)
        bridge.wait_for(len(sent))
        counts = bridge.stop()
        self.assertEqual(sorted(bridge.numbers()), sent)
        self.assertEqual(counts["kernel_drops"], 0)
        return counts


def tap(interface="wire", **keys):
    return f'[[input]]\ntype = "tap"\ninterface = "{interface}"\n' + "".join(f"{k} = {v}\n" for k, v in keys.items())


class Beside(TapCase):
    def start_nfcapd(self):
        require("nfcapd", "nfdump")
        self.flows = self.folder / "nfcapd"
        self.flows.mkdir()
        process = Process(self, "nfcapd", [find_program("nfcapd"), "-p", PORT, "-w", self.flows, "-t", 3600, "-B", 4 << 20])
        self.wait_until(lambda: PORT in udp_sockets(), "nfcapd listens")
        return process

    def test_tap_beside_nfcapd(self):
        """nfcapd has the port; both see every record, also of datagrams that come in fragments."""
        nfcapd = self.start_nfcapd()
        bridge = Alongside(self, tap())
        exports = self.exports()
        exports.template()
        for size in [1400] * 20 + [9000, 65000, 9000, 65000]:
            exports.send(size)
            time.sleep(0.01)
        counts = self.expect_all(bridge, exports)
        self.assertEqual(nfcapd.stop(), 0, nfcapd.stderr())
        listed = subprocess.run([find_program("nfdump"), "-R", self.flows, "-q", "-o", "fmt:%byt"], capture_output=True,
                                text=True, timeout=20, check=True).stdout.split()
        self.assertEqual(len(listed), len(exports.sent))
        self.assertIn(f" dvc={EXPORTER[4]} ".encode(), bridge.lines()[-1])
        self.assertEqual(counts.get("frames.incomplete", 0), 0)
        self.assertGreater(counts["frames"], 24)

    def test_tap_of_ipv6(self):
        other = self.collector(6)
        bridge = Alongside(self, tap())
        exports = self.exports(6)
        exports.template()
        for size in (1400, 9000, 65000):
            exports.send(size)
        for message in exports.messages:
            self.assertEqual(other.recv(65535), message)
        self.expect_all(bridge, exports)
        self.assertIn(EXPORTER[6].encode(), bridge.lines()[-1])

    def test_tap_leaves_other_ports(self):
        """Fragments of others have no port to be told by; they are put together, and left."""
        bridge = Alongside(self, tap(ports="[4739]"))
        other, exports = self.exports(port=9), self.exports(port=4739, domain=2)
        exports.template()
        other.template()
        for size in (400, 9000, 30000):
            other.send(size)
            exports.send(size)
        counts = self.expect_all(bridge, exports)
        self.assertEqual(counts["datagrams"], len(exports.messages))

    def test_tap_on_loopback(self):
        """There each datagram goes out and comes in; it is one all the same."""
        self.collector()
        bridge = Alongside(self, tap("lo"))
        exports = NumberedExports(self, socket.socket(socket.AF_INET, socket.SOCK_DGRAM), ("127.0.0.1", PORT))
        exports.template()
        for size in (1400, 9000, 65000):
            exports.send(size)
        counts = self.expect_all(bridge, exports)
        self.assertEqual(counts["datagrams"], len(exports.messages))

    def test_tap_with_vlan_tags(self):
        """One tag, which Linux takes off the frame, and two, of which it leaves the inner one."""
        bridge = Alongside(self, tap())
        mac = json.loads(self.here.run("ip", "-j", "link", "show", "wire"))[0]["address"]
        tagged = [NumberedExports(self, TaggedWire(self.exporter, "wire", mac, EXPORTER[4], tags), (HERE[4], PORT), domain)
                  for domain, tags in enumerate(([], [10], [10, 20]), 1)]
        for exports in tagged:
            exports.template()
            for size in (1000, 9000):
                exports.send(size)
        self.expect_all(bridge, *tagged)

    def test_tap_is_back_when_the_interface_is(self):
        bridge = Alongside(self, tap())
        first = self.exports()
        first.template()
        first.send(1000)
        bridge.wait_for(len(first.sent))
        self.here.ip("link del wire")
        self.wait_until(lambda: "tap interrupted" in bridge.log(), "the bridge says that the interface is gone")
        self.make_wire()
        self.wait_until(lambda: "tap goes on" in bridge.log(), "the bridge taps the interface again")
        second = self.exports(domain=2)
        second.template()
        second.send(1000)
        counts = self.expect_all(bridge, first, second)
        self.assertEqual(counts["taps.interrupted"], 1)

    def test_tap_waits_for_its_interface(self):
        """Another input takes its exports meanwhile, and a reload goes through."""
        self.delete_wire()
        bridge = Alongside(self, f'[[input]]\ntype = "udp"\nlisten = ["127.0.0.1:{PORT}"]\n' + tap())
        self.assertIn("cannot tap wire: no such interface (there are lo or any); tried again every 3 s", bridge.log())
        status, out, err = run_program("reload", "--config", bridge.config_path)
        self.assertEqual(status, 0, (out, err))
        first = NumberedExports(self, socket.socket(socket.AF_INET, socket.SOCK_DGRAM), ("127.0.0.1", PORT))
        first.template()
        first.send(1000)
        bridge.wait_for(len(first.sent))
        self.make_wire()
        self.wait_until(lambda: "tap goes on" in bridge.log(), "the bridge taps the interface")
        second = self.exports(domain=2)
        second.template()
        second.send(1000)
        self.expect_all(bridge, first, second)

    def test_tap_changes_with_a_reload(self):
        """PX-15: another port is tapped, and no datagram is lost or comes twice on the way."""
        bridge = Alongside(self, tap(ports="[2055]"))
        exports, added = self.exports(), self.exports(port=4739, domain=2)
        exports.template()
        exports.send(1000)
        text = bridge.config_path.read_text()
        bridge.config_path.write_text(text.replace("[2055]", "[2055, 4739]"))
        reload = Process(self, "reload", [BINARY, "reload", "--config", bridge.config_path], vital=False)
        while reload.running():
            exports.send(500)
            time.sleep(0.002)
        self.assertEqual(reload.wait(), 0, reload.stdout() + reload.stderr())
        added.template()
        added.send(1000)
        exports.send(1000)
        self.expect_all(bridge, exports, added)


class Refused(Case):
    def test_tap_of_an_unknown_interface(self):
        path = self.folder / "flowcef.toml"
        path.write_text(f'mapping = "{MAPPING}"\nstate_dir = "{self.folder}"\n[[input]]\ntype = "tap"\n'
                        'interface = "none7"\n[[output]]\nname = "terminal"\nto = "stdout:"\n')
        status, _, err = run_program("check", "--config", path)
        self.assertEqual(status, 2)
        self.assertRegex(err, r'flowcef\.toml:5:13: input\.tap:none7\.interface: expected an interface of this machine, '
                              r'got "none7" \(there are .*lo.* or any\)')


if __name__ == "__main__":
    main()
