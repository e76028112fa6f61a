#!/usr/bin/env python3
"""PX-12, GG-09: TLS receivers that are wrong, refuse us or change their mind: the log says what to do, the bridge does
not hurry, and once it is mended each line arrives."""
import re
import time

from support import cef, certificates
from support.bridge import Bridge, run_program
from support.harness import Case, main, require
from support.process import tcp_connects
from support.receivers import Rsyslog, SyslogNg
from support.tls_peers import FlowSender, NotTls, OpensslServer, TlsOutput, fingerprint, make_certificate

# The waits between attempts: 50 to 100 ms, 100 to 200, then 200 to 400 each.
SETTINGS = {"connect_timeout": '"5s"', "backoff_min": '"50ms"', "backoff_max": '"400ms"'}


class TlsCase(Case):
    def setUp(self):
        super().setUp()
        require("openssl")
        self.certs = certificates.make(self)
        self.ca = {"ca": self.certs / "ca.pem"}
        self.client = {"certificate": self.certs / "client.pem", "key": self.certs / "client.key"}

    def start(self, output, **bridge):
        self.output = output
        self.connects = tcp_connects()
        self.bridge = Bridge(self, output, **bridge)
        self.flows = FlowSender(self, self.bridge.port)

    def reload(self, output):
        path = self.bridge.config_path
        path.write_text(path.read_text().replace(self.output.toml(), output.toml()))
        self.output = output
        status, _, said = run_program("reload", "--config", path)
        self.assertEqual(status, 0, said)

    def send(self, flows=20):
        """Returns once the bridge has handled them."""
        self.flows.send(flows)
        self.wait_until(lambda: len(self.bridge.copy()) == self.flows.sent, "the bridge has handled what was exported")

    def wait_for_lines(self, receiver):
        self.wait_until(lambda: len(set(receiver())) >= self.flows.sent,
                        lambda: f"{len(set(receiver()))} lines of {self.flows.sent} have arrived")

    def assert_told(self, what, hint):
        """The log and `flowcef status` name the peer, what failed and what to do about it."""
        peer, words = re.escape(self.output.to.removeprefix("tls://")), rf'[^"]*{what}[^"]*{hint}'
        logged = rf'output=siem to={peer} .*reason="{words}'
        self.wait_until(lambda: re.search(logged, self.bridge.log()), f"the log says /{logged}/")
        shown = rf'(?m)^output\.siem state=.* to=tls://{peer} .*error="{words}'
        self.wait_until(lambda: re.search(shown, self.status()), f"the status is /{shown}/")

    def status(self):
        status, shown, said = run_program("status", "--books", "--config", self.bridge.config_path)
        self.assertEqual(status, 0, said)
        return shown.decode()

    def assert_patient(self):
        """From the third attempt on they are at least 200 ms apart, and in between there is nothing to do."""
        def attempts(count):
            self.wait_until(lambda: tcp_connects() - self.connects >= count, f"{count} attempts to connect")
            return tcp_connects() - self.connects

        number = attempts(attempts(2) + 1)
        start, used = time.monotonic(), self.bridge.process.cpu_seconds()
        attempts(number + 2)
        elapsed, used = time.monotonic() - start, self.bridge.process.cpu_seconds() - used
        self.assertGreater(elapsed, 0.3, "attempts follow each other too fast")
        self.assertLess(used, 0.1 + elapsed / 4, "seconds of CPU time while there is nothing to do")

    def check(self, lines):
        """Each line has arrived whole and is counted once; what came twice, after a connection broke, is the same."""
        counts = self.bridge.stop()
        received = lines()
        self.assertEqual(sorted(cef.strip_header(self, line) for line in set(received)), sorted(self.bridge.copy()))
        if tcp_connects() - self.connects == 1:
            self.assertEqual(len(received), self.flows.sent, "lines came twice on one connection")
        expected = {"records": self.flows.sent, "output.siem.delivered": self.flows.sent, "output.siem.dropped": 0}
        self.assertEqual({name: counts.get(name) for name in expected}, expected, "the bridge's own counts")


