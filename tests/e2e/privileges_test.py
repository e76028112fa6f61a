#!/usr/bin/env python3
"""Started as root, the bridge opens what only root may, and then goes on as the user of its configuration."""
import grp
import os
import pathlib
import pwd
import re
import socket
import subprocess
import unittest
import urllib.request

from support.bridge import BINARY, MAPPING, Bridge, Output, run_program
from support.exporter import WireCapture, export, make_traffic
from support.harness import DEADLINE_SECONDS, Case, main, require
from support.process import Process, free_port

USER = "nobody"
LOW_PORT = 514  # below 1024: only root may listen there
NET_BIND_SERVICE = 1 << 10  # of a set of capabilities, as linux/capability.h numbers them


def require_root():
    """Skips the test without root, or where somebody else may have the port."""
    if os.geteuid() != 0 or os.environ.get("FLOWCEF_E2E_NETWORK") != "own":
        raise unittest.SkipTest("needs root and a network of its own")


class Privileges(Case):
    def config(self, settings):
        return (f'mapping = "{MAPPING}"\nstate_dir = "{self.folder}"\nevents = {{ enabled = false }}\n{settings}\n'
                '[[input]]\ntype = "udp"\nlisten = ["127.0.0.1:0"]\n'
                f'[[output]]\nname = "copy"\nto = "file:{self.folder}/copy"\n')

    def status(self, bridge):
        """{"Uid": [real, effective, saved, file system], "Groups": [...], "CapEff": [...], ...}"""
        # setpriv, which started it, has become flowcef under the same process id.
        text = pathlib.Path(f"/proc/{bridge.process.child.pid}/status").read_text(encoding="ascii")
        return {name: values.split() for name, values in re.findall(r"^(\w+):\s*(.*)$", text, re.MULTILINE)}

    def thread_statuses(self, bridge):
        for thread in pathlib.Path(f"/proc/{bridge.process.child.pid}/task").glob("*/status"):
            yield dict(re.findall(r"^(\w+):\s*(.*)$", thread.read_text(), re.MULTILINE))

    def expect_user(self, bridge, uid, gid, capabilities=0):
        self.wait_until(lambda: "started version=" in bridge.log(), "flowcef has started")
        status = self.status(bridge)
        self.assertEqual(status["Uid"], [str(uid)] * 4)
        self.assertEqual(status["Gid"], [str(gid)] * 4)
        self.assertNotIn("0", status["Groups"])
        self.assertEqual(status["NoNewPrivs"], ["1"])
        expected = {"CapInh": 0, "CapPrm": capabilities, "CapEff": capabilities, "CapAmb": 0}
        of_threads = []
        for thread in self.thread_statuses(bridge):
            self.assertEqual(thread["Uid"].split(), [str(uid)] * 4)
            self.assertEqual(thread["NoNewPrivs"], "1")
            of_threads.append({name: int(thread[name], 16) for name in expected})
        bare = dict.fromkeys(expected, 0)
        if capabilities and bare in of_threads and b"__asan_init" in BINARY.read_bytes():
            # A thread of the sanitizer's own is there before main(), and loses everything with the user id.
            of_threads.remove(bare)
        self.assertGreater(len(of_threads), 1)
        self.assertEqual(of_threads, [expected] * len(of_threads))
        self.assertEqual({name: int(status[name][0], 16) for name in (*expected, "CapBnd")}, {**expected, "CapBnd": 0})

    def test_user_after_a_low_port(self):
        """PX-16: lines arrive over a port that the user could not open, in a file that the user could not open."""
        require_root()
        require("softflowd", "tcpdump")
        self.folder.chmod(0o711)
        bridge = Bridge(self, port=LOW_PORT, settings=f'user = "{USER}"\n')
        account = pwd.getpwnam(USER)
        self.expect_user(bridge, account.pw_uid, account.pw_gid, NET_BIND_SERVICE)
        state = (self.folder / "state").stat()
        self.assertEqual((state.st_uid, state.st_gid), (account.pw_uid, account.pw_gid), "the owner of state_dir")
        self.assertNotRegex(bridge.log(), "state_dir: user")

        _, traffic = make_traffic(self, 10)
        wire = WireCapture(self, bridge.port)
        export(self, traffic, 9, bridge.port)
        sent = wire.read()
        counts = bridge.stop()
        self.assertGreater(sent.records, 0)
        self.assertEqual(len(bridge.copy()), sent.records)
        self.assertEqual(counts.get("output.copy.delivered"), sent.records)

    def test_group(self):
        require_root()
        group = grp.getgrnam("mail")
        self.folder.chmod(0o711)
        bridge = Bridge(self, settings=f'user = "{USER}"\ngroup = "{group.gr_name}"\n')
        self.expect_user(bridge, pwd.getpwnam(USER).pw_uid, group.gr_gid)
        bridge.stop()

    def test_state_dir_of_somebody_else(self):
        """A folder that was there before keeps its owner, and the log says what is wrong with that."""
        require_root()
        (self.folder / "state").mkdir(0o755)
        bridge = Bridge(self, settings=f'user = "{USER}"\n')
        self.wait_until(lambda: re.search(f"state_dir: user {USER} cannot write to ", bridge.log()), "a warning")
        self.assertEqual((self.folder / "state").stat().st_uid, 0)
        bridge.stop()

    def test_spool_of_the_user(self):
        """PX-12, PX-16: the folder is made by root, for the user, who finds its lines again after a restart."""
        require_root()
        self.folder.chmod(0o711)
        output = Output(f"tcp://127.0.0.1:{free_port()}", **{"spool.mode": "journal"})
        for name in ("spooled", "restored"):
            bridge = Bridge(self, output, settings=f'user = "{USER}"\n', stop_deadline="100ms")
            if name == "spooled":
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
                    exporter.sendto(b"\x00\x05\x00\x01" + bytes(20 + 48), ("127.0.0.1", bridge.port))
                self.wait_until(bridge.copy, "the record has come")
            self.assertEqual(bridge.stop().get(f"output.siem.{name}"), 1)
        for path in (self.folder / "state" / "spool").rglob("*"):
            status = path.stat()
            self.assertEqual((status.st_uid, status.st_mode & 0o077), (pwd.getpwnam(USER).pw_uid, 0), path)

    def test_spool_of_somebody_else_exits_2(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        self.folder.chmod(0o711)
        spool = self.folder / "spool"
        spool.mkdir(0o755)
        path = self.folder / "flowcef.toml"
        path.write_text(self.config(f'user = "{USER}"') +
                        f'[[output]]\nname = "siem"\nto = "tcp://127.0.0.1"\nspool.dir = "{spool}"\n')
        for command in ("check", "run"):
            with self.subTest(command):
                status, _, err = run_program(command, "--config", path)
                self.assertEqual(status, 2, err)
                self.assertIn(f"output.siem.spool.dir: user {USER} cannot write to {spool}: Permission denied", err)

    def test_reload_opens_a_low_port(self):
        """PX-15, PX-16: the right to open such ports stays, in every thread, where the configuration had one."""
        require_root()
        self.folder.chmod(0o711)
        (self.folder / "copy.cef").touch()
        os.chown(self.folder / "copy.cef", pwd.getpwnam(USER).pw_uid, -1)
        bridge = Bridge(self, port=LOW_PORT, settings=f'user = "{USER}"\n')
        self.wait_until(lambda: "started version=" in bridge.log(), "flowcef has started")
        self.assertNotIn("cannot write to", bridge.log())
        text = bridge.config_path.read_text(encoding="utf-8")
        bridge.config_path.write_text(text.replace(f'"127.0.0.1:{LOW_PORT}"', f'"127.0.0.1:{LOW_PORT + 1}"'),
                                      encoding="utf-8")
        status, out, err = run_program("reload", "--config", bridge.config_path)
        self.assertEqual(status, 0, out + err.encode())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
            exporter.sendto(b"\x00\x05\x00\x01" + bytes(20 + 48), ("127.0.0.1", LOW_PORT + 1))
            self.wait_until(bridge.copy, "the record has come")
        account = pwd.getpwnam(USER)
        self.expect_user(bridge, account.pw_uid, account.pw_gid, NET_BIND_SERVICE)
        bridge.stop()

    def test_files_that_root_made_are_the_users(self):
        """PX-15, PX-16: a reload opens them again, as that user."""
        require_root()
        self.folder.chmod(0o711)
        account = pwd.getpwnam(USER)
        out = self.folder / "out"
        out.mkdir()
        os.chown(out, account.pw_uid, account.pw_gid)
        path = self.folder / "flowcef.toml"
        path.write_text(self.config(f'user = "{USER}"\ndead_letter = {{ file = "{out}/refused.pcapng" }}').replace(
            f"file:{self.folder}/copy", f"file:{out}/copy").replace(
            f'state_dir = "{self.folder}"', f'state_dir = "{self.folder}/state"'), encoding="utf-8")
        process = Process(self, "flowcef", [str(BINARY), "run", "--config", str(path)])
        self.wait_until(lambda: "started version=" in process.stderr(), "flowcef has started")
        self.assertNotIn("cannot write to " + str(out), process.stderr())
        for name, mode in (("copy", 0o640), ("refused.pcapng", 0o600)):
            status = (out / name).stat()
            self.assertEqual((status.st_uid, status.st_gid, status.st_mode & 0o777),
                             (account.pw_uid, account.pw_gid, mode), name)
        status, text, err = run_program("reload", "--config", path)
        self.assertEqual(status, 0, text + err.encode())

    def test_a_reload_that_needs_rights_given_up(self):
        """PX-15, PX-16: the error says what to do."""
        require_root()
        self.folder.chmod(0o711)
        bridge = Bridge(self, settings=f'user = "{USER}"\n')
        self.wait_until(lambda: "started version=" in bridge.log(), "flowcef has started")
        text = bridge.config_path.read_text(encoding="utf-8")
        bridge.config_path.write_text(text + f'[[input]]\ntype = "udp"\nlisten = ["127.0.0.1:{LOW_PORT}"]\n',
                                      encoding="utf-8")
        status, _, err = run_program("reload", "--config", bridge.config_path)
        self.assertEqual(status, 2, err)
        self.assertRegex(err, rf"127\.0\.0\.1:{LOW_PORT}: Permission denied .*"
                              r"; the bridge runs without cap_net_bind_service, which this may need: restart it")
        bridge.stop()

    def test_no_user_named_and_too_many_rights(self):
        """PX-16: whoever starts it with capabilities, as systemd does, gets a process without those it has no use for."""
        require_root()
        require("setpriv")
        self.folder.chmod(0o777)
        path = self.folder / "flowcef.toml"
        path.write_text(self.config("").replace("127.0.0.1:0", f"127.0.0.1:{LOW_PORT}"), encoding="utf-8")
        rights = "+net_bind_service,+net_raw,+net_admin"
        process = Process(self, "flowcef", [
            "setpriv", "--reuid", USER, "--clear-groups", "--inh-caps", rights, "--ambient-caps", rights,
            str(BINARY), "run", "--config", str(path)])
        try:
            self.wait_until(lambda: "started version=" in process.stderr(), "flowcef has started")
        except AssertionError:
            if "Permission denied" in process.stderr():
                self.skipTest("other users may not run the program where it is")
            raise
        status = pathlib.Path(f"/proc/{process.child.pid}/status").read_text(encoding="ascii")
        for name, bits in (("CapInh", 0), ("CapAmb", 0), ("CapPrm", NET_BIND_SERVICE), ("CapEff", NET_BIND_SERVICE)):
            self.assertEqual(int(re.search(rf"^{name}:\s*(\w+)", status, re.MULTILINE)[1], 16), bits, name)

    def test_what_a_reload_cannot_read(self):
        """PX-15, PX-16: check tells of it with its place, and run starts and warns."""
        require_root()
        self.folder.chmod(0o711)
        classes = self.folder / "classes.tsv"
        classes.write_text("1\tweb\n", encoding="utf-8")
        classes.chmod(0o600)
        secret = self.folder / "secret"
        secret.mkdir(0o700)
        hidden = secret / "classes.tsv"
        hidden.write_text("1\tweb\n", encoding="utf-8")
        exporters = "".join(f'[[exporter]]\nmatch = "192.0.2.{number}"\nclasses = "{file}"\n'
                            for number, file in ((1, classes), (2, hidden)))
        path = self.folder / "flowcef.toml"
        path.write_text(self.config(f'user = "{USER}"') + exporters, encoding="utf-8")
        status, _, err = run_program("check", "--config", path)
        self.assertEqual(status, 2, err)
        for file in (classes, hidden):
            self.assertRegex(err, rf"flowcef\.toml:\d+:\d+: exporter.*: a reload, as user {USER}, will fail: "
                                  rf".*\({re.escape(str(file))}: Permission denied")
        classes.chmod(0o644)
        secret.chmod(0o711)
        status, _, err = run_program("check", "--config", path)
        self.assertEqual(status, 2, err)  # of state_dir, which is root's
        self.assertNotIn("a reload, as user", err)
        self.assertIn(f"state_dir: user {USER} cannot write to {self.folder}: Permission denied", err)
        self.assertIn(f"output.copy.to: user {USER} cannot write to {self.folder}/copy: Permission denied", err)

        classes.chmod(0o600)
        process = Process(self, "flowcef", [str(BINARY), "run", "--config", str(path)])
        self.wait_until(lambda: "started version=" in process.stderr(), "flowcef has started")
        self.assertIn(f"{classes}: Permission denied", process.stderr())

    def test_root_stays_if_nobody_is_named(self):
        require_root()
        bridge = Bridge(self)
        self.wait_until(lambda: "running as root" in bridge.log(), "the log says how to change that")
        self.assertEqual(self.status(bridge)["Uid"], ["0"] * 4)
        bridge.stop()

    def test_unfit_accounts_exit_2(self):
        path = self.folder / "flowcef.toml"
        for settings, key in (('user = "no-such-user"', "user"), ('user = "root"', "user"),
                              (f'user = "{USER}"\ngroup = "no-such-group"', "group")):
            path.write_text(self.config(settings))
            for command in ("check", "run"):
                with self.subTest(command, settings=settings):
                    status, _, err = run_program(command, "--config", path)
                    self.assertEqual(status, 2, err)
                    self.assertRegex(err, rf"flowcef\.toml: {key}: ")

    def test_without_root_exits_1(self):
        """Only root can become somebody else; the program must not go on as who it is."""
        as_root = os.geteuid() == 0
        if not as_root and pwd.getpwuid(os.geteuid()).pw_name == USER:
            self.skipTest("needs another user")
        self.folder.chmod(0o777)
        path = self.folder / "flowcef.toml"
        path.write_text(self.config(f'user = "{USER}"'))
        try:
            done = subprocess.run([BINARY, "run", "--config", path], stdin=subprocess.DEVNULL, capture_output=True,
                                  user="daemon" if as_root else None, timeout=DEADLINE_SECONDS, check=False)
        except PermissionError:
            self.skipTest("other users may not run the program where it is")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"only root can", done.stderr)

    def test_user_and_another_admin_address(self):
        """PX-15: the admin endpoint that root opened gives its port to another address by a reload."""
        require_root()
        self.folder.chmod(0o711)
        (self.folder / "copy.cef").touch()
        os.chown(self.folder / "copy.cef", pwd.getpwnam(USER).pw_uid, -1)
        port = free_port()
        bridge = Bridge(self, settings=f'user = "{USER}"\n', admin=f'listen = "127.0.0.1:{port}"')
        self.expect_user(bridge, pwd.getpwnam(USER).pw_uid, pwd.getpwnam(USER).pw_gid)
        config = bridge.config_path.read_text()
        bridge.config_path.write_text(config.replace(f"127.0.0.1:{port}", f"0.0.0.0:{port}"))
        code, _, err = run_program("reload", "--config", bridge.config_path)
        self.assertEqual((code, err), (0, ""))
        with urllib.request.urlopen(f"http://127.0.0.2:{port}/readyz", timeout=10) as answer:
            self.assertEqual(answer.status, 200)
        bridge.stop()


if __name__ == "__main__":
    main()
