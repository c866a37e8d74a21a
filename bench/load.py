"""Puts load on a server: names, dnsperf on its own processor, and one question at a time."""

import os
import random
import re
import socket
import struct
import subprocess
import time
from typing import NamedTuple

from processes import GENERATOR_CORE

CLIENTS, OUTSTANDING = 8, 100
NAME_SUFFIX = "bench.test"


def write_names(path, count, prefix="h", seed=7):
    """`count` distinct names of 26 octets on the wire (with the prefix of one letter), shuffled."""
    numbers = list(range(count))
    random.Random(seed).shuffle(numbers)
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{prefix}{n:07d}.d{n % 1000:03d}.{NAME_SUFFIX} A\n" for n in numbers)
    return path


class Load(NamedTuple):
    """What dnsperf says of one run."""

    completed: int
    lost: int
    qps: float
    failed: int  # answers other than NOERROR


def _number(pattern, text, otherwise=0.0):
    found = re.search(pattern, text)
    return float(found.group(1)) if found else otherwise


def dnsperf(port, names, *, mode="udp", seconds=None, passes=None, timeout=3):
    """Keeps OUTSTANDING queries in flight until the time or the passes through `names` are over."""
    command = ["dnsperf", "-s", "127.0.0.1", "-p", port, "-d", names, "-m", mode, "-T", 1,
               "-c", CLIENTS, "-q", OUTSTANDING, "-t", timeout, "-O", "suppress=timeout"]
    command += ["-l", seconds] if seconds else []
    command += ["-n", passes] if passes else []
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, timeout=(seconds or 180) + 30,
                          preexec_fn=lambda: os.sched_setaffinity(0, {GENERATOR_CORE}))
    text = done.stdout
    completed = int(_number(r"Queries completed:\s+(\d+)", text))
    if not completed:
        raise RuntimeError(f"dnsperf got no answer ({mode}):\n{text[-800:]}{done.stderr[-800:]}")
    good = int(_number(r"NOERROR (\d+)", text))
    return Load(completed, int(_number(r"Queries lost:\s+(\d+)", text)),
                _number(r"Queries per second:\s+([\d.]+)", text), completed - good)


def question(name, number=0):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", number & 0xFFFF, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"


def ask(port, name, timeout=5.0, number=0):
    """Microseconds until the answer to one question over UDP; None without a good one."""
    message = question(name, number)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        client.connect(("127.0.0.1", port))
        begin = time.perf_counter_ns()
        try:
            client.send(message)
            answer = client.recv(2048)
        except OSError:
            return None
        took = (time.perf_counter_ns() - begin) / 1000
    return took if answer[:2] == message[:2] and answer[3] & 15 == 0 else None


def answers(port):
    """True when the server at `port` answers."""
    return ask(port, f"probe.{NAME_SUFFIX}", timeout=0.3) is not None
