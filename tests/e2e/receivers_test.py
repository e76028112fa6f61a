#!/usr/bin/env python3
"""GG-32: what `flowcef check --against` says of a receiver is what that receiver does."""
import json
import random
import re
import subprocess

from support import torture
from support.bridge import BINARY, MAPPING, run_program, split_lines
from support.harness import SOURCE_DIR, Case, find_program, main, require

DUMP = BINARY.parent / "receiver_dump"
MODELS = SOURCE_DIR / "mappings" / "receivers"

HEADS = [b"CEF:0|Flowcef|Bridge|1|flow|Flow record|1|"] * 12 + [
    b"CEF:0|a\\|b|c\\\\d|1|s|n|5| ", b"CEF:0|a|b|c|d|e|f|", b"CEF:1|a|b|c|d|e|1|", b"CEF:23|a|b|c|d|e|1|",
    b"CEF: 0|a|b|c|d|e|1|", b"CEF:0|a\\q|b|c|d|e|1|", b"CEF:0|a|b|c|d|e|", b"CEF:0|a|b|c|d|e\\", b"CEF:0|||||||",
    b"CEF:0|a=b|c d|1|s|n|Very-High|", b"CEF:0|x|x|x|x|x|", b"CEF:0|x|x|x|x|x|x|", b"CEF:0||x|x|x|x|x|"]
KEYS = [b"src", b"dst", b"msg", b"cs1", b"cs1Label", b"request", b"_x", b"a.b", b"FlowcefBridgeX1", b"s"] * 4 + [
    b"a-b", b"a,b", b"a[0]", b"", b"k\xc3\xa9y", b"a\\b", b"1", b"Label"]
PIECES = [b"x", b"two words", b"10.0.0.1", b"\\=", b"\\\\", b"\\n", b"\\r", b" ", b"  ", b"a=b", b"=", b"\\", b"\\q",
          b"\\|", b"|", b"\"", b"'", b"\t", b"\xff", "東京".encode(), b"http://a/?q\\=1", b"http://a/?q=1", b"word\\\\ ",
          b" \\\\word", b" \\=word", b"C:\\\\x", b"#012", b"", b"", b"", b"x.y", b" k"]


def random_line(dice):
    """Mostly in order, with something odd every now and then."""
    pieces = PIECES if dice.random() < 0.5 else [piece for piece in PIECES if piece in (b"x", b"two words", b"\\=", b"")]
    pairs = []
    for _ in range(dice.randrange(6)):
        value = b"".join(dice.choice(pieces) for _ in range(dice.randrange(4)))
        pairs.append((dice.choice(KEYS) if dice.random() < 0.3 else dice.choice(KEYS[:10])) + b"=" + value)
    separator = dice.choice([b" "] * 8 + [b"  ", b"\t"])
    line = dice.choice(HEADS) + dice.choice([b"", b" "]) + separator.join(pairs) + dice.choice([b""] * 9 + [b" "])
    # Of a lone backslash at its end liblognorm reads on behind the line: no rule says what it finds there.
    return line + b"." if re.search(rb"(?<!\\)(\\\\)*\\$", line) else line


class Receivers(Case):
    def lognormalizer(self, lines):
        rules = self.folder / "cef.rulebase"
        rules.write_text("version=2\nrule=:%f:cef%\n")
        return self.rows([find_program("lognormalizer"), "-r", rules, "-e", "json"], lines)

    def rows(self, command, lines):
        """What a program that prints a JSON object for each line makes of them; bytes that are no UTF-8 survive."""
        done = subprocess.run(command, input=b"\n".join(lines) + b"\n", capture_output=True, timeout=60, check=True)
        rows = done.stdout.decode(errors="surrogateescape").split("\n")[:-1]
        self.assertEqual(len(rows), len(lines), done.stderr[-500:])
        return [json.loads(row) for row in rows]

    def torture_lines(self):
        (self.folder / "elements").mkdir()
        (self.folder / "elements" / "acme.tsv").write_text(torture.ELEMENTS)
        torture.make(self.folder / "torture.pcap")
        mapping = self.folder / "torture.toml"
        mapping.write_text(torture.MAPPING)
        status, out, err = run_program("convert", "--mapping", mapping, self.folder / "torture.pcap")
        self.assertEqual(status, 0, err)
        return [line for line in split_lines(self, out) if len(line) <= 8096]  # rsyslog's limit is not liblognorm's

    def test_liblognorm_as_its_model_says(self):
        """Verdict and every key, line by line, for lines that the bridge writes and for lines of any kind."""
        require("lognormalizer")
        dice = random.Random(20)
        lines = self.torture_lines() + [random_line(dice) for _ in range(20000)]
        told = self.rows([DUMP, MODELS / "liblognorm.toml"], lines)
        done = self.lognormalizer(lines)
        taken = 0
        for line, model, real in zip(lines, told, done):
            if "f" in real:
                self.assertEqual(model.get("keys"), real["f"]["Extensions"], line)
                taken += 1
            else:
                self.assertIn("refused", model, line)
        self.assertGreater(taken, 2000, "too few lines were taken to say anything")
        refused = {row["refused"] for row in told if "refused" in row}
        self.assertEqual(refused, {"version-0", "shortest", "header", "key-characters", "value-escapes",
                                   "empty-last-value"}, "a rule that no line broke")

    def check(self, output, against, *captures):
        config = self.folder / "flowcef.toml"
        config.write_text(f'mapping = "{MAPPING}"\nstate_dir = "{self.folder}/state"\nevents = {{ enabled = false }}\n'
                          '[[input]]\ntype = "udp"\nlisten = ["127.0.0.1:2055"]\n'
                          f'[[output]]\nname = "siem"\n{output}\n')
        status, out, err = run_program("check", "--config", config, "--against", against, *captures)
        return status, out.decode(), err

    def test_check_against(self):
        """Status 0: nothing lost, 1: something is, 2: no such receiver."""
        udp = 'to = "udp://127.0.0.1:5140"\n'
        status, out, err = self.check(udp + 'header = "rfc5424"', "elastic,sc4s")
        self.assertEqual(status, 0, out + err)
        self.assertRegex(out, r"output siem, receiver sc4s: \d\d+ lines tried, 0 lost whole, 0 keys lost")
        self.assertRegex(out, r"output siem, receiver elastic: \d\d+ lines tried, 0 lost whole, 0 keys lost")
        status, out, err = self.check(udp, "liblognorm", SOURCE_DIR / "tests/data/softflowd_ipfix.pcap")
        self.assertEqual(status, 1, err)
        self.assertRegex(out, r"first-letter: key lost, rt \(\d+ lines\)")
        for word in ("example:", "why:", "do:", "source:"):
            self.assertIn(word, out)
        status, out, err = self.check(udp, "qradar")
        self.assertEqual((status, out), (2, ""), err)
        self.assertIn("expected elastic, liblognorm or sc4s", err)


if __name__ == "__main__":
    main()
