"""Names become routes at real routers, with the right attributes, and leave again."""

import signal
import time

import pytest

from answers import Resolver
from conftest import NOWHERE
from routers import Bird, Frr, Gobgp
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


def settings(directory, *peers, sets=SET, router=None, more=""):
    text = sets.format(v4="10.91.99.9", v6="fd91:99::9")
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
        start_weir(settings(tmp_path, router.peer(v6=v6)))
        with Resolver(tap) as resolver:
            resolver.tell("www.example.org", "www.example.org 1 A 198.51.101.7",
                          "www.example.org 1 A 198.51.101.8")
            resolver.tell("www.example.org", "www.example.org 1 AAAA 2a00:db8::7", kind="AAAA")
        routes = {prefix: router.wait_for(prefix) for prefix in
                  ("198.51.101.7/32", "198.51.101.8/32", "2a00:db8::7/128")}
        text = str(routes["198.51.101.7/32"]) + str(routes["2a00:db8::7/128"])
        assert "10.91.99.9" in text and "fd91:99::9" in text
        if kind is Bird:
            route = routes["198.51.101.7/32"]
            assert route["origin"] == "IGP"
            assert route["as_path"] == ("" if as_ == 65000 else "65000")
            assert set(route["community"].split()) == {"(65000,100)", "(65535,65281)"}
            assert route["local_pref"] == "100"
        for prefix in routes:
            router.wait_until_gone(prefix)
