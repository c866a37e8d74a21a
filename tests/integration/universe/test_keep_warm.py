"""Keeping the cache of a real unbound warm, seen by its clients and in its own statistics."""

import os
import random
import threading
import time

import pytest

from asking import ask
from warmed import Resolver, ShortLived
from weir_process import wait_until
from weir_process import weir as run_weir

NOWHERE = '[[edge.upstreams]]\nname = "nowhere"\naddress = "udp://192.0.2.53"\n'


@pytest.fixture
def warm_lab(start_server, start_weir, tmp_path, authority):
    """Starts an authority, an unbound before it and a weir that keeps that warm."""
    def start(driver="unbound", control="tls", ttl=6, names=20, extra="", **warmth):
        zone = start_server(ShortLived, ttl=ttl, names=names)
        tap = tmp_path / "tap.sock"
        resolver = Resolver(tmp_path / "resolver", authority, backend=zone.port, tap=tap,
                            control=control, extra=extra)
        started.append(resolver)
        weir = start_weir(NOWHERE + resolver.keep_warm(driver, **warmth))
        resolver.start()
        wait_until(lambda: weir.metric("weir_dnstap_senders") == 1, what="the tap")
        return weir, resolver
    started = []
    yield start
    for server in started:
        server.stop()


def refreshed(weir):
    return weir.metric("weir_keep_warm_refreshed_total")


@pytest.mark.parametrize("control", ["tls", "tcp", "unix"])
def test_K20_K22_a_popular_record_never_grows_old(warm_lab, control):
    weir, resolver = warm_lab(control=control, ttl=8, ahead='"4s"')
    lowest, began = 8, time.monotonic()
    while time.monotonic() - began < 15:
        lowest = min(lowest, resolver.ttl("n1.warm.test"))
        time.sleep(0.1)  # as a client asks; nothing is waited for
    assert lowest >= 2  # refreshed four seconds ahead, a cycle and a rounding later
    assert refreshed(weir) >= 3
    # The first question, and weir's own: no client had to wait for the authority again.
    misses = resolver.misses() - 2  # the first one, and the start of the server
    wait_until(lambda: misses <= weir.metric("weir_keep_warm_actions_total",
                                             'action="repopulate"'),
               what="weir's count of what unbound fetched")
    assert weir.metric("weir_keep_warm_unreached_total") == 0
    assert weir.metric("weir_keep_warm_refused_total") == 0


def test_D05_P18_a_refresh_ends_when_nobody_asks(warm_lab):
    weir, resolver = warm_lab()
    for _ in range(3):
        resolver.ttl("n1.warm.test")
    wait_until(lambda: refreshed(weir) == 1, what="the first refresh")
    wait_until(lambda: weir.metric("weir_keep_warm_dropped_total", "unpopular") == 1, 15,
               "the end of it")
    # What waits is www.example.test, which was asked for at the start and lives for an hour.
    assert refreshed(weir) == 1 and weir.metric("weir_keep_warm_records") == 1
    # weir's own question came back over the tap, and was no demand.
    assert "n1.warm.test" in weir.get("/universe").body


def test_K19_K21_all_of_a_batch_is_taken_out_before_any_is_asked_for(warm_lab):
    weir, resolver = warm_lab(cycle='"2s"')
    names = [f"n{number}.warm.test" for number in range(5)]
    for name in names:
        for _ in range(2):
            resolver.ttl(name)
        resolver.ttl(name, "AAAA")  # lives longer, and has one client only
    asked = len(resolver.log().splitlines())
    wait_until(lambda: refreshed(weir) == 5, what="five refreshes")
    lines = resolver.log().splitlines()[asked:]
    flushed = [at for at, line in enumerate(lines) if "control cmd" in line and "flush" in line]
    questions = [at for at, line in enumerate(lines)
                 if "127.0.0.1 n" in line and line.endswith(".warm.test. A IN")]
    assert len(flushed) == 5 and len(questions) >= 5
    assert max(flushed) < min(questions)
    # That name and type only: the other type still counts down what it had.
    assert all(resolver.ttl(name, "AAAA") < 60 for name in names)
    assert weir.metric("weir_keep_warm_actions_total", 'record_type="a"') == 10
    assert weir.metric("weir_keep_warm_actions_total", 'record_type="aaaa"') == 0


