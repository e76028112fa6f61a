"""A set of records whose values try to break CEF: as an IPFIX capture, with the source value of each beside it.

What a line has to show is worked out here from the source value and the promises of mappings/README.md, so that nothing
is compared with flowcef's own reading.
"""
import collections
import ipaddress
import re
import struct

PREFIX = "FlowcefTorture"
PEN = 4242
VARIABLE = 65535
SECONDS = 1_750_000_000
LABELS = {"cs1": "Host as it was sent", "cn1": "Counter of Acme", "cfp1": "Share of Acme",
          "c6a2": "Source IPv6 Address", "c6a3": "Destination IPv6 Address"}
LIMITS = {"msg": 1023, "cs1": 4000}  # the dictionary's

HEADER = {"vendor": 'Ac|me \\ "Flow"', "product": "Bri=dge \\|", "version": "1|0\\2", "signature": "torture-1.a_b",
          "name": "A bar | in it, an = and a backslash at the end \\", "severity": "7"}

MAPPING = f"""\
[cef]
version = 0
vendor = 'Ac|me \\ "Flow"'
product = 'Bri=dge \\|'
device_version = '1|0\\2'
prefix = "{PREFIX}"
[[event]]
signature = "torture-1.a_b"
name = 'A bar | in it, an = and a backslash at the end \\'
severity = 7
[keys]
msg = "httpRequestTarget"
externalId = "flowId"
cs1 = {{ from = "httpRequestHost", label = "{LABELS["cs1"]}" }}
src = "sourceIPv4Address"
dst = "destinationIPv4Address"
c6a2 = {{ from = "sourceIPv6Address", label = "{LABELS["c6a2"]}" }}
c6a3 = {{ from = "destinationIPv6Address", label = "{LABELS["c6a3"]}" }}
spt = "sourceTransportPort"
deviceDirection = "flowDirection"
smac = "sourceMacAddress"
start = "flowStartMilliseconds"
in = {{ from = "octetDeltaCount", custom = true }}
cn1 = {{ from = "acmeCounter", label = "{LABELS["cn1"]}", custom = true }}
cfp1 = {{ from = "acmeShare", label = "{LABELS["cfp1"]}", custom = true }}
"""

# Under CEF:1 IPv6 stands in src and dst.
MAPPING_1 = (re.sub(r"(?m)^c6a.*\n", "", MAPPING).replace("version = 0", "version = 1")
             .replace('"sourceIPv4Address"', '["sourceIPv4Address", "sourceIPv6Address"]')
             .replace('"destinationIPv4Address"', '["destinationIPv4Address", "destinationIPv6Address"]'))

ELEMENTS = f"""\
pen\tid\tname\ttype\tunits
{PEN}\t1\tacmeCounter\tunsigned64\t
{PEN}\t2\tacmeShare\tfloat64\t
{PEN}\t3\tacmeBalance\tsigned64\t
{PEN}\t4\tacmeRatio\tfloat32\t
{PEN}\t5\tcs1Label\tstring\t
{PEN}\t6\tmsg\tstring\t
"""

# Everything that some writer or reader of CEF treats in a way of its own.
SPECIAL = [b"\\", b"=", b"|", b"\r", b"\n", b"\0", b"\t", b" ", b'"', b"'", b",", b"[", b"]", b"\x1b", b"\x7f", b"\x80",
           b"\xff", b"\xc3", b"\xe6\x9d", b"\xf0\x9f\xa6", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
           "\ufeff".encode(), "\u2028".encode(), "\u0085".encode(), "\ufffe".encode(), "🦊".encode(), b"n", b"CEF:"]

