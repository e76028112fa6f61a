"""A receiver over TCP or TLS that writes out all it reads before it reads more, so that its files tell what it has read
whatever becomes of it. A program of its own, see Witness in chaos.py:

    witness.py PORT PREFIX [--tls FOLDER] [--buffer BYTES] [--close-after LINES] [--reset]

What came over its first connection is in PREFIX-1, framing and all, and so on. SIGUSR1 lets it pause, which it does
between two reads and says on stdout, and the next one go on. SIGTERM ends it once all connections have ended.
"""
import argparse
import os
import selectors
import signal
import socket
import ssl
import struct

READ_SIZE = 8192  # less than a TLS record: what is left of one is in this process, but not read yet
IDLE_SECONDS = 0.02
PEER_SECONDS = 10.0  # for a handshake, or the rest of a TLS record
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends a reset, also if all was read


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("prefix")
    parser.add_argument("--tls", metavar="FOLDER", help="with server.pem and server.key")
    parser.add_argument("--buffer", type=int, metavar="BYTES", help="size of the receive buffers (default: it grows)")
    parser.add_argument("--close-after", type=int, metavar="LINES", help="hang up in the midst of the stream")
    parser.add_argument("--reset", action="store_true", help="... by a reset")
    return parser.parse_args()


class Connection:
    def __init__(self, peer, path, arguments):
        self.peer, self._arguments, self._lines = peer, arguments, 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)

    def copy(self):
        """One read and its write; false once the connection has ended."""
        try:
            data = self.peer.recv(READ_SIZE)
        except OSError:  # reset, or the end of TLS without a close_notify
            data = b""
        if os.write(self._file, data) != len(data):
            raise OSError("the disk is full")
        self._lines += data.count(b"\n")
        if data and self._arguments.close_after and self._lines >= self._arguments.close_after:
            if self._arguments.reset:
                self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
            return False
        return bool(data)

    def has_more(self):
        """Whether a read gives something without waiting for the network."""
        return isinstance(self.peer, ssl.SSLSocket) and self.peer.pending() > 0

    def close(self):
        os.close(self._file)
        self.peer.close()


class Witness:
    def __init__(self, arguments):
        self._arguments = arguments
        self._tls = None
        if arguments.tls:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(f"{arguments.tls}/server.pem", f"{arguments.tls}/server.key")
        self._listener = socket.create_server(("127.0.0.1", arguments.port), backlog=64)
        if arguments.buffer:  # connections inherit it
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, arguments.buffer)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._accepted = 0
        self._open = 0

    def run(self):
        while True:
            ready = self._selector.select(IDLE_SECONDS)
            if not ready and not self._open and signal.SIGTERM in signal.sigpending():
                return
            self._pause_if_told()
            for key, _ in ready:
                if key.data:
                    self._copy(key.data)
                else:
                    self._accept()

    def _accept(self):
        peer, _ = self._listener.accept()
        peer.settimeout(PEER_SECONDS)
        try:
            if self._tls:
                peer = self._tls.wrap_socket(peer, server_side=True)
        except OSError:  # the peer is gone
            return
        self._accepted += 1
        self._open += 1
        connection = Connection(peer, f"{self._arguments.prefix}-{self._accepted}", self._arguments)
        self._selector.register(peer, selectors.EVENT_READ, connection)

    def _copy(self, connection):
        goes_on = connection.copy()
        while goes_on and connection.has_more():
            self._pause_if_told()
            goes_on = connection.copy()
        if not goes_on:
            self._selector.unregister(connection.peer)
            self._open -= 1
            connection.close()

    @staticmethod
    def _pause_if_told():
        if signal.SIGUSR1 in signal.sigpending():
            signal.sigwait({signal.SIGUSR1})
            print("paused", flush=True)
            signal.sigwait({signal.SIGUSR1})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})  # they are looked for, see run()
    Witness(parse_arguments()).run()
