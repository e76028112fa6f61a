#!/usr/bin/env python3
"""GG-15, GG-20, GG-24, GG-25, GG-27: CEF that every reader takes, whatever the records hold.

One set of records (support/torture.py) through `flowcef convert`, read back by readers that know nothing of each other
and compared with the source values; and written a second time by another writer.
"""
import collections
import json
import re
import socket
import struct
import subprocess

from support import cef, torture
from support.bridge import BINARY, run_program, split_lines
from support.harness import Case, main, require
from support.receivers import Normalizer, SyslogNg

CEF_DUMP = BINARY.parent / "cef_dump"
HEAD = rb"(?:(?:[^|\\]|\\.)*\|){7}"

# What syslog-ng writes otherwise: what in its text becomes what in ours, and why that is right. Applied in this order
# to the text of a value they leave no difference; one that takes none away has to go.
Explained = collections.namedtuple("Explained", "theirs ours reason")
SYSLOG_NG = [
    Explained(rb"\\u00[01][0-9a-f]|\\x00", b" ", "no escape of the standard: readers refuse the line or keep it"),
    Explained(rb"\x7f", b" ", "a control character"),
    Explained(rb"\\x[0-9a-f]{2}", "\ufffd".encode(), "no escape of the standard either; a line has to be UTF-8"),
    Explained(rb"(?<=^msg=) +| +$", b"", "blanks at the ends do not survive the standard's rules"),
    Explained(rb"^msg=$", b"", "readers take an empty value of a typed key for an error"),
]


def same(wanted, told):
    """Real numbers are compared as numbers, all else as text."""
    if not isinstance(wanted, torture.Real):
        return wanted == told
    return struct.pack(wanted.form, float(told)) == struct.pack(wanted.form, wanted.number)


class Torture(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "elements").mkdir()
        (self.folder / "elements" / "acme.tsv").write_text(torture.ELEMENTS)
        self.records = torture.make(self.folder / "torture.pcap")
        self.convert(torture.MAPPING)

    def convert(self, mapping):
        path = self.folder / "torture.toml"
        path.write_text(mapping)
        status, self.out, err = run_program("convert", "--mapping", path, self.folder / "torture.pcap")
        self.assertEqual(status, 0, err)
        self.lines = split_lines(self, self.out)
        self.assertEqual(len(self.lines), len(self.records), err)

    def compare(self, headers, told):
        """Input: of each line the header's six fields and the keys and values that a reader found, in order."""
        for header in headers:
            self.assertEqual(list(header), list(torture.HEADER.values()))
        self.assertEqual(len(told), len(self.records))
        for record, keys, line in zip(self.records, told, self.lines):
            self.assertEqual(keys.keys(), record.keys.keys(), line[:2000])
            for key, wanted in record.keys.items():
                self.assertTrue(same(wanted, keys[key]), f"{key}: {keys[key]!r}, sent as {record.source!r}"[:2000])

    def read_strictly(self, version):
        """Compares what the strict reader finds; returns it."""
        done = subprocess.run([CEF_DUMP], input=self.out, capture_output=True, timeout=15, check=True)
        read = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(line, bytes(made[:500])) for line, made in zip(read, self.lines) if "error" in line][:5], [])
        self.assertEqual({line["header"][0] for line in read}, {version})
        self.compare([line["header"][1:] for line in read], [line["keys"] for line in read])
        return read

    def test_strict_reader(self):
        """GG-29: the order of keys is the same on each line too."""
        order = ["msg", "externalId", "cs1Label", "cs1"]
        for line in self.read_strictly("0"):
            keys = [key for key in line["keys"] if key in order]
            self.assertEqual(keys, sorted(keys, key=order.index))

    def test_strict_reader_of_version_1(self):
        """The same set, but that byte counts have 64 bits and src and dst hold either family."""
        self.convert(torture.MAPPING_1)
        self.records = [record._replace(keys=torture.keys_of_version_1(record)) for record in self.records]
        self.read_strictly("1")

    def test_no_line_break_gets_into_the_header(self):
        for key in ("vendor", "product", "device_version", "signature", "name"):
            mapping = self.folder / "broken.toml"
            mapping.write_text(re.sub(rf"(?m)^{key} = .*", rf'{key} = "a\\nb"', torture.MAPPING))
            status, out, err = run_program("convert", "--mapping", mapping, self.folder / "torture.pcap")
            self.assertEqual((status, out), (2, b""), err)
            self.assertRegex(err, rf"broken\.toml:\d+:\d+: [a-z\[\]0-9.]*{key}: ")

    def compare_with_lognorm(self, messages):
        names = ("DeviceVendor", "DeviceProduct", "DeviceVersion", "SignatureID", "Name", "Severity")
        headers = [[message[name] for name in names] for message in messages]
        self.compare(headers, [message["Extensions"] for message in messages])

    def test_liblognorm(self):
        require("lognormalizer")
        self.compare_with_lognorm(cef.parse(self, self.lines))

    def test_mmnormalize(self):
        """Over TCP, as rsyslog takes it off the network."""
        require("rsyslogd")
        receiver = Normalizer(self, "tcp")
        send(receiver, [b"<134>1 - - CEF - - - " + copy for copy in cef.copies_for_liblognorm(self, self.lines)])
        receiver.wait_for_lines(len(self.lines))
        receiver.stop()
        self.compare_with_lognorm([json.loads(line)["f"] for line in receiver.raw()])

    def test_syslog_ng_writes_the_same(self):
        """Another writer makes an extension of each source value: the same bytes, but for what is explained."""
        require("syslog-ng")
        rows = [(record.source, line) for record, line in zip(self.records, self.lines)
                if torture.PREFIX + "IpHeaderPacketSection" in record.keys and len(record.source) < 1023]
        receiver = Writer(self, "tcp")
        send(receiver, [source + b"." for source, _ in rows])  # as syslog-ng takes line breaks off the end of a frame
        receiver.wait_for_lines(len(rows))
        receiver.stop()
        unused = set(SYSLOG_NG)
        for (source, line), theirs in zip(rows, receiver.raw(), strict=True):
            ours = re.match(HEAD + rb"(?:(msg=.*?) )?externalId=", line, re.DOTALL)[1] or b""
            text = theirs
            for row in SYSLOG_NG:
                before = text
                text = re.sub(rb"\\\\|" + row.theirs, lambda m: m[0] if m[0] == b"\\\\" else row.ours, before)
                if text != before:
                    unused.discard(row)
            self.assertEqual(text, ours, f"{source!r}, which syslog-ng writes as {theirs!r}")
        self.assertEqual(unused, set(), "explained, but there is no such difference")


def send(receiver, messages):
    """Each as a frame of its own, with octet counts."""
    with socket.create_connection(("127.0.0.1", receiver.port)) as connection:
        connection.sendall(b"".join(b"%d %s" % (len(message), message) for message in messages))


class Writer(SyslogNg):
    """Writes each frame, of whatever bytes, as the value of one key."""

    def config(self):
        return (
            "@version: 3.38\n"
            "options { stats-freq(0); use-dns(no); log-msg-size(262144); flush-lines(1); };\n"
            f"source s {{ syslog(ip(127.0.0.1) port({self.port}) transport({self.transport}) flags(no-parse)); }};\n"
            'rewrite r { set("$(substr $MESSAGE 0 -1)" value(".cef.msg")); };\n'
            f'destination raw {{ file("{self.raw_path}" template("$(format-cef-extension --subkeys .cef.)\\n")); }};\n'
            "log { source(s); rewrite(r); destination(raw); };\n")


if __name__ == "__main__":
    main()
