"""rsyslog as a sender: what comes over TCP goes on by its omfwd."""
from support.receivers import Rsyslog


class Omfwd(Rsyslog):
    """Forwards as rsyslog's documentation says for a receiver that may be away: a disk-assisted queue, endless retries,
    and what is queued is saved at the end (rsyslog.com/doc/tutorials/reliable_forwarding.html).

    All that it got and put into that queue is in raw() too.
    """

    def __init__(self, case, transport, port, framing, tls):
        self._to, self._port, self._framing, self._tls = transport, port, framing, tls
        super().__init__(case, "tcp")

    def config(self):
        tls = ""
        if self._to == "tls":
            tls = (' streamDriver="ossl" streamDriverMode="1" streamDriverAuthMode="x509/certvalid"'
                   f' streamDriver.CAFile="{self._tls}/ca.pem" streamDriver.CertFile="{self._tls}/client.pem"'
                   f' streamDriver.KeyFile="{self._tls}/client.key"')
        framing = "octet-counted" if self._framing == "octet-counting" else "traditional"
        return (
            f'global(maxMessageSize="64k" workDirectory="{self.case.folder}" net.enableDNS="off")\n'
            'template(name="raw" type="string" string="%rawmsg%\\n")\n'
            'template(name="sent" type="string" string="%rawmsg%")\n'
            'module(load="imtcp")\n'
            f'input(type="imtcp" port="{self.port}" ruleset="all")\n'
            'ruleset(name="all") {\n'
            f'  action(type="omfile" file="{self.raw_path}" template="raw" asyncWriting="off")\n'
            f'  action(type="omfwd" target="127.0.0.1" port="{self._port}" protocol="tcp" template="sent"{tls}\n'
            f'    tcp_framing="{framing}" queue.type="LinkedList" queue.filename="forward" queue.saveOnShutdown="on"\n'
            '    action.resumeRetryCount="-1" action.resumeInterval="1")\n'
            '}\n'
            f'action(type="omfile" file="{self.case.folder / "rsyslogd.own"}")\n')

    def saved(self):
        """Whether it had not sent all when it ended."""
        return (self.case.folder / "forward.qi").exists()
