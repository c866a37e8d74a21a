"""Answers wait until their routes are in place: no first packet takes the old path (N-06)."""

import itertools
import time

import dns.rcode
import pytest

from asking import addresses, ask, extended_errors
from bgp.answers import Resolver
from bgp.fork import Fork
from bgp.raw_bgp import RawPeer
from bgp.routers import Bird
from first_connections import AnswersWithAddresses, Block, connect_to_many
from veth import run
from weir_process import free_port, wait_until

SET = """
[[route.set]]
name = "vpn"
names = ["example.org"]
floor = "1h"
next_hop_v4 = "{hop}"
barrier_deadline = "{deadline}"
barrier_missed = "{missed}"
"""


def settings(upstream, *peers, hop="10.99.0.1", deadline="2s", missed="answer", more=""):
    return (upstream.settings() + f'[route]\nas = 65000\nrouter_id = "10.91.99.1"\n{more}\n'
            + SET.format(hop=hop, deadline=deadline, missed=missed) + "".join(peers))


def wait_for_session(weir, count=1):
    wait_until(lambda: weir.metric("weir_bgp_session_up") == count, 20, "the session")


@pytest.mark.parametrize("held", [True, False], ids=["held", "not_held"])
def test_N_06_R_7_no_first_packet_takes_the_old_path(held, tmp_path, start_weir):
    count = 400
    with Fork(tmp_path) as router, Block(router.v4, router.link) as block, \
            AnswersWithAddresses(block.network) as upstream:
        weir = start_weir(settings(upstream, router.peer(settle="300ms"), hop=router.hop_v4,
                                   deadline="5s" if held else "0"))
        wait_for_session(weir)
        reached = connect_to_many(weir.dns_port, count, at_once=100)
        assert len(set(reached)) == count
        wait_until(lambda: router.sent("old0") + router.sent("new0") == count)
        if not held:
            assert router.sent("old0") > 0, "this is what the barrier is for"
            return
        assert (router.sent("old0"), router.sent("new0")) == (0, count)
        assert weir.metric("weir_route_barrier_wait_seconds_count") == count
        assert weir.metric("weir_route_barrier_missed_total") == 0
        # The second time everything is in place, and in the cache: nothing waits.
        connect_to_many(weir.dns_port, count)
        wait_until(lambda: router.sent("new0") == 2 * count)
        assert weir.metric("weir_route_barrier_wait_seconds_count") == count


def test_R_7_a_name_that_no_set_wants_is_not_held(tmp_path, start_weir):
    with RawPeer() as raw, AnswersWithAddresses("151.0.0.0/16") as upstream:
        text = settings(upstream, raw.peer()).replace("example.org", "example.net")
        weir = start_weir(text)
        wait_for_session(weir)
        assert addresses(ask(weir.dns_port, "n1.example.org")) == ["151.0.0.2"]
        assert weir.metric("weir_route_barrier_wait_seconds_count") == 0


def test_R_7_a_target_that_is_down_never_holds_an_answer(tmp_path, start_weir):
    nobody = f'[[route.peer]]\nname = "nobody"\naddress = "127.0.0.78:{free_port()}"\nas = 65000\n'
    with AnswersWithAddresses("151.0.0.0/16") as upstream:
        weir = start_weir(settings(upstream, nobody, deadline="5s", missed="servfail"))
        begun = time.monotonic()
        assert addresses(ask(weir.dns_port, "n1.example.org")) == ["151.0.0.2"]
        assert time.monotonic() - begun < 2
        assert weir.metric("weir_route_barrier_skipped_total", 'reason="down"') == 1


