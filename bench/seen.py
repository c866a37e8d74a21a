#!/usr/bin/env python3
"""What it costs to remember many names: memory, the time of a restart, the time of a question.

    bench/seen.py PROGRAM [NAMES]

Feeds NAMES (a million) distinct names in dnstap to a weir with the defaults of the house, waits
until all are on disk, asks for some of them, and restarts it. Prints a table.
"""

import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "tests/integration/universe")]

from answered import client_response  # noqa: E402
from dnstap_sender import begin, finish, frame  # noqa: E402
from weir_process import WeirProcess, wait_until  # noqa: E402

SETTINGS = """\
[[edge.upstreams]]
name = "nowhere"
address = "udp://192.0.2.53"
[[source.dnstap]]
listen = ["unix:{tap}"]
[store]
enabled = false
"""
QUESTIONS = 50


def name_of(number):
    return f"host{number}.net{number % 5000}.example.test"


def address_of(number):
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def feed(tap, names):
    sender, began = begin(tap), time.monotonic()
    moment = time.time()
    buffer = b""
    for number in range(names):
        buffer += frame(client_response(name_of(number), [address_of(number)], 86400,
                                        moment=moment))
        if len(buffer) > 1 << 18:
            sender.sendall(buffer)
            buffer = b""
    sender.sendall(buffer)
    finish(sender)
    return time.monotonic() - began


def memory(weir):
    status = Path(f"/proc/{weir.process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def milliseconds(ask, names):
    """Median and worst of some questions."""
    chance, times = random.Random(1), []
    for _ in range(QUESTIONS):
        number = chance.randrange(names)
        began = time.perf_counter()
        ask(number)
        times.append((time.perf_counter() - began) * 1000)
    return f"{statistics.median(times):.1f} / {max(times):.1f} ms"


def main():
    program = str(Path(sys.argv[1]).resolve())
    names = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    directory = Path(tempfile.mkdtemp(prefix="weir-seen-"))
    tap = directory / "tap.sock"
    weir = WeirProcess(directory, SETTINGS.format(tap=tap))
    weir.command[0] = program
    try:
        weir.start()
        empty = memory(weir)
        fed = feed(tap, names)
        wait_until(lambda: weir.metric("weir_universe_sightings_total") == names, 600, "all names")
        began = time.monotonic()
        wait_until(lambda: weir.metric("weir_universe_history_waiting") == 0, 600, "the history")
        written = time.monotonic() - began

        def seen(subject):
            done = subprocess.run([program, "seen", "--store", str(weir.history), subject],
                                  capture_output=True, check=True)
            assert done.stdout

        def over_http(path):
            assert weir.get(path).body

        rows = [
            ("names", f"{weir.metric('weir_universe_names'):.0f}"),
            ("fed, by a sender in Python, in", f"{fed:.0f} s ({names / fed:.0f} a second)"),
            ("written down, after that, in", f"{written:.1f} s"),
            ("resident memory, empty", f"{empty:.0f} MiB"),
            ("resident memory, full", f"{memory(weir):.0f} MiB"),
            ("of it the table's own account", f"{weir.metric('weir_universe_bytes') / 2**20:.0f}"
                                              " MiB"),
            ("history on disk", f"{weir.history.stat().st_size / 2**20:.0f} MiB"),
            ("weir seen NAME (median / worst)",
             milliseconds(lambda number: seen(name_of(number)), names)),
            ("weir seen ADDRESS", milliseconds(lambda number: seen(address_of(number)), names)),
            ("weir --version, to compare", milliseconds(
                lambda _: subprocess.run([program, "--version"], capture_output=True, check=True),
                names)),
            ("HTTP names", milliseconds(
                lambda number: over_http("/api/v1/names/" + name_of(number)), names)),
            ("HTTP addresses", milliseconds(
                lambda number: over_http("/api/v1/addresses/" + address_of(number)), names)),
        ]
        began = time.monotonic()
        assert weir.stop(timeout=60) == 0
        rows.append(("stop", f"{time.monotonic() - began:.1f} s"))
        began = time.monotonic()
        weir.start()
        rows.append(("start, until it answers", f"{time.monotonic() - began:.2f} s"))
        wait_until(lambda: weir.metric("weir_universe_history_restored") == 1, 120, "the restart")
        rows.append(("start, until all is back", f"{time.monotonic() - began:.1f} s"))
        rows.append(("resident memory, restarted", f"{memory(weir):.0f} MiB"))
        weir.stop()
        for what, value in rows:
            print(f"{what:35} {value}")
    finally:
        if weir.process.poll() is None:
            weir.process.kill()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
