"""Who takes dnstap: receivers beside weir, each fed by dnstap_load on the other processor."""

import contextlib
import os
import resource
import subprocess
import urllib.request

import peers
from processes import SERVER_CORE, Process, free_port, wait_until

SENDERS = 4


def fstrm_capture(room, path):
    return ["fstrm_capture", "-t", "protobuf:dnstap.Dnstap", "-u", path, "-w", "/dev/null"]


def golang_copy(room, path):
    return ["dnstap", "-u", path, "-w", "/dev/null"]


def golang_text(room, path):
    return ["dnstap", "-u", path, "-q", "-w", "/dev/null"]


def weir(room, path):
    """It decodes everything into observations and carries them to the end of the flow, where
    nobody wants them."""
    return settled(room, path)


def settled(room, path, more=""):
    """The command that starts a weir which takes dnstap at `path`, asks nobody, and keeps nothing
    but what `more` says. The port of its pages stands in the file `port`."""
    port = free_port()
    (room / "port").write_text(str(port), encoding="utf-8")
    (room / "weir.toml").write_text(f"""
[edge]
listen = ["127.0.0.1:{free_port()}"]
threads = 1
health.interval = "1h"
[[edge.upstreams]]
name = "nobody"
address = "udp://127.0.0.1:9"
[[source.dnstap]]
listen = ["unix:{path}"]
[store]
enabled = false
[universe]
enabled = false
[control]
listen = ["127.0.0.1:{port}"]
[log]
level = "error"
{more}""", encoding="utf-8")
    return [peers.WEIR, "run", "--config", room / "weir.toml"]


RECEIVERS = {"fstrm_capture": fstrm_capture, "dnstap": golang_copy, "dnstap (text)": golang_text,
             "weir": weir}


def _lost(room, frames):
    """What weir did not forward of them, by its own ledger."""
    port = (room / "port").read_text(encoding="utf-8")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
        text = page.read().decode()
    name = 'weir_pipeline_forwarded_total{source="dnstap"} '
    forwarded = [line for line in text.splitlines() if line.startswith(name)]
    return frames - int(float(forwarded[0].removeprefix(name)))


def receive(stage, name, frames):
    """One receiver, new, and one load of frames: CPU time by the frame, frames a second, memory."""
    room = stage.room(name)
    path = room / "tap.sock"
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(
            Process(name, RECEIVERS[name](room, path), SERVER_CORE, room / "log", cwd=room))
        wait_until(path.exists, process, 10, "listening")
        before = process.settled_cpu()
        seconds = float(subprocess.run(
            [stage.tools["dnstap_load"], "unix", path, str(frames), str(SENDERS)],
            capture_output=True, check=True, text=True).stdout)
        cost = process.settled_cpu().since(before)
        values = {"cpu_ns": cost.total / frames, "user_ns": cost.user / frames,
                  "system_ns": cost.system / frames, "by_core": 1e9 * frames / cost.total,
                  "rate": frames / seconds, "mib": process.resident_octets() / 2**20}
        return {**values, "lost": _lost(room, frames)} if name == "weir" else values


# Programs that read a file of dnstap and write text that nobody reads.
READERS = {
    "dnstap-ldns": lambda file: ["dnstap-ldns", "-q", "-r", file],
    "dnstap (JSON)": lambda file: ["dnstap", "-j", "-r", file],
    "weir": lambda file: [peers.WEIR, "read", "-j", "1", "-f", "json", file],
    "weir (flat JSON)": lambda file: [peers.WEIR, "read", "-j", "1", "-f", "flat-json", file],
}


def read_file(stage, name, frames):
    """One reading on one processor, from the start of the program to its end."""
    file = stage.folder / f"{frames}.fstrm"
    if not file.exists():
        subprocess.run([stage.tools["dnstap_load"], "file", file, str(frames)], check=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(READERS[name](file), check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL,
                   preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return {"cpu_ns": 1e9 * (user + system) / frames, "user_ns": 1e9 * user / frames,
            "system_ns": 1e9 * system / frames, "by_core": frames / (user + system)}
