"""Reads CEF lines back: the syslog header by its RFC, the message by liblognorm."""
import collections
import json
import re
import subprocess

from support.flow_reader import Flow
from support.harness import find_program

_RFC5424 = re.compile(rb"<(\d{1,3})>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
                      rb"[!-~]{1,255} CEF [!-~]{1,128} [!-~]{1,32} - (CEF:.*)", re.DOTALL)
_RFC3164 = re.compile(rb"<(\d{1,3})>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 123]\d \d\d:\d\d:\d\d "
                      rb"[!-~]+ (CEF:.*)", re.DOTALL)
PROTOCOLS = {"ICMP": 1, "IGMP": 2, "TCP": 6, "UDP": 17, "GRE": 47, "ESP": 50, "ICMPV6": 58, "IPV6-ICMP": 58}


def strip_header(case, line, header="rfc5424"):
    """Returns the message after a syslog header that has to be in order."""
    match = {"rfc5424": _RFC5424, "rfc3164": _RFC3164}[header].fullmatch(line)
    case.assertIsNotNone(match, f"not a line with an {header} header: {line[:200]!r}")
    case.assertLessEqual(int(match[1]), 191)
    return match[2]


def copies_for_liblognorm(case, lines):
    """Debian's liblognorm 2.0.6 loses the first letter of the first key unless a blank follows the seventh bar."""
    copies = []
    for line in lines:
        head = re.match(rb"((?:[^|\\]|\\.)*\|){7}", line, re.DOTALL)
        case.assertIsNotNone(head, f"no seven bars: {line[:200]!r}")
        copies.append(line[:head.end()] + b" " + line[head.end():])
    return copies


def parse(case, lines):
    """Parses CEF messages with liblognorm; returns its JSON objects with the extension under "Extensions"."""
    copies = copies_for_liblognorm(case, lines)
    rules = case.folder / "cef.rulebase"
    rules.write_text("version=2\nrule=:%f:cef%\n")
    done = subprocess.run([find_program("lognormalizer"), "-r", rules, "-e", "json"], input=b"\n".join(copies) + b"\n",
                          capture_output=True, timeout=30, check=False)
    rows = done.stdout.splitlines()
    case.assertEqual(len(rows), len(lines), "liblognorm did not see each line: " + done.stderr.decode()[-500:])
    parsed = []
    for row, line in zip(rows, lines):
        message = json.loads(row, object_pairs_hook=collections.OrderedDict)
        case.assertIn("f", message, f"liblognorm refuses {line!r}: {row!r}")
        parsed.append(message["f"])
    return parsed


def is_flow(message):
    """Options data and the bridge's own events have no bytes."""
    return "in" in message["Extensions"]


def to_flow(message):
    """The values of a parsed message in the form that the reader of the wire uses."""
    keys = message["Extensions"]

    def number(key):
        return int(keys[key]) if key in keys else None

    def address(short, slot, label):
        if slot in keys:
            if keys.get(slot + "Label") != label:
                raise AssertionError(f"{slot} without its label: {keys}")
            return keys[slot]
        return keys.get(short)

    name = keys.get("proto")
    proto = None if name is None else PROTOCOLS.get(name.upper())
    if name is not None and proto is None:
        raise AssertionError(f"proto is no protocol name: {name}")
    return Flow(address("src", "c6a2", "Source IPv6 Address"), address("dst", "c6a3", "Destination IPv6 Address"),
                number("spt"), number("dpt"), proto, number("in"), number("FlowcefBridgePacketDeltaCount"),
                number("start"), number("end"), number(f"FlowcefBridgeIcmpTypeCodeIPv{6 if proto == 58 else 4}"))


def assert_same_flows(case, messages, flows):
    """Each flow of the wire is in exactly one message, with the same values, and no event id repeats."""
    told = collections.Counter(to_flow(message) for message in messages if is_flow(message))
    sent = collections.Counter(flows)
    case.assertEqual(list((sent - told).items())[:5], [], "on the wire, but not (or not as often) in the lines")
    case.assertEqual(list((told - sent).items())[:5], [], "in the lines, but not (or not as often) on the wire")
    ids = collections.Counter(message["Extensions"].get("externalId") for message in messages)
    case.assertNotIn(None, ids, "a line has no externalId")
    case.assertEqual([item for item in ids.items() if item[1] > 1][:5], [], "event ids repeat")
    case.assertLessEqual(max(map(len, ids), default=0), 40)
