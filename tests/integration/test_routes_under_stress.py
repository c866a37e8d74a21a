"""Routes in numbers, neighbours that stop reading, flap or restart, and restarts of our own."""

import re
import signal
import time

import pytest

from answers import Resolver, answer
from raw_bgp import RawPeer
from routers import Bird, Frr
from test_routes import SET, settings
from weir_process import wait_until

MANY = SET.replace("3s", "1h") + "burst = 1000000\nmax_leases = 1000000\n"


@pytest.fixture
def tap(tmp_path):
    return tmp_path / "tap.sock"


def many(count, begin=0):
    """Answers to names with an address each, in 100.128/9's neighbour 101/8."""
    return [answer(f"n{i}.example.org", f"A 101.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}")
            for i in range(begin, begin + count)]


def test_a_burst_is_packed_and_arrives_whole(tmp_path, start_weir, tap):
    count = 20_000
    with Bird(tmp_path) as router, RawPeer() as raw:
        weir = start_weir(settings(tmp_path, router, router.peer(), raw.peer(), sets=MANY))
        with Resolver(tap) as resolver:
            assert raw.up.wait(10)
            resolver.tell_many(many(count))
            wait_until(lambda: len(raw.routes) == count, 30, "all routes at the raw neighbour")
            wait_until(lambda: router.count() >= count, 30, "all routes at bird")
        assert raw.updates < count / 20, "prefixes share messages"
        assert weir.metric("weir_route_routes") == count


def test_a_neighbour_that_stops_reading_disturbs_no_other(tmp_path, start_weir, tap):
    count = 60_000
    with Bird(tmp_path) as router, RawPeer() as raw:
        weir = start_weir(settings(tmp_path, router, router.peer(), raw.peer(), sets=MANY))
        with Resolver(tap) as resolver:
            assert raw.up.wait(10)
            raw.reading.clear()
            resolver.tell_many(many(count))
            wait_until(lambda: router.count() >= count, 60, "all routes at bird")
            begun = time.monotonic()
            resolver.tell("last.example.org", "A 198.51.101.9")
            wait_until(lambda: router.has("198.51.101.9/32"), 5)
            assert time.monotonic() - begun < 1
            waiting = wait_until(lambda: weir.metric("weir_bgp_waiting_octets", '"raw"'), 5)
            assert waiting < 64 << 10, "what it does not know stands in the feed, in no queue"
            raw.reading.set()
            wait_until(lambda: len(raw.routes) == count + 1, 30, "all routes at the slow one")
        assert weir.metric("weir_bgp_established_total", '"raw"') == 1


def test_what_came_and_went_meanwhile_is_never_told(tmp_path, start_weir, tap):
    names = tmp_path / "names.txt"
    names.write_text("example.org\nexample.net\n", encoding="utf-8")
    sets = MANY.replace('names = ["example.org"]', f'lists = ["{names}"]')
    count = 60_000
    with Bird(tmp_path) as router, RawPeer() as raw:
        weir = start_weir(settings(tmp_path, router, router.peer(), raw.peer(), sets=sets))
        with Resolver(tap) as resolver:
            assert raw.up.wait(10)
            raw.reading.clear()
            resolver.tell_many(many(count))
            wait_until(lambda: weir.metric("weir_route_routes") == count, 60)
            resolver.tell("a.example.net", "A 198.51.101.9")
            wait_until(lambda: weir.metric("weir_route_routes") == count + 1, 10)
            names.write_text("example.net\n", encoding="utf-8")
            weir.send(signal.SIGHUP)
            wait_until(lambda: weir.metric("weir_route_routes") == 1, 10)
            wait_until(lambda: router.has("198.51.101.9/32"), 10)
            raw.reading.set()
            wait_until(lambda: raw.routes == {"198.51.101.9/32"}, 30)
        announced = weir.metric("weir_bgp_announced_total", '"raw"')
        assert announced < count / 2, f"{announced} were told although they were gone"


def test_a_flapping_neighbour_gets_everything_each_time(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router, RawPeer() as raw:
        weir = start_weir(settings(tmp_path, router, router.peer(), raw.peer(), sets=MANY))
        with Resolver(tap) as resolver:
            resolver.tell_many(many(500))
            for number in range(1, 6):
                wait_until(lambda: len(raw.routes) == 500 and raw.ends == number, 15,
                           f"all routes in session {number}")
                raw.hang_up()
        wait_until(lambda: weir.metric("weir_bgp_established_total", '"raw"') == 6, 15)
        assert weir.metric("weir_bgp_established_total", '"r"') == 1
        assert router.count() == 500




@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_D_37_a_third_router_sees_nothing_of_our_restart(number, tmp_path, start_weir, tap):
    """weir (65000) tells a router (65001), which tells a raw neighbour beside it (65001)."""
    with Bird(tmp_path, options="graceful restart on;") as router:
        sets = SET.replace("3s", "1h")
        weir = start_weir(settings(tmp_path, router, sets=sets, more='end_of_rib_wait = "3s"'))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            resolver.tell("b.example.org", "A 198.51.101.2")
            router.wait_for("198.51.101.2/32")
        mark = len(router.log())
        if number == signal.SIGTERM:
            assert weir.stop() == 0
        else:
            weir.process.kill()
            weir.process.wait()
        wait_until(lambda: "Neighbor graceful restart detected" in router.log()[mark:], 10)
        assert len(router.routes()) == 2, "kept while we are away"
        weir.start()
        with Resolver(tap) as resolver:
            wait_until(lambda: "Established" in router.state(), 10)
            resolver.tell("a.example.org", "A 198.51.101.1")
            # The other name was not asked for again: it goes with End-of-RIB.
            router.wait_until_gone("198.51.101.2/32", 15)
            assert "198.51.101.1/32" in router.routes()
        removed = [line for line in router.log()[mark:].splitlines() if "198.51.101.1/32" in line
                   and re.search(r"removed|withdraw", line)]
        assert removed == []


def test_a_router_asks_for_everything_again(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router, Frr(tmp_path, as_=65000) as other:
        weir = start_weir(settings(tmp_path, router, router.peer(), other.peer("f"), sets=MANY))
        with Resolver(tap) as resolver:
            resolver.tell_many(many(300))
            wait_until(lambda: router.count() == 300, 10)
            wait_until(lambda: weir.metric("weir_bgp_routes", '"f"') == 300, 10)
            before = weir.metric("weir_bgp_announced_total", '"r"')
            router.bird("reload in weir_v4")
            other.vtysh(f"clear bgp ipv4 unicast {other.weir_v4} soft in")
            wait_until(lambda: weir.metric("weir_bgp_announced_total", '"r"') == before + 300, 10)
            wait_until(lambda: weir.metric("weir_bgp_announced_total", '"f"') == before + 300, 10)
        assert weir.metric("weir_bgp_routes", '"r"') == 300
        assert weir.metric("weir_bgp_session_up") == 2