@pytest.mark.parametrize("cycle", [0.5, 1.0])
def test_K16_batches_come_once_a_cycle(warm_lab, cycle):
    weir, resolver = warm_lab(ttl=16, ahead='"8s"', batch=1, cycle=f'"{cycle * 1000:.0f}ms"')
    for number in range(5):
        for _ in range(2):
            resolver.ttl(f"n{number}.warm.test")
    moments = []
    for number in range(1, 6):
        wait_until(lambda wanted=number: refreshed(weir) >= wanted, 15, f"refresh {number}")
        moments.append(time.monotonic())
    assert (moments[-1] - moments[0]) / 4 == pytest.approx(cycle, rel=0.1)


def test_a_plain_question_renews_what_has_just_expired(warm_lab):
    weir, resolver = warm_lab(driver="requery")
    for _ in range(3):
        resolver.ttl("n1.warm.test")
    wait_until(lambda: weir.metric("weir_keep_warm_unmoved_total") == 1, what="an early question")
    wait_until(lambda: refreshed(weir) == 1, what="one at the end")
    before = resolver.misses()
    assert resolver.ttl("n1.warm.test") >= 4
    assert resolver.misses() == before


def test_a_plain_question_sets_off_unbounds_own_prefetch(warm_lab):
    weir, resolver = warm_lab(driver="requery", ttl=20, extra="prefetch: yes", ahead='"1500ms"')
    for _ in range(3):
        resolver.ttl("n1.warm.test")
    wait_until(lambda: refreshed(weir) == 1, 30, what="the refresh")
    assert resolver.statistics()["total.num.prefetch"] >= 1


@pytest.mark.parametrize("driver", ["unbound", "requery"])
def test_a_record_that_needs_tcp(warm_lab, driver):
    weir, resolver = warm_lab(driver=driver)
    for _ in range(3):
        assert resolver.ttl("large.warm.test", "TXT", tcp=True) > 0
    wait_until(lambda: refreshed(weir) == 1, 15, "the refresh")


def of_edge(zone, ttl_window="", **warmth):
    """Settings for a weir that asks `zone` and keeps its own cache warm."""
    warmth = {"ahead": '"2s"', "jitter": 0, "cycle": '"100ms"', **warmth}
    words = "".join(f"{key} = {value}\n" for key, value in warmth.items())
    return (f'[[edge.upstreams]]\nname = "zone"\naddress = "udp://127.0.0.1:{zone.port}"\n'
            f'[universe.keep_warm]\nenabled = true\ndriver = "edge"\n{ttl_window}'
            f'[universe.keep_warm.warmth]\n{words}')


def test_K20_K22_P18_the_edges_own_cache_never_misses_a_popular_name(start_server, start_weir):
    zone = start_server(ShortLived, ttl=4)
    weir = start_weir(of_edge(zone)).wait_until_ready()
    lowest = 4

    def asked_until(enough):
        nonlocal lowest
        for options in ({}, {"want_dnssec": True}):  # two answers, each with a life of its own
            lowest = min(lowest, ask(weir.dns_port, "n1.warm.test", **options).answer[0].ttl)
        return enough()

    wait_until(lambda: asked_until(lambda: refreshed(weir) >= 6), 30, "six refreshes")
    assert lowest >= 1  # two seconds ahead, a cycle and a rounding later
    # Only the first question of each had to wait for the authority.
    assert weir.metric("weir_cache_misses_total") == 2
    assert weir.metric("weir_cache_refreshes_total") >= 6
    assert weir.metric("weir_keep_warm_unmoved_total") == 0
    assert weir.metric("weir_keep_warm_actions_total", 'action="invalidate"') == 0
    assert weir.metric("weir_keep_warm_records") == 2


def test_K19_K21_D05_the_edge_refreshes_that_answer_only_and_while_it_is_asked_for(
        start_server, start_weir):
    zone = start_server(ShortLived, ttl=4)
    weir = start_weir(of_edge(zone)).wait_until_ready()
    for _ in range(2):
        ask(weir.dns_port, "n1.warm.test")
    for name, kind in (("n1.warm.test", "AAAA"), ("n2.warm.test", "A")):  # one client each
        ask(weir.dns_port, name, kind)
    wait_until(lambda: weir.metric("weir_keep_warm_dropped_total", "unpopular") >= 2, 30,
               "the end of what nobody asks for")
    assert refreshed(weir) == 1
    assert weir.metric("weir_cache_refreshes_total") == 1
    assert ask(weir.dns_port, "n1.warm.test", "AAAA").answer[0].ttl < 40


