#!/usr/bin/env python3
"""Log lines come in over UDP, TCP and TLS, framed in every way that senders have, and each is one event."""
import datetime
import random
import socket
import threading

from support import certificates
from support.bridge import run_program
from support.harness import DEADLINE_SECONDS, main, require
from support.joins import JoinCase, udp_input
from support.process import free_port, tcp_bytes_unread
from support.receivers import Rsyslog

KEYS = """
msg = { from = "syslogMessage", custom = false }
dvchost = "syslogHostname"
deviceProcessName = "syslogAppName"
"""
PATTERN = """
[[pattern]]
name = "answer"
match = '^answer (?P<answer>\\S+)$'
"""


def syslog_input(transport, port, more='unmatched = "send"'):
    return (f'[[input]]\ntype = "syslog"\ntransport = "{transport}"\nlisten = ["127.0.0.1:{port}"]\n{more}\n')


def counted(*messages):
    return b"".join(b"%d %s" % (len(message), message) for message in messages)


class Sender(Rsyslog):
    """Takes lines over UDP and forwards each by its omfwd, the way that its program's name says."""

    WAYS = {"udp": 'protocol="udp"', "tcp-lines": 'protocol="tcp" tcp_framing="traditional"',
            "tcp-counts": 'protocol="tcp" tcp_framing="octet-counted"',
            "tls-lines": 'protocol="tcp" tcp_framing="traditional"',
            "tls-counts": 'protocol="tcp" tcp_framing="octet-counted"'}

    def __init__(self, case, certs, ports):
        self._certs, self._ports = certs, ports
        super().__init__(case, "udp")

    def _action(self, way):
        tls = ('streamDriver="ossl" streamDriverMode="1" streamDriverAuthMode="x509/certvalid" '
               f'streamDriver.CAFile="{self._certs}/ca.pem" streamDriver.CertFile="{self._certs}/client.pem" '
               f'streamDriver.KeyFile="{self._certs}/client.key"') if way.startswith("tls") else ""
        form = "TraditionalForwardFormat" if way.endswith("lines") else "SyslogProtocol23Format"
        return (f'  if $programname == "{way}" then action(type="omfwd" target="127.0.0.1" '
                f'port="{self._ports[way[:3]]}" template="RSYSLOG_{form}" {self.WAYS[way]} {tls})\n')

    def config(self):
        return (f'global(workDirectory="{self.case.folder}" net.enableDNS="off" maxMessageSize="64k")\n'
                f'module(load="imudp")\n'
                f'input(type="imudp" address="127.0.0.1" port="{self.port}" rcvbufSize="8m" ruleset="all")\n'
                f'ruleset(name="all") {{\n{"".join(map(self._action, self.WAYS))}}}\n'
                f'action(type="omfile" file="{self.case.folder / "rsyslogd.own"}")\n')


