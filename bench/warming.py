#!/usr/bin/python3
"""What keeping a cache warm is worth: clients of a real unbound that wait, with weir and without.

    bench/warming.py PROGRAM [SECONDS [tls|tcp|unix]]

Two unbounds before one authority get the same workload for SECONDS (600): many names, few of them
asked for often (Zipf), of records that live for some seconds. One of the two is kept warm by weir,
which sees its clients in dnstap and has its control channel, over TLS if nothing is said. Prints a
table from what unbound says itself: its statistics, and its log of replies, which tells of each
whether it came from the cache.
"""

import collections
import random
import re
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "tests/integration/universe")]

from asking import ask  # noqa: E402
from upstreams import Authority  # noqa: E402
from warmed import Resolver, ShortLived  # noqa: E402
from weir_process import WeirProcess, wait_until  # noqa: E402

NOWHERE = '[[edge.upstreams]]\nname = "nowhere"\naddress = "udp://192.0.2.53"\n'
NAMES, TTL, AHEAD, A_SECOND = 200, 12, 4, 50
POPULAR = 10  # of the names: each asked for several times in every life
LEAST_ASKED, RATE = 2, 20
CLIENT = "127.0.0.2"  # weir asks from 127.0.0.1
REPLY = re.compile(rf"{re.escape(CLIENT)} n(\d+)\.warm\.test\. A IN NOERROR [\d.]+ ([01]) ")
FLUSH = re.compile(r"flush_type n(\d+)\.warm\.test")


class Clients(threading.Thread):
    """Ask for one of the names at a time, for so long; at first both caches are filled."""

    def __init__(self, resolver, seconds):
        super().__init__()
        self.resolver, self.seconds = resolver, seconds
        self.settled = threading.Event()

    def run(self):
        chance = random.Random(7)
        weights = [1 / (rank + 1) for rank in range(NAMES)]
        began = time.monotonic()
        for turn in range(self.seconds * A_SECOND):
            pause = began + turn / A_SECOND - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            number = chance.choices(range(NAMES), weights)[0]
            ask(self.resolver.port, f"n{number}.warm.test", source=CLIENT)
            if turn > 2 * TTL * A_SECOND:
                self.settled.set()


class Period:
    """What one resolver did from now on."""

    def __init__(self, resolver):
        self.resolver = resolver
        self.place, self.before = len(resolver.log()), resolver.statistics()

    def end(self):
        log, after = self.resolver.log()[self.place:], self.resolver.statistics()
        replies = [(int(name), cached == "1") for name, cached in REPLY.findall(log)]
        self.asked = collections.Counter(name for name, _ in replies)
        self.missed = collections.Counter(name for name, cached in replies if not cached)
        self.refreshed = collections.Counter(int(name) for name in FLUSH.findall(log))
        self.told = {key: after[key] - value for key, value in self.before.items()}

    def rows(self):
        popular = range(POPULAR)
        return [
            ("questions of clients", self.asked.total()),
            ("of them not answered from the cache", self.missed.total()),
            (f"  for one of the {POPULAR} most popular names",
             sum(self.missed[number] for number in popular)),
            ("names that were asked for", len(self.asked)),
            ("names that were refreshed", len(self.refreshed)),
            ("refreshes", self.refreshed.total()),
            ("unbound: queries", self.told["total.num.queries"]),
            ("unbound: cache misses", self.told["total.num.cachemiss"]),
        ]


def measure(weir, resolvers, seconds):
    clients = [Clients(resolver, seconds) for resolver in resolvers]
    for each in clients:
        each.start()
    for each in clients:
        each.settled.wait()
    periods, began = [Period(resolver) for resolver in resolvers], time.monotonic()
    for each in clients:
        each.join()
    took = time.monotonic() - began
    for period in periods:
        period.end()
    warm, cold = periods
    print(f"{NAMES} names of {TTL} s, {A_SECOND} questions a second, {took:.0f} s")
    print(f"{'':46} {'kept warm':>10} {'left alone':>10}")
    for (what, kept), (_, alone) in zip(warm.rows(), cold.rows()):
        print(f"{what:46} {kept:>10g} {alone:>10g}")
    print(f"refreshes a second: {warm.refreshed.total() / took:.2f}, of {RATE} that were allowed")
    print(f"refreshes of one name, at most: {max(warm.refreshed.values())}, in "
          f"{took / (TTL - AHEAD):.0f} lives of {TTL - AHEAD} s")
    unpopular = weir.metric("weir_keep_warm_dropped_total", "unpopular")
    print(f"names let go because nobody asked: {unpopular:.0f} times")


def main():
    program = str(Path(sys.argv[1]).resolve())
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 600
    control = sys.argv[3] if len(sys.argv) > 3 else "tls"
    directory = Path(tempfile.mkdtemp(prefix="weir-warming-"))
    (directory / "ca").mkdir()
    (directory / "weir").mkdir()
    authority = Authority(directory / "ca")
    zone = ShortLived(directory / "zone", authority, ttl=TTL, names=NAMES)
    resolvers = [Resolver(directory / name, authority, backend=zone.port, tap=tap,
                          control=control, extra="log-replies: yes")
                 for name, tap in (("warm", directory / "tap.sock"), ("cold", None))]
    weir = WeirProcess(directory / "weir", NOWHERE + resolvers[0].keep_warm(
        ahead=f'"{AHEAD}s"', least_asked=LEAST_ASKED, rate=RATE))
    weir.command[0] = program
    try:
        zone.start()
        weir.start()
        for resolver in resolvers:
            resolver.start()
        wait_until(lambda: weir.metric("weir_dnstap_senders") == 1, what="the tap")
        measure(weir, resolvers, seconds)
    finally:
        weir.stop()
        for server in (zone, *resolvers):
            server.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
