"""Child processes that are waited for with a deadline and ended by their own process id only."""
import os
import signal
import socket
import subprocess

from support.harness import DEADLINE_SECONDS


class Process:
    """One running program; its stdout and stderr go to files in the test's folder.

    A vital one has to run until stop() or wait(): whoever waits for something fails as soon as it ends.
    With `stdin=subprocess.PIPE` write() talks to it.
    """

    def __init__(self, case, name, command, env=None, vital=True, stdin=subprocess.DEVNULL):
        self.name, self._case = name, case
        self.stdout_path = case.folder / f"{name}.stdout"
        self.stderr_path = case.folder / f"{name}.stderr"
        with_parent = ["setpriv", "--pdeathsig", "KILL"]  # should this test be killed, so will the child
        with open(self.stdout_path, "ab") as out, open(self.stderr_path, "ab") as err:
            self.child = subprocess.Popen([*with_parent, *map(str, command)], stdin=stdin, stdout=out, stderr=err,
                                          env=env, cwd=case.folder)
        case.show_on_failure(f"stderr of {name}", self.stderr_path)
        case.addCleanup(self._end)
        if vital:
            case.vital.append(self)

    def _end(self):
        if self.child.stdin:
            self.child.stdin.close()
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(3)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def running(self):
        return self.child.poll() is None

    def write(self, data):
        self.child.stdin.write(data)
        self.child.stdin.flush()

    def cpu_seconds(self):
        """What it has used so far, in user and in kernel mode (proc(5), /proc/PID/stat)."""
        with open(f"/proc/{self.child.pid}/stat", encoding="ascii") as file:
            columns = file.read().rsplit(")", 1)[1].split()
        return (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")

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


def _socket_table(*names, pid="self"):
    """Rows of the kernel's tables (proc(5), /proc/PID/net/tcp) as (local port, remote port, columns)."""
    for name in names:
        with open(f"/proc/{pid}/net/{name}", encoding="ascii") as table:
            for row in table.readlines()[1:]:
                columns = row.split()
                yield int(columns[1].rsplit(":", 1)[1], 16), int(columns[2].rsplit(":", 1)[1], 16), columns


def udp_sockets(pid="self"):
    """Maps each local UDP port to the datagrams that its sockets have dropped, in the network of that process."""
    drops = {}
    for local, _, columns in _socket_table("udp", "udp6", pid=pid):
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


def tcp_bytes_unread(port):
    """Bytes that were acknowledged on `port` but not read by its program."""
    return sum(int(columns[4].split(":")[1], 16) for local, _, columns in _socket_table("tcp", "tcp6")
               if local == port and int(columns[3], 16) != TCP_LISTEN)


def tcp_connects():
    """How often anybody in this network has tried to open a connection (proc(5), /proc/net/snmp)."""
    with open("/proc/net/snmp", encoding="ascii") as table:
        names, values = (row.split() for row in table if row.startswith("Tcp:"))
    return int(values[names.index("ActiveOpens")])


def tcp_listens(port, pid="self"):
    return any(local == port and int(columns[3], 16) == TCP_LISTEN
               for local, _, columns in _socket_table("tcp", "tcp6", pid=pid))
