"""Threads of a running program: which one does what, and stopping just one of them (ptrace(2))."""
import ctypes
import os
import pathlib
import re

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17  # as linux/ptrace.h numbers them
WAIT_ALL = 0x40000000  # __WALL: also for threads

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def _ptrace(request, thread):
    if _libc.ptrace(request, thread, None, None) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def wake_ups(pid):
    """How often each thread but the first has been woken from waiting so far, by its id."""
    counts = {}
    for folder in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if int(folder.name) != pid:
            status = (folder / "status").read_text(encoding="ascii")
            counts[int(folder.name)] = int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.MULTILINE)[1])
    return counts


class StoppedThread:
    """As `with`: the thread does nothing meanwhile, while all others of its process go on.

    Raises OSError where the system lets nobody do that.
    """

    def __init__(self, thread):
        self._thread = thread

    def __enter__(self):
        _ptrace(SEIZE, self._thread)
        _ptrace(INTERRUPT, self._thread)
        os.waitpid(self._thread, WAIT_ALL)

    def __exit__(self, *_):
        _ptrace(DETACH, self._thread)
