"""Runs the unittest classes of a test program the way ctest wants it: quiet, in a network of its own, 77 to skip."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE_DIR = pathlib.Path(__file__).resolve().parents[3]
TOOLS_ROOT = pathlib.Path(os.environ.get("FLOWCEF_TEST_TOOLS", SOURCE_DIR / "build" / "tools")) / "root"
DEADLINE_SECONDS = 15.0
SKIPPED = 77


def find_program(name):
    """A program of a package that scripts/test unpacked, or of the system; None if there is none."""
    unpacked = [str(TOOLS_ROOT / "usr/sbin"), str(TOOLS_ROOT / "usr/bin")]
    folders = [*unpacked, os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]
    return shutil.which(name, path=":".join(folders))


def require(*names):
    """Skips the test if a program is missing, or fails it where every test has to run."""
    for name in names:
        if find_program(name) is None:
            if os.environ.get("FLOWCEF_REQUIRE_E2E"):
                raise AssertionError(f"{name} is not installed (scripts/test installs it)")
            raise unittest.SkipTest(f"{name} is not installed")


class Case(unittest.TestCase):
    """A test with a folder of its own; whatever it started is stopped in reverse order, also after a failure."""

    maxDiff = 4000

    def setUp(self):
        self.vital = []  # processes that must not end by themselves
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="flowcef-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run(self, result=None):
        self._result = result
        return super().run(result)

    def wait_until(self, condition, what, deadline=DEADLINE_SECONDS):
        """Polls until `condition()` is true; fails with `what` at the deadline, or as soon as a vital process ends."""
        end = time.monotonic() + deadline
        while not condition():
            text = what() if callable(what) else what
            for process in self.vital:
                if not process.running():
                    self.fail(f"{process.name} ended with status {process.child.returncode} before: {text}\n"
                              f"{process.stderr()[-2000:]}")
            if time.monotonic() > end:
                self.fail(f"{deadline:g} s have passed, and still not: {text}")
            time.sleep(0.02)

    def show_on_failure(self, title, path):
        """Prints the end of a log if the test fails."""
        def show():
            failed = any(test is self for test, _ in self._result.failures + self._result.errors)
            if failed and path.exists():
                text = path.read_text(errors="replace")
                print(f"---- {title} (last 3000 characters)\n{text[-3000:]}", file=sys.stderr)
        self.addCleanup(show)


def _enter_own_network():
    """Starts this program again in a network namespace with nothing but a loopback interface, if the system lets us.

    Ports then never clash, nothing leaves the machine, and tcpdump may record without further rights.
    """
    if os.environ.get("FLOWCEF_E2E_NETWORK"):
        return
    unshare, ip = find_program("unshare"), find_program("ip")
    options = ["--net"] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps", "--net"]
    inner = ["sh", "-c", f'{ip} link set lo up && exec "$@"', "sh"]
    os.environ["FLOWCEF_E2E_NETWORK"] = "own"
    if unshare and ip and subprocess.run([unshare, *options, *inner, "true"], capture_output=True).returncode == 0:
        os.execv(unshare, [unshare, *options, *inner, sys.executable, *sys.argv])
    os.environ["FLOWCEF_E2E_NETWORK"] = "shared"


def main():
    _enter_own_network()
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun and len(result.skipped) == result.testsRun else 0)