@pytest.mark.parametrize("missed", ["answer", "servfail"])
def test_R_7_a_target_that_is_dead_holds_no_answer_beyond_the_deadline(missed, tmp_path,
                                                                        start_weir):
    with Bird(tmp_path, as_=65000, sides=("v4",)) as router, \
            AnswersWithAddresses("151.0.0.0/16") as upstream:
        weir = start_weir(settings(upstream, router.peer(), deadline="300ms", missed=missed))
        wait_for_session(weir)
        assert addresses(ask(weir.dns_port, "n1.example.org")) == ["151.0.0.2"]
        run("ip", "-n", router.name, "link", "set", "up0", "down")
        begun = time.monotonic()
        answer = ask(weir.dns_port, "n2.example.org")
        assert 0.29 < time.monotonic() - begun < 2.3
        assert addresses(ask(weir.dns_port, "n1.example.org")) == ["151.0.0.2"], "it is in place"
        if missed == "servfail":
            assert answer.rcode() == dns.rcode.SERVFAIL and extended_errors(answer)[0][0] == 14
            assert weir.metric("weir_route_barrier_missed_total", 'outcome="refused"') == 1
            return
        assert addresses(answer) == ["151.0.0.3"]
        assert weir.metric("weir_route_barrier_missed_total", 'outcome="answered"') == 1
        assert addresses(ask(weir.dns_port, "n3.example.org")) == ["151.0.0.4"]
        assert weir.metric("weir_route_barrier_skipped_total", 'reason="behind"') == 1


def test_R_7_a_target_that_stops_reading_holds_no_answer_beyond_the_deadline(tmp_path, start_weir):
    count = 3000
    with RawPeer() as raw, AnswersWithAddresses("151.0.0.0/16") as upstream:
        weir = start_weir(settings(upstream, raw.peer(), deadline="200ms"))
        wait_for_session(weir)
        raw.reading.clear()
        begun = time.monotonic()
        connect_to_many(weir.dns_port, count, at_once=50)
        assert weir.metric("weir_route_barrier_skipped_total", 'reason="behind"') > 0
        assert time.monotonic() - begun < 20
        raw.reading.set()
        wait_until(lambda: len(raw.routes) == count, 20, "all routes, once it reads again")
        numbers = itertools.count(count)

        def waited_for():
            behind = weir.metric("weir_route_barrier_skipped_total", 'reason="behind"')
            number = next(numbers)
            ask(weir.dns_port, f"n{number}.example.org")
            return weir.metric("weir_route_barrier_skipped_total", 'reason="behind"') == behind
        wait_until(waited_for, 10, "an answer that waits for it again")


def test_R_7_more_than_may_wait_do_not(tmp_path, start_weir):
    with RawPeer() as raw, AnswersWithAddresses("151.0.0.0/16") as upstream:
        weir = start_weir(settings(upstream, raw.peer(settle='"300ms"'), more="max_waiting = 4"))
        wait_for_session(weir)
        connect_to_many(weir.dns_port, 40, at_once=40)
        overflows = weir.metric("weir_route_barrier_overflows_total")
        assert overflows > 0
        assert weir.metric("weir_route_barrier_wait_seconds_count") == 40 - overflows
        assert weir.metric("weir_route_barrier_waiting") == 0


def test_R_7_what_is_in_the_cache_waits_again_when_lists_have_changed(tmp_path, start_weir):
    names = tmp_path / "names.txt"
    names.write_text("example.net\n", encoding="utf-8")
    with RawPeer() as raw, AnswersWithAddresses("151.0.0.0/16") as upstream:
        text = settings(upstream, raw.peer()).replace('names = ["example.org"]',
                                                      f'lists = ["{names}"]')
        weir = start_weir(text)
        wait_for_session(weir)
        ask(weir.dns_port, "n1.example.org")
        names.write_text("example.net\nexample.org\n", encoding="utf-8")
        before = weir.log().count("loaded 2")
        weir.send(1)
        wait_until(lambda: weir.log().count("loaded 2") > before)
        wait_until(lambda: ask(weir.dns_port, "n1.example.org") and raw.routes, 5)
        assert weir.metric("weir_route_barrier_wait_seconds_count") == 1
        assert weir.metric("weir_cache_misses_total") == 1


def test_R_7_how_late_routes_of_other_sources_are_is_measured(tmp_path, start_weir):
    with RawPeer() as raw, AnswersWithAddresses("151.0.0.0/16") as upstream:
        tap = tmp_path / "tap.sock"
        weir = start_weir(f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n'
                          + settings(upstream, raw.peer()))
        wait_for_session(weir)
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 151.0.0.9")
            wait_until(lambda: raw.routes)
        wait_until(lambda: weir.metric("weir_route_lateness_seconds_count", 'source="dnstap"') == 1)
        assert weir.metric("weir_route_lateness_seconds_count", 'source="edge"') == 0