class SyslogInput(JoinCase):
    def setUp(self):
        super().setUp()
        self.ports = {"udp": free_port(socket.SOCK_DGRAM), "tcp": free_port(), "tls": free_port()}

    def start_with(self, *transports, **more):
        certs = certificates.make(self) if "tls" in transports else None
        tls = f'[input.tls]\ncertificate = "{certs}/server.pem"\nkey = "{certs}/server.key"\nclient_ca = "{certs}/ca.pem"'
        self.configure(*(syslog_input(transport, self.ports[transport],
                                      'unmatched = "send"\n' + (tls if transport == "tls" else ""))
                         for transport in transports), keys=KEYS, **more)
        self.start(udp=[self.ports[t] for t in transports if t == "udp"],
                   tcp=[self.ports[t] for t in transports if t != "udp"])
        return certs

    def connect(self, buffer=None):
        client = socket.socket()
        self.addCleanup(client.close)
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        client.settimeout(DEADLINE_SECONDS)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.connect(("127.0.0.1", self.ports["tcp"]))
        return client

    def messages(self):
        return [event.keys.get("msg") for event in self.events()]

    def test_syslog_of_rsyslog(self):
        """BC-17, BC-23: by its omfwd over UDP, TCP and TLS, with and without octet counts."""
        require(*Sender.needs)
        certs = self.start_with("udp", "tcp", "tls")
        sender = Sender(self, certs, self.ports)
        expected = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as logger:
            for number in range(20):
                text = f"message {number}: " + "x" * (45 * number) + "."
                for way in Sender.WAYS:
                    now = datetime.datetime.now(datetime.timezone.utc)
                    logger.sendto(f"<134>{now:%b %e %T} host-1 {way}: {text}".encode(), ("127.0.0.1", sender.port))
                    expected.append(("host-1", way, text))
        self.wait_for_lines(len(expected))
        seen = [(event.keys["dvchost"], event.keys["deviceProcessName"], event.keys["msg"].lstrip())
                for event in self.events()]
        for way in Sender.WAYS:  # in the order they were sent
            self.assertEqual([each for each in seen if each[1] == way], [each for each in expected if each[1] == way])
        self.assertEqual(len(seen), len(expected))
        sender.stop()
        self.assert_counts(self.stop(), datagrams=len(expected), lines=len(expected), refused=0, sessions=4)

    def test_syslog_framings(self):
        """BC-17, BC-23: a datagram is a message, whatever it ends in; a stream may change its framing."""
        self.start_with("udp", "tcp")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            for end in (b"", b"\n", b"\r\n", b"\0"):
                client.sendto(b"<134>1 2026-11-22T10:00:00Z host-1 web - - - by datagram" + end,
                              ("127.0.0.1", self.ports["udp"]))
        self.wait_for_lines(4)
        self.assertEqual(self.messages(), ["by datagram"] * 4)
        stream = (b"<134>Nov 22 10:00:00 host-1 web: old\n" + counted(b"<134>1 - host-1 web - - - two\nlines", b"<134>x")
                  + b"2026-11-22 10:00:00 bare\r\n" + b"<134>nul\0" + b"404 not found\n\n" + b"last without its end")
        client, cut = self.connect(), random.Random(6587)
        while stream:
            size = cut.randint(1, 12)
            client.sendall(stream[:size])
            stream = stream[size:]
        client.close()
        self.wait_for_lines(11)
        self.assertEqual(self.messages()[4:], ["old", "two\nlines", "x", "2026-11-22 10:00:00 bare", "nul",
                                               "404 not found", "last without its end"])
        self.assert_counts(self.stop(), datagrams=11, lines=11, refused=0, sessions=1, sessions__rubbish=0)

    def test_syslog_is_held_back(self):
        """While an output that is required has no room, nothing is read; no line is lost."""
        lines, line = 20000, b"<134>1 - host-1 web - - - %05d " + b"x" * 1400 + b"\n"
        receiver = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(receiver.close)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        receiver.settimeout(DEADLINE_SECONDS)
        siem = (f'[[output]]\nname = "siem"\nto = "tcp://127.0.0.1:{receiver.getsockname()[1]}"\nrequired = true\n'
                'queue = "1MiB"\nframing = "newline"\n')
        self.configure(syslog_input("tcp", self.ports["tcp"]), siem, keys=KEYS)
        self.start(tcp=[self.ports["tcp"]])
        sender = self.connect(65536)
        sending = threading.Thread(target=lambda: [sender.sendall(line % n) for n in range(lines)], daemon=True)
        sending.start()
        siem, _ = receiver.accept()
        with siem:
            self.wait_until(lambda: tcp_bytes_unread(self.ports["tcp"]) > 100000, "the bridge stops reading")
            read = self.counts()["records"]
            self.assertTrue(sending.is_alive())
            self.assertLess(read, lines)
            siem.settimeout(DEADLINE_SECONDS)
            received = 0
            while received < lines:
                data = siem.recv(1 << 20)
                self.assertTrue(data, "the bridge closed the connection")
                received += data.count(b"\n")
            sending.join(DEADLINE_SECONDS)
            self.assert_counts(self.stop(), records=lines, output__siem__delivered=lines, output__siem__dropped=0)

    def test_syslog_changes_with_a_reload(self):
        """PX-15: other patterns hold for the next line of the same connection; an input of exports does not become one
        of log lines."""
        pattern = self.write("pattern.toml", PATTERN)
        ports, more = self.ports, f'patterns = "{pattern}"'
        self.configure(syslog_input("tcp", ports["tcp"], more), udp_input("flows", ports["udp"]), keys=KEYS)
        self.start(udp=[ports["udp"]], tcp=[ports["tcp"]])
        client = self.connect()
        first = self.event_of(lambda: client.sendall(b"answer 42\n"))
        self.assertIn("42", first.keys.values())
        self.write("pattern.toml", PATTERN.replace("answer (", "reply ("))
        self.reload()
        second = self.event_of(lambda: client.sendall(b"answer 43\nreply 44\n"))
        self.assertIn("44", second.keys.values())

        self.configure(syslog_input("tcp", ports["tcp"], more), syslog_input("udp", ports["udp"]), keys=KEYS)
        status, _, err = run_program("reload", "--config", self.config_path)
        self.assertNotEqual(status, 0)
        self.assertIn("is open for input flows", err + self.log())
        self.configure(syslog_input("tcp", ports["tcp"], more), keys=KEYS)
        self.reload()
        self.configure(syslog_input("tcp", ports["tcp"], more), syslog_input("udp", ports["udp"]), keys=KEYS)
        self.reload()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as logger:
            third = self.event_of(lambda: logger.sendto(b"by datagram", ("127.0.0.1", ports["udp"])))
        self.assertEqual(third.keys["msg"], "by datagram")
        self.assertIn(f"listening on 127.0.0.1:{ports['udp']} over UDP for log lines", self.log())
        fourth = self.event_of(lambda: client.sendall(b"reply 45\n"))
        self.assertIn("45", fourth.keys.values())
        self.assert_counts(self.stop(), lines=4, sessions=1, refused=1, refused__unmatched_line=1)


if __name__ == "__main__":
    main()
