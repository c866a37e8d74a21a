"""The program under test: started with settings of its own, asked over HTTP, ended in order."""

import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from waiting import end, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("WEIR_PROGRAM", str(ROOT / "build/dev/weir"))
SERIES = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def weir(*words, **options):
    """Runs one command to its end."""
    clean = {"PATH": os.environ["PATH"]}
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=60,
                          env=clean, check=False, **options)


def http_get(address, path, method="GET"):
    """(status, body) of a page."""
    request = urllib.request.Request(f"http://{address}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def upstream(name, address, **keys):
    """The TOML of one upstream."""
    lines = [f'{key.replace("__", ".")} = {json.dumps(value)}' for key, value in keys.items()]
    return "\n".join([f'[[edge.upstreams]]\nname = "{name}"\naddress = "{address}"', *lines, ""])


class Weir:
    """A running weir. `edge` are lines of [edge], `more` whole tables; upstreams come last."""

    def __init__(self, folder, upstreams, edge="", more="", listen="127.0.0.1", **options):
        self.folder = Path(folder)
        self.port, self.control = free_port(), f"127.0.0.1:{free_port()}"
        self.alias = f"127.0.0.1:{free_port()}"
        self.file, self.log_file = self.folder / "weir.toml", self.folder / "weir.log"
        self.store = self.folder / "queries.db"
        self.listen, self.upstreams, self.options = listen, upstreams, options
        self.write(edge, more)
        self.process = None

    def write(self, edge="", more=""):
        """Writes the settings anew, for a reload."""
        places = ", ".join(f'"{place}:{self.port}"' for place in self.listen.split())
        listen = "" if "listen =" in edge else f"listen = [{places}]\n"
        self.file.write_text(
            f"[edge]\nthreads = 2\n{listen}{edge}\n{''.join(self.upstreams)}\n"
            f'[control]\nlisten = ["{self.control}"]\nalias_listen = ["{self.alias}"]\n'
            f'[store]\npath = "{self.store}"\n{more}', encoding="utf-8")

    def start(self, ready=True, environment=None):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "run", "--config", self.file], stderr=log, stdout=log, cwd=self.folder,
                env={"PATH": os.environ["PATH"], **(environment or {})})
        wait_until(self._answers, 10, "the control plane")
        if ready:
            wait_until(lambda: self.get("/readyz")[0] == 200, 10, "readiness")
        return self

    def _answers(self):
        assert self.process.poll() is None, f"weir ended: {self.log}"
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def stop(self, number=signal.SIGTERM):
        return end(self.process, number)

    @property
    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def get(self, path):
        return http_get(self.control, path)

    def status(self):
        return json.loads(self.get("/api/v1/status")[1])

    def metrics(self, address=None):
        """[(name, labels, value)] of every series."""
        found = []
        for line in http_get(address or self.control, "/metrics")[1].splitlines():
            if match := SERIES.match(line):
                name, labels, value = match.groups()
                found.append((name, dict(LABEL.findall(labels or "")), float(value)))
        return found

    def value(self, name, **labels):
        """The sum of the series of that name that have these labels."""
        return sum(value for series, has, value in self.metrics()
                   if series == name and labels.items() <= has.items())

    def settled(self, seconds=20):
        """The store's line of the ledger and the edge's, once nothing is under way any more."""
        def lines():
            ledger = {(line["kind"], line["name"]): line for line in self.status()["ledger"]}
            source, sink = ledger["source", "edge"], ledger["sink", "store"]
            still = source["received"] > 0 and source["in_flight"] == sink["in_flight"] == 0
            return (source, sink) if still else None
        before = None
        while True:  # quiet twice in a row: the taps hold observations for some milliseconds
            now = wait_until(lines, seconds, "a settled ledger")
            if now == before:
                return now
            before = now
            quiet = socket.socket()
            quiet.close()
