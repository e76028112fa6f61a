#!/usr/bin/env python3
"""softflowd as an IPFIX exporter over TCP (RFC 7011 section 10.4): each record in the stream arrives as one line."""
import contextlib
import random
import socket
import ssl
import struct
import threading

from support import cef, certificates
from support.bridge import Bridge
from support.exporter import check_against_traffic, export, make_traffic
from support.flow_reader import FlowReader
from support.harness import DEADLINE_SECONDS, Case, main, require

NEEDED = ("softflowd", "lognormalizer")
GROUPS = 20  # 260 flows per export
HEADER = struct.Struct("!HH")  # version, length of the message


def split_messages(case, stream):
    """The IPFIX messages of a stream, which has to end with a whole one."""
    messages = []
    at = 0
    while at < len(stream):
        version, length = HEADER.unpack_from(stream, at)
        case.assertEqual(version, 10)
        case.assertTrue(16 <= length <= len(stream) - at, f"a message of {length} bytes at {at} of {len(stream)}")
        messages.append(stream[at:at + length])
        at += length
    return messages


class Relay:
    """Stands between exporter and bridge: keeps a copy of each connection, and hands it on whole or in small pieces.

    Pieces end anywhere, also within a message's header, as they may after a real network.
    """

    def __init__(self, case, to_port, largest_piece=65536, tls=None):
        self._to_port, self._largest, self._tls = to_port, largest_piece, tls
        self._random = random.Random(3)
        self._listener = socket.create_server(("127.0.0.1", 0))
        case.addCleanup(self._listener.close)
        self.port = self._listener.getsockname()[1]
        self.streams = []  # of the connections that have ended, in their order
        self.errors = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                exporter, _ = self._listener.accept()
            except OSError:  # closed at the end of the test
                return
            try:
                with exporter, self._connect() as bridge:
                    self._copy(exporter, bridge)
            except OSError as error:
                self.errors.append(error)

    def _connect(self):
        bridge = socket.create_connection(("127.0.0.1", self._to_port), timeout=DEADLINE_SECONDS)
        bridge.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._tls.wrap_socket(bridge, server_hostname="127.0.0.1") if self._tls else bridge

    def _copy(self, exporter, bridge):
        stream = b""
        while data := exporter.recv(65536):
            stream += data
            while data:
                size = self._random.randint(1, self._largest)
                bridge.sendall(data[:size])
                data = data[size:]
        if self._tls:
            with contextlib.suppress(OSError):  # the other side may close without a word of its own
                bridge.unwrap()
        self.streams.append(stream)


class IpfixTcp(Case):
    def deliver(self, largest_piece=65536, certs=None):
        require(*NEEDED)
        if certs:
            tls = ssl.create_default_context(cafile=certs / "ca.pem")
            tls.load_cert_chain(certs / "client.pem", certs / "client.key")
            bridge = Bridge(self, input_type="tls", input_settings=
                            f'[input.tls]\ncertificate = "{certs}/server.pem"\nkey = "{certs}/server.key"\n'
                            f'client_ca = "{certs}/ca.pem"\n')
        else:
            tls = None
            bridge = Bridge(self, input_type="tcp")
        relay = Relay(self, bridge.port, largest_piece, tls)
        traffic, path = make_traffic(self, GROUPS)
        exports = [(), ("-A", "milli")]  # each is a session with templates of its own
        for number, options in enumerate(exports, 1):
            export(self, path, 10, relay.port, options=("-P", "tcp", *options))
            self.wait_until(lambda: len(relay.streams) == number or relay.errors, "the exporter's connection ends")
            self.assertEqual(relay.errors, [], bridge.log())

        reader = FlowReader()
        for number, stream in enumerate(relay.streams):
            for message in split_messages(self, stream):
                reader.feed(number, message)
        sent = reader.reading
        check_against_traffic(self, sent.flows, traffic)
        self.assertGreater(len(sent.flows), len(exports) * len(traffic.flows) // 2, "the exporter sent too little")
        self.wait_until(lambda: len(bridge.copy()) >= sent.records,
                        lambda: f"{len(bridge.copy())} lines of {sent.records} records")
        counts = bridge.stop()
        lines = bridge.copy()
        self.assertEqual(len(lines), sent.records, "lines, records in the stream")
        messages = cef.parse(self, lines)
        self.assertEqual(sum(not cef.is_flow(message) for message in messages), sent.options, "options records")
        cef.assert_same_flows(self, messages, sent.flows)
        expected = {"datagrams": sent.datagrams, "records": sent.records, "refused": 0,
                    "output.copy.delivered": sent.records}
        self.assertEqual({name: counts.get(name) for name in expected}, expected, "the bridge's own counts")

    def test_whole(self):
        self.deliver()

    def test_in_pieces(self):
        self.deliver(largest_piece=30)

    def test_mutual_tls(self):
        require("openssl")
        self.deliver(certs=certificates.make(self))


if __name__ == "__main__":
    main()
