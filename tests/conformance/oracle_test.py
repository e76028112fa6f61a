"""Every element of every record of every capture: decode's bytes against what tshark makes of them.

    oracle_test.py SHARE SHARES

FLOWCEF_ORACLE names the program that has tshark read a capture and prints one JSON line per record.
"""
import collections
import itertools
import json
import os
import subprocess
import sys

import captures
import explained

ORACLE = os.environ.get("FLOWCEF_ORACLE", captures.ROOT.parent / "shared" / "tools" / "oracle_tshark.py")
DUMP = captures.BUILD / "field_dump"

# tshark's names for the fields of a format without templates, padding left out.
FIXED = {"srcaddr": 8, "dstaddr": 12, "nexthop": 15, "inputint": 10, "outputint": 14, "packets": 2, "octets": 1,
         "timestart": 22, "timeend": 21, "srcport": 7, "dstport": 11, "tcpflags": 6, "protocol": 4, "tos": 5,
         "srcas": 16, "dstas": 17, "srcmask": 9, "dstmask": 13}


def json_lines(*command):
    done = subprocess.run(command, capture_output=True, check=True, timeout=100)
    return [json.loads(line) for line in done.stdout.splitlines()]


def elements(record):
    """The elements of a record in order as (name, bytes in hex): those that have bytes and are no padding.

    The other reader does not tell a field of length 0 from an empty value of variable length.
    """
    found = []
    for field in record["fields"]:
        if record.get("version") in (1, 5, 7):
            number = FIXED.get(field["name"].removeprefix("cflow."))
            if number is not None:
                found.append((str(number), field["hex"]))
            continue
        pen = field.get("pen", 0)
        number, scope = field["id"], field.get("scope", False)
        if record.get("version") == 9:
            padding = not scope and number in (0, 210)
        else:
            padding = pen == 0 and number == 210
        if field["hex"] and not padding:
            found.append((f"{pen}:{number}" if pen else f"scope {number}" if scope else str(number), field["hex"]))
    return found


def differences_of(capture):
    path = captures.FOLDER / (capture + ".pcap")
    found = collections.defaultdict(dict)
    ours, theirs = collections.defaultdict(list), collections.defaultdict(list)
    for record in json_lines(DUMP, path):
        ours[record["frame"]].append(record)
    for record in json_lines(sys.executable, "-B", ORACLE, path):
        if record["version"] != "sflow":
            theirs[record["frame"]].append(record)
    for frame in ours.keys() | theirs.keys():
        a, b = ours[frame], theirs[frame]
        if len(a) != len(b):
            found["records"][frame] = f"{len(a)} records, tshark has {len(b)}"
        for index, (x, y) in enumerate(zip(a, b)):
            where = f"record {index + 1} of frame {frame}: "
            if x["kind"] != y["kind"]:
                found["kind"][frame] = where + x["kind"]
            for mine, other in itertools.zip_longest(elements(x), elements(y), fillvalue=("nothing", "")):
                if mine != other:
                    found[other[0]].setdefault(frame, f"{where}{mine}, tshark has {other}")
    return found


class Oracle(captures.Comparison):
    explained = explained.TSHARK

    def test_share(self):
        self.compare(differences_of, self.share, self.shares)


if __name__ == "__main__":
    captures.main(Oracle, [ORACLE, captures.find_program("tshark")])
