"""A weir that is told by dnstap and passes it on, and what the tests of its sinks ask it."""

import struct
import threading
import time

import dnstap_sender as tap
from asking import wire_question
from conftest import NOWHERE
from weir_process import free_port, wait_until

# Of a lane in a test: it does not wait long.
RETRY = 'lane.retry_base = "100ms"\nlane.retry_most = "200ms"\n'


def answer(name, number=0, client=b"\xc0\0\2\1"):
    """A frame: a client's answer with one address."""
    when = time.time_ns()
    question = wire_question(number & 0xffff, name, 1)
    response = (question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:]
                + struct.pack("!HHHIH", 0xc00c, 1, 1, 300, 4) + b"\xcb\0\x71\x09")
    message = (tap.field(1, 6) + tap.field(2, 1) + tap.field(3, 1)
               + tap.field(4, client) + tap.field(5, b"\xc0\0\2\x35")
               + tap.field(6, 5353) + tap.field(7, 53)
               + tap.field(8, when // 10**9) + b"\x4d" + struct.pack("<I", when % 10**9)
               + tap.field(12, when // 10**9) + b"\x6d" + struct.pack("<I", when % 10**9)
               + tap.field(14, response))
    return tap.frame(tap.field(1, b"sender") + tap.field(14, message) + tap.field(15, 1))


def start(start_weir, settings, more="", **options):
    """A weir that takes dnstap at its port `tap` and has no store."""
    port = free_port()
    source = f'[[source.dnstap]]\nlisten = ["tcp:127.0.0.1:{port}"]\n'
    weir = start_weir(NOWHERE + source + settings + more, set_=["store.enabled=false"], **options)
    weir.tap = port
    return weir


def send(weir, names):
    sender = tap.begin(weir.tap)
    sender.sendall(b"".join(answer(name, i) for i, name in enumerate(names)))
    tap.finish(sender)


def account(weir, name="out"):
    return next(line for line in weir.status()["ledger"]
                if (line["kind"], line["name"]) == ("sink", name))


def delivered(weir, count, timeout=30):
    """Its line of the ledger, once all of `count` are delivered."""
    line = wait_until(lambda: account(weir)["delivered"] >= count and account(weir), timeout,
                      f"the delivery of {count}")
    assert (line["received"], line["in_flight"], line["dropped"]) == (count, 0, [])
    return line


class Load:
    """Names without end, n0.test, n1.test …, through dnstap, over restarts of weir too."""

    def __init__(self, weir):
        self.weir, self.sent, self._done = weir, 0, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _run(self):
        while not self._done.is_set():
            try:
                sender = tap.begin(self.weir.tap)
                while not self._done.is_set():
                    frames = [answer(f"n{self.sent + i}.test") for i in range(100)]
                    self.sent += 100
                    sender.sendall(b"".join(frames))
                    self._done.wait(0.01)
                tap.finish(sender)
            except (OSError, AssertionError):
                self._done.wait(0.02)


def settled(weir, name="out", timeout=60):
    """Waits until a durable lane has delivered all that is in the journal, and gives its line."""
    return wait_until(
        lambda: (line := account(weir, name))["in_flight"] == 0
        and weir.metric("weir_journal_lag", f'sink="{name}"') == 0 and line, timeout, "the end")
