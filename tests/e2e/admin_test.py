#!/usr/bin/env python3
"""PX-09, PX-10, SK-08: the books over HTTP and for a person, read by Prometheus itself."""
import json
import random
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from support.bridge import Bridge, Output, run_program
from support.harness import SOURCE_DIR, Case, find_program, main, require
from support.ipfix import Exporter
from support.process import Process, free_port, tcp_listens

LOAD_SECONDS = 6
# Each is zero, whatever the bridge is doing, in every snapshot.
IDENTITIES = {
    "records sent on": "scalar(flowcef_records_total) - scalar(sum(flowcef_records_kept_back_total))"
                       " - scalar(flowcef_records_merging) - flowcef_output_records_total",
    "rendered": "flowcef_output_records_total - flowcef_output_lines_total"
                " - sum without(reason) (flowcef_output_records_without_line_total)",
    "lines of outputs": "flowcef_output_submitted_lines_total + flowcef_output_restored_lines_total"
                        " - flowcef_output_delivered_lines_total - flowcef_output_queued_lines"
                        " - flowcef_output_spooled_lines - sum without(reason) (flowcef_output_dropped_lines_total)",
    "by input": "scalar(flowcef_records_total) - sum(flowcef_input_records_total)",
    "by exporter": "scalar(flowcef_records_total) - sum(flowcef_exporter_records_total)"
                   " - scalar(flowcef_exporters_not_shown_records)",
    "imbalances": "flowcef_imbalances",
}


# Lines of the books, with what stands for each; a family without labels: the sum of its samples.
METRICS = (
    (r"datagrams", "flowcef_datagrams_total"), (r"datagrams\.(\w+)", 'flowcef_datagrams_total{{format="{0}"}}'),
    (r"records", "flowcef_records_total"), (r"lines", "flowcef_lines_total"),
    (r"templates", "flowcef_templates_learnt_total"), (r"kernel_drops", "flowcef_kernel_drops_total"),
    (r"refused", "flowcef_refused_total"), (r"refused\.(\w+)", 'flowcef_refused_total{{reason="{0}"}}'),
    (r"fields\.(\w+)", 'flowcef_fields_total{{kind="{0}"}}'),
    (r"output\.(\w+)\.(queued|spooled)", 'flowcef_output_{1}_lines{{output="{0}"}}'),
    (r"output\.(\w+)\.delivered", 'flowcef_output_delivered_lines_total{{output="{0}"}}'),
    (r"output\.(\w+)\.dropped", 'flowcef_output_lost_lines_total{{output="{0}"}}'),
    (r"output\.(\w+)\.dropped\.(\w+)", 'flowcef_output_dropped_lines_total{{output="{0}",reason="{1}"}}'),
    (r"output\.(\w+)\.errors\.(\w+)", 'flowcef_output_errors_total{{output="{0}",error="{1}"}}'),
    (r"output\.(\w+)\.bytes", 'flowcef_output_delivered_bytes_total{{output="{0}"}}'),
    (r"output\.(\w+)\.connects", 'flowcef_output_connects_total{{output="{0}"}}'),
)


def metric_of(metrics, book):
    """The value that stands for a line of the books; None: there is none."""
    for pattern, name in METRICS:
        if line := re.fullmatch(pattern, book):
            sample = name.format(*line.groups())
            samples = [value for key, value in metrics.items() if key == sample or key.startswith(sample + "{")]
            return sum(samples) if samples else None
    return None


