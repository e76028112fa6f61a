"""rsyslog and syslog-ng with many inputs at once; each writes what its parser made of a message as a row of JSON."""
import collections
import datetime
import json

from support.process import tcp_listens, udp_sockets
from support.receivers import Rsyslog, SyslogNg

# One input. transport: udp, tcp or tls; options: how this receiver has to read it, see the classes.
Input = collections.namedtuple("Input", "name transport port options", defaults=[""])

# What a receiver says of a message. time: with its zone; text: tag and message together as RFC 3164 has them, or the
# message as RFC 5424 has it; raw: what came over the network, framing removed; forwarded: see RsyslogCollector; route:
# see Sc4s.
Row = collections.namedtuple("Row", "input host time facility severity tag text raw forwarded route", defaults=["", ""])


class Collector:
    """Mixed into a Receiver: it has the inputs instead of one port. zone: where the receiver believes it is."""

    def __init__(self, case, inputs, certificates=None, zone="UTC"):
        self.inputs, self._zone = inputs, zone
        super().__init__(case, "", certificates)

    def environment(self):
        return {**(super().environment() or {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}), "TZ": self._zone}

    def listens(self):
        return all(port in udp_sockets() if transport == "udp" else tcp_listens(port)
                   for _, transport, port, _ in self.inputs)

    def dropped(self):
        return sum(udp_sockets().get(port, 0) for _, transport, port, _ in self.inputs if transport == "udp")

    def rows(self):
        """All messages by the name of the input, in the order in which they came."""
        rows = {name: [] for name, *_ in self.inputs}
        for line in self.raw():
            row = Row(**json.loads(line))
            rows[row.input].append(row._replace(time=datetime.datetime.fromisoformat(row.time)))
        return rows


class RsyslogCollector(Collector, Rsyslog):
    """As it comes: no parser is set, so that it tells RFC 5424, RFC 3164 and anything else apart by itself.

    `forwarded` is what it hands on to the Azure Monitor Agent, by the template that the agent's installation sets up
    (learn.microsoft.com, "Collect Syslog events with Azure Monitor Agent", 10-azuremonitoragent-omfwd.conf).
    """

    def config(self):
        fields = {"input": "inputname", "host": "hostname", "facility": "syslogfacility-text",
                  "severity": "syslogseverity-text", "tag": "syslogtag", "raw": "rawmsg"}
        properties = "".join(f'property(outname="{out}" name="{name}" format="jsonf")\n'
                             for out, name in fields.items())
        certs = self.certificates
        lines = [
            f'global(workDirectory="{self.case.folder}" net.enableDNS="off")',
            'template(name="row" type="list" option.jsonf="on") {', properties,
            'property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")',
            'property(outname="text" name="$!text" format="jsonf")',
            'property(outname="forwarded" name="$!forwarded" format="jsonf")', "}",
            'template(name="agent" type="string" '
            'string="<%PRI%>%TIMESTAMP% %HOSTNAME% %syslogtag%%msg:::sp-if-no-1st-sp%%msg%")',
            'module(load="imudp")', 'module(load="imtcp")']
        if certs:
            lines.append(f'global(defaultNetstreamDriverCAFile="{certs}/ca.pem" '
                         f'defaultNetstreamDriverCertFile="{certs}/server.pem" '
                         f'defaultNetstreamDriverKeyFile="{certs}/server.key")')
        for name, transport, port, _ in self.inputs:
            module = "imudp" if transport == "udp" else "imtcp"
            tls = ""
            if transport == "tls":
                tls = ' streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"'
            lines.append(f'input(type="{module}" address="127.0.0.1" port="{port}" name="{name}" ruleset="all"{tls})')
        lines += ['ruleset(name="all") {',
                  '  if $protocol-version == "0" then set $!text = $syslogtag & $msg; else set $!text = $msg;',
                  '  set $!forwarded = exec_template("agent");',
                  f'  action(type="omfile" file="{self.raw_path}" template="row" asyncWriting="off")', "}",
                  f'action(type="omfile" file="{self.case.folder / "rsyslogd.own"}")']
        return "\n".join(lines) + "\n"


