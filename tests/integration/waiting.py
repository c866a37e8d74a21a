"""Waiting with a bound: for a condition, for a free port, for a program to end."""

import random
import socket
import time

POLL = 0.02


def wait_until(condition, seconds=5.0, what="the condition"):
    """The first true value of `condition`; fails when the time is over."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(POLL)


def free_port():
    """A port that is free for UDP and TCP, below those that the kernel gives to clients."""
    for _ in range(1000):
        port = random.randrange(20000, 32000)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET6, kind) as probe:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                    probe.bind(("::", port))
        except OSError:
            continue
        return port
    raise RuntimeError("no port is free")


def end(process, number=15, seconds=10):
    """Ends a program and gives its exit status; kills it when it does not listen."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.wait(seconds)
    except Exception:
        process.kill()
        process.wait()
        raise
