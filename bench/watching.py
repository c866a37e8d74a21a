"""Who watches an interface: weir and its peers on one end of a veth pair, whose other end a sender
fills from the other processor.

The kernel's part of receiving runs in a thread of its own (threaded NAPI) on the watcher's
processor, so that CPU time by the packet is all that watching takes: kernel, program and reader.
"""

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import peers
from processes import GENERATOR_CORE, SERVER_CORE

LINK, HERE, THERE = "weirbench", "weir-bench-here", "weir-bench-there"
# Packets a second that are tried, until some are lost.
LADDER = [25, 50, 100, 200, 350, 500, 750, 1000, 1250, 1500, 1750, 2000, 2250]
# By SIOCETHTOOL: a veth receives by NAPI only with GRO, from a peer that does not segment.
_TURN = """
import array, fcntl, socket, struct
value = array.array("B", struct.pack("II", {command}, {wanted}))
address = value.buffer_info()[0]
fcntl.ioctl(socket.socket(), 0x8946, struct.pack("16sP", b"{link}", address))
"""
_SET_GRO, _SET_TSO = 0x2C, 0x1F

WATCHERS = {
    "tcpdump": ["tcpdump", "-n", "-i", LINK, "-B", "16384", "-w", "/dev/null", "udp port 53"],
    "tshark": ["tshark", "-n", "-i", LINK, "-f", "udp port 53", "-T", "fields", "-e", "dns.id",
               "-e", "dns.qry.name", "-e", "dns.time"],
    "weir": [peers.WEIR, "capture", LINK, "--count", "--method", "ebpf"],
    "weir (packet socket)": [peers.WEIR, "capture", LINK, "--count", "--method", "packet"],
}


def _run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, **more)


@contextlib.contextmanager
def link():
    """The pair, between two namespaces."""
    for space in (HERE, THERE):
        subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)
        _run("ip", "netns", "add", space)
    try:
        _run("ip", "link", "add", LINK, "netns", HERE, "type", "veth", "peer", "name", LINK,
             "netns", THERE)
        for space in (HERE, THERE):
            _run("ip", "netns", "exec", space, "sh", "-c",
                 "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6")
            _run("ip", "-n", space, "link", "set", LINK, "up")
        for space, command, wanted in ((HERE, _SET_GRO, 1), (THERE, _SET_TSO, 0)):
            _run("ip", "netns", "exec", space, "/usr/bin/python3", "-c",
                 _TURN.format(command=command, wanted=wanted, link=LINK))
        _run("ip", "netns", "exec", HERE, "sh", "-c", f"echo 1 > /sys/class/net/{LINK}/threaded")
        yield
    finally:
        for space in (HERE, THERE):
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)


def _kernel_threads():
    for comm in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if comm.read_text().startswith(f"napi/{LINK}"):
                yield int(comm.parent.name)


def _children(pid):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True,
                            text=True, check=False).stdout.split()
    return [int(child) for child in listed] + [g for c in listed for g in _children(int(c))]


def _cpu(pids):
    """Nanoseconds of all threads of the processes."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(task.read_text().split()[0])
    return total


def _settled(pids):
    before = _cpu(pids)
    while True:
        time.sleep(0.2)
        now = _cpu(pids)
        if now - before < 10e6:
            return now
        before = now


def _taken(name, said):
    """(packets seen, packets lost), as the watcher itself tells."""
    if name.startswith("weir"):
        return tuple(int(re.search(rf"(\d+) {word}", said)[1]) for word in ("taken", "lost"))
    lost = re.search(r"(\d+) packets? dropped", said)
    return int(re.search(r"(\d+) packets? captured", said)[1]), int(lost[1]) if lost else 0


def watch(stage, name, rate, seconds):
    """One watcher, new, and a load of packets at a rate."""
    packets = int(rate * seconds)
    room = stage.room(name)
    with open(room / "log", "w+", encoding="utf-8") as log:
        watcher = subprocess.Popen(
            ["ip", "netns", "exec", HERE, *map(str, WATCHERS[name])], stdout=subprocess.DEVNULL,
            stderr=log, preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}))
        while not re.search("listening on|is watched by|Capturing on",
                            (room / "log").read_text(encoding="utf-8")):
            if watcher.poll() is not None:
                raise RuntimeError((room / "log").read_text(encoding="utf-8"))
            time.sleep(0.05)
        time.sleep(0.5 if name != "tshark" else 2)
        kernel = list(_kernel_threads())
        for pid in kernel:
            os.sched_setaffinity(pid, {SERVER_CORE})
        pids = [watcher.pid, *_children(watcher.pid), *kernel]
        before, kernel_before = _settled(pids), _cpu(kernel)
        took = float(_run("ip", "netns", "exec", THERE, "taskset", "-c", str(GENERATOR_CORE),
                          str(stage.tools["packet_load"]), LINK, str(packets), str(rate)).stdout)
        cost = _settled(pids) - before
        of_kernel = _cpu(kernel) - kernel_before
        watcher.send_signal(signal.SIGINT)
        watcher.wait(60)
        log.seek(0)
        taken, counted = _taken(name, log.read())
    return {"cpu_ns": cost / packets, "kernel_ns": of_kernel / packets,
            "rate": packets / took, "sent": packets,
            "missed": packets - taken, "counted": counted}


def climb(stage, name, seconds):
    """The highest rate of the ladder without loss, then twice as much; their values."""
    best = None
    for thousands in LADDER:
        values = watch(stage, name, thousands * 1000, seconds)
        # The sender may be the slower one.
        slow = values["rate"] < 0.9 * thousands * 1000
        if values["missed"] > 0:
            break
        best = values
        if slow or (name == "tshark" and values["cpu_ns"] * values["rate"] > 0.9e9):
            break
    if best is None:
        return {"missed": values["missed"], "cpu_ns": values["cpu_ns"], "rate": 0}
    over = watch(stage, name, 2 * best["rate"], seconds)
    return {**best, "over_sent": over["sent"], "over_taken": over["sent"] - over["missed"],
            "over_counted": over["counted"],
            "unaccounted": over["missed"] - over["counted"]}