class SyslogNgCollector(Collector, SyslogNg):
    """options: the flags of network(), or `syslog` for the driver syslog(), which takes octet counts over TCP."""

    OPTIONS = ("@version: 3.38\noptions { stats-freq(0); keep-hostname(yes); use-dns(no); log-msg-size(65536);"
               " flush-lines(1); frac-digits(3); };\n")

    def config(self):
        sources = "".join(f" source({each.name});" for each in self.inputs)
        return (self.OPTIONS + "".join(self.source(each) for each in self.inputs)
                + self.destination("all", "text=${LEGACY_MSGHDR}${MESSAGE}")
                + f"log {{{sources} destination(all); }};\n")

    def source(self, each):
        driver, flags = ("syslog", "") if each.options == "syslog" else ("network", each.options)
        tls, certs = "", self.certificates
        if each.transport == "tls":
            tls = f' tls(key-file("{certs}/server.key") cert-file("{certs}/server.pem") peer-verify(no))'
        return (f"source {each.name} {{ {driver}(ip(127.0.0.1) port({each.port}) transport({each.transport}){tls}"
                f" flags(store-raw-message{', ' if flags else ''}{flags})); }};\n")

    def destination(self, name, more):
        row = ("input=$SOURCE host=$HOST time=$S_ISODATE facility=$FACILITY severity=$LEVEL tag=$PROGRAM raw=$RAWMSG "
               + more)
        return f'destination {name} {{ file("{self.raw_path}" template("$(format-json {row})\\n")); }};\n'


class Sc4s(SyslogNgCollector):
    """The way of a message through Splunk Connect for Syslog up to the choice of an index: `route` is vendor, product
    and event class if it is CEF, or `fallback`; `text` is what Splunk gets.

    Written after splunk/splunk-connect-for-syslog: package/etc/conf.d/sources/source_syslog/plugin.jinja (ports, which
    header it is) and package/etc/conf.d/conflib/syslog/app-syslog-cef.conf (what is CEF, the host, the split). Left out
    are the keys' values, and the time of rt, start and end, which it ignores from twelve digits on.
    """

    BY_HEADER = r"""
  if {
    filter { message('^<\d+>1 '); };
    parser { syslog-parser(drop-invalid(yes) flags(syslog-protocol, assume-utf8, guess-timezone)); };
  } elif {
    filter { message('^<\d+>') or message('^\w\w\w \d\d \d\d:\d\d:\d\d '); };
    parser { syslog-parser(drop-invalid(yes) flags(assume-utf8, guess-timezone)); };
    if {
      filter { not host('^[a-zA-Z0-9_.-]+$'); };
      rewrite { set('${HOST} ${MSGHDR}${MESSAGE}' value('MESSAGE')); unset(value('LEGACY_MSGHDR'));
                unset(value('PROGRAM')); set('$SOURCEIP' value('HOST')); };
    };
  } else { };
"""
    ROUTE = r"""
  if {
    filter { program('CEF' type(string) flags(prefix)) or message('CEF:0' type(string) flags(substring)); };
    if {
      filter { message('CEF:0' type(string) flags(prefix)); };
      rewrite { unset(value('PROGRAM')); };
    };
    if {
      parser { regexp-parser(prefix('.found.')
        patterns('^(?<first>[a-zA-Z0-9./][a-zA-Z0-9./-]*).*(?<cef>CEF:0.*)')); };
      rewrite { set('${.found.cef}' value('MESSAGE')); set('${.found.first}' value('HOST')); };
    };
    parser { csv-parser(delimiters(chars('') strings('|')) prefix('.cef.') flags(greedy, drop-invalid)
      columns('version', 'vendor', 'product', 'device', 'class', 'name', 'severity', 'keys')); };
    rewrite { set('${.cef.vendor}_${.cef.product}_${.cef.class}' value('.route')); };
  } else {
    rewrite { set('fallback' value('.route')); };
  };
  destination(all);
"""

    def source(self, each):
        return super().source(each if each.options == "syslog" else each._replace(options="validate-utf8, no-parse"))

    def config(self):
        text = self.OPTIONS + "".join(self.source(each) for each in self.inputs)
        text += self.destination("all", "text=${MSGHDR}${MESSAGE} route=${.route}")
        for each in self.inputs:
            by_header = "" if each.options == "syslog" else self.BY_HEADER
            text += f"log {{ source({each.name});{by_header}{self.ROUTE}}};\n"
        return text
