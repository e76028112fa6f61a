"""A disk of a few megabytes that only one test sees."""
import os
import pathlib
import subprocess
import unittest

from support.harness import find_program, require
from support.process import Process

CHUNK = 65536


class SmallDisk:
    """A tmpfs at `path` in a mount namespace of its own; this program sees it at `here`.

    Skips the test where the system does not allow that.
    """

    def __init__(self, case, size):
        require("unshare", "nsenter", "mount")
        self.path = case.folder / "disk"
        self.path.mkdir()
        mount = f'{find_program("mount")} -t tmpfs -o size={size} tmpfs {self.path}'
        unshare = [find_program("unshare"), "--mount", "sh", "-ec"]
        probe = subprocess.run([*unshare, mount], capture_output=True, text=True, timeout=10, check=False)
        if probe.returncode != 0:
            raise unittest.SkipTest(f"the system does not allow a disk to be made: {probe.stderr}")
        holder = Process(case, "disk", [*unshare, f"{mount}; echo mounted; exec sleep infinity"])
        case.wait_until(lambda: "mounted" in holder.stdout(), "the disk is mounted")
        self.enter = [find_program("nsenter"), f"--mount=/proc/{holder.child.pid}/ns/mnt"]
        self.here = pathlib.Path(f"/proc/{holder.child.pid}/root{self.path}")

    def free(self):
        return os.statvfs(self.here).f_bavail * os.statvfs(self.here).f_frsize

    def fill(self, leave):
        """Another file takes all but so many bytes; returns it."""
        other = self.here / "other"
        with open(other, "wb", buffering=0) as file:
            while self.free() >= leave + CHUNK:
                file.write(bytes(CHUNK))
        return other
