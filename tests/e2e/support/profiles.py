"""A bridge with outputs of many profiles, and records of every severity for it."""
import datetime
import json
import os
import re
import socket
import struct
import time

from support.bridge import BINARY, MAPPING, split_lines
from support.harness import Case
from support.process import Process, free_port, udp_sockets

PROFILES = ("splunk", "sc4s", "qradar", "elastic", "arcsight", "sentinel", "gigamon")
ZONE = "IST-5:30"  # of the bridge, UTC+05:30: a time that is read in another zone is hours off
NAMED = ("127.0.0.2", "edge-2.example.net")  # an exporter with a name of its own
# Each exporter's host in the header, where the profile does not name the bridge there.
HOSTS = {"127.0.0.1": "127.0.0.1", NAMED[0]: NAMED[1], "::1": "::1"}
WITHOUT_IPV6 = {sender: host for sender, host in HOSTS.items() if ":" not in sender}

EXPORT_TIME = 1_750_000_000  # not the time of arrival, which is what headers have
OCTETS = 3_000_000_000       # more than `in` of CEF:0 may have
TEXT = "a=b|c\\d, é".encode()
FIELDS = ((4, 1), (148, 8), (8, 4), (12, 4), (1, 8), (83, 65535))  # protocol, flow id, addresses, octets, description

# An event of each severity, by the record's protocol; a key that shows when the record came.
_MAPPING = f'extends = "{MAPPING}"\n' + "".join(
    f'[[event]]\nwhen = {{ protocolIdentifier = {n} }}\nsignature = "s{n}"\nname = "Event {n}"\nseverity = {n}\n'
    for n in range(11)) + '[keys]\nFlowcefBridgeReceived = "@receive_time"\n'


def export(sender, port, severities=range(11), text=TEXT):
    """Sends a record for each of the severities from this address, over IPFIX; returns how many."""
    with socket.socket(socket.AF_INET6 if ":" in sender else socket.AF_INET, socket.SOCK_DGRAM) as exporter:
        exporter.bind((sender, 0))
        template = struct.pack("!HH", 256, len(FIELDS)) + b"".join(struct.pack("!HH", *field) for field in FIELDS)
        records = b"".join(
            struct.pack("!BQIIQBH", n, 1000 + n, 0x0A000001 + n, 0xC6336401, OCTETS, 255, len(text)) + text
            for n in severities)
        body = b"".join(struct.pack("!HH", number, 4 + len(data)) + data
                        for number, data in ((2, template), (256, records)))
        message = struct.pack("!HHIII", 10, 16 + len(body), EXPORT_TIME, 0, 1) + body
        exporter.sendto(message, ("::1" if ":" in sender else "127.0.0.1", port))
    return len(severities)


def output(called, to, authority=None, **settings):
    lines = ["[[output]]", f'name = "{called}"', f'to = "{to}"']
    lines += [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    return "\n".join(lines + ([f'[output.tls]\nca = "{authority}/ca.pem"'] if authority else [])) + "\n"


def free_port_for(transport):
    return free_port(socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM)


def key(line, name):
    match = re.search(rf"[| ]{name}=(\S*)", line)
    return match and match[1]


def exporter_of(message):
    return key(message, "dvc") or key(message, "c6a1")


class ProfileCase(Case):
    def start(self, outputs, listen=("127.0.0.1",)):
        """Starts the bridge with these outputs, and a file for each profile that has what `convert` would print."""
        mapping = self.folder / "site.toml"
        mapping.write_text(_MAPPING)
        self.port = free_port(socket.SOCK_DGRAM)
        files = [output(f"{name}-file", f"file:{self.folder / name}.cef", profile=name, header="none")
                 for name in PROFILES]
        config = self.folder / "flowcef.toml"
        config.write_text(f'mapping = "{mapping}"\nstate_dir = "{self.folder / "state"}"\n'
                          f'events = {{ enabled = false }}\n'
                          f'[[exporter]]\nmatch = "{NAMED[0]}"\nhost = "{NAMED[1]}"\n[[input]]\ntype = "udp"\n'
                          f'listen = {json.dumps([f"{address}:{self.port}" for address in listen])}\n'
                          + "".join([*outputs, *files]))
        self.bridge = Process(self, "flowcef", [BINARY, "run", "--config", config], env={**os.environ, "TZ": ZONE})
        self.wait_until(lambda: self.port in udp_sockets(), "flowcef listens")
        self._began = time.time() - 0.001

    def stop(self, lines, *receivers):
        """Waits for all lines and stops everything; returns the rows by input of all receivers."""
        for receiver in receivers:
            receiver.wait_for_lines(lines * len(receiver.inputs))
        copies = [self.folder / f"{profile}.cef" for profile in PROFILES]
        self.wait_until(lambda: all(copy.exists() and copy.read_bytes().count(b"\n") >= lines for copy in copies),
                        "all lines are in the files")
        self.assertEqual(self.bridge.stop(), 0, self.bridge.stderr()[-2000:])
        self._ended = time.time() + 0.001
        rows = {}
        for receiver in receivers:
            receiver.stop()
            rows.update(receiver.rows())
        for name, group in rows.items():
            self.assertEqual(len(group), lines, name)
        return rows

    def messages(self, profile):
        """What the bridge wrote to the profile's file, by the event's id."""
        lines = [line.decode() for line in split_lines(self, (self.folder / f"{profile}.cef").read_bytes())]
        found = {key(line, "externalId"): line for line in lines}
        self.assertEqual(len(found), len(lines), "an id is there twice")
        return found

    def arrival(self, message):
        """When the record came to the bridge, which has to be while the test ran."""
        milliseconds = int(key(message, "FlowcefBridgeReceived"))
        self.assertTrue(self._began <= milliseconds / 1000 <= self._ended, message)
        return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
