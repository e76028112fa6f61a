"""A network of two hops made of namespaces, and rsyslog at its far end."""
import json
import os
import subprocess
import unittest

from support.bridge import split_lines
from support.harness import find_program, require
from support.process import Process, tcp_listens, udp_sockets
from support.receivers import Rsyslog

ADDRESSES = {4: ("192.0.2.1", "198.51.100.2"), 6: ("2001:db8:1::1", "2001:db8:2::2")}  # the bridge's, the receiver's

# Fragments that came in, of both families. What counts is there before anything could put them together again.
_COUNTERS = """table inet wire {{
  counter fragments4 {{}}
  counter fragments6 {{}}
  chain in {{
    type filter hook prerouting priority -450
    iifname "{hop}" ip frag-off & 0x3fff != 0 counter name fragments4
    iifname "{hop}" exthdr frag exists counter name fragments6
  }}
}}
"""

# A sender is told of packets that do not fit, by its router; rules that drop stand behind those that count.
_FAULTS = """table inet fault {
  counter too_big {}
  chain told {
    type filter hook output priority -10
    icmp code frag-needed counter name too_big
    icmpv6 type packet-too-big counter name too_big
  }
  chain forward { type filter hook forward priority 0; }
  chain output { type filter hook output priority 0; }
}
"""


# What networks are made of, in a namespace of its own.
_PROBE = """
ip link add probe type veth peer name other
tc qdisc add dev probe root tbf rate 1mbit burst 16k limit 64k
echo 1 > /proc/sys/net/ipv4/ip_forward
nft add table inet probe
nft 'add chain inet probe forward { type filter hook forward priority 0; }'
nft add rule inet probe forward numgen random mod 2 0 counter drop
"""


class Namespace:
    """A network namespace that lasts as long as a process of its own; without a name, that of this program."""

    def __init__(self, case, name=None):
        self.pid, self.enter = os.getpid(), []
        if name:
            holder = Process(case, name, ["unshare", "--net", "sleep", "infinity"])
            self.pid = holder.child.pid
            path = f"/proc/{self.pid}/ns/net"
            case.wait_until(lambda: os.readlink(path) != os.readlink("/proc/self/ns/net"), f"{name} has a namespace")
            self.enter = [find_program("nsenter"), f"--net={path}"]
        # No wait for other owners of an address.
        for interfaces in ("all", "default"):
            self.set_sysctl(f"ipv6/conf/{interfaces}/accept_dad", 0)
        self.ip("link set lo up")

    def run(self, program, *arguments, stdin=None):
        """Errors: subprocess.CalledProcessError, with what the program said in `stderr`."""
        return subprocess.run([*self.enter, find_program(program), *arguments], input=stdin, capture_output=True,
                              text=True, timeout=10, check=True).stdout

    def ip(self, text):
        self.run("ip", *text.split())

    def nft(self, rules):
        self.run("nft", "-f", "-", stdin=rules)

    def counter(self, table, name):
        """Packets."""
        listed = json.loads(self.run("nft", "-j", "list", "counter", "inet", table, name))["nftables"]
        return next(entry["counter"]["packets"] for entry in listed if "counter" in entry)

    def set_sysctl(self, name, value):
        """Under /proc/sys/net, which shows the namespace of whoever looks."""
        self.run("sh", "-c", f"echo {value} > /proc/sys/net/{name}")

    def forward(self):
        for setting in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            self.set_sysctl(setting, 1)


