#!/usr/bin/env python3
"""The bridge tells the service manager that started it how it is doing: systemd's own protocol, sd_notify(3)."""
import os
import signal
import socket
import time
import unittest.mock

from support.bridge import Bridge, Output, run_program
from support.harness import Case, main
from support.process import free_port
from support.threads import StoppedThread, wake_ups


class Manager:
    """Stands where systemd does: at the socket that NOTIFY_SOCKET names."""

    def __init__(self, case, name, watchdog_usec=None):
        self._case = case
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        case.addCleanup(self._socket.close)
        self._socket.bind(name.replace("@", "\0", 1))
        self._socket.setblocking(False)
        self.heard = []  # {"READY": "1", "STATUS": ...}, in order
        self.environment = {"NOTIFY_SOCKET": name}
        if watchdog_usec:
            self.environment["WATCHDOG_USEC"] = str(watchdog_usec)

    def start(self, *outputs, **settings):
        with unittest.mock.patch.dict(os.environ, self.environment):
            return Bridge(self._case, *outputs, **settings)

    def listen(self):
        try:
            while True:
                lines = self._socket.recv(65536).decode().splitlines()
                self.heard.append(dict(line.split("=", 1) for line in lines))
        except BlockingIOError:
            return self.heard

    def wait_for(self, name, value="1", times=1):
        self._case.wait_until(lambda: sum(said.get(name) == value for said in self.listen()) >= times,
                              lambda: f"{name}={value} {times} times; heard: {self.heard}")

    def index(self, name):
        return next(i for i, said in enumerate(self.heard) if name in said)


class ServiceManager(Case):
    def test_notify_start_reload_stop(self):
        """PX-15: READY once datagrams are heard, RELOADING and READY around a reload, STOPPING first of a stop."""
        manager = Manager(self, f"{self.folder}/notify")
        bridge = manager.start()
        manager.wait_for("READY")
        self.assertIn("started version=", bridge.log())
        self.assertEqual(manager.heard[0]["READY"], "1")
        self.assertEqual(manager.heard[0]["STATUS"], "records=0")

        before = time.monotonic_ns() // 1000
        bridge.process.child.send_signal(signal.SIGHUP)
        manager.wait_for("READY", times=2)
        reloading = manager.heard[manager.index("RELOADING")]
        self.assertLessEqual(before, int(reloading["MONOTONIC_USEC"]))
        self.assertLessEqual(int(reloading["MONOTONIC_USEC"]), time.monotonic_ns() // 1000)
        self.assertEqual([said for said in manager.heard if "READY" in said or "RELOADING" in said][1], reloading)

        bridge.config_path.write_text("wrong", encoding="utf-8")
        self.assertEqual(run_program("reload", "--config", bridge.config_path)[0], 2)

        bridge.process.child.send_signal(signal.SIGHUP)
        manager.wait_for("READY", times=3)  # the old configuration goes on
        self.assertNotIn("WATCHDOG", {name for said in manager.heard for name in said})
        bridge.stop()
        manager.wait_for("STOPPING")
        self.assertEqual(manager.heard[-1]["EXTEND_TIMEOUT_USEC"], "15000000")

    def test_notify_watchdog(self):
        """Signs of life come for as long as the workers go on, over an abstract socket too, and the status says which
        output is in trouble."""
        manager = Manager(self, f"@flowcef-test-{os.getpid()}", watchdog_usec=600_000)
        bridge = manager.start(Output(f"tcp://127.0.0.1:{free_port()}"))
        manager.wait_for("WATCHDOG", times=3)
        manager.wait_for("STATUS", "records=0 output.siem=waiting")
        bridge.stop()

    def test_notify_a_worker_that_hangs(self):
        """No sign of life comes while one ingest worker does nothing, though the rest of the program goes on."""
        manager = Manager(self, f"{self.folder}/notify", watchdog_usec=600_000)
        bridge = manager.start(settings="workers = 1")
        manager.wait_for("WATCHDOG", times=3)
        try:
            with StoppedThread(self.worker_of(bridge)):
                self.wait_until(lambda: manager.listen() and "a worker is stuck" in bridge.log(), "the log tells")
                manager.listen()
                heard = len(manager.heard)
                self.wait_until(lambda: len(manager.listen()) >= heard + 5, "the program goes on to tell its status")
                self.assertNotIn("WATCHDOG", {name for said in manager.heard[heard:] for name in said})
        except PermissionError:
            self.skipTest("nobody may stop a thread here")
        heard = len(manager.heard)
        self.wait_until(lambda: any("WATCHDOG" in said for said in manager.listen()[heard:]), "a sign of life")
        bridge.stop()

    def worker_of(self, bridge):
        """The thread that datagrams wake; what is refused wakes no other one."""
        datagrams = 50
        before = wake_ups(bridge.process.child.pid)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(datagrams):
                sender.sendto(b"nonsense", ("127.0.0.1", bridge.port))
                time.sleep(0.005)  # each wakes it

        def woken():
            after = wake_ups(bridge.process.child.pid)
            return [thread for thread, count in after.items() if count - before.get(thread, count) > datagrams / 2]
        self.wait_until(lambda: len(woken()) == 1, lambda: f"one thread is woken: {woken()}")
        return woken()[0]

    def test_notify_nobody(self):
        """A socket that nobody listens to, or none at all, is nothing to fail over."""
        for name in (f"{self.folder}/none", "relative", "@", "/" + "x" * 200):
            with self.subTest(name), unittest.mock.patch.dict(os.environ, {"NOTIFY_SOCKET": name}):
                bridge = Bridge(self)
                self.wait_until(lambda: "started version=" in bridge.log(), "flowcef has started")
                bridge.stop()


if __name__ == "__main__":
    main()