def test_the_edge_keeps_what_it_has_while_no_upstream_answers(start_server, start_weir):
    zone = start_server(ShortLived, ttl=6)
    weir = start_weir(of_edge(zone, ahead='"4s"')).wait_until_ready()
    for _ in range(3):
        ask(weir.dns_port, "n1.warm.test")
    zone.stop()
    wait_until(lambda: any("keep_warm" in line for line in weir.status()["degraded"]), 15,
               "a complaint")
    assert ask(weir.dns_port, "n1.warm.test").answer[0].ttl > 0
    assert weir.metric("weir_keep_warm_unreached_total", 'command="repopulate"') == 1


def test_what_does_not_work_is_said_once_and_costs_nothing_else(warm_lab):
    weir, resolver = warm_lab()
    for _ in range(3):
        resolver.ttl("n1.warm.test")
    wait_until(lambda: weir.metric("weir_universe_sightings_total") == 4, what="what unbound tells")
    resolver.stop()
    wait_until(lambda: weir.metric("weir_keep_warm_unreached_total", 'command="invalidate"') == 1,
               what="a refresh that does not get through")
    wait_until(lambda: any("keep_warm" in line for line in weir.status()["degraded"]),
               what="a complaint")
    assert weir.get("/universe").status == 200
    assert weir.metric("weir_keep_warm_dropped_total", "failed") == 1


def test_a_wrong_key_is_found_before_anything_starts(tmp_path):
    settings = tmp_path / "weir.toml"
    settings.write_text("[universe.keep_warm]\nenabled = true\ndriver = \"unbound\"\n"
                        "unbound.server_certificate = \"/nonexistent.pem\"\n", encoding="utf-8")
    done = run_weir("run", "--config", str(settings), "-s", f"store.path={tmp_path}/q.db", "-s",
                    f"universe.history.path={tmp_path}/u.db")
    assert done.returncode == 1
    assert "universe.keep_warm.unbound" in done.stderr and "/nonexistent.pem" in done.stderr


NAMES, TTL = 30, 12  # of the workload


class Zipf(threading.Thread):
    """A client that asks one of many names thirty times a second, few of them often, and counts the
    answers that did not come out of the cache."""

    def __init__(self, resolver, names, seconds):
        super().__init__()
        self.resolver, self.names, self.seconds = resolver, names, seconds
        self.asked = 0

    def run(self):
        chance = random.Random(7)
        weights = [1 / (rank + 1) for rank in range(self.names)]
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            number = chance.choices(range(self.names), weights)[0]
            ask(self.resolver.port, f"n{number}.warm.test")
            self.asked += 1
            time.sleep(1 / 30)


@pytest.mark.parametrize("seconds", [60])
def test_clients_of_a_warm_cache_wait_less(warm_lab, authority, tmp_path, seconds):
    """The same workload on two resolvers, one of them kept warm. WEIR_ZIPF_SECONDS=600 for more."""
    seconds = int(os.environ.get("WEIR_ZIPF_SECONDS", seconds))
    weir, warm = warm_lab(names=NAMES, ttl=TTL, least_asked=1)
    cold = Resolver(tmp_path / "cold", authority, backend=warm.backend)
    cold.start()
    try:
        def counts():
            """Misses of the two resolvers' clients, and weir's own questions."""
            own = weir.metric("weir_keep_warm_actions_total", 'action="repopulate"')
            return warm.misses() - own, cold.misses(), own

        clients = [Zipf(resolver, NAMES, seconds) for resolver in (warm, cold)]
        for client in clients:
            client.start()
        time.sleep(TTL)  # part of the workload: both caches are filled for the first time
        begins = counts()
        for client in clients:
            client.join()
        warm_misses, cold_misses, own = (end - begin for begin, end in zip(begins, counts()))
    finally:
        cold.stop()
    print(f"asked {clients[0].asked} and {clients[1].asked} times in {seconds} s; clients missed "
          f"the warm cache {warm_misses:.0f} times, the cold one {cold_misses:.0f}; {own:.0f} "
          "refreshes")
    assert cold_misses > NAMES
    assert warm_misses < cold_misses / 4
    assert own <= NAMES * seconds / (TTL - 4)
