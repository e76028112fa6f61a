#!/usr/bin/env python3
"""The program as its users meet it: commands, exit statuses, what it says and where."""
import re
import signal
import socket

from support import cef
from support.bridge import MAPPING, Bridge, parse_counts, run_program, split_lines
from support.exporter import WireCapture, check_against_traffic, export, make_traffic
from support.harness import SOURCE_DIR, Case, main, require
from support.process import free_port

BROKEN = """\
mapping = "{mapping}"
mapingg = "twice"
workers = "many"

[[input]]
type = "udp"
listen = ["127.0.0.1:99999"]

[[output]]
name = "siem"
to = "tpc://127.0.0.1:514"
"""


class CommandLine(Case):
    def test_version(self):
        status, out, _ = run_program("--version")
        self.assertEqual(status, 0)
        self.assertRegex(out.decode(), r"\d+\.\d+\.\d+")

    def test_help_names_the_commands(self):
        status, out, _ = run_program("--help")
        self.assertEqual(status, 0)
        for command in ("run", "convert", "check"):
            self.assertIn(command, out.decode())

    def test_usage_errors_exit_2(self):
        for arguments in (["--no-such-option"], ["no-such-command"], [], ["run", "--no-such-option"],
                          ["convert", "--header", "rfc9999", "x.pcap"]):
            with self.subTest(arguments):
                status, out, err = run_program(*arguments)
                self.assertEqual((status, out), (2, b""), err)
                self.assertTrue(err.strip(), "not a word said")


class Check(Case):
    def test_all_errors_with_their_places(self):
        path = self.folder / "broken.toml"
        path.write_text(BROKEN.format(mapping=MAPPING))
        for command in ("check", "run"):
            with self.subTest(command):
                status, _, err = run_program(command, "--config", path)
                self.assertEqual(status, 2, err)
                told = set(map(int, re.findall(r"broken\.toml:(\d+):\d+: ", err)))
                self.assertEqual(told, {2, 3, 7, 11}, err)
                self.assertRegex(err, r"broken\.toml:2:\d+: [^\n]*\bmapping\b", "the nearest known key")

    def test_syntax_error(self):
        path = self.folder / "broken.toml"
        path.write_text('mapping = "x"\n[[input\n')
        status, _, err = run_program("check", "--config", path)
        self.assertEqual(status, 2, err)
        self.assertRegex(err, r"broken\.toml:2:\d+: ")

    def test_missing_file(self):
        status, _, err = run_program("check", "--config", self.folder / "none.toml")
        self.assertEqual(status, 2, err)
        self.assertIn("none.toml", err)

    def test_good_configuration(self):
        path = self.folder / "good.toml"
        path.write_text(f'mapping = "{MAPPING}"\nstate_dir = "{self.folder}"\n[[input]]\ntype = "udp"\n'
                        'listen = ["127.0.0.1:2055"]\n[[output]]\nname = "terminal"\nto = "stdout:"\nheader = "none"\n')
        status, _, err = run_program("check", "--config", path)
        self.assertEqual(status, 0, err)


