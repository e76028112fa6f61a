"""Key fields of every flow record of every capture: the lines of `flowcef convert` against what nfdump makes of them.

    nfdump_test.py SHARE SHARES

Each capture is sent to nfcapd over loopback, each exporter from an address of its own. nfdump does not know frames; its
records and ours are brought together in order, by addresses, ports and protocol. A record that only nfdump has counts
for the frame of the record before it, or 0.
"""
import collections
import contextlib
import datetime
import difflib
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time

import captures
import explained

FLOWCEF = captures.BUILD / "flowcef"
CUSTOM = "FlowcefBridge"
PROTOCOLS = {"HOPOPT": 0, "ICMP": 1, "IGMP": 2, "IPv4": 4, "TCP": 6, "UDP": 17, "GRE": 47, "ESP": 50, "IPv6-ICMP": 58,
             "PIM": 103, "VRRP": 112}
WITHOUT_PORTS = (1, 58)

Flow = collections.namedtuple("Flow", "frame key packets bytes first last")


def address(row, *names):
    """The first of these keys; nothing if it is not there or all zero, as nfdump does not tell these apart."""
    text = next((row[name] for name in names if name in row), "")
    return "" if text in ("0.0.0.0", "::") else text


# ---------------------------------------------------------------- ours

def parse_extension(line):
    """The extension of a CEF line as a dictionary, values still escaped."""
    text = re.match(r"(?:(?:[^|\\]|\\.)*\|){7}(.*)", line)[1]
    parts = re.split(r"(?:^| )([A-Za-z0-9_.]+)=", text)
    return dict(zip(parts[1::2], parts[2::2]))


def our_flows(path):
    lines = subprocess.run([FLOWCEF, "convert", path], capture_output=True, check=True, timeout=100, text=True).stdout
    for line in lines.splitlines():
        if line.split("|")[4] == "options":
            continue
        event = parse_extension(line)
        first_of = lambda *keys: next((int(event[key]) for key in keys if key in event), 0)
        custom = lambda *names: first_of(*(CUSTOM + name for name in names))
        proto = event.get("proto", "0")
        proto = int(proto) if proto.isdigit() else PROTOCOLS.get(proto, proto)
        ports = (0, 0) if proto in WITHOUT_PORTS else (first_of("spt"), first_of("dpt"))
        yield Flow(int(event["externalId"].split("-")[0]),
                   (address(event, "src", "c6a2"), address(event, "dst", "c6a3"), *ports, proto),
                   custom("PacketDeltaCount", "PacketTotalCount", "InitiatorPackets"),
                   custom("OctetDeltaCount", "OctetTotalCount", "InitiatorOctets", "Layer2OctetDeltaCount"),
                   first_of("start"), first_of("end"))


# ---------------------------------------------------------------- theirs

def udp_payloads(path):
    """(exporter, payload) of each datagram."""
    wanted = [word for field in ("ip.src", "ipv6.src", "udp.payload") for word in ("-e", field)]
    command = [captures.find_program("tshark"), "-n", "-r", path, "-Y", "udp", "-T", "fields", "-E", "occurrence=f"]
    lines = subprocess.run([*command, *wanted], capture_output=True, check=True, timeout=100, text=True).stdout
    for line in lines.splitlines():
        four, six, payload = line.split("\t")
        if payload:
            yield four or six, bytes.fromhex(payload.replace(":", ""))


class Receiver:
    """nfcapd on a free port of loopback, with a folder of its own."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [captures.find_program("nfcapd"), "-w", self.folder.name, "-b", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen([*command, "-t", "86400"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def wait(self, most=0):
        """Until the socket is there and at most so many bytes wait in it."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for row in pathlib.Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]:
                columns = row.split()
                if columns[1] != f"0100007F:{self.port:04X}":
                    continue
                if columns[-1] != "0":
                    raise AssertionError(f"nfcapd's socket dropped {columns[-1]} datagrams")
                if int(columns[4].split(":")[1], 16) <= most:
                    return
            time.sleep(0.01)
        raise TimeoutError("nfcapd does not read")

    def send(self, datagrams):
        """Each exporter's from an address of its own, in order."""
        with contextlib.ExitStack() as stack:
            senders = {}
            for number, (exporter, payload) in enumerate(datagrams):
                if exporter not in senders:
                    senders[exporter] = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    senders[exporter].bind((f"127.0.0.{len(senders) + 1}", 0))
                if number % 16 == 0:
                    self.wait(most=65536)
                senders[exporter].sendto(payload, ("127.0.0.1", self.port))

    def flows(self):
        """nfdump's JSON objects of all that was sent."""
        self.wait()
        self.process.terminate()
        self.process.wait(20)
        file = next(pathlib.Path(self.folder.name).glob("nfcapd.2*"))
        command = [captures.find_program("nfdump"), "-r", file, "-o", "json"]
        text = subprocess.run(command, capture_output=True, check=True, timeout=100, text=True,
                              env={**os.environ, "TZ": "UTC"}).stdout
        return json.loads(text.replace("No matching flows", ""))


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text + "+00:00").timestamp() * 1000)


def nfdump_flows(path):
    with Receiver() as receiver:
        receiver.send(udp_payloads(path))
        flows = receiver.flows()
    for flow in flows:
        # nfdump leaves out what a record does not have.
        number = lambda name, flow=flow: flow.get(name, 0)
        proto = number("proto")
        ports = (0, 0) if proto in WITHOUT_PORTS else (number("src_port"), number("dst_port"))
        addresses = address(flow, "src4_addr", "src6_addr"), address(flow, "dst4_addr", "dst6_addr")
        times = [milliseconds(flow[name]) if name in flow else 0 for name in ("first", "last")]
        yield Flow(None, (*addresses, *ports, proto), number("in_packets"), number("in_bytes"), *times)


# ---------------------------------------------------------------- both

def differences_of_pair(mine, other):
    ours, theirs = (mine.first, mine.last), (other.first, other.last)
    if mine.key != other.key:
        yield "key"
    if ours != theirs:
        yield "times swapped" if ours == theirs[::-1] else "times" if any(theirs) else "times not read"
    if (mine.packets, mine.bytes) != (other.packets, other.bytes):
        yield "counters"


def differences_of(capture):
    path = captures.FOLDER / (capture + ".pcap")
    ours, theirs = list(our_flows(path)), list(nfdump_flows(path))
    found = collections.defaultdict(dict)
    matcher = difflib.SequenceMatcher(None, [flow.key for flow in ours], [flow.key for flow in theirs], autojunk=False)
    for _, a, a_end, b, b_end in matcher.get_opcodes():
        if a_end - a == b_end - b:
            for mine, other in zip(ours[a:a_end], theirs[b:b_end]):
                for what in differences_of_pair(mine, other):
                    found[what].setdefault(mine.frame, f"{mine}, nfdump has {other}")
            continue
        for mine in ours[a:a_end]:
            found["only ours"].setdefault(mine.frame, str(mine))
        for other in theirs[b:b_end]:
            before = ours[a - 1].frame if a else 0
            found["only nfdump's"].setdefault(before, str(other))
    return found


class Nfdump(captures.Comparison):
    explained = explained.NFDUMP

    def test_share(self):
        self.compare(differences_of, self.share, self.shares)


if __name__ == "__main__":
    captures.main(Nfdump, [captures.find_program(name) for name in ("nfcapd", "nfdump", "tshark")])
