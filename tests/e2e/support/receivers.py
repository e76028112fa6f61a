"""rsyslog and syslog-ng as receivers; each writes the raw line to a file, and what its parser made of it to another."""
import os
import signal

from support.bridge import split_lines
from support.harness import TOOLS_ROOT, find_program
from support.process import Process, free_port, tcp_listens, udp_sockets


class Receiver:
    """What both have in common. `transport` is udp, tcp or tls. Each start writes to files of its own."""

    program = ""
    needs = ()

    def __init__(self, case, transport, certificates=None):
        self.case, self.transport, self.certificates = case, transport, certificates
        self.port = free_port()
        self.config_path = case.folder / f"{self.program}.conf"
        self._starts = 0
        self.start()

    def config(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def environment(self):
        return None

    def start(self):
        self._starts += 1
        self.raw_path = self.case.folder / f"{self.program}-{self._starts}.raw"
        self.parsed_path = self.case.folder / f"{self.program}-{self._starts}.parsed"
        self.config_path.write_text(self.config())
        self.process = Process(self.case, f"{self.program}-{self._starts}", self.command(), env=self.environment())
        self.case.wait_until(self.listens, f"{self.program} listens")

    def listens(self):
        return self.port in udp_sockets() if self.transport == "udp" else tcp_listens(self.port)

    def dropped(self):
        """Datagrams that the kernel dropped in front of the receiver."""
        return udp_sockets().get(self.port, 0) if self.transport == "udp" else 0

    def kill(self):
        """Ends the receiver at once; what it had read but not written is lost, and its last line may be cut."""
        self.process.stop(signal.SIGKILL)

    def stop(self):
        """Ends the receiver in order, so that all it has got is in its files."""
        self.case.assertEqual(self.dropped(), 0, f"the kernel dropped datagrams for {self.program}")
        self.case.assertEqual(self.process.stop(), 0, f"{self.program} failed: {self.process.stderr()[-1000:]}")

    def url(self, host="127.0.0.1"):
        return f"{self.transport}://{host}:{self.port}"

    def tls_of_sender(self):
        if self.transport != "tls":
            return None
        return {"ca": self.certificates / "ca.pem", "certificate": self.certificates / "client.pem",
                "key": self.certificates / "client.key"}

    def count(self):
        return self.raw_path.read_bytes().count(b"\n") if self.raw_path.exists() else 0

    def wait_for_lines(self, count):
        self.case.wait_until(lambda: self.count() >= count,
                              lambda: f"{self.program} has {count} lines; it has {self.count()}")

    def raw(self):
        """The lines that came since the last start, framing removed."""
        return split_lines(self.case, self.raw_path.read_bytes()) if self.raw_path.exists() else []

    def parsed(self):
        """`PROGRAM MESSAGE` as the receiver's own parser understood the line."""
        return split_lines(self.case, self.parsed_path.read_bytes()) if self.parsed_path.exists() else []


class Rsyslog(Receiver):
    program = "rsyslogd"
    needs = ("rsyslogd",)

    def __init__(self, case, transport, certificates=None, octet_counting=True, driver="ossl"):
        self._octet_counting, self._driver = octet_counting, driver
        super().__init__(case, transport, certificates)

    def config(self):
        lines = [
            'global(maxMessageSize="64k" parser.permitSlashInProgramName="on" '
            f'workDirectory="{self.case.folder}" net.enableDNS="off")',
            'template(name="raw" type="string" string="%rawmsg%\\n")',
            'template(name="parsed" type="string" string="%app-name% %msg%\\n")',
        ]
        if self.transport == "udp":
            lines += ['module(load="imudp" batchSize="64")',
                      f'input(type="imudp" address="127.0.0.1" port="{self.port}" rcvbufSize="8m" ruleset="all")']
        else:
            driver = ""
            if self.transport == "tls":
                certs = self.certificates
                lines.append(f'global(defaultNetstreamDriver="{self._driver}" '
                             f'defaultNetstreamDriverCAFile="{certs}/ca.pem" '
                             f'defaultNetstreamDriverCertFile="{certs}/server.pem" '
                             f'defaultNetstreamDriverKeyFile="{certs}/server.key")')
                driver = (f' streamDriver.name="{self._driver}" streamDriver.mode="1"'
                          ' streamDriver.authMode="x509/certvalid"')
            lines += [f'module(load="imtcp"{driver})',
                      f'input(type="imtcp" port="{self.port}" ruleset="all" '
                      f'supportOctetCountedFraming="{"on" if self._octet_counting else "off"}")']
        lines += ['ruleset(name="all") {',
                  f'  action(type="omfile" file="{self.raw_path}" template="raw" asyncWriting="off")',
                  f'  action(type="omfile" file="{self.parsed_path}" template="parsed" asyncWriting="off")',
                  '}',
                  # rsyslog's own messages, for the log of a failed test
                  f'action(type="omfile" file="{self.case.folder / "rsyslogd.own"}")']
        return "\n".join(lines) + "\n"

    def command(self):
        self.case.show_on_failure("messages of rsyslogd", self.case.folder / "rsyslogd.own")
        program = find_program("rsyslogd")
        modules = ["-M", next(TOOLS_ROOT.glob("usr/lib/*/rsyslog"))] if program.startswith(str(TOOLS_ROOT)) else []
        return [program, "-n", "-f", self.config_path, "-i", self.case.folder / "rsyslogd.pid", *modules]


class Normalizer(Rsyslog):
    """Takes CEF over TCP, and writes what mmnormalize makes of each message as JSON.

    Debian's liblognorm 2.0.6 loses the first letter of the first key unless a blank follows the seventh bar.
    """

    def config(self):
        rules = self.case.folder / "mmnormalize.rulebase"
        rules.write_text("version=2\nrule=:%f:cef%\n")
        return (f'global(maxMessageSize="256k" workDirectory="{self.case.folder}" net.enableDNS="off")\n'
                'module(load="imtcp")\nmodule(load="mmnormalize")\n'
                'template(name="json" type="string" string="%$!all-json%\\n")\n'
                f'input(type="imtcp" address="127.0.0.1" port="{self.port}" ruleset="all")\n'
                'ruleset(name="all") {\n'
                '  set $.cef = re_extract($rawmsg, "(CEF:.*)", 0, 1, "");\n'
                f'  action(type="mmnormalize" variable="$.cef" ruleBase="{rules}")\n'
                f'  action(type="omfile" file="{self.raw_path}" template="json" asyncWriting="off")\n'
                '}\n'
                f'action(type="omfile" file="{self.case.folder / "rsyslogd.own"}")\n')


class SyslogNg(Receiver):
    """syslog(transport(tcp)) and (tls) take octet counting and nothing else: the strictest check of the framing.

    Without octet counting it is network(), which takes lines.
    """

    program = "syslog-ng"
    needs = ("syslog-ng",)

    def __init__(self, case, transport, certificates=None, octet_counting=True):
        self._octet_counting = octet_counting
        super().__init__(case, transport, certificates)

    def config(self):
        tls = ""
        if self.transport == "tls":
            certs = self.certificates
            tls = (f' tls(key-file("{certs}/server.key") cert-file("{certs}/server.pem") ca-file("{certs}/ca.pem")'
                   ' peer-verify(required-trusted))')
        driver, flags = "syslog", "store-raw-message"
        if not self._octet_counting:
            driver, flags = "network", "syslog-protocol, store-raw-message"
        return (
            "@version: 3.38\n"
            "options { stats-freq(0); keep-hostname(yes); use-dns(no); log-msg-size(65536); flush-lines(1); };\n"
            f"source s {{ {driver}(ip(127.0.0.1) port({self.port}) transport({self.transport}){tls}"
            f" flags({flags}) max-connections(10)); }};\n"
            f'destination raw {{ file("{self.raw_path}" template("$RAWMSG\\n")); }};\n'
            f'destination parsed {{ file("{self.parsed_path}" template("$PROGRAM $MESSAGE\\n")); }};\n'
            "log { source(s); destination(raw); destination(parsed); };\n")

    def environment(self):
        return {**os.environ, "LD_LIBRARY_PATH": str(TOOLS_ROOT / "usr/lib/syslog-ng")}

    def command(self):
        program, folder = find_program("syslog-ng"), self.case.folder
        modules = []
        if program.startswith(str(TOOLS_ROOT)):
            modules = ["--module-path", next(TOOLS_ROOT.glob("usr/lib/syslog-ng/[0-9]*"))]
        return [program, "-F", "--no-caps", "--stderr", *modules, "-f", self.config_path,
                "-R", folder / "syslog-ng.persist", "-c", folder / "syslog-ng.ctl", "-p", folder / "syslog-ng.pid"]

