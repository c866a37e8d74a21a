"""Names become routes at real routers, with the right attributes, and leave again."""

import signal
import time

import pytest

from bgp.answers import CLIENT_QUERY, RESOLVER_RESPONSE, Resolver
from conftest import NOWHERE
from bgp.routers import Bird, Frr, Gobgp
from weir_process import wait_until

SET = """
[[route.set]]
name = "vpn"
names = ["example.org"]
floor = "3s"
grace = "0"
next_hop_v4 = "{v4}"
next_hop_v6 = "{v6}"
communities = ["no-export", "65000:100"]
"""


def settings(directory, router, *peers, sets=SET, more=""):
    """Weir is told by dnstap, and tells `peers`; without any, `router`."""
    text = sets.format(v4=router.hop_v4, v6=router.hop_v6)
    peers = peers or (router.peer(),)
    return (NOWHERE + f'[[source.dnstap]]\nlisten = ["unix:{directory}/tap.sock"]\n'
            + f'[route]\nas = 65000\nrouter_id = "10.91.99.1"\n{more}\n' + text + "".join(peers))


@pytest.fixture
def tap(tmp_path):
    return tmp_path / "tap.sock"


@pytest.mark.parametrize("kind", [Bird, Frr, Gobgp])
@pytest.mark.parametrize("v6", [False, True], ids=["over_ipv4", "over_ipv6"])
@pytest.mark.parametrize("as_", [65000, 65001], ids=["ibgp", "ebgp"])
def test_B_14_B_25_B_27_B_28_D_40_routes_come_and_leave(kind, v6, as_, tmp_path, start_weir, tap):
    with kind(tmp_path, as_=as_) as router:
        start_weir(settings(tmp_path, router, router.peer(v6=v6)))
        wanted = {"198.51.101.7/32", "198.51.101.8/32", "2a00:db8::7/128"}
        with Resolver(tap) as resolver:
            def told_and_there():
                resolver.tell("www.example.org", "www.example.org 1 A 198.51.101.7",
                              "www.example.org 1 A 198.51.101.8")
                resolver.tell("www.example.org", "www.example.org 1 AAAA 2a00:db8::7", kind="AAAA")
                there = router.routes()
                return there if wanted <= there.keys() else None
            routes = wait_until(told_and_there, 15, f"all routes at {router.name}")
        text = str(routes["198.51.101.7/32"]) + str(routes["2a00:db8::7/128"])
        assert router.hop_v4 in text and router.hop_v6 in text
        if kind is Bird:
            route = routes["198.51.101.7/32"]
            assert route["origin"] == "IGP"
            assert route["as_path"] == ("" if as_ == 65000 else "65000")
            assert set(route["community"].split()) == {"(65000,100)", "(65535,65281)"}
            assert route["local_pref"] == "100"
        for prefix in wanted:
            router.wait_until_gone(prefix)


