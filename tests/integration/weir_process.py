"""Runs the built program for tests: on ports of its own, in a directory of its own, and ends it."""

import json
import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (os.environ.get("WEIR_PROGRAM") or os.environ.get("WEIR")
           or str(ROOT / "build/release/weir"))


def free_port():
    """A port that is free for UDP and TCP, below those that the kernel gives to clients."""
    while True:
        port = random.randrange(20000, 32000)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET6, kind) as probe:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                    probe.bind(("::", port))
        except OSError:
            continue
        return port


def clean_environment(**more):
    """The environment without the variables that weir reads."""
    read = ("BIND_ADDRESS", "BIND_PORT", "METRICS_PORT", "UPSTREAM_ADDRESS", "DEBUG",
            "STATE_DIRECTORY", "XDG_STATE_HOME", "NO_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in read}
    return {**kept, **more}


def weir(*words, timeout=20, environment=None, prefix=()):
    """Runs a command to its end and gives what `subprocess.run` gives, as text."""
    return subprocess.run([*prefix, PROGRAM, *words], capture_output=True, text=True,
                          timeout=timeout, env=environment or clean_environment(), check=False)


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)


def fetch(url, method="GET", headers=None, timeout=5):
    request = urllib.request.Request(url, method=method, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return Response(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Response(error.code, error.headers, error.read().decode())


def wait_until(condition, timeout=10, what="condition"):
    """Polls until `condition` gives something true, and gives that."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {timeout} s")


class WeirProcess:
    """A running weir. `settings` is TOML; listening addresses and the store are set over it."""

    def __init__(self, directory, settings="", set_=(), environment=None, prefix=(), ports=True):
        self.directory = Path(directory)
        self.settings_file = self.directory / "weir.toml"
        self.settings_file.write_text(settings, encoding="utf-8")
        self.store = self.directory / "queries.db"
        self.log_file = self.directory / "weir.log"
        self.dns_port = free_port()
        self.http_port = free_port()
        self.base = f"http://127.0.0.1:{self.http_port}"
        self.history = self.directory / "universe.db"
        words = [f"store.path={self.store}", f"universe.history.path={self.history}"]
        if ports:
            words.append(f'edge.listen=["127.0.0.1:{self.dns_port}"]')
        words.append(f'control.listen=["127.0.0.1:{self.http_port}"]')
        words += set_
        self.command = [*prefix, PROGRAM, "run", "--config", str(self.settings_file)]
        for word in words:
            self.command += ["--set", word]
        self.environment = clean_environment(**(environment or {}))
        self.process = None

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log,
                                            env=self.environment, cwd=self.directory)
        try:
            wait_until(self._is_alive, what="the control plane")
        except AssertionError as error:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{error}; log:\n{self.log()}") from None
        return self

    def _is_alive(self):
        if self.process.poll() is not None:
            raise AssertionError(f"weir ended with {self.process.returncode}")
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def wait_until_ready(self, timeout=10):
        wait_until(lambda: self.get("/readyz").status == 200, timeout, "readiness")
        return self

    def get(self, path, **options):
        return fetch(self.base + path, **options)

    def status(self):
        return self.get("/api/v1/status").json()

    def metric(self, name, labels=""):
        """The sum of the samples of `name` whose labels contain `labels`."""
        total = 0.0
        for line in self.get("/metrics").body.splitlines():
            series, _, value = line.rpartition(" ")
            if series.partition("{")[0] == name and labels in series:
                total += float(value)
        return total

    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def settled(self, received=1, timeout=20):
        """The edge's and the store's line of the ledger, once so many observations were made and
        none is under way any more."""
        def lines():
            ledger = {(line["kind"], line["name"]): line for line in self.status()["ledger"]}
            source, sink = ledger["source", "edge"], ledger["sink", "store"]
            done = source["received"] >= received and source["in_flight"] == 0
            return (source, sink) if done and sink["in_flight"] == 0 else None
        return wait_until(lines, timeout, "a settled ledger")

    def wait_for_log(self, text, timeout=10):
        wait_until(lambda: text in self.log(), timeout, f"{text!r} in the log")

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, timeout=15):
        """Ends it and gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"weir did not end; log:\n{self.log()}") from None