class Admin(Case):
    def start(self, *outputs, **settings):
        self.admin = free_port()
        self.bridge = Bridge(self, *outputs, admin=f'listen = "127.0.0.1:{self.admin}"', **settings)
        self.wait_until(lambda: tcp_listens(self.admin) and self.get("/readyz")[0] == 200, "ready")

    def get(self, path, accept=None, method="GET"):
        """Status, content type and body."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.admin}{path}", method=method,
                                         headers={"Accept": accept} if accept else {})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()

    def metrics(self):
        """Samples as they stand there, by name and labels."""
        body = self.get("/metrics")[2]
        return {name: float(value) for name, value in re.findall(r"^([a-z][^ ]*(?:\{.*\})?) (\S+)$", body, re.MULTILINE)}

    def send(self, messages):
        exporter = Exporter(self, self.bridge.port, socket.SOCK_DGRAM)
        exporter.send(messages)
        self.wait_until(lambda: self.metrics()["flowcef_records_total"] >= exporter.sent, "records in /metrics")
        return exporter.sent

    def test_admin_pages(self):
        self.start()
        sent = self.send(5)
        self.assertEqual(self.get("/healthz")[::2], (200, "ok\n"))
        self.assertEqual(self.get("/nothing")[0], 404)
        self.assertEqual(self.get("/metrics", method="POST")[0], 405)
        self.assertEqual(self.get("/metrics", method="HEAD")[2], "")
        self.wait_until(lambda: self.metrics()['flowcef_output_delivered_lines_total{output="copy"}'] == sent, "lines")

        status, kind, body = self.get("/status")
        shown = json.loads(body)
        self.assertEqual((status, kind), (200, "application/json"))
        self.assertEqual(shown["imbalances"], [])
        self.assertEqual([(e["address"], e["records"], e["lost"]) for e in shown["exporters"]], [("127.0.0.1", sent, 0)])
        self.assertEqual([(o["name"], o["up"], o["delivered"]) for o in shown["outputs"]], [("copy", True, sent)])
        self.assertRegex(shown["mappings"][0]["hash"], "^[0-9a-f]{12}$")
        self.assertIn("synchronised", shown["clock"] or {"synchronised": None})
        code, out, err = run_program("status", "--json", "--config", self.bridge.config_path)
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(json.loads(out).keys(), shown.keys())

        code, out, err = run_program("status", "--config", self.bridge.config_path)
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out.decode(), rf"(?m)^copy +open +\S+ +file:\S+ +{sent} +0 ")
        self.assertRegex(out.decode(), rf"(?m)^127\.0\.0\.1 +udp:\S+ +\d+s ago +{sent} +0 +0 +1$")
        self.assertRegex(out.decode(), r"(?m)^clock: (NOT synchronised|synchronised|unknown)")

    def test_admin_says_every_number_of_the_books(self):
        """Each line of `status --books` is a metric of the same value, or the sum of some."""
        self.start(Output(f"tcp://127.0.0.1:{free_port()}", name="away", spool={"mode": "overflow"}))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"\xff\xff nonsense", ("127.0.0.1", self.bridge.port))
        sent = self.send(3)

        def differences():
            _, out, _ = run_program("status", "--books", "--config", self.bridge.config_path)
            metrics = self.metrics()
            books = {name: int(value) for name, value in re.findall(r"^(\S+) (\d+)$", out.decode(), re.MULTILINE)}
            self.assertFalse([name for name in metrics if name.startswith("flowcef_other")])
            self.assertEqual(books["records"], sent)
            self.assertEqual(books["refused"], 1)
            return {name: (value, metric_of(metrics, name)) for name, value in books.items()
                    if metric_of(metrics, name) != value}
        # Connects and errors of the output that is away go on, and the page is of a second ago.
        self.wait_until(lambda: not differences(), lambda: f"the same numbers: {differences()}")

    def test_admin_and_rubbish(self):
        """Random bytes, half a request, too many connections: nothing of it reaches the record path."""
        self.start()
        made = random.Random(9)
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", self.admin)) as connection:
                connection.sendall(made.randbytes(made.randrange(1, 3000)))
        held = [socket.create_connection(("127.0.0.1", self.admin)) for _ in range(64)]
        for connection in held:
            self.addCleanup(connection.close)
        exporter = Exporter(self, self.bridge.port, socket.SOCK_DGRAM)
        exporter.send(10)
        self.wait_until(lambda: len(self.bridge.copy()) == exporter.sent, "lines while connections are held")
        for connection in held:
            connection.close()
        self.wait_until(lambda: self.try_health() == 200, "an answer")
        self.assertEqual(self.bridge.stop()["records"], exporter.sent)

    def try_health(self):
        try:
            return self.get("/healthz")[0]
        except OSError:
            return 0

    def test_admin_address(self):
        """Off with one line, moved and switched on by a reload; a port that is taken costs the bridge only if named."""
        self.bridge = Bridge(self)
        self.admin = free_port()
        config = self.bridge.config_path
        off = config.read_text()
        self.assertNotIn("admin endpoint", self.bridge.log())
        config.write_text(off.replace("[admin]\nenabled = false", f'[admin]\nlisten = "127.0.0.1:{self.admin}"'))
        self.assertEqual(run_program("reload", "--config", config)[0], 0)
        self.assertEqual(self.get("/readyz")[0], 200)
        with socket.create_server(("127.0.0.1", 0)) as other:
            config.write_text(off.replace("[admin]\nenabled = false", f'[admin]\nlisten = "127.0.0.1:{other.getsockname()[1]}"'))
            code, _, err = run_program("reload", "--config", config)
            self.assertEqual(code, 2, err)
            self.assertEqual(self.get("/readyz")[0], 200, "the old one goes on")
        config.write_text(off)
        self.assertEqual(run_program("reload", "--config", config)[0], 0)
        self.assertFalse(tcp_listens(self.admin))

    def test_admin_counters_of_an_input_that_goes(self):
        """A counter never goes down: what exporters of an input did stays in the sums once a reload takes it out."""
        self.start()
        port = free_port(socket.SOCK_DGRAM)
        config = self.bridge.config_path
        before = config.read_text()
        config.write_text(f'{before}[[input]]\ntype = "udp"\nlisten = "127.0.0.1:{port}"\n')
        self.assertEqual(run_program("reload", "--config", config)[0], 0)
        exporter = Exporter(self, port, socket.SOCK_DGRAM)
        exporter.send(2)
        exporter.skip(7)
        exporter.send(1)
        self.wait_until(lambda: self.metrics()["flowcef_records_total"] == exporter.sent, "records in /metrics")
        config.write_text(before)
        self.assertEqual(run_program("reload", "--config", config)[0], 0)
        self.wait_until(lambda: self.metrics()["flowcef_sequence_lost_total"] == 7, "what the input had lost")
        metrics = self.metrics()
        self.assertFalse([name for name in metrics if name.startswith("flowcef_exporter_records_total")])
        self.assertEqual(metrics["flowcef_exporters_not_shown_records"], exporter.sent)
        self.assertEqual(metrics["flowcef_exporters_not_shown_lost"], 7)
        self.assertEqual(self.bridge.stop()["sequence.lost"], 7)

    def test_admin_promtool(self):
        require("promtool")
        self.start(Output(f"tcp://127.0.0.1:{free_port()}", name="away"))
        self.send(2)
        done = subprocess.run([find_program("promtool"), "check", "metrics"], input=self.get("/metrics")[2],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        _, kind, body = self.get("/metrics", accept="application/openmetrics-text; version=1.0.0")
        self.assertTrue(kind.startswith("application/openmetrics-text; version=1.0.0"))
        self.assertTrue(body.endswith("# EOF\n"))

    def test_admin_alerts(self):
        """Those of docs/monitoring.md: they are rules, about series that are there from the start, and tell of the first
        line that is lost, whatever the reason is."""
        require("promtool")
        document = (SOURCE_DIR / "docs" / "monitoring.md").read_text()
        rules = re.search(r"### Alerts\n\n```yaml\n(.*?)```", document, re.DOTALL)[1]
        self.start(Output(f"tcp://127.0.0.1:{free_port()}", name="away", spool={"mode": "overflow"}))
        there = {name.split("{")[0] for name in self.metrics()}
        of_others = {"flowcef_exporter_last_heard_timestamp_seconds", "flowcef_clock_synchronised",
                     "flowcef_output_certificate_expiry_timestamp_seconds"}  # nobody was heard, asked, and has TLS
        expressions = "\n".join(re.findall(r"expr: (.*)", rules))
        self.assertEqual(set(re.findall(r"flowcef_\w+", expressions)) - of_others - there, set())

        (self.folder / "rules.yml").write_text(rules)
        (self.folder / "test.yml").write_text("""
rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series:
      - { series: 'flowcef_output_lost_lines_total{output="siem"}', values: "0 0 0 3 3 3" }
      - { series: 'flowcef_output_dropped_lines_total{output="siem", reason="EPERM"}', values: "_ _ _ 3 3 3" }
      - { series: 'flowcef_sequence_lost_total', values: "0 0 0 7 7 7" }
      - { series: 'flowcef_output_connections{output="siem", state="open"}', values: "1x30" }
      - { series: 'flowcef_output_connections{output="siem", state="waiting"}', values: "1x30" }
      - { series: 'flowcef_output_spool_in_trouble{output="siem"}', values: "0 0 0 1 1 1" }
    alert_rule_test:
      - { eval_time: 2m, alertname: FlowcefLosesLines, exp_alerts: [] }
      - { eval_time: 4m, alertname: FlowcefLosesLines, exp_alerts: [ { exp_labels: { output: siem } } ] }
      - { eval_time: 4m, alertname: FlowcefExportsLost, exp_alerts: [ { exp_labels: {} } ] }
      - { eval_time: 2m, alertname: FlowcefSpool, exp_alerts: [] }
      - { eval_time: 4m, alertname: FlowcefSpool, exp_alerts: [ { exp_labels: { output: siem } } ] }
      - { eval_time: 20m, alertname: FlowcefConnectionDown, exp_alerts: [ { exp_labels: { output: siem } } ] }
