"""What the comparisons with other flow readers share: the captures, and the books of explained differences.

A difference without an explanation fails, and so does an explanation without its difference.
"""
import csv
import os
import pathlib
import shutil
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("FLOWCEF_CAPTURES", ROOT.parent / "shared" / "captures"))
BUILD = pathlib.Path(os.environ.get("FLOWCEF_BUILD", ROOT / "build" / "release"))
TOOLS = pathlib.Path(os.environ.get("FLOWCEF_TEST_TOOLS", ROOT / "build" / "tools")) / "root"
SKIPPED = 77


def find_program(name):
    """A program of a package that scripts/test unpacked, or of the system; None if there is none."""
    return shutil.which(name, path=f"{TOOLS / 'usr/bin'}:{os.environ.get('PATH', '')}")


def names():
    """Every capture of flow exports, sFlow apart, as FOLDER/NAME."""
    with open(FOLDER / "MANIFEST.tsv", newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return sorted(row["file"].removesuffix(".pcap") for row in rows
                  if row["file"].endswith(".pcap") and row["format"] not in ("sflow", "") and row["datagrams"] != "0")


def ranges(frames):
    """Writes {1, 2, 3, 7} as 1-3,7."""
    runs = []
    for frame in sorted(frames):
        if runs and runs[-1][1] == frame - 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return ",".join(f"{first}-{last}" if first != last else str(first) for first, last in runs)


class Comparison(unittest.TestCase):
    """One share of the captures against one other reader."""
    explained = ()

    def compare(self, differences_of, share, shares):
        """Input: differences_of(capture) returns {what: {frame: example}}."""
        captures = names()
        for row in self.explained:
            self.assertIn(row.capture, captures, "explained, but there is no such capture")
        for capture in captures[share::shares]:
            found = differences_of(capture)
            wanted = {row.what: row for row in self.explained if row.capture == capture}
            for what in sorted(found.keys() | wanted.keys()):
                frames = ranges(found.get(what, {}))
                with self.subTest(capture=capture, what=what, frames=frames):
                    example = next(iter(found.get(what, {}).values()), "no difference is left")
                    self.assertEqual(frames, wanted[what].frames if what in wanted else "", example)


def main(case, readers):
    """Runs share N of M of a comparison: arguments N M. `readers` are the programs that it needs; None: not found."""
    missing = [str(path) for path in (FOLDER / "MANIFEST.tsv", *readers) if not path or not os.path.exists(path)]
    if missing:
        print("captures or a reader of them are missing:", *missing, file=sys.stderr)
        sys.exit(1 if os.environ.get("FLOWCEF_REQUIRE_CAPTURES") == "1" else SKIPPED)
    case.share, case.shares = int(sys.argv[1]) - 1, int(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