TEXTS = [
    b"", b"   ", b"\0\0\0", b"\x01\x02\x03", b"\n", b"\r\n", b"  padded  ", b"\tpadded\t", b"\x01 padded \x1f",
    b" dst=6.6.6.6", b"x dst=6.6.6.6 ", b"=x", b"==", b"a=b=c=d", b"x\\", b"\\\\", b"\\\\\\", b"\\=", b"\\n",
    b"x\\ dst=1", b"CEF:0|a|b|", b"x\nCEF:0|a|b|c|d|e|10|src=6.6.6.6", b"<134>1 - - - - - - CEF:0|", b"a|b\\|c",
    b"cs1Label=msg",
    b"msg", b"src", b"cs2Label", b"%s%n%%", b"$(rm)", b"{\"a\": \"b\\\"\"}", b"https://a.example/?q=1&r=\\|#x=y",
    b"C:\\Users\\new\\rest", b"\x1b[31mred", b"#012", b"\\u0009", b"\\x41", b"a,b;c", b"[0]=x", b"0x10", b"null",
    "Zürich 東京 🦊 e\u0301 \u202eabc".encode(), b"Z\xfcrich", b"ab\xe6\x9d", b"\xed\xa0\xbd\xed\xb8\x80",
]

# Longer than a key allows: cut between characters, whole under the generated key.
LONG = [b"x" * 1023, b"x" * 1024, b"x" * 4000, b"x" * 4001, b"=" * 1030, "é".encode() * 600, b"x" + "é".encode() * 511,
        "🦊".encode() * 1001, b"\x80" * 1100, b"\xff" * 4100, b"x" * 1020 + b"\\" * 5, b"x" * 1021 + b"  y",
        b"\r\n" * 600]
HUGE = [b"x" * 60000, b"=" * 60000, b"\xff" * 60000, b"\\\n" * 30000, "🦊".encode() * 15000]

NUMBERS = [0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1]
SIGNED = [0, -1, -2**63, 2**63 - 1, 2**31, -2**31]
REALS = [0.0, -0.0, 0.1, 1e300, -1e-300, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"),
         1 / 3]
IPV4 = ["0.0.0.0", "255.255.255.255", "127.0.0.1", "10.0.0.1", "192.0.2.10"]
IPV6 = ["::", "::1", "::2:3", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "1:0:0:2:0:0:0:3",
        "1:0:0:2::", "::192.0.2.1", "64:ff9b::192.0.2.33", "fe80::1", "ff02::fb", "::ffff:0:192.0.2.1", "::1:0:0:0",
        "ABCD:EF01:2345:6789:abcd:ef01:2345:6789", "::ffff:192.0.2.1", "::ffff:255.255.255.255"]

Real = collections.namedtuple("Real", "number form")  # form: that of struct
Record = collections.namedtuple("Record", "source keys")  # the value that it is about; the line's keys and their values


# ---------------------------------------------------------------- what a line has to show

def characters(data):
    """The characters of a text as (bytes, character); a byte that is no UTF-8 is U+FFFD."""
    at = 0
    while at < len(data):
        try:
            good, bad = data[at:].decode(), 0
        except UnicodeDecodeError as error:
            good, bad = data[at:at + error.start].decode(), error.end - error.start
        for character in good:
            yield character.encode(), character
        at += len(good.encode())
        for byte in data[at:at + bad]:
            yield bytes([byte]), "\ufffd"
        at += bad


def shown(data):
    """A text on a line: control bytes as blanks but for line breaks, no blanks at the ends."""
    plain = "".join(character for _, character in characters(data))
    return "".join(" " if (c < " " or c == "\x7f") and c not in "\r\n" else c for c in plain).strip(" ")


def cut(data, limit):
    """As much of a text as fits into so many bytes, in whole characters."""
    head = b""
    for piece, _ in characters(data):
        if len(head) + len(piece) > limit:
            break
        head += piece
    return head


def put_text(keys, key, name, data):
    """A text under its key of the dictionary and, if that is too short, under its generated key as well."""
    limit = LIMITS[key]
    keys[key] = shown(cut(data, limit))
    if len(data) > limit:
        keys[PREFIX + name] = shown(data)


def finish(keys):
    """Leaves out what is empty, and adds the labels of what is not."""
    keys = {key: value for key, value in keys.items() if value != ""}
    keys.update({slot + "Label": label for slot, label in LABELS.items() if slot in keys})
    return keys