""")
        for command in (("check", "rules", "rules.yml"), ("test", "rules", "test.yml")):
            done = subprocess.run([find_program("promtool"), *command], cwd=self.folder, capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_admin_prometheus(self):
        """The identities hold on what a real Prometheus scraped, under load and at rest."""
        require("prometheus")
        self.start(Output(f"tcp://127.0.0.1:{free_port()}", name="away"))
        port = free_port()
        config = self.folder / "prometheus.yml"
        config.write_text("global: { scrape_interval: 500ms, scrape_timeout: 500ms }\n"
                          "scrape_configs: [ { job_name: flowcef, static_configs: [ { targets: "
                          f"['127.0.0.1:{self.admin}'] }} ] }} ]\n")
        Process(self, "prometheus", [find_program("prometheus"), f"--config.file={config}",
                                     f"--storage.tsdb.path={self.folder / 'data'}", "--log.level=warn",
                                     f"--web.listen-address=127.0.0.1:{port}"])

        def is_ready():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=10) as answer:
                    return answer.status == 200
            except OSError:
                return False

        self.wait_until(is_ready, "Prometheus is ready")  # until then it listens and answers with 503

        def query(path, **parameters):
            url = f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]["result"]

        def value_of(expression):
            found = query("query", query=expression)
            return float(found[0]["value"][1]) if found else None

        self.wait_until(lambda: value_of("up") == 1, "a scrape")
        begin = time.time()
        exporter = Exporter(self, self.bridge.port, socket.SOCK_DGRAM)

        def load():
            while time.time() < begin + LOAD_SECONDS:
                exporter.send(10)
                time.sleep(0.01)

        thread = threading.Thread(target=load)
        thread.start()
        thread.join()
        end = time.time()
        steps = query("query_range", query="flowcef_records_total", start=begin, end=end, step=1)[0]["values"]
        self.assertGreater(len({value for _, value in steps}), 2, "scraped while records came")
        for name, expression in IDENTITIES.items():
            series = query("query_range", query=expression, start=begin, end=end, step=0.5)
            self.assertTrue(series, name)
            for one in series:
                self.assertEqual({value for _, value in one["values"]}, {"0"}, f"{name}: {one}")
        self.wait_until(lambda: value_of("flowcef_records_total") == exporter.sent, "all are scraped")
        for name, expression in IDENTITIES.items():
            self.assertEqual(value_of(expression), 0, name)
        self.assertEqual(value_of('flowcef_output_up{output="away"}'), 0)
        self.assertEqual(value_of('flowcef_output_up{output="copy"}'), 1)


if __name__ == "__main__":
    main()