def test_D_24_D_25_D_26_B_03_names_match_by_label_whatever_their_case(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router:
        sets = SET.replace('["example.org"]', '["face.com", "foo.com", "www.foobar.com"]')
        start_weir(settings(tmp_path, router, sets=sets))
        with Resolver(tap) as resolver:
            resolver.tell("www.facebook.com", "A 198.51.101.1")
            resolver.tell("badface.com", "A 198.51.101.2")
            resolver.tell("face.com.evil.net", "A 198.51.101.3")
            resolver.tell("WwW.FaCe.CoM", "A 198.51.101.4")
            resolver.tell("www.foobar.com", "A 198.51.101.5")
            resolver.tell("foo.com", "A 198.51.101.6")
        for last in (4, 5, 6):
            router.wait_for(f"198.51.101.{last}/32")
        assert len(router.routes()) == 3


def test_B_16_aliases_count_for_the_asked_name_in_any_order(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router:
        start_weir(settings(tmp_path, router))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "c.cdn.net 300 A 198.51.101.1",
                          "b.cdn.net 300 CNAME c.cdn.net.", "a.example.org 300 CNAME b.cdn.net.")
            resolver.tell("other.net", "other.net 300 CNAME x.example.org.",
                          "x.example.org 300 A 198.51.101.2")
            resolver.tell("third.net", "third.net 300 A 198.51.101.3",
                          "y.example.org 300 A 198.51.101.4")  # of no asked name
        router.wait_for("198.51.101.1/32")
        router.wait_for("198.51.101.2/32")
        assert len(router.routes()) == 2


def test_B_12_only_answers_to_clients_teach(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router:
        start_weir(settings(tmp_path, router))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1", type_=RESOLVER_RESPONSE)
            resolver.tell("a.example.org", "A 198.51.101.2", type_=CLIENT_QUERY)
            resolver.tell("a.example.org", "A 198.51.101.3", rcode=3)
            resolver.tell("a.example.org", "A 198.51.101.4")
        router.wait_for("198.51.101.4/32")
        assert len(router.routes()) == 1


def test_D_32_special_addresses_and_our_own_are_refused(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router:
        weir = start_weir(settings(tmp_path, router, more='never = ["203.1.113.0/24"]'))
        bad = ["127.0.0.1", "0.0.0.0", "224.0.0.1", "10.0.0.1", "255.255.255.255", router.v4,
               router.weir_v4, router.hop_v4, "203.1.113.9", "192.0.2.53"]
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", *(f"A {address}" for address in bad))
            resolver.tell("a.example.org", *(f"AAAA {address}" for address in
                                             ("::1", "fe80::1", "ff02::1", "64:ff9b::1.2.3.4",
                                              router.v6, router.weir_v6)), kind="AAAA")
            resolver.tell("a.example.org", "A 198.51.101.4")
        router.wait_for("198.51.101.4/32")
        assert list(router.routes()) == ["198.51.101.4/32"]
        # The synthesised one is passed over before it could be refused.
        assert weir.metric("weir_route_refused_total") == len(bad) + 5
        assert weir.metric("weir_route_refused_total", 'reason="never"') == 1


def test_B_18_B_19_sightings_renew_a_lease(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router:
        start_weir(settings(tmp_path, router))
        with Resolver(tap) as resolver:
            begun = time.monotonic()
            seen = begun
            while time.monotonic() < begun + 5:
                resolver.tell("a.example.org", "a.example.org 1 A 198.51.101.1")
                seen = time.monotonic()
                router.wait_for("198.51.101.1/32", 1)
                wait_until(lambda: time.monotonic() > seen + 0.5)
            router.wait_until_gone("198.51.101.1/32", 6)
            assert 2.5 < time.monotonic() - seen < 5


def test_B_06_D_27_D_39_reload_takes_routes_of_names_that_left(tmp_path, start_weir, tap):
    names = tmp_path / "names.txt"
    names.write_text("# mine\nexample.org\nexample.net\n", encoding="utf-8")
    with Bird(tmp_path) as router:
        sets = SET.replace('names = ["example.org"]', f'lists = ["{names}"]').replace("3s", "1h")
        weir = start_weir(settings(tmp_path, router, sets=sets))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.net", "A 198.51.101.1", "A 198.51.101.2")
            resolver.tell("a.example.org", "A 198.51.101.2")
            router.wait_for("198.51.101.1/32")
            names.write_text("example.org\nexample.com\n", encoding="utf-8")
            begun = time.monotonic()
            weir.send(signal.SIGHUP)
            router.wait_until_gone("198.51.101.1/32", 1)
            assert time.monotonic() - begun < 1
            assert "198.51.101.2/32" in router.routes(), "the other name still wants it"
            resolver.tell("a.example.com", "A 198.51.101.3")
            router.wait_for("198.51.101.3/32")
        sessions = wait_until(lambda: weir.metric("weir_bgp_established_total"))
        assert sessions == 1, "the session was not touched"


def test_B_05_a_list_that_got_worse_stays_as_it_was(tmp_path, start_weir, tap):
    names = tmp_path / "names.txt"
    names.write_text("example.org\n", encoding="utf-8")
    with Bird(tmp_path) as router:
        sets = SET.replace('names = ["example.org"]', f'lists = ["{names}"]').replace("3s", "1h")
        weir = start_weir(settings(tmp_path, router, sets=sets))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            router.wait_for("198.51.101.1/32")
            for worse in ("<html>busy</html>", "# nothing\n", "..bad..\nexample.org\n"):
                before = weir.log().count("was not taken")
                names.write_text(worse, encoding="utf-8")
                weir.send(signal.SIGHUP)
                wait_until(lambda: weir.log().count("was not taken") > before)
            names.unlink()
            weir.send(signal.SIGHUP)
            weir.wait_for_log("cannot read")
            resolver.tell("b.example.org", "A 198.51.101.2")
            router.wait_for("198.51.101.2/32")
            assert "198.51.101.1/32" in router.routes()


def test_B_02_lines_that_are_wrong_are_told_with_the_reason(tmp_path, start_weir):
    names = tmp_path / "names.txt"
    names.write_text("a.example\nb.example\nbad..name\nc.example\n1.2.3/99\n", encoding="utf-8")
    sets = f'[[route.set]]\nname = "vpn"\nlists = ["{names}"]\n'
    weir = start_weir(NOWHERE + sets)
    weir.wait_for_log("loaded 3, skipped 2")
    assert f"{names}:3: bad_name: bad..name" in weir.log()
    assert f"{names}:5:" in weir.log()


def test_B_22_B_29_several_neighbours_and_one_that_comes_back(tmp_path, start_weir, tap):
    with Bird(tmp_path) as first, Frr(tmp_path, as_=65002) as second, \
            Gobgp(tmp_path, as_=65000) as third:
        peers = (first.peer("first"), second.peer("second"), third.peer("third", v6=True))
        sets = SET.replace("3s", "1h").replace("next_hop_v4", "# next_hop_v4")
        weir = start_weir(settings(tmp_path, first, *peers, sets=sets,
                                   more='never = ["203.0.113.0/24"]'))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            for router in (first, second, third):
                router.wait_for("198.51.101.1/32")
            second.stop()
            resolver.tell("a.example.org", "A 198.51.101.2")
            for router in (first, third):
                router.wait_for("198.51.101.2/32")
            second.start()
            for last in (1, 2):
                second.wait_for(f"198.51.101.{last}/32")
        assert first.routes()["198.51.101.1/32"]["next_hop"] == first.weir_v4, "our own end"
        wait_until(lambda: weir.metric("weir_bgp_session_up") == 3)


def test_B_23_ports_names_and_where_connections_come_from(tmp_path, start_weir, tap):
    with Bird(tmp_path, sides=("v4",)) as router:
        (router.directory / "bird.conf").write_text(
            (router.directory / "bird.conf").read_text(encoding="utf-8")
            .replace(f"local {router.v4} as", f"local {router.v4} port 1179 as"), encoding="utf-8")
        router.bird("configure")
        start_weir(settings(tmp_path, router, router.peer(address=f"{router.v4}:1179",
                                                          local_address=router.weir_v4)))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            router.wait_for("198.51.101.1/32")


def test_a_neighbour_may_connect_to_us(tmp_path, start_weir, tap):
    with Bird(tmp_path, passive=False) as router:
        listen = f'listen = ["{router.weir_v4}", "[{router.weir_v6}]:179"]'
        peers = (router.peer("four", active=False), router.peer("six", v6=True, active=False))
        weir = start_weir(settings(tmp_path, router, *peers, more=listen))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            router.wait_for("198.51.101.1/32")
        wait_until(lambda: weir.metric("weir_bgp_session_up") == 2)


def test_collisions_leave_one_session(tmp_path, start_weir, tap):
    """Both sides connect, again and again; RFC 4271 6.8 leaves one connection."""
    with Bird(tmp_path, passive=False, sides=("v4",)) as router:
        weir = start_weir(settings(tmp_path, router, router.peer(),
                                   more=f'listen = ["{router.weir_v4}"]'))
        for _ in range(2):
            wait_until(lambda: weir.metric("weir_bgp_session_up") == 1, 20, "the session")
            wait_until(lambda: "Established" in router.state(), 20)
            before = weir.metric("weir_bgp_established_total")
            router.bird("restart weir_v4")
            wait_until(lambda: weir.metric("weir_bgp_established_total") > before, 20)
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            router.wait_for("198.51.101.1/32")


def test_strangers_are_closed_at_once(tmp_path, start_weir):
    with Bird(tmp_path, passive=False, sides=("v6",)) as router:
        weir = start_weir(settings(tmp_path, router, router.peer(),
                                   more=f'listen = ["[{router.weir_v6}]:179"]'))
        wait_until(lambda: weir.metric("weir_bgp_strangers_total") > 0, 20)


@pytest.mark.parametrize("passive", [True, False], ids=["we_connect", "it_connects"])
def test_segments_are_signed_and_ttls_are_secured(passive, tmp_path, start_weir, tap):
    key = tmp_path / "key"
    key.write_text("correct horse\n", encoding="utf-8")
    options = 'password "correct horse"; ttl security on;'
    with Bird(tmp_path, passive=passive, options=options) as router:
        listen = f'listen = ["{router.weir_v4}", "[{router.weir_v6}]:179"]'
        secured = {"md5_key_file": str(key), "gtsm_hops": 1}
        peers = (router.peer("four", active=passive, **secured),
                 router.peer("six", v6=True, active=passive, **secured))
        weir = start_weir(settings(tmp_path, router, *peers, more=listen))
        wait_until(lambda: weir.metric("weir_bgp_session_up") == 2, 20, "both sessions")
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            router.wait_for("198.51.101.1/32")


def test_B_36_withdraw_at_the_end_takes_routes_along(tmp_path, start_weir, tap):
    with Bird(tmp_path, options="graceful restart on;") as router:
        weir = start_weir(settings(tmp_path, router, more='on_stop = "withdraw"'))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            router.wait_for("198.51.101.1/32")
        assert weir.stop() == 0
        router.wait_until_gone("198.51.101.1/32", 2)


def test_drain_marks_routes_before_they_go(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router:
        weir = start_weir(settings(tmp_path, router, more='on_stop = "drain"\ndrain_time = "2s"',
                                   sets=SET.replace("3s", "1h")))
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            router.wait_for("198.51.101.1/32")
        weir.send(signal.SIGTERM)
        wait_until(lambda: "(65535,0)" in router.routes().get("198.51.101.1/32", {}).get(
            "community", ""), 2, "the mark of RFC 8326")
        assert weir.process.wait(10) == 0
        router.wait_until_gone("198.51.101.1/32", 2)
