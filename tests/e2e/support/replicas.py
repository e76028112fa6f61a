"""Exporters in a network of their own, a bridge that replicates, and collectors behind a router."""
import ctypes
import os
import pathlib
import socket
import struct

from support.bridge import BINARY, MAPPING, parse_counts
from support.harness import find_program
from support.network import Namespace, Network
from support.process import Process, free_port, udp_sockets

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET


def socket_in(case, namespace, family, address, port=0):
    """A UDP socket that belongs to a namespace and is bound there."""
    with open("/proc/self/ns/net", "rb") as home, open(f"/proc/{namespace.pid}/ns/net", "rb") as away:
        _enter(away)
        try:
            made = socket.socket(family, socket.SOCK_DGRAM)
        finally:
            _enter(home)
    case.addCleanup(made.close)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    made.bind((address, port))
    made.settimeout(15)
    return made


def _enter(namespace):
    if _LIBC.setns(namespace.fileno(), _NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Site(Network):
    """The network of two hops, and exporters on a link of the bridge's own:

        exporters --edge-- here --first-- router --second-- receiver

    Exporters are 10.1.0.N and 2001:db8:9::N, the bridge there 10.1.0.254 and 2001:db8:9::254. The router knows no way
    to the exporters.
    """

    def __init__(self, case):
        super().__init__(case)
        self._case = case
        self.exporters = Namespace(case, "exporters")
        self.here.ip(f"link add edge type veth peer name edge netns {self.exporters.pid}")
        for end in (self.here, self.exporters):
            end.ip("link set edge up")
        self.here.ip("address add 10.1.0.254/24 dev edge")
        self.here.ip("address add 2001:db8:9::254/64 dev edge")
        for number in range(1, 4):
            self.exporters.ip(f"address add 10.1.0.{number}/24 dev edge")
            self.exporters.ip(f"address add 2001:db8:9::{number}/64 dev edge")
        for end, interfaces in ((self.here, ("first", "edge")), (self.router, ("first", "second")),
                                (self.receiver, ("second",))):
            for interface in ("all", "default", *interfaces):
                end.set_sysctl(f"ipv4/conf/{interface}/rp_filter", 0)

    def exporter(self, number, version=4, port=0):
        """A socket that sends from the address of that number."""
        if version == 4:
            return socket_in(self._case, self.exporters, socket.AF_INET, f"10.1.0.{number}", port)
        return socket_in(self._case, self.exporters, socket.AF_INET6, f"2001:db8:9::{number}", port)

    def collector(self, version=4):
        """A socket at the far end; its address stands in its name."""
        if version == 4:
            return socket_in(self._case, self.receiver, socket.AF_INET, "198.51.100.2")
        return socket_in(self._case, self.receiver, socket.AF_INET6, "2001:db8:2::2")


def url_of(collector):
    host, port = collector.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Replicating:
    """`flowcef run` with one UDP input at all addresses; `replicates` are the tables' keys as text."""

    def __init__(self, case, *replicates, name="flowcef", port=None):
        self._case, self.name = case, name
        self.port = port or free_port(socket.SOCK_DGRAM)
        self.config_path = case.folder / f"{name}.toml"
        self.config_path.write_text(self.config(replicates))
        self.process = Process(case, name, [BINARY, "run", "--config", self.config_path])
        case.wait_until(lambda: self.port in udp_sockets(), f"{name} listens")

    def config(self, replicates):
        return (f'mapping = "{MAPPING}"\nstate_dir = "{self._case.folder / self.name}.state"\nworkers = 1\n'
                'events = { enabled = false }\n'
                f'[[input]]\nname = "edge"\ntype = "udp"\nlisten = ["0.0.0.0:{self.port}", "[::]:{self.port}"]\n'
                f'[[output]]\nname = "copy"\nto = "file:{self._case.folder / self.name}.cef"\n'
                + "".join(f"[[replicate]]\n{keys}\n" for keys in replicates))

    def counts(self):
        """Of the running bridge."""
        return parse_counts(self._run("status", "--books"))

    def reload(self, *replicates):
        self.config_path.write_text(self.config(replicates))
        return self._run("reload")

    def _run(self, command, *options):
        done = Process(self._case, f"{self.name}-{command}", [BINARY, command, *options, "--config",
                                                              self.config_path],
                       vital=False)
        self._case.assertEqual(done.wait(), 0, done.stderr())
        text = done.stdout()
        done.stdout_path.unlink()
        return text

    def stop(self):
        """Stops it in order and returns its final counts."""
        self._case.assertEqual(self.process.stop(), 0, self.process.stderr()[-2000:])
        return parse_counts(self.process.stderr())


class Nfcapd:
    """nfcapd in the receiver's namespace, with a folder for each exporter that it sees."""

    def __init__(self, case, namespace, port):
        self._case = case
        self.folder = pathlib.Path(case.folder) / "nfcapd"
        self.folder.mkdir()
        command = [*namespace.enter, find_program("nfcapd"), "-M", self.folder, "-b", "198.51.100.2", "-p", str(port)]
        self.process = Process(case, "nfcapd", command)
        case.wait_until(lambda: port in udp_sockets(namespace.pid), "nfcapd listens")
        self._namespace, self._port = namespace, port

    def _unread(self):
        """Bytes in its socket (proc(5), /proc/PID/net/udp)."""
        with open(f"/proc/{self._namespace.pid}/net/udp", encoding="ascii") as table:
            rows = [row.split() for row in table.readlines()[1:]]
        return sum(int(columns[4].split(":")[1], 16) for columns in rows
                   if int(columns[1].rsplit(":", 1)[1], 16) == self._port)

    def flows(self):
        """Stops it; returns the source addresses of its flows by the folder of the exporter: {"10-1-0-1": [...]}."""
        self._case.wait_until(lambda: self._unread() == 0, "nfcapd has read all")
        self._case.assertEqual(udp_sockets(self._namespace.pid)[self._port], 0, "datagrams dropped at nfcapd")
        self.process.stop()
        flows = {}
        for folder in self.folder.iterdir():
            rows = []
            for file in folder.glob("**/nfcapd.2*"):
                done = Process(self._case, f"nfdump-{folder.name}",
                               [find_program("nfdump"), "-r", file, "-q", "-o", "fmt:%sa"], vital=False)
                done.wait()
                rows += done.stdout().split()
            flows[folder.name] = sorted(rows)
        return flows


def netflow5(sequence, sources):
    """A datagram with a flow from each of these addresses."""
    header = struct.pack("!HHIIIIBBH", 5, len(sources), 3_600_000, 1_750_000_000, 0, sequence, 0, 0, 0)
    return header + b"".join(struct.pack("!4s4s4sHHIIIIHHBBBBHHBBH", socket.inet_aton(source),
                                         socket.inet_aton("198.51.100.99"), b"\0" * 4, 1, 2, 3, 400, 3_500_000,
                                         3_550_000, 1024, 53, 0, 0, 17, 0, 0, 0, 0, 0, 0) for source in sources)


def bytes_of(size):
    return os.urandom(size)