class Network:
    """IPv4 and IPv6 from this program's namespace to the receiver's:

        here --first-- router --second-- receiver

    Both ends of a hop are interfaces of its name. Skips the test where the system does not allow that.
    """

    def __init__(self, case):
        require("ip", "nft", "tc", "unshare", "nsenter")
        if os.environ.get("FLOWCEF_E2E_NETWORK") != "own":
            raise unittest.SkipTest("there is no network namespace to work in")
        probe = subprocess.run([find_program("unshare"), "--net", "sh", "-ec", _PROBE], capture_output=True, text=True,
                               timeout=10, check=False, env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
        if probe.returncode != 0:
            raise unittest.SkipTest(f"the system does not allow networks to be made: {probe.stderr}")
        self._make(case)

    def _make(self, case):
        self.here, self.router, self.receiver = Namespace(case), Namespace(case, "router"), Namespace(case, "receiver")
        self.here.ip(f"link add first type veth peer name first netns {self.router.pid}")
        self.router.ip(f"link add second type veth peer name second netns {self.receiver.pid}")
        for end, hop in ((self.here, "first"), (self.router, "first"), (self.router, "second"),
                         (self.receiver, "second")):
            end.ip(f"link set {hop} up")
        self.router.forward()
        self.router.ip("address add 192.0.2.2/24 dev first")
        self.router.ip("address add 2001:db8:1::2/64 dev first")
        self.router.ip("address add 198.51.100.1/24 dev second")
        self.router.ip("address add 2001:db8:2::1/64 dev second")
        self.add_addresses()
        self.receiver.ip("address add 198.51.100.2/24 dev second")
        self.receiver.ip("address add 2001:db8:2::2/64 dev second")
        self.receiver.ip("route add default via 198.51.100.1")
        self.receiver.ip("route add default via 2001:db8:2::1")
        self.router.nft(_COUNTERS.format(hop="first") + _FAULTS)
        self.receiver.nft(_COUNTERS.format(hop="second"))

    def add_addresses(self, number=1):
        """Addresses of ours, and routes to the receiver."""
        self.here.ip(f"address add 192.0.2.{number}/24 dev first")
        self.here.ip(f"address add 2001:db8:1::{number}/64 dev first")
        self.add_routes()

    def delete_addresses(self):
        self.here.ip("address flush dev first scope global")
        self.here.ip("-6 route flush 2001:db8:2::/64")

    def add_routes(self):
        self.here.ip("route add 198.51.100.0/24 via 192.0.2.2")
        self.here.ip("route add 2001:db8:2::/64 via 2001:db8:1::2")

    def delete_routes(self):
        self.here.ip("route del 198.51.100.0/24")
        self.here.ip("route del 2001:db8:2::/64")

    def link_down(self):
        """Our own link's routes go with it, and its IPv6 addresses."""
        self.here.ip("link set first down")

    def link_up(self):
        self.here.ip("link set first up")
        self.here.ip("address add 2001:db8:1::1/64 dev first")
        self.add_routes()

    def set_mtu(self, first=1500, second=1500):
        """Below 1280 a hop has no IPv6 any more."""
        for hop, mtu, ends in (("first", first, (self.here, self.router)),
                               ("second", second, (self.router, self.receiver))):
            for end in ends:
                end.ip(f"link set {hop} mtu {mtu}")

    def fragments(self, version):
        """Those that arrived so far at the end of the first hop and at the end of the second."""
        return tuple(end.counter("wire", f"fragments{version}") for end in (self.router, self.receiver))

    def too_big(self):
        """How often the router wanted a sender to send less at once."""
        return self.router.counter("fault", "too_big")

    def drop(self, chain, match):
        """Lets the router drop what matches, of what it forwards or of its own output, until heal()."""
        self.router.nft(f"add rule inet fault {chain} {match} drop")

    def drop_too_big(self):
        self.drop("output", "icmp code frag-needed")
        self.drop("output", "icmpv6 type packet-too-big")

    def lose_fragments(self, percent):
        for fragment in ("ip frag-off & 0x3fff != 0", "exthdr frag exists"):
            self.drop("forward", f"{fragment} numgen random mod 100 < {percent}")

    def heal(self):
        self.router.nft("flush chain inet fault forward\nflush chain inet fault output")

    def slow_down(self, rate):
        """The router sends to the receiver at this rate, with a short queue."""
        self.router.run("tc", *f"qdisc add dev second root tbf rate {rate} burst 16k limit 64k".split())


class DistantRsyslog(Rsyslog):
    """rsyslog in the receiver's namespace: UDP and TCP on one port, lines of any length that the bridge may send."""

    def __init__(self, case, network):
        self._namespace = network.receiver
        super().__init__(case, "udp")

    def config(self):
        return (f'global(maxMessageSize="256k" workDirectory="{self.case.folder}" net.enableDNS="off")\n'
                'template(name="raw" type="string" string="%inputname% %rawmsg%\\n")\n'
                'module(load="imudp" batchSize="64")\nmodule(load="imtcp")\n'
                f'input(type="imudp" port="{self.port}" rcvbufSize="8m" name="udp" ruleset="all")\n'
                f'input(type="imtcp" port="{self.port}" name="tcp" ruleset="all")\n'
                'ruleset(name="all") {\n'
                f'  action(type="omfile" file="{self.raw_path}" template="raw" asyncWriting="off")\n}}\n'
                f'action(type="omfile" file="{self.case.folder / "rsyslogd.own"}")\n')

    def command(self):
        return [*self._namespace.enter, *super().command()]

    def listens(self):
        pid = self._namespace.pid
        return self.port in udp_sockets(pid) and tcp_listens(self.port, pid)

    def dropped(self):
        return udp_sockets(self._namespace.pid).get(self.port, 0)

    def raw(self, transport="udp"):
        """The lines that came over one of them; as long as it runs, without one that it is about to write."""
        data = self.raw_path.read_bytes() if self.raw_path.exists() else b""
        if self.process.running():
            data = data[:data.rfind(b"\n") + 1]
        start = transport.encode() + b" "
        return [line[len(start):] for line in split_lines(self.case, data) if line.startswith(start)]

    def url(self, transport, version):
        address = ADDRESSES[version][1]
        return f"{transport}://[{address}]:{self.port}" if version == 6 else f"{transport}://{address}:{self.port}"
