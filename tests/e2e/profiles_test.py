#!/usr/bin/env python3
"""PX-13, GG-02, GG-03, GG-32: each profile's line, as rsyslog, syslog-ng and SC4S understand it."""
import datetime
import os
import re
import socket

from support import certificates
from support.collectors import Input, RsyslogCollector, Sc4s, SyslogNgCollector
from support.harness import main, require
from support.profiles import (EXPORT_TIME, HOSTS, NAMED, OCTETS, PROFILES, WITHOUT_IPV6, ZONE, ProfileCase, export,
                              exporter_of, free_port_for, key, output)

AHEAD = datetime.timedelta(hours=5, minutes=30)  # of the bridge's clock on the wall, to UTC
RFC5424 = ("splunk", "sc4s", "qradar", "elastic")
RFC3164 = ("arcsight", "sentinel")
WIDE = ("splunk", "sc4s", "elastic", "sentinel")  # `in` above 2147483647
BRIDGE = socket.gethostname()
HOSTS_OF_BRIDGE = {sender: BRIDGE if host == sender else host for sender, host in HOSTS.items()}
GIGAMON = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d{1,2} \d\d:\d\d:\d\d \d{4} [!-~]+ CEF:0\|")
# README.md of the mappings: `severity = "event"`, by the event's severity.
SEVERITIES = ["info"] * 4 + ["notice"] * 2 + ["warning"] + ["err"] * 2 + ["crit"] * 2


def event_id(row):
    return key(row.raw, "externalId")


