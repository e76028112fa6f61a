"""Sends IPFIX records that can be told apart."""
import socket
import struct

EXPORT_TIME = 1_750_000_000
FIELDS = ((148, 8), (8, 4), (12, 4), (4, 1), (1, 8))  # flowId, addresses, protocol, octets
RECORD = struct.Struct("!QIIBQ")
PER_MESSAGE = 20


class Exporter:
    """IPFIX with a number in each record, from `first` on; templates are sent once, at the start of the connection or at
    first."""

    def __init__(self, case, port, kind=socket.SOCK_STREAM, domain=1, first=0):
        self._socket = socket.socket(socket.AF_INET, kind)
        case.addCleanup(self._socket.close)
        self._socket.connect(("127.0.0.1", port))
        self._domain = domain
        self._sequence = 0
        self.sent = self._first = first
        template = struct.pack("!HH", 256, len(FIELDS)) + b"".join(struct.pack("!HH", *field) for field in FIELDS)
        self._send(2, template, 0)

    def _send(self, number, data, records):
        body = struct.pack("!HH", number, 4 + len(data)) + data
        self._socket.sendall(struct.pack("!HHIII", 10, 16 + len(body), EXPORT_TIME, self._sequence, self._domain) + body)
        self._sequence += records

    def send(self, messages=1):
        for _ in range(messages):
            data = b"".join(RECORD.pack(self._domain << 32 | self.sent + i, 0x0A000001 + i, 0xC6336401, 6, 1500)
                            for i in range(PER_MESSAGE))
            self._send(256, data, PER_MESSAGE)
            self.sent += PER_MESSAGE

    def skip(self, records):
        """As if a message with so many had been lost on the way."""
        self._sequence += records

    def finish(self, deadline):
        """Ends the connection, and waits until the other side has read it to its end and closed it too."""
        self._socket.settimeout(deadline)
        self._socket.shutdown(socket.SHUT_WR)
        self._socket.recv(1)

    def close(self):
        self._socket.close()

    def numbers(self):
        return [self._domain << 32 | i for i in range(self._first, self.sent)]