class TlsBadPeer(TlsCase):
    """The peer is at fault, and another one takes its place."""

    def replaced(self, bad, tls, what, hint, name="server", **settings):
        self.start(TlsOutput(bad.port, tls, **{**SETTINGS, **settings}))
        self.send()
        self.assert_told(what, hint)
        self.assert_patient()
        bad.stop()
        good = OpensslServer(self, self.certs, name=name, port=bad.port)
        self.send()
        self.wait_for_lines(good.lines)
        self.check(good.lines)

    def test_certificate_has_expired(self):
        make_certificate(self, self.certs, "old", days=-1)
        self.replaced(OpensslServer(self, self.certs, name="old"), self.ca, "certificate has expired", "clock")

    def test_certificate_is_not_the_pinned_one(self):
        make_certificate(self, self.certs, "pinned")
        pin = {"fingerprint": fingerprint(self.certs / "pinned.pem")}
        self.replaced(OpensslServer(self, self.certs), {**self.ca, **pin}, fingerprint(self.certs / "server.pem"),
                      r"set tls\.fingerprint", name="pinned")

    def test_tls_1_1(self):
        self.replaced(OpensslServer(self, self.certs, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"), self.ca, "version",
                      r"TLS 1\.2 or 1\.3")

    def test_no_tls(self):
        self.replaced(NotTls(self, b"HTTP/1.1 400 Bad Request\r\n\r\n"), self.ca, "", "does not speak TLS")

    def test_no_answer(self):
        self.replaced(NotTls(self), self.ca, "handshake", "timed out", connect_timeout='"300ms"')


class TlsBadSettings(TlsCase):
    """The bridge's own settings are at fault; a reload mends them."""

    def mended(self, peer, wrong, right, what, hint, host="127.0.0.1"):
        """wrong and right: keys of [output.tls]."""
        self.start(TlsOutput(peer.port, wrong, host, **SETTINGS))
        self.send()
        self.assert_told(what, hint)
        self.assert_patient()
        self.send()
        self.reload(TlsOutput(peer.port, right, host, **SETTINGS))
        self.send()
        self.wait_for_lines(peer.lines)
        self.check(peer.lines)

    def verifying(self, *options):
        return OpensslServer(self, self.certs, "-Verify", "2", "-verify_return_error", "-CAfile", self.certs / "ca.pem",
                             *options)

    def test_another_authority(self):
        other = certificates.make(self, "other")
        self.mended(OpensslServer(self, self.certs), {**self.ca, "ca": other / "ca.pem"}, self.ca,
                    "certificate check failed", rf'tls\.ca [^"]*{other}/ca\.pem is not')

    def test_another_name(self):
        """127.0.0.2 leads to the same peer, but is not among the names in its certificate."""
        peer = OpensslServer(self, self.certs, host="127.0.0.2")
        self.mended(peer, self.ca, {**self.ca, "server_name": "localhost"}, "mismatch", r"tls\.server_name",
                    host="127.0.0.2")

    def test_signed_by_itself(self):
        """RFC 5425 section 4.2.2: the fingerprint alone is enough."""
        make_certificate(self, self.certs, "own", authority=False)
        pin = {"fingerprint": fingerprint(self.certs / "own.pem")}
        self.mended(OpensslServer(self, self.certs, name="own"), self.ca, pin, "self-signed certificate", r"tls\.ca")

    def test_no_client_certificate_1_2(self):
        self.mended(self.verifying("-tls1_2"), self.ca, {**self.ca, **self.client}, "alert", r"set tls\.certificate")

    def test_no_client_certificate_1_3(self):
        """The handshake ends well on our side, and the alert comes after what was sent in between."""
        self.mended(self.verifying("-tls1_3"), self.ca, {**self.ca, **self.client}, "alert", r"set tls\.certificate")

    def client_of_another_authority(self, version):
        other = certificates.make(self, "other")
        wrong = {**self.ca, "certificate": other / "client.pem", "key": other / "client.key"}
        self.mended(self.verifying(version), wrong, {**self.ca, **self.client}, "alert",
                    rf"refuses tls\.certificate {other}/")

    def test_client_of_another_authority_1_2(self):
        self.client_of_another_authority("-tls1_2")

    def test_client_of_another_authority_1_3(self):
        self.client_of_another_authority("-tls1_3")

    def test_refused_is_not_delivered(self):
        """What went to a peer that refused us afterwards has not been delivered."""
        peer = self.verifying("-tls1_3")
        self.start(TlsOutput(peer.port, self.ca, **SETTINGS), stop_deadline="500ms")
        self.send()
        self.assert_told("alert", r"set tls\.certificate")
        self.assert_patient()
        counts = self.bridge.stop()
        self.assertEqual(peer.lines(), [])
        self.assertEqual(counts["output.siem.delivered"], 0)
        self.assertEqual(counts["output.siem.dropped"], self.flows.sent)


class TlsConnected(TlsCase):
    """What a good peer may do while the connection lasts, or when it comes again."""

    def connect(self, *options, tls=None):
        self.peer = OpensslServer(self, self.certs, *options, commands=True)
        self.start(TlsOutput(self.peer.port, {**self.ca, **(tls or {})}, **SETTINGS))
        self.send()
        self.wait_for_lines(self.peer.lines)

    def test_key_update(self):
        """40 of them, half of which ask for one of ours; all on one connection."""
        self.connect("-tls1_3")
        for number in range(1, 41):
            self.peer.command("kK"[number % 2])
            self.wait_until(lambda: self.peer.messages("KeyUpdate").count(">>>") == number, "the peer changes its key")
            if number % 8 == 0:
                self.send(10)
                self.wait_for_lines(self.peer.lines)
        self.assertGreater(self.peer.messages("KeyUpdate").count("<<<"), 0, "the bridge has not changed its key")
        self.assertEqual(tcp_connects() - self.connects, 1)
        self.check(self.peer.lines)

    def reconnect(self, version):
        self.connect(version)
        self.assertFalse("Reused" in self.peer.says())
        self.peer.command("q")
        self.wait_until(lambda: tcp_connects() - self.connects >= 2, "the bridge connects again")
        self.send()
        self.wait_for_lines(self.peer.lines)
        self.assertTrue("Reused" in self.peer.says(), "a full handshake again")
        self.check(self.peer.lines)

    def test_session_is_resumed_1_2(self):
        self.reconnect("-tls1_2")

    def test_session_is_resumed_1_3(self):
        self.reconnect("-tls1_3")

    def test_a_session_does_not_outlive_its_settings(self):
        """A resumed session shows no certificate, so that nobody would find it to be of another authority now."""
        self.connect()
        other = certificates.make(self, "other")
        self.reload(TlsOutput(self.peer.port, {"ca": other / "ca.pem"}, **SETTINGS))
        self.assert_told("certificate check failed", r"tls\.ca")
        self.send()
        self.reload(TlsOutput(self.peer.port, self.ca, **SETTINGS))
        self.wait_for_lines(self.peer.lines)
        self.check(self.peer.lines)

    def test_renegotiation_is_refused(self):
        """The peer may give up the connection for that; a new one gets the rest."""
        self.connect("-tls1_2")
        self.peer.command("r")
        self.wait_until(lambda: len(self.peer.messages("HelloRequest")) > 0, "the peer asks for a new handshake")
        self.send()
        self.wait_for_lines(self.peer.lines)
        self.assertEqual(len(self.peer.messages("ClientHello")), tcp_connects() - self.connects,
                         "handshakes, connections")
        self.check(self.peer.lines)

    def test_a_renewed_certificate_is_shown(self):
        self.connect("-Verify", "2", "-verify_return_error", "-CAfile", self.certs / "ca.pem", tls=self.client)
        self.assertIn(self.client["certificate"].read_text(), self.peer.says())
        self.client["certificate"].unlink()
        certificates.make(self)
        self.assertNotIn(self.client["certificate"].read_text(), self.peer.says())
        self.reload(self.output)
        self.wait_until(lambda: self.client["certificate"].read_text() in self.peer.says(), "the new one is shown")
        self.send()
        self.wait_for_lines(self.peer.lines)
        self.check(self.peer.lines)


class TlsReceivers(TlsCase):
    """Receivers that ask for a certificate, and show by other means than OpenSSL's own server that they miss it."""

    def begin(self, make_receiver, tls, octet_counting=True, **options):
        require(*make_receiver.needs)
        self.receiver = make_receiver(self, "tls", self.certs, octet_counting=octet_counting, **options)
        framing = "octet-counting" if octet_counting else "newline"
        self.start(TlsOutput(self.receiver.port, tls, framing=framing, **SETTINGS))

    def finish(self):
        for _ in range(10):
            self.send(30)
        self.receiver.wait_for_lines(1)  # makes the file
        self.wait_for_lines(lambda: self.receiver.raw_path.read_bytes().split(b"\n")[:-1])
        self.check(self.receiver.raw)
        self.receiver.stop()

    def mended(self, make_receiver, **options):
        self.begin(make_receiver, self.ca, **options)
        self.send()
        self.assert_told("", r"set tls\.certificate")
        self.assert_patient()
        self.reload(TlsOutput(self.receiver.port, {**self.ca, **self.client}, framing="octet-counting", **SETTINGS))
        self.finish()

    def test_no_certificate_for_rsyslog_gtls(self):
        """It sends no alert, just closes the connection."""
        self.mended(Rsyslog, driver="gtls")

    def test_no_certificate_for_rsyslog_ossl(self):
        self.mended(Rsyslog, driver="ossl")

    def test_no_certificate_for_syslog_ng(self):
        self.mended(SyslogNg)

    def newline(self, make_receiver, **options):
        self.begin(make_receiver, {**self.ca, **self.client}, octet_counting=False, **options)
        self.finish()

    def test_newline_to_rsyslog_gtls(self):
        self.newline(Rsyslog, driver="gtls")

    def test_newline_to_rsyslog_ossl(self):
        self.newline(Rsyslog, driver="ossl")

    def test_newline_to_syslog_ng(self):
        self.newline(SyslogNg)


if __name__ == "__main__":
    main()
