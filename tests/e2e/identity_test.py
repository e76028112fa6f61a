#!/usr/bin/env python3
"""PX-14: several exporters whose datagrams all come from the address of a NAT."""
import os
import struct
import subprocess
import sys
import unittest

from support.bridge import BINARY, MAPPING, parse_counts
from support.harness import Case, main, require
from support.network import Namespace
from support.process import Process, udp_sockets

PORT = 2055
GATEWAY, BRIDGE = "192.0.2.1", "192.0.2.10"
EXPORTERS = ("10.1.1.1", "10.1.1.2")
NAT = """table ip nat {
  chain out {
    type nat hook postrouting priority srcnat
    oifname "outside" masquerade
  }
}
"""
# Sends the datagrams that stdin names, one a line, each from an address and port of its own choice.
SENDER = f"""
import socket, sys
for line in sys.stdin:
    address, port, payload = line.split()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((address, int(port)))
        sender.sendto(bytes.fromhex(payload), ("{BRIDGE}", {PORT}))
"""


def message(domain, exporters=()):
    """An IPFIX message with its template and one record of protocol 17, or one for each exporter that it names."""
    fields = ((130, 4), (4, 1)) if exporters else ((4, 1),)
    template = struct.pack("!HH", 256, len(fields)) + b"".join(struct.pack("!HH", *field) for field in fields)
    records = b"".join(bytes(map(int, exporter.split("."))) + b"\x11" for exporter in exporters) or b"\x11"
    body = (struct.pack("!HH", 2, 4 + len(template)) + template + struct.pack("!HH", 256, 4 + len(records)) + records)
    return struct.pack("!HHIII", 10, 16 + len(body), 1_750_000_000, 0, domain) + body


class Identity(Case):
    def make_network(self):
        """exporters --inside-- gateway --outside-- here; the gateway hides the exporters' addresses behind its own."""
        require("ip", "nft", "unshare", "nsenter")
        if os.environ.get("FLOWCEF_E2E_NETWORK") != "own":
            raise unittest.SkipTest("there is no network namespace to work in")
        try:
            here, gateway, self.exporters = Namespace(self), Namespace(self, "gateway"), Namespace(self, "exporters")
            here.ip(f"link add outside type veth peer name outside netns {gateway.pid}")
            gateway.ip(f"link add inside type veth peer name inside netns {self.exporters.pid}")
            here.ip(f"address add {BRIDGE}/24 dev outside")
            gateway.ip(f"address add {GATEWAY}/24 dev outside")
            gateway.ip("address add 10.1.1.254/24 dev inside")
            for address in EXPORTERS:
                self.exporters.ip(f"address add {address}/24 dev inside")
            for end, link in ((here, "outside"), (gateway, "outside"), (gateway, "inside"), (self.exporters, "inside")):
                end.ip(f"link set {link} up")
            self.exporters.ip("route add default via 10.1.1.254")
            gateway.forward()
            gateway.nft(NAT)
        except subprocess.CalledProcessError as error:
            raise unittest.SkipTest(f"the system does not allow networks to be made: {error.stderr}") from error

    def start(self, identities):
        self.make_network()
        self.copy = self.folder / "copy"
        path = self.folder / "flowcef.toml"
        path.write_text(
            f'mapping = "{self.write_mapping()}"\nstate_dir = "{self.folder}/state"\n'
            'events = { enabled = false }\n'
            f'[[input]]\ntype = "udp"\nlisten = ["{BRIDGE}:{PORT}"]\n{identities}\n'
            f'[[output]]\nname = "copy"\nto = "file:{self.copy}"\nheader = "rfc5424"\n', encoding="utf-8")
        self.bridge = Process(self, "flowcef", [BINARY, "run", "--config", path])
        self.wait_until(lambda: PORT in udp_sockets(), "flowcef listens")

    def write_mapping(self):
        path = self.folder / "site.toml"
        path.write_text(f'extends = "{MAPPING}"\n[keys]\ndeviceTranslatedAddress = "@sender"\n', encoding="utf-8")
        return path

    def send(self, *datagrams):
        """Each of them (exporter's address, port, payload)."""
        lines = "".join(f"{address} {port} {payload.hex()}\n" for address, port, payload in datagrams)
        self.exporters.run(sys.executable, "-c", SENDER, stdin=lines)

    def shown(self, count):
        """Of so many lines: (the header's host, dvc, the sender's address), sorted."""
        lines = lambda: self.copy.read_bytes().split(b"\n")[:-1] if self.copy.exists() else []
        self.wait_until(lambda: len(lines()) >= count, lambda: f"{count} lines have come, there are {len(lines())}")
        found = []
        for line in lines():
            text = line.decode()
            keys = dict(word.split("=", 1) for word in text.split() if "=" in word)
            found.append((text.split()[2], keys["dvc"], keys.get("deviceTranslatedAddress")))
        return sorted(found, key=str)

    def test_nat_without_a_word(self):
        """What it is like: one exporter, the gateway."""
        self.start("")
        self.send(*((address, 5000, message(1)) for address in EXPORTERS))
        self.assertEqual(self.shown(2), [(GATEWAY, GATEWAY, None)] * 2)

    def test_nat_by_domain_and_port(self):
        """By observation domain whatever port the NAT gives them, by port where the NAT keeps it."""
        self.start(f'[[identity]]\nfrom = "{GATEWAY}"\ndomain = 7\nexporter = "10.1.1.1"\n'
                   f'[[identity]]\nfrom = "{GATEWAY}"\ndomain = 8\nexporter = "10.1.1.2"\n'
                   f'[[identity]]\nfrom = "{GATEWAY}"\nport = 50003\nexporter = "10.1.1.3"\n'
                   '[[exporter]]\nmatch = "10.1.1.2"\nhost = "router-2"\n')
        self.send((EXPORTERS[0], 5000, message(7)), (EXPORTERS[1], 5000, message(8)), (EXPORTERS[1], 50003, message(1)))
        self.assertEqual(self.shown(3), [("10.1.1.1", "10.1.1.1", GATEWAY), ("10.1.1.3", "10.1.1.3", GATEWAY),
                                         ("router-2", "10.1.1.2", GATEWAY)])
        self.bridge.stop()
        self.assertEqual(parse_counts(self.bridge.stderr()).get("exporters"), 3)

    def test_nat_by_elements(self):
        """What records say of their exporter is believed of those that the configuration names, and of nobody else."""
        self.start(f'[[identity]]\nfrom = "{GATEWAY}"\nexporter = "elements"\n')
        self.send((EXPORTERS[0], 5000, message(1, EXPORTERS)))
        self.assertEqual(self.shown(2), [(address, address, GATEWAY) for address in EXPORTERS])
        subprocess.run([sys.executable, "-c", SENDER], input=f"{BRIDGE} 5000 {message(1, EXPORTERS).hex()}\n", text=True,
                       timeout=10, check=True)
        self.assertEqual(self.shown(4)[2:], [(BRIDGE, BRIDGE, None)] * 2)


if __name__ == "__main__":
    main()
