#!/usr/bin/env python3
"""GG-31: `flowcef test-send` gets a marked event to a real receiver, or says why not; `flowcef status`: how it goes."""
import re
import socket

from support import cef, certificates
from support.bridge import MAPPING, Bridge, Output, run_program
from support.harness import Case, main, require
from support.process import free_port
from support.receivers import Rsyslog

SIZE = 8000  # six fragments where the MTU is 1500


class TestSend(Case):
    def configure(self, *outputs):
        path = self.folder / "flowcef.toml"
        path.write_text(f'mapping = "{MAPPING}"\nstate_dir = "{self.folder / "state"}"\nevents = {{ enabled = false }}\n'
                        '[[input]]\ntype = "udp"\nlisten = ["127.0.0.1:2055"]\n' + "\n".join(outputs))
        return path

    def send(self, config, *options, status=0):
        done = run_program("test-send", "--config", config, *options)
        self.assertEqual(done[0], status, f"{done[1].decode()}\n{done[2]}")
        return done[1].decode(), done[2]

    def event_of(self, text):
        match = re.search(r"^event (flowcef-test-\d+-[0-9a-f]{8})$", text, re.MULTILINE)
        self.assertIsNotNone(match, text)
        return match[1]

    def arrives(self, transport, outcome, framing=None):
        require(*Rsyslog.needs, "lognormalizer")
        certs = certificates.make(self) if transport == "tls" else None
        receiver = Rsyslog(self, transport, certs)
        output = Output(receiver.url(), framing=framing, tls=receiver.tls_of_sender())
        config = self.configure(output.toml())
        text, _ = self.send(config, "--size", SIZE)
        self.assertRegex(text, rf"(?m)^output siem: {outcome}: {SIZE} bytes to {transport}://127\.0\.0\.1:")
        receiver.wait_for_lines(1)
        receiver.stop()
        line, = receiver.raw()
        self.assertEqual(len(line), SIZE)
        self.assertTrue(line.endswith(b"END"), line[-40:])
        message, = cef.parse(self, [cef.strip_header(self, line)])
        event = self.event_of(text)
        self.assertEqual(message["Extensions"]["externalId"], event)
        self.assertFalse((self.folder / "state").exists(), "it leaves no traces where a bridge keeps its own")
        for word in ("Splunk", "QRadar", "ArcSight", "syslog"):
            self.assertRegex(text, rf"(?s)  {word} .*{event}")
        self.assertEqual("nstat" in text, transport == "udp", text)

    def test_send_over_udp(self):
        self.arrives("udp", r"taken by the kernel \(of UDP nobody knows more\)")

    def test_send_over_tcp(self):
        self.arrives("tcp", "acknowledged by the receiver", "newline")

    def test_send_over_tls(self):
        self.arrives("tls", "acknowledged by the receiver", "octet-counting")

    def test_send_to_a_closed_port(self):
        """One output is refused: that is said and the status; the others have the event all the same."""
        copy = self.folder / "copy.cef"
        refused = Output(f"tcp://127.0.0.1:{free_port()}")
        config = self.configure(refused.toml(), Output(f"file:{copy}", name="copy").toml())
        text, _ = self.send(config, status=1)
        self.assertRegex(text, r"(?m)^output siem: NOT DELIVERED.*: Connection refused$")
        self.assertRegex(text, rf"(?m)^output copy: written: \d+ bytes to file:{copy}$")
        self.assertEqual(copy.read_bytes().count(self.event_of(text).encode()), 1)

    def test_send_to_each_receiver_of_a_list(self):
        """PX-12: each receiver has the event, not the first alone, and nothing goes by the spool."""
        require(*Rsyslog.needs)
        receiver = Rsyslog(self, "tcp")
        away = f"tcp://127.0.0.1:{free_port()}"
        config = self.configure(f'[[output]]\nname = "siem"\nto = ["{receiver.url()}", "{away}"]\n[output.spool]\n')
        text, _ = self.send(config, status=1)
        self.assertRegex(text, rf"(?m)^output siem: acknowledged by the receiver: \d+ bytes to {receiver.url()}, ")
        self.assertRegex(text, rf"(?m)^output siem: NOT DELIVERED, \d+ bytes to {away}, .*: Connection refused$")
        receiver.wait_for_lines(1)
        self.assertFalse((self.folder / "state").exists(), "the spool is left alone")

    def test_send_over_one_output(self):
        first, second = self.folder / "first.cef", self.folder / "second.cef"
        config = self.configure(Output(f"file:{first}", name="first").toml(),
                                Output(f"file:{second}", name="second").toml() + "max_message_bytes = 1000\n")
        text, _ = self.send(config, "--output", "second", "--size", 1000)
        self.assertIn("output second: written: 1000 bytes", text)
        self.assertNotIn("output first", text)
        self.assertFalse(first.exists())
        self.assertEqual(len(second.read_bytes()), 1001)

        for options, reason in (
                (("--output", "third"), "there are: first second"),
                (("--size", 1001), "output second: cannot send 1001 bytes: its longest message is 1000"),
                (("--size", 20), "output first: cannot send 20 bytes: the event takes at least "),
                (("--size", 0), "--size"), (("--size", "many"), "--size")):
            with self.subTest(options):
                text, said = self.send(config, *options, status=2)
                self.assertEqual(text, "")
                self.assertIn(reason, said)
        self.assertFalse(first.exists(), "nothing is sent if not all outputs can have it")
        self.assertEqual(len(second.read_bytes()), 1001)


class Status(Case):
    def test_status_of_a_running_bridge(self):
        require(*Rsyslog.needs)
        receiver = Rsyslog(self, "tcp")
        away = f"tcp://127.0.0.1:{free_port()}"
        bridge = Bridge(self, Output(receiver.url()), Output(away, name="away"), stop_deadline="100ms")
        self.wait_until((self.folder / "state" / "control.sock").exists, "the bridge can be asked")

        def status():
            code, out, err = run_program("status", "--books", "--config", bridge.config_path)
            self.assertEqual(code, 0, err)
            return out.decode()

        since = r"since=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        for line in (rf"output\.siem state=open {since} to={receiver.url()} peer=127\.0\.0\.1 protocol=tcp",
                     rf"output\.away state=(?!open)\w+ {since} to={away} .*error=\"Connection refused\" error_at=\S+",
                     rf"output\.copy state=open {since} to=file:{bridge.copy_path}"):
            self.wait_until(lambda: re.search(rf"(?m)^{line}$", status()), lambda: f"{line}: {status()}")

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
            exporter.sendto(b"\x00\x05\x00\x01" + bytes(16) + bytes(4) + bytes(48), ("127.0.0.1", bridge.port))
        receiver.wait_for_lines(1)
        self.wait_until(lambda: re.search(r"(?m)^output\.siem\.delivered 1$", status()), "the line is delivered")
        text = status()
        for line in ("records 1", "lines 2", "output.siem.queued 0", "output.away.delivered 0", "output.away.queued 1"):
            self.assertRegex(text, rf"(?m)^{re.escape(line)}$")
        self.assertNotIn("exporters", text, "those are the workers' alone while they run")

        bridge.stop()
        code, out, err = run_program("status", "--books", "--config", bridge.config_path)
        self.assertEqual((code, out), (1, b""))
        self.assertIn("no running bridge", err)


if __name__ == "__main__":
    main()
