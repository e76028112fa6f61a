#!/usr/bin/env python3
"""PX-15: the configuration changes while exports come in: no record is lost or doubled, no line is of two mappings."""
import collections
import hashlib
import itertools
import os
import re
import signal
import socket
import threading
import time

from support.bridge import BINARY, MAPPING, parse_counts, run_program, split_lines
from support.harness import Case, main, require
from support.ipfix import PER_MESSAGE, Exporter
from support.process import Process, free_port, tcp_listens, udp_sockets
from support.receivers import Rsyslog

RELOADS = int(os.environ.get("FLOWCEF_RELOADS", "200"))

MAPPING_TEXT = """\
[cef]
version = 0
vendor = "V"
product = "P"
device_version = "{name}"
prefix = "X"
[[event]]
signature = "{name}"
name = "Flow of {name}"
severity = 3
[keys]
deviceFacility = {{ value = "{name}" }}
{keys}
externalId = "flowId"
deviceProcessName = {{ value = "{name}" }}
"""


def number_of(line):
    return int(re.search(rb" externalId=(\d+)", line)[1])


class Reload(Case):
    def setUp(self):
        super().setUp()
        self.config_path = self.folder / "flowcef.toml"
        self.mappings = {}
        for name, keys in (("A", 'src = "sourceIPv4Address"\ndst = "destinationIPv4Address"'),
                           ("B", 'proto = { from = "protocolIdentifier", table = "protocol" }\n'
                                 'in = "octetDeltaCount"\nsrc = "sourceIPv4Address"')):
            self.mappings[name] = self.folder / f"{name}.toml"
            self.mappings[name].write_text(MAPPING_TEXT.format(name=name, keys=keys))

    def write(self, inputs, outputs, mapping="A", settings="", exporters=""):
        """Replaces the configuration as an editor does: the bridge never sees half of it."""
        text = (f'mapping = "{self.mappings.get(mapping, mapping)}"\nstate_dir = "{self.folder / "state"}"\n'
                f'events = {{ enabled = false }}\nworkers = 2\n'
                f'{settings}\n{inputs}\n{outputs}\n{exporters}\n')
        beside = self.folder / "flowcef.new"
        beside.write_text(text)
        beside.rename(self.config_path)

    def start(self, listens):
        bridge = Process(self, "flowcef", [BINARY, "run", "--config", self.config_path])
        self.wait_until(listens, "flowcef listens")
        self.wait_until(lambda: "started version=" in bridge.stderr(), "flowcef has started")
        return bridge

    def reload(self, status=0):
        done = run_program("reload", "--config", self.config_path)
        self.assertEqual(done[0], status, done[2])
        return done[1].decode() + done[2]

    def stop(self, bridge):
        self.assertEqual(bridge.stop(), 0, "exit status; it said:\n" + bridge.stderr()[-2000:])
        self.assertNotIn("do not balance", bridge.stderr())
        return parse_counts(bridge.stderr())

    def lines(self, path):
        return split_lines(self, path.read_bytes())

    def check_whole(self, lines):
        """Each line is wholly of one mapping: its header, its first key, its last one, and the keys between."""
        by_mapping = collections.Counter()
        for line in lines:
            match = re.search(rb"CEF:0\|V\|P\|(\w)\|(\w)\|Flow of (\w)\|3\|deviceFacility=(\w) (.*) deviceProcessName=(\w)",
                              line)
            self.assertIsNotNone(match, line)
            names = {match[i] for i in (1, 2, 3, 4, 6)}
            self.assertEqual(len(names), 1, line)
            name = names.pop()
            self.assertEqual(b" dst=" in line, name == b"A", line)
            self.assertEqual(b"in=1500" in line, name == b"B", line)
            by_mapping[name.decode()] += 1
        return by_mapping

    @staticmethod
    def udp(*ports, name="udp", more=""):
        listen = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
        return f'[[input]]\nname = "{name}"\ntype = "udp"\nlisten = [{listen}]\n{more}\n'

    @staticmethod
    def tcp(port, more=""):
        return f'[[input]]\nname = "tcp"\ntype = "tcp"\nlisten = ["127.0.0.1:{port}"]\n{more}\n'

    @staticmethod
    def file(path, name="copy", more=""):
        return f'[[output]]\nname = "{name}"\nto = "file:{path}"\n{more}\n'

    def test_many_reloads_under_load(self):
        """Mapping to and fro, an output added and removed, another one changed, while IPFIX comes over TCP and UDP."""
        require(*Rsyslog.needs)
        receiver = Rsyslog(self, "tcp")
        tcp_port, udp_port = free_port(), free_port(socket.SOCK_DGRAM)
        copy, extra = self.folder / "copy.cef", self.folder / "extra.cef"

        def write(i):
            siem = (f'[[output]]\nname = "siem"\nto = "{receiver.url()}"\nrequired = true\n'
                    f'queue = "{256 + i // 3 % 2}MiB"\n')
            outputs = siem + self.file(copy, more="required = true")
            if i % 3 == 1:
                outputs += self.file(extra, "extra", "required = true")
            self.write(self.tcp(tcp_port, f"max_sessions = {10 + i % 5}") + self.udp(udp_port), outputs, "AB"[i % 2])

        write(0)
        bridge = self.start(lambda: tcp_listens(tcp_port) and udp_port in udp_sockets())
        exporters = [Exporter(self, tcp_port), Exporter(self, udp_port, socket.SOCK_DGRAM, domain=2)]
        finished = threading.Event()

        def export():
            while not finished.is_set():
                exporters[0].send(10)
                exporters[1].send(1)
                time.sleep(0.001)

        thread = threading.Thread(target=export)
        thread.start()
        try:
            for i in range(1, RELOADS + 1):
                write(i)
                if i % 10 == 0:
                    bridge.child.send_signal(signal.SIGHUP)
                    self.wait_until(lambda: bridge.stderr().count(": reloaded ") >= i, f"reload {i}")
                else:
                    self.assertIn(f"mapping={self.mappings['AB'[i % 2]]}", self.reload())
        finally:
            finished.set()
            thread.join()
        for exporter in exporters:
            exporter.close()
        expected = sorted(itertools.chain(*(exporter.numbers() for exporter in exporters)))
        self.wait_until(lambda: receiver.count() >= len(expected), lambda: f"{len(expected)} lines: {receiver.count()}",
                        deadline=60)
        counts = self.stop(bridge)
        receiver.stop()

        for lines in (self.lines(copy), receiver.raw()):
            self.assertEqual(sorted(map(number_of, lines)), expected, "records sent, lines")
            by_mapping = self.check_whole(lines)
            self.assertGreater(min(by_mapping["A"], by_mapping["B"]), len(expected) // 10, by_mapping)
        extra_lines = self.lines(extra)
        self.check_whole(extra_lines)
        numbers = list(map(number_of, extra_lines))
        self.assertGreater(len(numbers), 0)
        self.assertEqual(len(set(numbers)), len(numbers), "doubled lines of the output that came and went")
        self.assertEqual(bridge.stderr().count(": reloaded "), RELOADS)
        self.assertEqual((counts["records"], counts["sessions"], counts.get("refused.template_missing", 0)),
                         (len(expected), 1, 0))
        self.assertEqual(counts["output.siem.delivered"], len(expected))
        self.assertEqual(counts["output.extra.delivered"], len(extra_lines))
        self.assertEqual(counts.get("sequence.lost", 0), 0)

    def test_a_file_with_errors_changes_nothing(self):
        port, copy = free_port(socket.SOCK_DGRAM), self.folder / "copy.cef"
        self.write(self.udp(port), self.file(copy))
        bridge = self.start(lambda: port in udp_sockets())
        exporter = Exporter(self, port, socket.SOCK_DGRAM)
        exporter.send()
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        broken = [
            (2, "flowcef.toml", lambda: self.write(self.udp(port, more="listten = 1"), self.file(copy))),
            (2, "B.toml:13", lambda: (self.mappings["B"].write_text(
                MAPPING_TEXT.format(name="B", keys='srcc = { from = "sourceIPv4Addres" }')),
                self.write(self.udp(port), self.file(copy), "B"))),
            (2, "no/such/folder", lambda: self.write(self.udp(port), self.file(self.folder / "no/such/folder/x"))),
            (2, "in use", lambda: self.write(self.udp(port) + self.tcp(taken.getsockname()[1]), self.file(copy))),
        ]
        for i, (status, place, write) in enumerate(broken):
            with self.subTest(place):
                write()
                said = self.reload(status)
                self.assertIn(place, said)
                self.assertIn("the bridge goes on as it was", said)
                bridge.child.send_signal(signal.SIGHUP)
                self.wait_until(lambda: bridge.stderr().count("reload failed") > i, "the log says so")
                exporter.send()
        self.write(self.udp(port), self.file(copy))
        self.reload()
        exporter.send()
        self.wait_until(lambda: copy.read_bytes().count(b"\n") == exporter.sent, "all lines")
        self.stop(bridge)
        self.assertEqual(self.check_whole(self.lines(copy)), {"A": exporter.sent})

    def test_inputs_come_change_and_go(self):
        """Templates and sequence numbers stay, also over a new name; an address that goes is read to its end."""
        ports = [free_port(socket.SOCK_DGRAM) for _ in range(3)]
        copy = self.folder / "copy.cef"
        self.write(self.udp(ports[0]), self.file(copy))
        bridge = self.start(lambda: ports[0] in udp_sockets())
        first = Exporter(self, ports[0], socket.SOCK_DGRAM, domain=1)
        first.send(5)
        self.write(self.udp(ports[0], ports[1], name="renamed", more='max_templates = 100\nreceive_buffer = "1MiB"')
                   + self.udp(ports[2], name="another"), self.file(copy))
        self.reload()
        others = [Exporter(self, port, socket.SOCK_DGRAM, domain=2 + i) for i, port in enumerate(ports[1:])]
        for exporter in (first, *others):
            exporter.send(5)
        self.write(self.udp(ports[0], name="renamed", more='require = ["applicationName"]'), self.file(copy))
        self.reload()
        self.assertTrue(ports[0] in udp_sockets() and ports[1] not in udp_sockets() and ports[2] not in udp_sockets())
        complete = sorted(itertools.chain(*(exporter.numbers() for exporter in (first, *others))))
        self.wait_until(lambda: copy.read_bytes().count(b"\n") == len(complete), "all lines so far")
        first.send(3)
        self.write(self.udp(ports[0], name="renamed"), self.file(copy))
        self.reload()
        counts = self.stop(bridge)
        self.assertEqual(sorted(map(number_of, self.lines(copy))), complete)
        self.assertEqual(counts["records.incomplete"], 3 * PER_MESSAGE)
        self.assertEqual(counts["records"], len(complete) + 3 * PER_MESSAGE)
        self.assertEqual(counts.get("refused", 0) + counts.get("sequence.lost", 0), 0)

    def test_a_queue_goes_to_the_new_address(self):
        """What waited for a receiver that is down is delivered to the one that takes its place."""
        require(*Rsyslog.needs)
        port = free_port(socket.SOCK_DGRAM)
        down = free_port()
        self.write(self.udp(port), f'[[output]]\nname = "siem"\nto = "tcp://127.0.0.1:{down}"\n')
        bridge = self.start(lambda: port in udp_sockets())
        exporter = Exporter(self, port, socket.SOCK_DGRAM)
        exporter.send(50)
        receiver = Rsyslog(self, "tcp")
        self.write(self.udp(port), f'[[output]]\nname = "siem"\nto = "{receiver.url()}"\n', "B")
        self.reload()
        exporter.send(50)
        receiver.wait_for_lines(exporter.sent)
        counts = self.stop(bridge)
        receiver.stop()
        lines = receiver.raw()
        self.assertEqual(list(map(number_of, lines)), exporter.numbers(), "all lines, in their order")
        self.assertEqual(set(self.check_whole(lines)), {"A", "B"})
        self.assertEqual(counts["output.siem.delivered"], exporter.sent)

    def test_a_rotated_file_is_opened_anew(self):
        port, copy = free_port(socket.SOCK_DGRAM), self.folder / "copy.cef"
        self.write(self.udp(port), self.file(copy))
        bridge = self.start(lambda: port in udp_sockets())
        exporter = Exporter(self, port, socket.SOCK_DGRAM)
        exporter.send(5)
        self.wait_until(lambda: copy.exists() and copy.read_bytes().count(b"\n") == exporter.sent, "the first lines")
        before = exporter.sent
        copy.rename(self.folder / "copy.cef.1")
        bridge.child.send_signal(signal.SIGHUP)
        self.wait_until(lambda: "reloaded config=" in bridge.stderr(), "the reload is done")
        exporter.send(5)
        self.stop(bridge)
        self.assertEqual(list(map(number_of, self.lines(self.folder / "copy.cef.1"))), exporter.numbers()[:before])
        self.assertEqual(list(map(number_of, self.lines(copy))), exporter.numbers()[before:])

    def test_a_removed_output_sends_what_it_has(self):
        require(*Rsyslog.needs)
        port, copy = free_port(socket.SOCK_DGRAM), self.folder / "copy.cef"
        receiver = Rsyslog(self, "tcp")
        siem = f'[[output]]\nname = "siem"\nto = "{receiver.url()}"\n'
        self.write(self.udp(port), siem + self.file(copy))
        bridge = self.start(lambda: port in udp_sockets())
        exporter = Exporter(self, port, socket.SOCK_DGRAM)
        exporter.send(200)
        self.wait_until(lambda: copy.exists() and copy.read_bytes().count(b"\n") == exporter.sent, "all lines")
        self.write(self.udp(port), self.file(copy))
        self.assertIn("removed=1", self.reload())
        before = exporter.sent
        exporter.send(5)
        counts = self.stop(bridge)
        receiver.stop()
        self.assertEqual(list(map(number_of, receiver.raw())), exporter.numbers()[:before])
        self.assertEqual((counts["output.siem.delivered"], counts["output.copy.delivered"]), (before, exporter.sent))

    def test_a_removed_output_stays_in_the_books(self):
        """What it still has to send is not gone from them meanwhile, nor what it had to drop in the end."""
        port, copy, down = free_port(socket.SOCK_DGRAM), self.folder / "copy.cef", free_port()
        siem = f'[[output]]\nname = "siem"\nto = "tcp://127.0.0.1:{down}"\n'
        self.write(self.udp(port), siem + self.file(copy), settings='stop_deadline = "3s"')
        bridge = self.start(lambda: port in udp_sockets())
        exporter = Exporter(self, port, socket.SOCK_DGRAM)
        exporter.send(20)
        self.wait_until(lambda: copy.exists() and copy.read_bytes().count(b"\n") == exporter.sent, "all lines")
        self.write(self.udp(port), self.file(copy), settings='stop_deadline = "3s"')
        self.assertIn("removed=1", self.reload())

        def books():
            status, text, err = run_program("status", "--books", "--config", self.config_path)
            self.assertEqual(status, 0, err)
            return parse_counts(text.decode())

        self.assertEqual(books()["output.siem.queued"], exporter.sent)
        self.wait_until(lambda: books()["output.siem.dropped"] == exporter.sent, "the lines are dropped")
        self.assertEqual(books()["output.siem.queued"], 0)
        self.stop(bridge)

    def test_the_hash_tells_which_mapping_it_is(self):
        """In the log at the start and at each reload, and in the device version if the mapping wants it there."""
        port, copy = free_port(socket.SOCK_DGRAM), self.folder / "copy.cef"
        site = self.folder / "site.toml"
        site.write_text('extends = "A"\n[cef]\ndevice_version = "{version}-{hash}"\n')
        self.write(self.udp(port), self.file(copy), site)
        bridge = self.start(lambda: port in udp_sockets())

        def expected():
            return hashlib.sha256(self.mappings["A"].read_bytes() + site.read_bytes()).hexdigest()[:12]

        first = expected()
        self.assertIn(f"mapping={site} hash={first}", bridge.stderr())
        exporter = Exporter(self, port, socket.SOCK_DGRAM)
        exporter.send()
        self.wait_until(lambda: copy.exists() and copy.read_bytes().count(b"\n") == exporter.sent, "the first lines")
        site.write_text(site.read_text() + "# a comment is a change too\n")
        self.assertIn(f"hash={expected()}", self.reload())
        exporter.send()
        self.stop(bridge)
        versions = [line.split(b"|")[3].decode() for line in self.lines(copy)]
        self.assertEqual([version.split("-")[1] for version in versions],
                         [first] * PER_MESSAGE + [expected()] * PER_MESSAGE)
        self.assertNotEqual(first, expected())

    def test_nobody_answers(self):
        self.write(self.udp(free_port(socket.SOCK_DGRAM)), self.file(self.folder / "copy.cef"))
        self.assertIn("no running bridge answers", self.reload(1))

    def test_what_needs_a_restart_is_named(self):
        port, copy = free_port(socket.SOCK_DGRAM), self.folder / "copy.cef"
        self.write(self.udp(port), self.file(copy))
        bridge = self.start(lambda: port in udp_sockets())
        text = self.config_path.read_text().replace("workers = 2", "workers = 3")
        self.config_path.write_text(text)
        self.assertIn("change with a restart only: workers", self.reload())
        self.stop(bridge)


if __name__ == "__main__":
    main()
