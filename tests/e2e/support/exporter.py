"""Runs softflowd over made-up traffic, and records with tcpdump what it puts on the wire."""
import os
import signal
import socket

from pcap_udp import read_datagrams

from support import flow_reader
from support.harness import find_program
from support.process import Process, free_port
from support.traffic import FlowKey, Traffic


class WireCapture:
    """tcpdump on the loopback interface, recording the datagrams sent to `port`.

    Marker datagrams to a port of our own, which the filter lets in too, show when tcpdump has begun to record and when
    it has written all that was sent before.
    """

    def __init__(self, case, port):
        self._case, self._port = case, port
        self._marker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        case.addCleanup(self._marker.close)
        self._marker.bind(("127.0.0.1", 0))
        self._markers = 0
        self.path = case.folder / f"wire-{port}.pcap"
        stay_root = ["-Z", "root"] if os.geteuid() == 0 else []  # it would change to a user who may not write here
        self._tcpdump = Process(case, "tcpdump", [
            find_program("tcpdump"), "-i", "lo", "-n", "-s", "0", "-U", "--immediate-mode", "-B", "16384", *stay_root,
            "-w", self.path, f"udp dst port {port} or udp dst port {self._marker.getsockname()[1]}"])
        # Until it records, markers are lost, so they are sent again and again.
        self._case.wait_until(lambda: self._send_marker() or self._seen(b"marker"), "tcpdump records")

    def _send_marker(self):
        self._markers += 1
        self._marker.sendto(b"marker %d" % self._markers, self._marker.getsockname())

    def _seen(self, text):
        return self.path.exists() and text in self.path.read_bytes()

    def sync(self):
        """Waits until everything sent so far is in the file."""
        self._send_marker()
        last = b"marker %d" % self._markers
        self._case.wait_until(lambda: self._seen(last), "the capture is complete")

    def read(self):
        """Returns the Reading of all exports so far."""
        self.sync()
        reader = flow_reader.FlowReader()
        for datagram in read_datagrams(self.path):
            if datagram.dport == self._port:
                reader.feed((datagram.src, datagram.sport), datagram.payload)
        return reader.reading

    def stop(self):
        self.sync()
        self._tcpdump.stop(signal.SIGINT)
        self._case.assertIn("0 packets dropped by kernel", self._tcpdump.stderr(), "tcpdump lost packets")


def make_traffic(case, groups, seed=7):
    traffic = Traffic(seed).mixed(groups)
    path = case.folder / f"traffic-{seed}.pcap"
    traffic.write(path)
    return traffic, path


def export(case, traffic_path, version, port, host="127.0.0.1", options=()):
    """Lets softflowd read the traffic and send all its flows to the port; returns when it is done.

    -a sets its clock by the packets; without `-c none` it would hang at the end of the file.
    """
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    name = f"softflowd-{traffic_path.stem}-{version}-{free_port()}"
    child = Process(case, name, [find_program("softflowd"), "-d", "-a", "-r", traffic_path, "-c", "none",
                                 "-p", case.folder / f"{name}.pid", "-v", version, *options, "-n", target])
    case.assertEqual(child.wait(), 0, "softflowd failed: " + child.stderr())


def check_against_traffic(case, flows, traffic):
    """The flows on the wire are those of the traffic: a check of softflowd and of our own reader."""
    for flow in flows:
        ports = (0, flow.icmp) if flow.icmp is not None else (flow.spt or 0, flow.dpt or 0)
        key = FlowKey(flow.src, flow.dst, *ports, flow.proto)
        case.assertEqual([flow.packets, flow.bytes], traffic.flows.get(key), f"on the wire: {flow}")
        case.assertTrue(flow.start is not None and flow.start <= flow.end, f"times on the wire: {flow}")
