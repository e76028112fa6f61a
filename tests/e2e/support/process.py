"""Child processes that are waited for with a deadline and ended by their own process id only."""
import signal
import socket
import subprocess

from support.harness import DEADLINE_SECONDS


class Process:
    """One running program; its stdout and stderr go to files in the test's folder.

    A vital one has to run until stop() or wait(): whoever waits for something fails as soon as it ends.
    """

    def __init__(self, case, name, command, env=None, vital=True):
        self.name, self._case = name, case
        self.stdout_path = case.folder / f"{name}.stdout"
        self.stderr_path = case.folder / f"{name}.stderr"
        with_parent = ["setpriv", "--pdeathsig", "KILL"]  # should this test be killed, so will the child
        with open(self.stdout_path, "ab") as out, open(self.stderr_path, "ab") as err:
            self.child = subprocess.Popen([*with_parent, *map(str, command)], stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=err, env=env, cwd=case.folder)
        case.show_on_failure(f"stderr of {name}", self.stderr_path)
        case.addCleanup(self._end)
        if vital:
            case.vital.append(self)

    def _end(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(3)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def running(self):
        return self.child.poll() is None

    def stdout(self):
        return self.stdout_path.read_text(errors="replace")

    def stderr(self):
        return self.stderr_path.read_text(errors="replace")

    def stop(self, how=signal.SIGTERM, deadline=DEADLINE_SECONDS):
        """Sends the signal, waits for the end and returns the exit status (negative: killed by that signal)."""
        self._case.assertTrue(self.running(), f"{self.name} has ended by itself: {self.stderr()[-2000:]}")
        self.child.send_signal(how)
        return self.wait(deadline)

    def wait(self, deadline=DEADLINE_SECONDS):
        if self in self._case.vital:
            self._case.vital.remove(self)
        try:
            return self.child.wait(deadline)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {deadline:g} s") from None


def free_port(kind=socket.SOCK_STREAM, address="127.0.0.1"):
    """A port that is free now; in the test's own network namespace it stays so."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def _socket_table(*names):
    """Rows of the kernel's tables (proc(5), /proc/net/tcp) as (local port, remote port, columns)."""
    for name in names:
        with open(f"/proc/net/{name}", encoding="ascii") as table:
            for row in table.readlines()[1:]:
                columns = row.split()
                yield int(columns[1].rsplit(":", 1)[1], 16), int(columns[2].rsplit(":", 1)[1], 16), columns


def udp_sockets():
    """Maps each local UDP port to the datagrams that its sockets have dropped."""
    drops = {}
    for local, _, columns in _socket_table("udp", "udp6"):
        drops[local] = drops.get(local, 0) + int(columns[12])
    return drops


TCP_ESTABLISHED, TCP_TIME_WAIT, TCP_LISTEN = 1, 6, 10


def tcp_states(port):
    """The states (as the kernel numbers them) of TCP sockets that are connected *to* `port`."""
    return [int(columns[3], 16) for _, remote, columns in _socket_table("tcp", "tcp6") if remote == port]


def tcp_bytes_in_flight(port):
    """Bytes written to `port` that its side has not acknowledged."""
    return sum(int(columns[4].split(":")[0], 16)
               for _, remote, columns in _socket_table("tcp", "tcp6") if remote == port)


def tcp_listens(port):
    return any(local == port and int(columns[3], 16) == TCP_LISTEN
               for local, _, columns in _socket_table("tcp", "tcp6"))
