"""Starts programs pinned to a processor, and tells what they cost: CPU time and memory."""

import contextlib
import os
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

SERVER_CORE, GENERATOR_CORE = 0, 1
_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
_QUIET_SHARE = 0.02  # of a processor: a server that uses less has finished what it was asked


class Cpu(NamedTuple):
    """CPU time of all threads of a process so far, in nanoseconds."""

    total: int
    user: int
    system: int

    def since(self, before):
        """The time between two readings. The scheduler's exact total is divided into user and
        system as the process's ticks are."""
        total = self.total - before.total
        user, system = self.user - before.user, self.system - before.system
        share = user / (user + system) if user + system else 0.0
        return Cpu(total, total * share, total * (1 - share))


class Process:
    """A running program; it ends with the `with` block it was started for."""

    def __init__(self, name, command, core, log, cwd=None):
        self.name = name
        self.log = Path(log)
        with open(log, "wb") as output:
            self._running = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, cwd=cwd, preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        self.pid = self._running.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._running.terminate()
        try:
            self._running.wait(5)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()

    def _proc(self, name):
        return Path(f"/proc/{self.pid}/{name}")

    def cpu(self):
        total = 0
        for task in self._proc("task").iterdir():
            with contextlib.suppress(FileNotFoundError):  # a thread may end meanwhile
                total += int((task / "schedstat").read_text().split()[0])
        fields = self._proc("stat").read_text().rpartition(")")[2].split()
        return Cpu(total, int(fields[11]) * _TICK_NS, int(fields[12]) * _TICK_NS)

    def settled_cpu(self, most_seconds=5):
        """CPU time once the server rests: what it does later for earlier queries is theirs."""
        before, deadline = self.cpu(), time.monotonic() + most_seconds
        while True:
            time.sleep(0.1)
            now = self.cpu()
            if now.total - before.total < _QUIET_SHARE * 1e8 or time.monotonic() > deadline:
                return now
            before = now

    def resident_octets(self):
        for line in self._proc("status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def check(self):
        if self._running.poll() is not None:
            tail = self.log.read_text(errors="replace").strip().splitlines()[-5:]
            raise RuntimeError(f"{self.name} ended by itself:\n  " + "\n  ".join(tail))


class Counters:
    """The page on which echo_floor and dot_upstream count (answers.h)."""

    NAMES = ("queries", "connections", "full_handshakes", "resumed_handshakes")

    def __init__(self, path):
        self.path = Path(path)

    def read(self):
        octets = self.path.read_bytes()
        return dict(zip(self.NAMES, struct.unpack(f"={len(self.NAMES)}Q", octets)))

    def since(self, before):
        return {name: value - before[name] for name, value in self.read().items()}


def free_port():
    """A port of the loopback that neither UDP nor TCP uses now."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                with contextlib.suppress(OSError):
                    datagrams.bind(("127.0.0.1", port))
                    return port
    raise RuntimeError("no free port on 127.0.0.1")


def wait_until(condition, process, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        process.check()
        if time.monotonic() > deadline:
            raise RuntimeError(f"{process.name} is not {what} after {seconds} s; see {process.log}")
        time.sleep(0.002)


def bound(port):
    """True when a UDP socket has the port; nothing is sent to find out."""
    wanted = f":{port:04X}"
    return any(line.split()[1].endswith(wanted)
               for line in Path("/proc/net/udp").read_text().splitlines()[1:])
