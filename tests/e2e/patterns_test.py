#!/usr/bin/env python3
"""GG-01, GG-03: what comes over the network has the form that the makers of Splunk, QRadar and ArcSight document."""
import contextlib
import re
import socket

from support.bridge import MAPPING, run_program
from support.harness import DEADLINE_SECONDS, main
from support.profiles import NAMED, TEXT, WITHOUT_IPV6, ProfileCase, export, exporter_of, key, output

# Splunk, props.conf: LINE_BREAKER.
LINE_BREAKER = re.compile(rb"[\r\n]+")
# Bytes. Splunk: props.conf, TRUNCATE; a UDP input puts time and host in front. QRadar, ArcSight: see profiles.cpp.
LONGEST = {("splunk", "udp"): 9500, ("splunk", "tcp"): 10000, ("qradar", "udp"): 1024, ("qradar", "tcp"): 4096,
           ("arcsight", "udp"): 8192, ("arcsight", "tcp"): 8192}
# CEF Implementation Standard, "Header" and "Extension": bars and backslashes of the header are escaped, severity is 0
# to 10; keys are alphanumeric, in values = and \ are escaped and nothing else is.
_VALUE = r"(?:[^=\\\r\n]|\\[=\\nr])*"
_CEF = (r"(?:(?:[^|\\\r\n]|\\[|\\])+\|){5}(?:10|\d)\|"
        rf"[A-Za-z0-9]+={_VALUE}(?: [A-Za-z0-9]+={_VALUE})*")
# RFC 5424 section 6, with all that is optional there and fixed here.
_RFC5424 = (r"<(?:0|[1-9]\d?|1[0-8]\d|19[01])>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}(?:Z|[+-]\d\d:\d\d) "
            r"(?P<host>[!-~]{1,255}) CEF - - - ")
# RFC 3164 section 4.1: a blank before days below 10; no year.
_RFC3164 = (r"<(?:0|[1-9]\d?|1[0-8]\d|19[01])>"
            r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?: [1-9]|[12]\d|3[01]) "
            r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d (?P<host>[A-Za-z0-9.-]+) ")
PATTERNS = {
    # inputs.conf: the priority is taken off. props.conf: MAX_TIMESTAMP_LOOKAHEAD, 128, reaches the header's time.
    "splunk": re.compile(rf"{_RFC5424}(?P<message>CEF:\d+\|{_CEF})"),
    # IBM, Syslog log source parameters: the identifier is the host of a valid RFC 3164 or 5424 header. Universal CEF
    # DSM: CEF:0.
    "qradar": re.compile(rf"{_RFC5424}(?P<message>CEF:0\|{_CEF})"),
    # CEF Implementation Standard, "Prefix": `Jan 18 11:07:53 host CEF:Version|`; times are milliseconds since 1970.
    "arcsight": re.compile(rf"{_RFC3164}(?P<message>CEF:0\|(?=[^\n]* rt=\d{{13}} |[^\n]*\|rt=\d{{13}} ){_CEF})"),
}


class Wire:
    """A receiver that understands nothing: the bytes as they come."""

    def __init__(self, case, transport):
        self.transport, kind = transport, socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
        self._socket = socket.socket(socket.AF_INET, kind)
        case.addCleanup(self._socket.close)
        self._socket.bind(("127.0.0.1", 0))
        if transport == "tcp":
            self._socket.listen()
        self.port = self._socket.getsockname()[1]

    def read(self):
        """All that came; to be called when the bridge has ended. Returns datagrams, or one stream."""
        self._socket.settimeout(DEADLINE_SECONDS)
        pieces = []
        with self._socket if self.transport == "udp" else self._socket.accept()[0] as source:
            source.setblocking(self.transport == "tcp")  # its end has come or comes; that of datagrams never does
            with contextlib.suppress(BlockingIOError):
                while piece := source.recv(65536):
                    pieces.append(piece)
        return pieces if self.transport == "udp" else b"".join(pieces)


class Patterns(ProfileCase):
    def test_forms_of_splunk_qradar_arcsight(self):
        """GG-03, with lines that QRadar cuts over UDP if they keep all keys."""
        wires = {(profile, transport): Wire(self, transport)
                 for profile in ("splunk", "qradar", "arcsight") for transport in ("udp", "tcp")}
        self.start([output(f"{profile}-{transport}", f"{transport}://127.0.0.1:{wire.port}", profile=profile)
                    for (profile, transport), wire in wires.items()])
        self.stop(export("127.0.0.1", self.port) + export(NAMED[0], self.port, text=TEXT * 100))
        for (profile, transport), wire in wires.items():
            with self.subTest(f"{profile}, {transport}"):
                events, messages = wire.read(), self.messages(profile)
                if transport == "tcp":
                    events = LINE_BREAKER.split(events)
                    self.assertEqual(events.pop(), b"", "the last line has its end")
                self.assertEqual(len(events), len(messages))
                longest = max(map(len, events))
                self.assertLessEqual(longest, LONGEST[profile, transport])
                if (profile, transport) == ("qradar", "udp"):
                    self.assertGreater(max(map(len, messages.values())), longest, "no line had to lose a key")
                for event in events:
                    match = PATTERNS[profile].fullmatch(event.decode())
                    self.assertIsNotNone(match, event)
                    message = messages[key(match["message"], "externalId")]
                    self.assertEqual(match["host"], WITHOUT_IPV6[exporter_of(message)])
                    if transport == "tcp" or len(message) < 500:
                        self.assertEqual(match["message"], message)

    def test_one_format_for_a_destination(self):
        """GG-01: a receiver reads one format."""
        config = self.folder / "flowcef.toml"
        for second, status in (("tcp://127.0.0.1:5140", 2), ("tcp://127.0.0.1:5141", 0)):
            config.write_text(f'mapping = "{MAPPING}"\n[[input]]\ntype = "udp"\nlisten = ["127.0.0.1:2055"]\n'
                              + output("one", "tcp://127.0.0.1:5140", profile="splunk")
                              + output("two", second, profile="arcsight"))
            done, _, err = run_program("check", "--config", config)
            self.assertEqual(done, status, err)
            self.assertEqual("one" in err and "two" in err, status == 2, err)


if __name__ == "__main__":
    main()