def keys_of_version_1(record):
    """What a line of MAPPING_1 has to show."""
    keys = {{"c6a2": "src", "c6a3": "dst"}.get(key, key): value for key, value in record.keys.items()
            if not key.startswith("c6a") or not key.endswith("Label")}
    for name in ("SourceIPv6Address", "DestinationIPv6Address"):
        keys.pop(PREFIX + name, None)
    if "cn1" in keys:
        keys["in"] = keys["cn1"]
    return keys


# ---------------------------------------------------------------- IPFIX

def variable(data):
    return (bytes([len(data)]) if len(data) < 255 else struct.pack("!BH", 255, len(data))) + data


def record_set(set_id, body):
    return struct.pack("!HH", set_id, 4 + len(body)) + body


def template(template_id, fields):
    body = struct.pack("!HH", template_id, len(fields))
    for element, length, *enterprise in fields:
        body += struct.pack("!HH", element | 0x8000 if enterprise else element, length)
        body += struct.pack("!I", *enterprise) if enterprise else b""
    return body


class Capture:
    """Collects records as IPFIX messages, as many in one as fit."""

    def __init__(self, path):
        self.path, self.records = path, []
        self._frames, self._bodies, self._template = [], [], None

    def add(self, template_id, fields, body, source, keys):
        number = len(self.records)
        if self._template != (template_id, fields) or sum(map(len, self._bodies)) + len(body) > 8000:
            self._flush()
            self._template = template_id, fields
        self._bodies.append(struct.pack("!Q", number) + body)
        self.records.append(Record(source, finish({"externalId": str(number), **keys})))

    def _flush(self):
        if self._bodies:
            template_id, fields = self._template
            body = record_set(2, template(template_id, [(148, 8), *fields]))
            body += record_set(template_id, b"".join(self._bodies))
            first = len(self.records) - len(self._bodies)
            message = struct.pack("!HHIII", 10, 16 + len(body), SECONDS, first, 9) + body
            self._frames.append(self._frame(message))
        self._bodies = []

    @staticmethod
    def _frame(payload):
        udp = struct.pack("!HHHH", 50000, 4739, 8 + len(payload), 0) + payload
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, bytes([192, 0, 2, 11]),
                           bytes([192, 0, 2, 200]))
        total = sum(struct.unpack("!10H", head))
        total = (total & 0xFFFF) + (total >> 16)
        head = head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:]
        return bytes(12) + b"\x08\x00" + head + udp

    def write(self):
        self._flush()
        with open(self.path, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
            for number, data in enumerate(self._frames):
                out.write(struct.pack("<IIII", SECONDS + 1, number, len(data), len(data)) + data)


# ---------------------------------------------------------------- the set

def texts():
    for byte in range(256):
        one = bytes([byte])
        yield from (one, b"a" + one + b"b", b"a long text, " + one + b" and on")
    for first in SPECIAL:
        for second in SPECIAL:
            yield from (first + second, b"a" + first + second + b"b")
    yield from TEXTS
    yield from LONG


def add_text(capture, data):
    """The same text as first key, in a slot, under a generated key and as octets, which are the last on the line."""
    keys = {PREFIX + "UserName": shown(data), PREFIX + "IpHeaderPacketSection": data.hex()}
    put_text(keys, "msg", "HttpRequestTarget", data)
    put_text(keys, "cs1", "HttpRequestHost", data)
    fields = [(461, VARIABLE), (460, VARIABLE), (371, VARIABLE), (313, VARIABLE)]
    capture.add(300, fields, variable(data) * 4, data, keys)


def add_names(capture, data):
    """Elements that are called like keys of CEF."""
    capture.add(301, [(5, VARIABLE, PEN), (6, VARIABLE, PEN)], variable(data) * 2, data,
                {PREFIX + "Cs1LabelValue": shown(data), PREFIX + "Msg": shown(data)})


def add_number(capture, number):
    keys = {PREFIX + "OctetDeltaCount": str(number), PREFIX + "AcmeCounter": str(number)}
    if number < 2**31:
        keys["in"] = str(number)
    if number < 2**63:
        keys["cn1"] = str(number)
    capture.add(302, [(1, 8), (1, 8, PEN)], struct.pack("!QQ", number, number), number, keys)


def add_real(capture, number):
    double = Real(number, "!d")
    keys = {"cfp1": double} if abs(number) < float("inf") else {}
    capture.add(303, [(2, 8, PEN)], struct.pack("!d", number), number, {PREFIX + "AcmeShare": double, **keys})
    if not 1e38 < abs(number) < float("inf"):
        capture.add(316, [(4, 4, PEN)], struct.pack("!f", number), number, {PREFIX + "AcmeRatio": Real(number, "!f")})


def add_ipv6(capture, text):
    """The standard wants RFC 5952's form, and an IPv4 address in IPv6's clothes as what it is."""
    address = ipaddress.IPv6Address(text)
    if address.ipv4_mapped:
        ipv4 = str(address.ipv4_mapped)
        keys = {"src": ipv4, "dst": ipv4, PREFIX + "SourceIPv6Address": ipv4, PREFIX + "DestinationIPv6Address": ipv4}
    else:
        keys = {"c6a2": str(address), "c6a3": str(address)}
    capture.add(304, [(27, 16), (28, 16)], address.packed * 2, text, keys)


def make(path):
    """Writes the capture; returns its records in order."""
    capture = Capture(path)
    for data in texts():
        add_text(capture, data)
    for data in HUGE:
        capture.add(305, [(371, VARIABLE)], variable(data), data, {PREFIX + "UserName": shown(data)})
        capture.add(306, [(313, VARIABLE)], variable(data), data, {PREFIX + "IpHeaderPacketSection": data.hex()})
    for data in TEXTS:
        add_names(capture, data)
    for byte in range(256):  # of a fixed length: what stands behind a NUL is old
        data = bytes([byte]) + b"=\xe6\x9d" + bytes([byte])
        capture.add(307, [(82, 8)], data.ljust(8, b"\0"), data, {PREFIX + "InterfaceName": shown(data.split(b"\0")[0])})
    for number in NUMBERS:
        add_number(capture, number)
    for number in SIGNED:
        capture.add(308, [(3, 8, PEN)], struct.pack("!q", number), number, {PREFIX + "AcmeBalance": str(number)})
    for number in REALS:
        add_real(capture, number)
    for port in (0, 1, 443, 65535):
        capture.add(309, [(7, 2)], struct.pack("!H", port), port, {"spt": str(port)})
    for port in (65535, 65536, 2**32 - 1):
        key = "spt" if port < 65536 else PREFIX + "SourceTransportPort"
        capture.add(314, [(7, 4)], struct.pack("!I", port), port, {key: str(port)})
    for direction in (0, 1, 2, 255):
        key = "deviceDirection" if direction < 2 else PREFIX + "FlowDirection"
        capture.add(315, [(61, 1)], bytes([direction]), direction, {key: str(direction)})
    for text in IPV4:
        capture.add(310, [(8, 4), (12, 4)], ipaddress.IPv4Address(text).packed * 2, text, {"src": text, "dst": text})
    for text in IPV6:
        add_ipv6(capture, text)
    for mac in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "0a:0b:0c:0d:0e:0f"):
        capture.add(311, [(56, 6)], bytes.fromhex(mac.replace(":", "")), mac, {"smac": mac})
    for time in (0, 1, SECONDS * 1000 + 123, 253_402_300_799_999):
        key = "start" if time else PREFIX + "FlowStartMilliseconds"  # 0 states no time
        capture.add(312, [(152, 8)], struct.pack("!Q", time), time, {key: str(time)})
    for value, text in ((1, "true"), (2, "false"), (0, "0"), (255, "255")):
        capture.add(313, [(276, 1)], bytes([value]), value, {PREFIX + "DataRecordsReliability": text})
    capture.write()
    return capture.records
