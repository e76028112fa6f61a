"""Starts and stops the flowcef under test, and reads what it says."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess

from support.harness import DEADLINE_SECONDS, SOURCE_DIR
from support.process import Process, free_port, tcp_listens, udp_sockets

BINARY = pathlib.Path(os.environ.get("FLOWCEF_BINARY", SOURCE_DIR / "build" / "release" / "flowcef"))
MAPPING = SOURCE_DIR / "mappings" / "default.toml"


def parse_counts(stderr):
    """The counts that `run` and `convert` end with, lines of `name value`: {"records": 345, "lines": 345, ...}."""
    return {name: int(value) for name, value in re.findall(r"^([a-z][A-Za-z0-9_.]*) (\d+)$", stderr, re.MULTILINE)}


def run_program(*arguments, cwd=None, deadline=DEADLINE_SECONDS):
    """Runs flowcef to its end; returns status, stdout and stderr, the outputs as bytes and text."""
    done = subprocess.run([BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, cwd=cwd,
                          timeout=deadline, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


class Output:
    """One [[output]] of a configuration; further keys as they are named there, None for the default."""

    def __init__(self, to, name="siem", header="rfc5424", framing=None, tls=None, spool=None, **keys):
        self.to, self.name, self.header, self.framing, self.keys = to, name, header, framing, keys
        self.tables = {"tls": tls, "spool": spool}

    def toml(self):
        lines = ["[[output]]", f'name = "{self.name}"', f"to = {json.dumps(self.to)}", f'header = "{self.header}"']
        if self.framing:
            lines.append(f'framing = "{self.framing}"')
        lines += [f"{key} = {json.dumps(value)}" for key, value in self.keys.items() if value is not None]
        for table, values in self.tables.items():
            if values:
                lines += [f"[output.{table}]"] + [f'{key} = "{value}"' for key, value in values.items()]
        return "\n".join(lines) + "\n"


class Bridge:
    """`flowcef run` with a configuration of its own and one input, which has one port of both loopback addresses.

    A second output writes the same lines to a file, `copy`, for comparison. `settings` are further lines of the
    configuration's top level, `input_settings` of its input, `admin` of [admin], `events` its table of that name.
    """

    def __init__(self, case, *outputs, stop_deadline="5s", port=None, settings="", input_type="udp", input_settings="",
                 admin="enabled = false", events="{ enabled = false }"):
        self._case = case
        self.port = port or free_port(socket.SOCK_DGRAM if input_type == "udp" else socket.SOCK_STREAM)
        self.copy_path = case.folder / "copy.cef"
        self.config_path = case.folder / "flowcef.toml"
        outputs = [*outputs, Output(f"file:{self.copy_path}", name="copy", header="none")]
        self.config_path.write_text(
            f'mapping = "{MAPPING}"\nstate_dir = "{case.folder / "state"}"\n'
            f'stop_deadline = "{stop_deadline}"\nevents = {events}\n{settings}\n'
            f'[[input]]\ntype = "{input_type}"\nlisten = ["127.0.0.1:{self.port}", "[::1]:{self.port}"]\n'
            f"{input_settings}\n"
            + "\n".join(output.toml() for output in outputs) + f"\n[admin]\n{admin}\n")
        self.process = Process(case, "flowcef", [BINARY, "run", "--config", self.config_path])
        listens = tcp_listens if input_type != "udp" else lambda port: port in udp_sockets()
        case.wait_until(lambda: listens(self.port), "flowcef listens")

    def log(self):
        return self.process.stderr()

    def copy(self):
        """The whole lines in the file so far; once flowcef has ended, the last one has to be whole too."""
        data = self.copy_path.read_bytes() if self.copy_path.exists() else b""
        if self.process.running():
            data = data[:data.rfind(b"\n") + 1]
        return split_lines(self._case, data)

    def stop(self, how=signal.SIGTERM, status=0):
        """Stops the bridge in order and returns its final counts."""
        dropped = udp_sockets().get(self.port, 0)
        self._case.assertEqual(self.process.stop(how), status, "exit status; it said:\n" + self.log()[-2000:])
        self._case.assertEqual(dropped, 0, "the kernel dropped datagrams in front of flowcef")
        return parse_counts(self.log())


def split_lines(case, data):
    """Lines of bytes; the last one has to be complete too."""
    case.assertTrue(not data or data.endswith(b"\n"), f"the last line is cut: {data[-200:]!r}")
    return data.split(b"\n")[:-1]