class Profiles(ProfileCase):
    def check(self, rows, profile, hosts, tag="CEF", priority=("local0", "info"), prefix="", ahead=None):
        """GG-04: the receiver has each message of these hosts' whole, with host, time and priority as it should be.

        hosts: exporter's address to host in the header; ahead: how much the receiver takes the time for later.
        """
        messages = {name: message for name, message in self.messages(profile).items() if exporter_of(message) in hosts}
        self.assertEqual({event_id(row) for row in rows}, messages.keys())
        for row in rows:
            message = messages[event_id(row)]
            self.assertEqual(row.text, prefix + message)
            self.assertEqual((row.host, row.tag), (hosts[exporter_of(message)], tag), row.raw)
            severity = SEVERITIES[int(message.split("|")[6])] if priority[1] == "event" else priority[1]
            self.assertEqual((row.facility, row.severity), (priority[0], severity), row.raw)
            arrival = self.arrival(message)
            if profile in RFC3164:
                arrival = arrival.replace(microsecond=0)
            self.assertEqual(row.time, arrival + (ahead or datetime.timedelta()), row.raw)
            self.assertEqual(key(message, "in"), str(OCTETS) if profile in WIDE else None, message)
            self.assertEqual(key(message, "rt"), f"{EXPORT_TIME}000", message)

    def receive(self, make_collector, options_of, tag_of, check_gigamon, check_ipv6=None, check_forwarded=None):
        """Every profile over UDP and TCP, two over TLS, from three exporters, at the same time."""
        certs = certificates.make(self)
        inputs, outputs = [], []
        for profile in PROFILES:
            for transport in ("udp", "tcp", "tls") if profile in ("splunk", "qradar") else ("udp", "tcp"):
                port = free_port_for(transport)
                inputs.append(Input(f"{profile}_{transport}", transport, port, options_of(profile)))
                outputs.append(output(inputs[-1].name, f"{transport}://127.0.0.1:{port}",
                                      certs if transport == "tls" else None, profile=profile))
        receiver = make_collector(self, inputs, certs, ZONE)
        self.start(outputs, ("127.0.0.1", "[::1]"))
        lines = sum(export(sender, self.port) for sender in ("127.0.0.1", NAMED[0], "::1"))
        rows = self.stop(lines, receiver)
        # GG-02: all outputs have the same events under the same ids.
        events = {name: {event_id(row): (key(row.raw, "FlowcefBridgeFlowId"), key(row.raw, "src"))
                         for row in group} for name, group in rows.items()}
        for name in events:
            self.assertEqual(events[name], events["splunk_udp"], name)
        for name, group in rows.items():
            profile = name.split("_")[0]
            with self.subTest(name):
                hosts = dict(HOSTS if profile != "sentinel" else HOSTS_OF_BRIDGE)
                if profile == "gigamon":
                    check_gigamon(group)
                    continue
                if check_forwarded:
                    check_forwarded(group, profile)
                if profile == "arcsight" and check_ipv6:
                    check_ipv6([row for row in group if " ::1 CEF:" in row.raw])
                    group = [row for row in group if " ::1 CEF:" not in row.raw]
                    del hosts["::1"]
                self.check(group, profile, hosts, tag_of(profile))

    def test_each_profile_at_rsyslog(self):
        def check_gigamon(rows):
            """GG-32: no priority, so user.notice; the weekday is the host, the month the tag, now the time."""
            for row in rows:
                self.assertEqual((row.facility, row.severity), ("user", "notice"))
                self.assertRegex(f"{row.host} {row.text}", GIGAMON)
                self.assertEqual(row.tag, row.text[:3])

        def check_ipv6(rows):
            """No host, and the tag is not CEF: such an exporter has to have a name (`host`)."""
            self.assertEqual(len(rows), len(SEVERITIES))
            for row in rows:
                self.assertEqual((row.host, row.tag, row.text[:10]), ("127.0.0.1", ":", "::1 CEF:0|"))

        def check_forwarded(rows, profile):
            """Sentinel's agent knows CEF by `CEF:` in the tag's place; that is why its profile has RFC 3164."""
            for row in rows:
                if profile == "sentinel":
                    self.assertEqual(row.forwarded, row.raw.replace(" CEF:0|", " CEF: 0|", 1))
                elif profile in RFC5424:
                    self.assertIn(f" {row.host} CEF CEF:0|", row.forwarded)

        require("rsyslogd")
        self.receive(RsyslogCollector, lambda profile: "", lambda profile: "CEF:" if profile in RFC3164 else "CEF",
                     check_gigamon, check_ipv6, check_forwarded)

    def test_each_profile_at_syslog_ng(self):
        def check_gigamon(rows):
            """GG-32: no priority, so user.notice; the sender is the host, the weekday the program."""
            for row in rows:
                self.assertEqual((row.host, row.facility, row.severity), ("127.0.0.1", "user", "notice"))
                self.assertEqual(row.tag, row.raw[:3])
                self.assertRegex(row.text, GIGAMON)

        require("syslog-ng")
        self.receive(SyslogNgCollector, lambda profile: "syslog-protocol" if profile in RFC5424 else "",
                     lambda profile: "CEF", check_gigamon)

    def test_keys_beside_a_profile(self):
        """What stands beside a profile goes first; the receiver is in UTC, the bridge is not."""
        settings = {"event": ("splunk", {"severity": "event", "facility": "local4"}),
                    "event3164": ("arcsight", {"severity": "event", "facility": "kern", "header_time": "utc"}),
                    "number": ("qradar", {"severity": "err", "facility": 19}),
                    "bridge": ("elastic", {"host": "bridge"}),
                    "name": ("splunk", {"host": "collector-7"}),
                    "exporter": ("sentinel", {"host": "exporter", "header_time": "utc"}),
                    "tag": ("arcsight", {"tag": "flows", "header_time": "utc"}),
                    "local": ("arcsight", {}),
                    "counted": ("sc4s", {"framing": "octet-counting"})}
        require("rsyslogd")
        inputs = [Input(name, "tcp", free_port_for("tcp"), "") for name in settings]
        receiver = RsyslogCollector(self, inputs)
        self.start([output(name, f"tcp://127.0.0.1:{port}", profile=settings[name][0], **settings[name][1])
                    for name, _, port, _ in inputs])
        rows = self.stop(export("127.0.0.1", self.port) + export(NAMED[0], self.port), receiver)

        def check(name, host="127.0.0.1", **more):
            with self.subTest(name):
                self.check(rows[name], settings[name][0], {"127.0.0.1": host, NAMED[0]: NAMED[1]}, **more)
        check("event", priority=("local4", "event"))
        check("event3164", priority=("kern", "event"), tag="CEF:")
        check("number", priority=("local3", "err"))
        check("bridge", BRIDGE)
        check("name", "collector-7")
        check("exporter", tag="CEF:")
        check("tag", tag="flows:", prefix="flows: ")
        check("local", tag="CEF:", ahead=AHEAD)  # that is what header_time = "utc" is for
        check("counted")

    def test_routes_of_sc4s(self):
        """GG-03, GG-32: which lines Splunk Connect for Syslog takes for CEF, on each of its ports."""
        require("syslog-ng")
        if os.environ.get("FLOWCEF_E2E_NETWORK") != "own":
            self.skipTest("ports 601 and 5425 are free in a network of its own only")
        certs = certificates.make(self)
        inputs, outputs = [], []

        def add(name, transport, profile="sc4s", port=None, options="", **more):
            port = port or free_port_for(transport)
            inputs.append(Input(name, transport, port, options))
            outputs.append(output(name, f"{transport}://127.0.0.1:{port}", certs if transport == "tls" else None,
                                  profile=profile, **more))
        add("sc4s_udp", "udp")
        add("sc4s_tcp", "tcp")
        add("sc4s_tls", "tls")
        add("sc4s_601", "tcp", port=601, options="syslog")    # RFC 6587
        add("sc4s_5425", "tls", port=5425, options="syslog")  # RFC 5425
        add("version_1", "tcp", cef_version=1)
        add("version_1_tag", "tcp", "arcsight", tag="flows", cef_version=1)
        add("arcsight", "tcp", "arcsight")
        add("gigamon", "udp", "gigamon")
        add("gigamon_23", "udp", "gigamon", cef_version=23)
        receiver = Sc4s(self, inputs, certs)
        self.start(outputs, ("127.0.0.1", "[::1]"))
        rows = self.stop(sum(export(sender, self.port) for sender in HOSTS), receiver)
        for name in ("sc4s_udp", "sc4s_tcp", "sc4s_tls", "sc4s_601", "sc4s_5425"):
            with self.subTest(name):
                self.check(rows[name], "sc4s", HOSTS, tag="")
                self.check_routes(rows[name])
        # A host with colons is none for it where the header is of RFC 3164.
        self.check_routes(rows["arcsight"])
        v6 = [row for row in rows["arcsight"] if " ::1 CEF:" in row.raw]
        self.check([row for row in rows["arcsight"] if row not in v6], "arcsight", WITHOUT_IPV6)
        self.assertEqual({(row.host, row.text[:10]) for row in v6}, {("127.0.0.1", "::1 CEF:0|")})
        # APP-NAME makes it CEF, whatever the version; but what goes to Splunk begins with the program then.
        self.check_routes(rows["version_1"])
        self.assertEqual({row.text[:11] for row in rows["version_1"]}, {"CEF: CEF:1|"})
        self.assertEqual({row.route for row in rows["version_1_tag"]}, {"fallback"})
        # No syslog: the time is when it came there, the host a word of the date.
        self.check_routes(rows["gigamon"])
        self.assertEqual({row.host for row in rows["gigamon"]}, {row.raw[:3] for row in rows["gigamon"]})
        for row in rows["gigamon_23"]:
            self.assertEqual((row.route, row.host, row.text), ("fallback", "127.0.0.1", row.raw))

    def check_routes(self, rows):
        """The index is looked up by vendor, product and event class."""
        for row in rows:
            self.assertEqual(row.route, f"Flowcef_Bridge_s{int(key(row.raw, 'FlowcefBridgeFlowId')) - 1000}", row.raw)

    def test_longest_lines_of_profiles(self):
        """A line of exactly the longest size arrives whole; one that would be longer lacks a key and nothing else."""
        require("rsyslogd", "syslog-ng")
        longest = {"sentinel_udp": 8096, "sentinel_tcp": 8096, "sc4s_udp": 65507, "sc4s_tcp": 65536}
        inputs = {name: Input(name, name[-3:], free_port_for(name[-3:]), "syslog-protocol") for name in longest}
        receivers = (RsyslogCollector(self, [each for name, each in inputs.items() if "sentinel" in name]),
                     SyslogNgCollector(self, [each for name, each in inputs.items() if "sc4s" in name]))
        self.start([output(name, f"{each.transport}://127.0.0.1:{each.port}", profile=name[:-4])
                    for name, each in inputs.items()])
        lines = 0

        def send(text):
            nonlocal lines
            lines += export("127.0.0.1", self.port, [0], text)
            for receiver in receivers:
                receiver.wait_for_lines(lines * 2)
        send(b"x")
        shortest = {name: len(rows[0].raw.encode()) for receiver in receivers for name, rows in receiver.rows().items()}
        for name, size in longest.items():
            for more in range(-4, 3):  # ids get longer
                equals, letters = divmod(size - shortest[name] + more, 2)
                send(b"=" * equals + b"x" * (letters + 1))  # of `=` comes `\\=`
        rows = self.stop(lines, *receivers)
        whole = self.messages("elastic")  # has no limit
        for name, group in rows.items():
            with self.subTest(name):
                self.assertEqual(max(len(row.raw.encode()) for row in group), longest[name])
                for row in group:
                    message = whole[event_id(row)]
                    if len(row.raw.encode()) - len(row.text.encode()) + len(message) > longest[name]:
                        message = re.sub(r" FlowcefBridgeInterfaceDescription=\S*", "", message)
                        message += " FlowcefBridgeShedKeys=1"
                    self.assertEqual(row.text, message)


if __name__ == "__main__":
    main()
