#!/usr/bin/env python3
"""BC-17 to BC-21, BC-23: flows get what log lines, other exports and files say of their addresses."""
import datetime
import socket
import time

from support import certificates
from support.harness import main, require
from support.joins import ELEMENTS, WEB, WEB_KEYS, Ipfix, JoinCase, log_input, number_of, udp_input
from support.packetshaper import PATTERN, PacketShaper, Request
from support.process import free_port
from support.receivers import Rsyslog

SOURCE, STRANGER = "10.1.2.3", "10.200.0.1"
REQUEST = Request(SOURCE, r"CORP\ann", "http://example.net/?q=a=b|c", "GET")
UNMATCHED = "no pattern takes this: a=b | \\"
ENTERPRISE = 32473  # for documentation (RFC 5612)


def joined(keys):
    return keys.get("suser"), keys.get("requestMethod"), keys.get("request")


def said(request):
    return request.user, request.method, request.url


NOTHING = (None,) * 3


class Lookup(JoinCase):
    def setUp(self):
        super().setUp()
        self.flow_port, self.log_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
        self.patterns = self.write("patterns.toml", PATTERN)

    def start_with_logs(self, wait="", window=""):
        self.configure(udp_input("flows", self.flow_port, wait), log_input("logs", self.log_port, self.patterns),
                       WEB + window, keys=WEB_KEYS)
        self.start(udp=(self.flow_port, self.log_port))
        self.exporter = Ipfix(self, self.flow_port)
        self.unit = PacketShaper(self, self.flow_port, log_port=self.log_port)

    def flow(self, src=SOURCE, **more):
        return self.event_of(lambda: self.exporter.send_flow(src, **more)).keys

    def log_request(self, request=REQUEST):
        updates = self.counts().get("lookup.web.updates", 0)
        self.unit.log(request.text())
        self.wait_for_count("lookup.web.updates", updates + 1)

    def test_log_lines_as_events(self):
        """BC-19, BC-23: the fields of a line, each with its name, are an event; lines that no pattern takes, as set."""
        all_port = free_port(socket.SOCK_DGRAM)
        self.configure(log_input("counting", self.log_port, self.patterns, ""),
                       log_input("sending", all_port, self.patterns, 'unmatched = "send"'), keys="""
            msg = { from = "syslogMessage", custom = false }
            dvchost = "syslogHostname"
            deviceProcessName = "syslogAppName"
            suser = "userName"
            request = "httpRequestTarget"
            requestMethod = "httpRequestMethod"
            """, events="""
            [[event]]
            when = { format = "syslog", logPattern = "url" }
            signature = "web-request"
            name = "Web request"
            severity = 3
            [[event]]
            when = { format = "syslog" }
            signature = "log"
            name = "Log line"
            severity = 1
            """)
        self.start(udp=(self.log_port, all_port))
        for port in (self.log_port, all_port):
            unit = PacketShaper(self, self.flow_port, log_port=port)
            event = self.event_of(lambda: unit.log(UNMATCHED, REQUEST.text()) if port == self.log_port
                                  else unit.log(REQUEST.text()))
            self.assertEqual((event.signature, event.name, event.severity), ("web-request", "Web request", "3"))
            self.assertEqual((*joined(event.keys), event.keys["src"]), (*said(REQUEST), SOURCE))
            self.assertEqual((event.keys["dvchost"], event.keys["deviceProcessName"], event.keys["dvc"]),
                             ("shaper-1", "PacketShaper", unit.address))
        event = self.event_of(lambda: unit.log(UNMATCHED))
        self.assertEqual((event.signature, event.keys["msg"], event.keys["dvchost"]), ("log", UNMATCHED, "shaper-1"))
        self.assertEqual(joined(event.keys), NOTHING)
        self.assert_counts(self.stop(), records=3, lines=3, refused=1, refused__unmatched_line=1)

    def test_log_lines_of_rsyslog(self):
        """By its omfwd over TCP and TLS, in both forms."""
        require(*Rsyslog.needs)
        certs = certificates.make(self)
        ports = {"tcp": free_port(), "tls": free_port()}
        tls = (f'[input.tls]\ncertificate = "{certs / "server.pem"}"\nkey = "{certs / "server.key"}"\n'
               f'client_ca = "{certs / "ca.pem"}"')
        self.configure(udp_input("flows", self.flow_port), WEB.replace('"logs"', '"logs-tcp", "logs-tls"'),
                       log_input("logs-tcp", ports["tcp"], self.patterns, transport="tcp"),
                       log_input("logs-tls", ports["tls"], self.patterns, f"send = false\n{tls}", transport="tls"))
        self.start(udp=(self.flow_port,), tcp=ports.values())
        forwarder, exporter = Forwarder(self, certs, ports), Ipfix(self, self.flow_port)
        requests = [REQUEST._replace(source=f"10.1.2.{n}", user=name) for n, name in enumerate(forwarder.NAMES)]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as logger:
            for request in requests:
                header = {"3164": "{0:%b %e %T} shaper-1 {1}[77]:", "5424": "1 {0:%FT%TZ} shaper-1 {1} 77 - -"}
                text = header[request.user[3:]].format(datetime.datetime.now(datetime.timezone.utc), request.user)
                logger.sendto(f"<134>{text} {request.text()}".encode(), ("127.0.0.1", forwarder.port))
        self.wait_for_count("lookup.web.updates", len(requests))
        for request in requests:
            event = self.event_of(lambda: exporter.send_flow(request.source))
            self.assertEqual(joined(event.keys), said(request))
        forwarder.stop()
        self.assert_counts(self.stop(), refused=0, lookup__web__hits=len(requests), lines=len(requests))

    def test_files(self):
        """A file of assets is read again when it has changed; one with mistakes changes nothing. A file of threats
        makes events of flows."""
        assets = ("sourceIPv4Address,asset,zone\n10.0.0.0/8,{name},lan\n"
                  '10.1.0.0/16,"servers, old",dmz\n10.1.2.3,{host},dmz\n')
        self.write("assets.csv", assets.format(name="inside", host="web-1"))
        self.write("threats.csv", "destinationIPv4Address,category\n203.0.113.0/24,botnet\n")
        self.configure(udp_input("flows", self.flow_port), """
            [[lookup]]
            name = "assets"
            file = "assets.csv"
            key = ["sourceIPv4Address"]
            check_every = "1s"
            [[lookup]]
            name = "threats"
            file = "threats.csv"
            key = ["destinationIPv4Address"]
            """, keys="""
            shost = "@assets(sourceIPv4Address).asset"
            dhost = "@assets(destinationIPv4Address).asset"
            cs1 = { from = "@assets(sourceIPv4Address).zone", label = "Zone" }
            cat = "@threats(destinationIPv4Address).category"
            """, events="""
            [[event]]
            when = { "@threats(destinationIPv4Address).category" = "botnet" }
            signature = "botnet"
            name = "Flow to a botnet"
            severity = 8
            [[event]]
            when = { found = "@threats(destinationIPv4Address)" }
            signature = "threat"
            name = "Flow to a threat"
            severity = 6
            """)
        self.start(udp=(self.flow_port,))
        self.exporter = Ipfix(self, self.flow_port)

        def names(src, dst):
            keys = self.flow(src, dst=dst)
            self.assertEqual("cs1" in keys, "shost" in keys)
            return keys.get("shost"), keys.get("dhost"), keys.get("cs1")

        def check(name, host):
            self.assertEqual(names(SOURCE, "198.51.100.1"), (host, None, "dmz"))
            self.assertEqual(names("10.1.2.4", SOURCE), ("servers, old", host, "dmz"))
            self.assertEqual(names("10.2.0.1", "192.0.2.1"), (name, None, "lan"))
            self.assertEqual(names("192.0.2.1", "10.255.0.1"), (None, name, None))

        check("inside", "web-1")
        event = self.event_of(lambda: self.exporter.send_flow(SOURCE, dst="203.0.113.9"))
        self.assertEqual((event.signature, event.severity, event.keys["cat"]), ("botnet", "8", "botnet"))
        began = time.monotonic()
        self.write("assets.csv", assets.format(name="within", host="web-2"))
        self.wait_until(lambda: names(SOURCE, "192.0.2.1")[0] == "web-2", "the changed file is read")
        self.assertLess(time.monotonic() - began, 5, "seconds")
        check("within", "web-2")
        self.write("assets.csv", assets.format(name="broken", host="web-3") + "10.1.2.999,x,y\n")
        self.wait_until(lambda: "assets.csv:5:" in self.log(), "the log has the mistake")
        check("within", "web-2")
        self.write("assets.csv", assets.format(name="mended", host="web-4"))
        self.wait_until(lambda: names(SOURCE, "192.0.2.1")[0] == "web-4", "the mended file is read")
        check("mended", "web-4")
        self.assertNotIn("reloaded", self.log())
        self.stop()

    def test_parsed_logs_over_ipfix(self):
        """BC-18, BC-22: what a gateway makes of log lines feeds a lookup for the flows of another exporter."""
        gateway_port = free_port(socket.SOCK_DGRAM)
        (self.folder / "elements").mkdir()
        self.write("elements/gateway.tsv", "# A gateway's own elements.\npen\tid\tname\ttype\tunits\n"
                   f"{ENTERPRISE}\t1\tgatewayUser\tstring\t\n{ENTERPRISE}\t2\tgatewayUrl\tstring\t\n")
        self.configure(udp_input("flows", self.flow_port), udp_input("gateway", gateway_port), """
            [[lookup]]
            name = "web"
            inputs = ["gateway"]
            key = ["sourceIPv4Address"]
            columns = ["gatewayUser", "gatewayUrl"]
            """, keys="""
            suser = ["gatewayUser", "@web(sourceIPv4Address).gatewayUser"]
            request = ["gatewayUrl", "@web(sourceIPv4Address).gatewayUrl"]
            """, settings=f'elements = ["{ELEMENTS}", "elements"]')
        self.start(udp=(self.flow_port, gateway_port))
        texts = ((1, Ipfix.VARIABLE, ENTERPRISE), (2, Ipfix.VARIABLE, ENTERPRISE))
        gateway = Ipfix(self, gateway_port, ((323, 8), (8, 4), *texts), address="127.0.0.4")
        self.exporter = Ipfix(self, self.flow_port)
        users = {f"10.3.0.{n}": (f"user {n}", "http://example.net/" + "x=|" * n) for n in (1, 2, 100)}
        gateway.send(*((time.time_ns() // 1_000_000, number_of(source), *texts) for source, texts in users.items()))
        self.wait_for_lines(len(users))
        for event in self.events():
            self.assertEqual((event.keys["suser"], event.keys["request"], event.keys["dvc"]),
                             (*users[event.keys["src"]], "127.0.0.4"), "the gateway's own records")
            self.assertNotIn("in", event.keys)
        for source, texts in users.items():
            keys = self.flow(source)
            self.assertEqual((keys["suser"], keys["request"], keys["in"], keys["dvc"]), (*texts, "1500", "127.0.0.3"))
        self.assertEqual(joined(self.flow(STRANGER)), NOTHING)
        self.assert_counts(self.stop(), refused=0, records=2 * len(users) + 1, lookup__web__updates=len(users),
                           lookup__web__misses=1)

    def test_late_line_is_not_waited_for(self):
        """BC-21: by default the flow goes at once, as if there were no lookup."""
        self.start_with_logs()
        self.assertEqual(joined(self.flow()), NOTHING)
        self.log_request()
        self.assertEqual(joined(self.flow()), said(REQUEST))
        self.stop()

    def test_late_line_is_waited_for(self):
        """BC-21: the setting says for how long; the line of a flow comes then, with or without what it waited for."""
        self.start_with_logs(wait='wait = "1s"')
        began = time.monotonic()
        self.exporter.send_flow(SOURCE)
        self.exporter.send_flow(STRANGER)
        self.log_request()
        self.assertEqual(self.count_lines(), 0, "a flow did not wait")
        took = self.wait_for_lines(2) - began
        self.assertTrue(0.99 < took < 2, f"{took} seconds")
        self.assertEqual({event.keys["src"]: joined(event.keys) for event in self.events()},
                         {SOURCE: said(REQUEST), STRANGER: NOTHING})
        self.assert_counts(self.stop(), records=3, lines=2, lookup__web__updates=1)

    def test_window(self):
        """BC-20: only a line of the flow's time, or shortly before or after, is joined."""
        self.start_with_logs(window='window = "10s"\nafter = "2s"\n')
        self.log_request()
        now = time.time_ns() // 1_000_000
        for start, end, hit in ((now, now, True), (now - 60_000, now - 10_000, False),
                                (now + 60_000, now + 61_000, False), (now - 3_600_000, now + 1000, True)):
            event = self.event_of(lambda: self.exporter.send(
                (number_of(SOURCE), number_of(STRANGER), 1, 2, 6, 3, 4, start, end)))
            self.assertEqual(joined(event.keys), said(REQUEST) if hit else NOTHING, (start - now, end - now))
        self.assert_counts(self.stop(), lookup__web__hits=2, lookup__web__expired=2)

    def test_reload_keeps_what_is_known(self):
        self.start_with_logs()
        self.log_request()
        for n, setting in enumerate(("", 'window = "20m"\n', "max_entries = 1000\n")):
            self.configure(udp_input("flows", self.flow_port), log_input("logs", self.log_port, self.patterns),
                           WEB + setting, keys=WEB_KEYS + 'deviceFacility = { value = "new" }\n')
            self.reload()
            keys = self.flow()
            self.assertEqual((*joined(keys), keys["deviceFacility"]), (*said(REQUEST), "new"))
            other = REQUEST._replace(source="10.7.7.7", user=f"user-{n}")
            self.log_request(other)
            self.assertEqual(joined(self.flow("10.7.7.7")), said(other))
        self.assert_counts(self.stop(), lines=6)


class Forwarder(Rsyslog):
    """Takes lines over UDP and forwards each the way that its program's name says."""

    NAMES = ("tcp3164", "tcp5424", "tls3164", "tls5424")
    TEMPLATES = {"3164": "RSYSLOG_TraditionalForwardFormat", "5424": "RSYSLOG_SyslogProtocol23Format"}

    def __init__(self, case, certs, ports):
        self._certs, self._ports = certs, ports
        super().__init__(case, "udp")

    def config(self):
        tls = ('streamDriver="ossl" streamDriverMode="1" streamDriverAuthMode="x509/certvalid" '
               f'streamDriver.CAFile="{self._certs}/ca.pem" streamDriver.CertFile="{self._certs}/client.pem" '
               f'streamDriver.KeyFile="{self._certs}/client.key"')
        actions = "".join(
            f'  if $programname == "{name}" then action(type="omfwd" target="127.0.0.1" port="{self._ports[name[:3]]}" '
            f'protocol="tcp" template="{self.TEMPLATES[name[3:]]}" {tls if name.startswith("tls") else ""}\n'
            f'    tcp_framing="{"octet-counted" if name.endswith("5424") else "traditional"}")\n'
            for name in self.NAMES)
        return (f'global(workDirectory="{self.case.folder}" net.enableDNS="off")\nmodule(load="imudp")\n'
                f'input(type="imudp" address="127.0.0.1" port="{self.port}" ruleset="all")\n'
                f'ruleset(name="all") {{\n{actions}}}\n'
                f'action(type="omfile" file="{self.case.folder / "rsyslogd.own"}")\n')


if __name__ == "__main__":
    main()
