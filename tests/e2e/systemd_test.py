#!/usr/bin/env python3
"""The program as `cmake --install` puts it there, and its unit: what systemd says of it, and whether its filter lets all
through that the program does."""
import os
import re
import signal
import socket
import subprocess
import unittest.mock

from support import certificates
from support.bridge import BINARY, Output, run_program
from support.harness import SOURCE_DIR, Case, find_program, main
from support.process import Process, free_port

UNIT = SOURCE_DIR / "packaging" / "systemd" / "flowcef.service.in"
WORST_EXPOSURE = 20  # tenths; below it systemd-analyze says OK


def require_optional(*names):
    """Skips the test where a program is missing; not all systems have systemd."""
    for name in names:
        if find_program(name) is None:
            raise unittest.SkipTest(f"{name} is not installed")


def run(*command, **options):
    return subprocess.run([find_program(command[0]), *map(str, command[1:])], capture_output=True, text=True, timeout=15,
                          check=False, **options)


def calls_of_set(name, known):
    """All system calls of a set such as @network-io, with those of the sets in it."""
    if name not in known:
        listed = run("systemd-analyze", "syscall-filter", name).stdout
        words = [line.strip() for line in listed.splitlines()[1:] if line.strip() and "#" not in line]
        known[name] = set().union(*(calls_of_set(word, known) if word.startswith("@") else {word} for word in words))
    return known[name]


def allowed_calls(unit):
    """What the lines of SystemCallFilter= leave, in their order; the first one makes it a list of what is allowed."""
    allowed, known = set(), {}
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        words = line.lstrip("~").split()
        calls = set().union(*(calls_of_set(word, known) if word.startswith("@") else {word} for word in words))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed | calls_of_set("@default", known)


class Systemd(Case):
    def write_unit(self):
        text = UNIT.read_text(encoding="utf-8").replace("@CMAKE_INSTALL_PREFIX@/bin/flowcef", str(BINARY))
        unit = self.folder / "flowcef.service"
        unit.write_text(text.replace("@CMAKE_INSTALL_PREFIX@", "/usr"), encoding="utf-8")
        return unit

    def test_unit_is_understood(self):
        """PX-16: systemd knows every word of the unit, and finds little that could be hardened more."""
        require_optional("systemd-analyze")
        unit = self.write_unit()
        done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit)
        said = [line for line in done.stderr.splitlines() if "flowcef.service" in line]
        self.assertEqual(said, [])
        done = run("systemd-analyze", "security", "--offline=yes", f"--threshold={WORST_EXPOSURE}", "--no-pager", unit)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_unit_lets_the_program_work(self):
        """PX-16: start, records over UDP and TCP, a spool, TLS, a reload and a stop need no call that the filter refuses."""
        require_optional("systemd-analyze", "strace")
        trace = self.folder / "trace"
        authority = certificates.make(self) / "ca.pem"
        port = free_port()
        path = self.folder / "flowcef.toml"
        outputs = (Output(f"tls://127.0.0.1:{free_port()}", name="tls", tls={"ca": authority}),
                   Output(f"tcp://127.0.0.1:{free_port()}", name="tcp", **{"spool.mode": "journal"}),
                   Output(f"udp://127.0.0.1:{free_port()}", name="udp"),
                   Output(f"file:{self.folder / 'copy'}", name="copy"))
        path.write_text(
            f'mapping = "{SOURCE_DIR}/mappings/default.toml"\nstate_dir = "{self.folder}/state"\nstop_deadline = "100ms"\n'
            f'[[input]]\ntype = "udp"\nlisten = ["127.0.0.1:{port}"]\n'
            f'[[input]]\ntype = "tcp"\nlisten = ["127.0.0.1:{port}"]\n' +
            "\n".join(output.toml() for output in outputs), encoding="utf-8")
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(f"{self.folder}/notify")
        with unittest.mock.patch.dict(os.environ, {"NOTIFY_SOCKET": f"{self.folder}/notify", "WATCHDOG_USEC": "500000"}):
            bridge = Process(self, "flowcef", [find_program("strace"), "-f", "-qq", "-o", str(trace), str(BINARY), "run",
                                               "--config", str(path)])
        self.wait_until(lambda: "started version=" in bridge.stderr(), "flowcef has started")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
            exporter.sendto(b"\x00\x05\x00\x01" + bytes(20 + 48), ("127.0.0.1", port))
        with socket.create_connection(("127.0.0.1", port)) as exporter:
            exporter.sendall(b"\x00\x0a\x00\x10" + bytes(12))
        copy = self.folder / "copy"
        self.wait_until(lambda: copy.exists() and copy.read_bytes().endswith(b"\n"), "the record has come")
        self.assertEqual(run_program("reload", "--config", path)[0], 0)
        pid = int(re.match(r"\d+", trace.read_text(encoding="utf-8", errors="replace"))[0])
        os.kill(pid, signal.SIGTERM)
        self.wait_until(lambda: not bridge.running(), "flowcef has ended")
        used = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(encoding="utf-8", errors="replace"), re.MULTILINE))
        self.assertIn("recvmmsg", used)
        self.assertIn("execve", used)
        self.assertEqual(used - allowed_calls(self.write_unit().read_text(encoding="utf-8")), set())

    def test_installed_program(self):
        """What is installed finds its mappings, and a configuration that is there stays."""
        build = BINARY.parent
        if not (build / "cmake_install.cmake").exists() or not find_program("cmake"):
            self.skipTest("the program does not stand in its build folder")
        environment = {**os.environ, "DESTDIR": str(self.folder)}
        done = run("cmake", "--install", build, "--prefix", "/usr", env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        usr, config = self.folder / "usr", self.folder / "etc" / "flowcef" / "flowcef.toml"
        listed = subprocess.run([usr / "bin" / "flowcef", "elements", "octetDeltaCount"], capture_output=True, text=True,
                                timeout=15, check=False, cwd="/")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn("octetDeltaCount", listed.stdout)
        self.assertIn('\nmapping = "/usr/share/flowcef/mappings/default.toml"\n', config.read_text(encoding="utf-8"))
        unit = (usr / "lib" / "systemd" / "system" / "flowcef.service").read_text(encoding="utf-8")
        self.assertIn("ExecStart=/usr/bin/flowcef run --config /etc/flowcef/flowcef.toml\n", unit)
        self.assertNotIn("@CMAKE", unit)
        self.assertTrue((usr / "lib" / "sysusers.d" / "flowcef.conf").exists())
        self.assertTrue((usr / "share" / "doc" / "flowcef" / "service.md").exists())
        config.write_text("mine", encoding="utf-8")
        self.assertEqual(run("cmake", "--install", build, "--prefix", "/usr", env=environment).returncode, 0)
        self.assertEqual(config.read_text(encoding="utf-8"), "mine")


if __name__ == "__main__":
    main()
