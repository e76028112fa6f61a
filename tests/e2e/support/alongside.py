"""The bridge beside others: it listens nowhere, and writes its lines to a file."""
import ctypes
import os
import re
import socket
import struct
import threading

from support.bridge import BINARY, MAPPING, parse_counts, split_lines
from support.ipfix import EXPORT_TIME, FIELDS, RECORD
from support.process import Process

NUMBER = re.compile(rb" FlowcefBridgeFlowId=(\d+)\b")
_CLONE_NEWNET = 0x40000000


class Alongside:
    """`flowcef run` with the given inputs, which may be started again; its lines are in one file."""

    def __init__(self, case, inputs, settings=""):
        self._case, self._starts = case, 0
        self.copy_path = case.folder / "copy.cef"
        self.config_path = case.folder / "flowcef.toml"
        self.config_path.write_text(
            f'mapping = "{MAPPING}"\nstate_dir = "{case.folder / "state"}"\nworkers = 1\nevents = {{ enabled = false }}\n{settings}\n{inputs}\n'
            f'[[output]]\nname = "copy"\nto = "file:{self.copy_path}"\nheader = "none"\n')
        self.start()

    def start(self):
        self._starts += 1
        self.process = Process(self._case, f"flowcef-{self._starts}", [BINARY, "run", "--config", self.config_path])
        self._case.wait_until(lambda: " started version=" in self.log(), "flowcef is started")

    def log(self):
        return self.process.stderr()

    def lines(self):
        data = self.copy_path.read_bytes() if self.copy_path.exists() else b""
        return split_lines(self._case, data[:data.rfind(b"\n") + 1])

    def numbers(self):
        """Of the records, in the order of their lines."""
        return [int(found[1]) for found in map(NUMBER.search, self.lines()) if found]

    def wait_for(self, count):
        self._case.wait_until(lambda: len(self.numbers()) >= count,
                              lambda: f"{count} records have come, but {len(self.numbers())}")

    def stop(self):
        self._case.assertEqual(self.process.stop(), 0, "exit status; it said:\n" + self.log()[-2000:])
        return parse_counts(self.log())


def socket_in(namespace, family, kind=socket.SOCK_DGRAM):
    """A socket of another network namespace. A thread of its own goes there and ends."""
    made = []

    def make():
        with open(f"/proc/{namespace.pid}/ns/net", encoding="ascii") as place:
            if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        made.append(socket.socket(family, kind))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


class NumberedExports:
    """IPFIX over UDP with a number in each record, one record after the other."""

    def __init__(self, case, sock, address, domain=1):
        case.addCleanup(sock.close)
        self._socket, self._address, self._domain = sock, address, domain
        self._sequence = 0
        self.sent = []
        self.messages = []

    def template(self):
        fields = b"".join(struct.pack("!HH", *field) for field in FIELDS)
        self._send(2, struct.pack("!HH", 256, len(FIELDS)) + fields, 0)

    def send(self, size):
        """A message of at most so many bytes."""
        count = (size - 20) // RECORD.size
        first = self._domain << 32 | len(self.sent)
        numbers = list(range(first, first + count))
        self._send(256, b"".join(RECORD.pack(n, 0x0A000001 + n % 65536, 0xC6336401, 6, 1500) for n in numbers), count)
        self.sent += numbers

    def _send(self, number, data, records):
        body = struct.pack("!HH", number, 4 + len(data)) + data
        message = struct.pack("!HHIII", 10, 16 + len(body), EXPORT_TIME, self._sequence, self._domain) + body
        self._socket.sendto(message, self._address)
        self.messages.append(message)
        self._sequence += records


class TaggedWire:
    """In place of a UDP socket: frames with VLAN tags, put on an interface of another namespace, in fragments above its
    MTU. So no VLAN interface is needed, which not every kernel has."""

    PROTOCOLS = (0x88A8, 0x8100)  # of the outer one of two tags, and of the innermost

    def __init__(self, namespace, interface, to_mac, source, tags):
        self._socket = socket_in(namespace, socket.AF_PACKET, socket.SOCK_RAW)
        self._socket.bind((interface, 0))
        protocols = self.PROTOCOLS[len(self.PROTOCOLS) - len(tags):]
        self._link = bytes.fromhex(to_mac.replace(":", "")) + bytes.fromhex("020000000001") + b"".join(
            struct.pack("!HH", *tag) for tag in zip(protocols, tags)) + b"\x08\x00"
        self._source, self._id = socket.inet_aton(source), 0

    def close(self):
        self._socket.close()

    def sendto(self, message, address):
        self._id += 1
        packet = struct.pack("!HHHH", 40000, address[1], 8 + len(message), 0) + message
        for at in range(0, len(packet), 1400):
            part = packet[at:at + 1400]
            more = 0x2000 if at + len(part) < len(packet) else 0
            header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(part), self._id, more | at // 8, 64, 17, 0)
            self._socket.send(self._link + header + self._source + socket.inet_aton(address[0]) + part)
