"""TLS receivers as one meets them, good and bad: `openssl s_server`, and what speaks no TLS at all."""
import contextlib
import hashlib
import itertools
import re
import socket
import ssl
import struct
import subprocess
import threading

from support.bridge import Output
from support.harness import find_program
from support.process import Process, free_port, tcp_listens

EXPORT_TIME = 1_750_000_000


class TlsOutput(Output):
    """`settings` are further keys of the output, the values as TOML has them."""

    def __init__(self, port, tls, host="127.0.0.1", framing="newline", **settings):
        super().__init__(f"tls://{host}:{port}", framing=framing, tls=tls)
        self._settings = settings

    def toml(self):
        more = "".join(f"{key} = {value}\n" for key, value in self._settings.items())
        head, table, tls = super().toml().partition("[output.tls]")
        return head + more + table + tls


class FlowSender:
    """A NetFlow v5 exporter; no two of its flows are the same."""

    HEADER = struct.Struct("!HHIIIIBBH")
    RECORD = struct.Struct("!4s4s4sHHIIIIHHBBBBHHBBH")

    def __init__(self, case, port):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        case.addCleanup(self._socket.close)
        self._socket.connect(("127.0.0.1", port))
        self.sent = 0

    def send(self, flows=20):
        addresses = bytes([10, 0, 0, 1]), bytes([198, 51, 100, 1]), bytes(4)
        records = b"".join(self.RECORD.pack(*addresses, 1, 2, 3, self.sent + i, 1000, 2000, 40000, 443, 0, 0x1B, 6, 0,
                                            0, 0, 0, 0, 0) for i in range(flows))
        self._socket.send(self.HEADER.pack(5, flows, 9000, EXPORT_TIME, 0, self.sent, 0, 1, 0) + records)
        self.sent += flows


class OpensslServer:
    """`openssl s_server`. `name` is that of the certificate and its key in `folder`; `options` are further arguments.

    With `commands` it takes single letters (openssl-s_server(1), "Connected commands") and tells what goes on. Its
    words then stand between the lines, which is no harm while all that comes at once fits one TLS record.
    """

    _numbers = itertools.count(1)

    def __init__(self, case, folder, *options, name="server", host="127.0.0.1", port=None, commands=False):
        self._case = case
        self.port = port or free_port()
        label = f"s_server-{next(self._numbers)}"
        self._messages = case.folder / f"{label}.messages"
        mode = ["-msg", "-msgfile", self._messages] if commands else ["-quiet"]
        self._process = Process(case, label, [
            find_program("openssl"), "s_server", "-accept", f"{host}:{self.port}", "-cert", folder / f"{name}.pem",
            "-key", folder / f"{name}.key", *mode, *options], stdin=subprocess.PIPE)
        case.wait_until(lambda: tcp_listens(self.port), f"{label} listens")

    def stop(self):
        self._process.stop()

    def command(self, letter):
        self._process.write(letter.encode() + b"\n")

    def messages(self, kind):
        """How many handshake messages of that kind there were: `>>>`, sent, and `<<<`, received."""
        text = self._messages.read_text() if self._messages.exists() else ""
        return re.findall(rf"^(>>>|<<<) TLS 1\.[0-9], Handshake \[length [0-9a-f]+\], {kind}$", text, re.MULTILINE)

    def says(self):
        return self._process.stdout()

    def lines(self):
        return re.findall(rb"^<134>1 .*(?=\n)", self._process.stdout_path.read_bytes(), re.MULTILINE)


class NotTls:
    """Takes connections and answers what comes with `answer`, or never says a word."""

    def __init__(self, case, answer=None):
        self._case, self._answer = case, answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._connections = []
        case.addCleanup(self.stop)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                if self._answer:
                    connection.recv(4096)
                    connection.sendall(self._answer)
                    connection.close()

    def stop(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._listener.close()
        for connection in self._connections:
            connection.close()


def make_certificate(case, folder, name, days=1, authority=True):
    """A certificate for 127.0.0.1 in `folder`, by the authority there or signed by itself; days < 0: it has expired."""
    def openssl(*arguments):
        done = subprocess.run([find_program("openssl"), *map(str, arguments)], cwd=folder, capture_output=True,
                              timeout=30, check=False)
        case.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))

    (folder / f"{name}.ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")
    signer = ("-CA", "ca.pem", "-CAkey", "ca.key") if authority else ("-signkey", f"{name}.key")
    openssl("x509", "-req", "-in", f"{name}.csr", *signer, "-days", days, "-extfile", f"{name}.ext",
            "-out", f"{name}.pem")


def fingerprint(certificate):
    """As `openssl x509 -fingerprint -sha256` shows it, and RFC 5425 section 4.2.2 writes it."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest().upper()
    return "sha-256:" + ":".join(digest[i:i + 2] for i in range(0, len(digest), 2))