class Convert(Case):
    def record(self):
        """Records v9 and IPFIX exports to two ports in one capture; returns it, its Reading and the first port."""
        require("softflowd", "tcpdump", "lognormalizer")
        port = free_port(socket.SOCK_DGRAM)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unread:  # so that no ICMP error meets the exporter
            unread.bind(("127.0.0.1", port))
            traffic, path = make_traffic(self, 20)
            wire = WireCapture(self, port)
            export(self, path, 9, port)
            export(self, path, 10, port)
            reading = wire.read()
            wire.stop()
        check_against_traffic(self, reading.flows, traffic)
        return wire.path, reading, port

    def test_one_line_for_each_record(self):
        capture, reading, port = self.record()
        status, out, err = run_program("convert", "--port", port, capture)
        self.assertEqual(status, 0, err)
        lines = split_lines(self, out)
        self.assertEqual(len(lines), reading.records)
        cef.assert_same_flows(self, cef.parse(self, lines), reading.flows)
        counts = parse_counts(err)
        self.assertEqual([counts.get(name) for name in ("datagrams", "records", "lines")],
                         [reading.datagrams, reading.records, reading.records], err)

        self.assertEqual(run_program("convert", "--port", port, capture)[1], out, "the second run gives other bytes")
        target = self.folder / "lines.cef"
        status, nothing, err = run_program("convert", "--port", port, "--output", target, "--mapping", MAPPING, capture)
        self.assertEqual((status, nothing, target.read_bytes()), (0, b"", out), err)
        self.assertEqual(run_program("convert", capture)[1], out, "the markers of the test are no exports")
        self.assertEqual(run_program("convert", "--port", "9", capture)[1], b"")

    def test_settings_of_an_input(self):
        """SS-06: files take the settings that inputs off the network take."""
        sample = SOURCE_DIR / "tests/data/softflowd_v9.pcap"
        config = self.folder / "flowcef.toml"
        config.write_text(
            f'mapping = "{MAPPING}"\nstate_dir = "{self.folder}"\nevents = {{ enabled = false }}\n'
            '[[input]]\ntype = "udp"\nname = "plain"\nlisten = ["127.0.0.1:2055"]\n'
            '[[input]]\ntype = "udp"\nname = "raw"\nlisten = ["127.0.0.1:2056"]\nrecords = "raw"\n'
            'options_records = false\n[[output]]\nname = "none"\nto = "stdout:"\n')
        _, plain, _ = run_program("convert", sample)
        self.assertEqual(run_program("convert", "--config", config, sample)[1], plain, "the first input's settings")
        status, raw, err = run_program("convert", "--config", config, "--input", "raw", sample)
        self.assertEqual(status, 0, err)
        lines = split_lines(self, raw)
        self.assertEqual(len(lines), len(split_lines(self, plain)) - 1, "without the options record")
        self.assertTrue(all(b" FlowcefBridgeRawOctetDeltaCount=" in line and b" in=" not in line for line in lines))
        status, _, err = run_program("convert", "--config", config, "--input", "other", sample)
        self.assertEqual((status, "other" in err), (2, True), err)

    def test_header(self):
        capture, reading, _ = self.record()
        status, out, err = run_program("convert", "--header", "rfc5424", capture)
        self.assertEqual(status, 0, err)
        bare = split_lines(self, run_program("convert", capture)[1])
        self.assertEqual([cef.strip_header(self, line) for line in split_lines(self, out)], bare)
        self.assertEqual(len(bare), reading.records)

    def test_gigamon_header(self):
        """GG-12, GG-14: no priority, a long date, and the host that the configuration has for the exporter."""
        sample = SOURCE_DIR / "tests/data/softflowd_v9.pcap"
        config = self.folder / "flowcef.toml"
        config.write_text(
            f'mapping = "{MAPPING}"\nstate_dir = "{self.folder}"\nevents = {{ enabled = false }}\n'
            '[[input]]\ntype = "udp"\nlisten = ["127.0.0.1:2055"]\n'
            '[[exporter]]\nmatch = "127.0.0.0/8"\nhost = "9/3/e1"\n'
            '[[output]]\nname = "none"\nto = "stdout:"\n')
        status, out, err = run_program("convert", "--config", config, "--header", "gigamon", sample)
        self.assertEqual(status, 0, err)
        lines = split_lines(self, out)
        header = re.compile(rb"[A-Z][a-z]{2} [A-Z][a-z]{2} [1-9]\d? \d\d:\d\d:\d\d \d{4} 9/3/e1 (?=CEF:0\|)")
        self.assertEqual([header.sub(b"", line) for line in lines], split_lines(self, run_program("convert", sample)[1]))
        self.assertTrue(all(header.match(line) for line in lines))

    def test_missing_file_exits_1(self):
        status, out, err = run_program("convert", self.folder / "none.pcap")
        self.assertEqual((status, out), (1, b""), err)
        self.assertIn("none.pcap", err)


class Run(Case):
    def stop_by(self, how):
        require("softflowd", "tcpdump")
        bridge = Bridge(self)
        _, traffic = make_traffic(self, 10)
        wire = WireCapture(self, bridge.port)
        export(self, traffic, 9, bridge.port)
        sent = wire.read()
        self.wait_until(lambda: len(bridge.copy()) > 0, "lines are written")  # the rest is for the ordered stop
        counts = bridge.stop(how)
        self.assertEqual(len(bridge.copy()), sent.records, "records taken, but not written at the end")
        self.assertEqual([counts.get(name) for name in ("datagrams", "records", "lines")],
                         [sent.datagrams, sent.records, sent.records], bridge.log())

    def test_sigterm_stops_in_order(self):
        self.stop_by(signal.SIGTERM)

    def test_sigint_stops_in_order(self):
        self.stop_by(signal.SIGINT)

    def test_says_where_it_listens(self):
        bridge = Bridge(self)
        self.wait_until(lambda: f"listening on 127.0.0.1:{bridge.port}" in bridge.log()
                   and f"listening on [::1]:{bridge.port}" in bridge.log(), "the log names both addresses")
        bridge.stop()

    def test_taken_port_exits_1(self):
        port = free_port(socket.SOCK_DGRAM)
        path = self.folder / "taken.toml"
        path.write_text(f'mapping = "{MAPPING}"\nstate_dir = "{self.folder}"\n[[input]]\ntype = "udp"\n'
                        f'listen = ["127.0.0.1:{port}"]\n[[output]]\nname = "copy"\nto = "file:{self.folder}/copy"\n'
                        'header = "none"\n')
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
            holder.bind(("127.0.0.1", port))
            status, _, err = run_program("run", "--config", path)
        self.assertEqual(status, 1, err)
        self.assertIn(f"127.0.0.1:{port}", err)


if __name__ == "__main__":
    main()
