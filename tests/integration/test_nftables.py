"""Addresses of names as elements of sets of nftables, in namespaces of their own (R-07, R11)."""

import itertools
import json
import os
import subprocess
import sys
import time

import pytest

from bgp.answers import Resolver
from conftest import NOWHERE
from veth import run
from weir_process import ROOT, WeirProcess, wait_until

_numbers = itertools.count()
SET = """
[[route.set]]
name = "vpn"
names = ["example.org"]
floor = "{floor}"
grace = "0"
"""
NFT = """
[[route.nftables]]
name = "edge"
table = "weir"
set_v4 = "vpn4"
set_v6 = "vpn6"
"""


class Space:
    """A namespace with a packet filter, and weir in it."""

    def __init__(self):
        if os.geteuid() != 0:
            pytest.skip("needs root for network namespaces")
        self.name = f"weir-n{os.getpid()}-{next(_numbers)}"
        self.prefix = ("ip", "netns", "exec", self.name)

    def __enter__(self):
        run("ip", "netns", "add", self.name)
        run("ip", "-n", self.name, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_):
        run("ip", "netns", "del", self.name, check=False)

    def nft(self, *words, check=True):
        return run(*self.prefix, "nft", *words, check=check)

    def elements(self, name="vpn4", kind="set"):
        """address -> (timeout, time left) or the value of a map."""
        listed = self.nft("-j", "list", kind, "inet", "weir", name, check=False)
        if listed.returncode != 0:
            return {}
        found = {}
        for each in json.loads(listed.stdout)["nftables"]:
            for element in each.get(kind, {}).get("elem", []):
                value = None
                if kind == "map":
                    element, value = element
                inside = element["elem"] if isinstance(element, dict) else {"val": element}
                found[inside["val"]] = value or (inside.get("timeout"), inside.get("expires"))
        return found

    def wait_for(self, *wanted, name="vpn4"):
        wait_until(lambda: self.elements(name).keys() == set(wanted), 10,
                   f"{wanted} in {name}, and nothing else")


class Weir:
    """Weir in a namespace, whose pages are asked from inside it."""

    def __init__(self, space, directory, settings):
        self.space = space
        directory.mkdir(exist_ok=True)
        self.process = WeirProcess(directory, settings, prefix=space.prefix)
        self.process._is_alive = self._is_alive

    def _is_alive(self):
        if self.process.process.poll() is not None:
            raise AssertionError(f"weir ended with {self.process.process.returncode}")
        return self.page("/healthz", "-o", "/dev/null", "-w", "%{http_code}") == "200"

    def page(self, path, *options):
        words = [*self.space.prefix, "curl", "-s", self.process.base + path, *options]
        return subprocess.run(words, capture_output=True, text=True, timeout=10, check=False).stdout

    def metric(self, name, labels=""):
        return sum(float(line.rpartition(" ")[2]) for line in self.page("/metrics").splitlines()
                   if line.partition("{")[0].partition(" ")[0] == name and labels in line)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.process.poll() is None:
            assert self.process.stop() == 0


def settings(directory, sets=SET, nft=NFT, floor="1h", more=""):
    return (NOWHERE + f'[[source.dnstap]]\nlisten = ["unix:{directory}/tap.sock"]\n'
            + f"[route]\n{more}\n" + sets.format(floor=floor) + nft)


@pytest.fixture
def space():
    with Space() as made:
        yield made


def test_R_07_elements_come_with_a_timeout_and_leave(space, tmp_path):
    with Weir(space, tmp_path / "weir", settings(tmp_path, floor="2s")) as weir:
        with Resolver(tmp_path / "tap.sock") as resolver:
            begun = time.monotonic()
            resolver.tell("www.example.org", "www.example.org 1 A 198.51.101.7")
            resolver.tell("www.example.org", "www.example.org 1 AAAA 2a00:db8::7", kind="AAAA")
            space.wait_for("198.51.101.7")
            space.wait_for("2a00:db8::7", name="vpn6")
            timeout, left = space.elements()["198.51.101.7"]
            assert 60 <= timeout <= 64 and 0 < left <= timeout, "the lease and a minute"
            space.wait_for()
            assert time.monotonic() - begun > 1.5
            space.wait_for(name="vpn6")
        assert weir.metric("weir_nftables_put_total") >= 2
        assert weir.metric("weir_nftables_removed_total") >= 2
        assert weir.metric("weir_nftables_failures_total") == 0


def test_R_11_a_lease_that_is_renewed_renews_its_element(space, tmp_path):
    with Weir(space, tmp_path / "weir", settings(tmp_path, floor="8s")):
        with Resolver(tmp_path / "tap.sock") as resolver:
            resolver.tell("www.example.org", "www.example.org 1 A 198.51.101.7")
            space.wait_for("198.51.101.7")
            whole = space.elements()["198.51.101.7"][0]
            wait_until(lambda: space.elements()["198.51.101.7"][1] <= whole - 3, 10)

            def renewed():
                resolver.tell("www.example.org", "www.example.org 1 A 198.51.101.7")
                return space.elements()["198.51.101.7"][1] > whole - 3
            wait_until(renewed, 10, "more time")


def test_R_11_a_flushed_ruleset_and_deleted_sets_heal(space, tmp_path):
    with Weir(space, tmp_path / "weir", settings(tmp_path)) as weir:
        with Resolver(tmp_path / "tap.sock") as resolver:
            resolver.tell("www.example.org", "A 198.51.101.7", "A 198.51.101.8")
            there = ("198.51.101.7", "198.51.101.8")
            space.wait_for(*there)
            for loss in ("flush ruleset", "delete table inet weir", "delete set inet weir vpn4",
                         "flush set inet weir vpn4",
                         "delete element inet weir vpn4 { 198.51.101.7 }"):
                repairs = weir.metric("weir_nftables_repairs_total")
                space.nft(loss)
                wait_until(lambda: weir.metric("weir_nftables_repairs_total") > repairs, 10, loss)
                space.wait_for(*there)
            # A ruleset of the operator's own that has the sets, as the system loads it.
            rules = tmp_path / "rules.nft"
            rules.write_text("flush ruleset\ntable inet weir {\n  set vpn4 { type ipv4_addr; flags "
                             "timeout; }\n  chain marking { type filter hook prerouting priority "
                             "mangle; ip daddr @vpn4 meta mark set 7; }\n}\n", encoding="utf-8")
            space.nft("-f", str(rules))
            space.wait_for(*there)
            assert "@vpn4" in space.nft("list", "ruleset").stdout, "the rules are left alone"
            resolver.tell("www.example.org", "A 198.51.101.9")
            space.wait_for(*there, "198.51.101.9")
        assert weir.metric("weir_nftables_up") == 1


def test_R_11_what_is_foreign_goes_when_all_is_reconciled(space, tmp_path):
    with Weir(space, tmp_path / "weir", settings(tmp_path, nft=NFT + 'reconcile = "1s"\n')):
        with Resolver(tmp_path / "tap.sock") as resolver:
            resolver.tell("www.example.org", "A 198.51.101.7")
            space.wait_for("198.51.101.7")
            space.nft("add element inet weir vpn4 { 203.0.113.5 timeout 1h }")
            space.wait_for("198.51.101.7")


def test_R_11_maps_and_sets_of_names_apart(space, tmp_path):
    sets = SET + SET.replace("vpn", "work").replace("example.org", "example.net")
    nft = (NFT + 'sets = ["vpn"]\nmark = 4919\n'
           + NFT.replace("edge", "other").replace("vpn4", "all4").replace('set_v6 = "vpn6"', ""))
    with Weir(space, tmp_path / "weir", settings(tmp_path, sets=sets, nft=nft)):
        with Resolver(tmp_path / "tap.sock") as resolver:
            resolver.tell("www.example.org", "A 198.51.101.7")
            resolver.tell("www.example.net", "A 198.51.101.8")
            wait_until(lambda: space.elements("vpn4", "map") == {"198.51.101.7": 4919}, 10)
            space.wait_for("198.51.101.7", "198.51.101.8", name="all4")


@pytest.mark.parametrize("on_stop", ["keep", "withdraw"])
def test_R_11_elements_outlive_weir_by_their_timeout_unless_they_are_withdrawn(on_stop, space,
                                                                              tmp_path):
    text = settings(tmp_path, floor="1h", more=f'on_stop = "{on_stop}"')
    with Weir(space, tmp_path / "weir", text) as weir:
        with Resolver(tmp_path / "tap.sock") as resolver:
            resolver.tell("www.example.org", "A 198.51.101.7")
            space.wait_for("198.51.101.7")
        weir.stop()
        assert set(space.elements()) == ({"198.51.101.7"} if on_stop == "keep" else set())
    with Weir(space, tmp_path / "weir", text):
        space.wait_for("198.51.101.7")


def test_a_set_of_another_kind_is_told_and_holds_nobody(space, tmp_path):
    space.nft("add table inet weir; add set inet weir vpn4 { type ether_addr; }")
    with Weir(space, tmp_path / "weir", settings(tmp_path)) as weir:
        wait_until(lambda: weir.metric("weir_nftables_failures_total") > 0, 10)
        assert weir.metric("weir_nftables_up") == 0
        assert "nftables edge: cannot make set weir vpn4" in weir.process.log()
        space.nft("delete table inet weir")
        wait_until(lambda: weir.metric("weir_nftables_up") == 1, 20, "another attempt")


CLIENT = """
import sys
sys.path[:0] = {path!r}
from first_connections import connect_to_many
connect_to_many({port}, {count})
"""


def test_N_06_R_7_no_first_packet_misses_the_set(space, tmp_path):
    count = 400
    space.nft("add table inet weir; "
              "add set inet weir vpn4 { type ipv4_addr; flags timeout; }; "
              "add counter inet weir known; add counter inet weir unknown; "
              "add chain inet weir out { type filter hook output priority 0; }; "
              "add rule inet weir out ip daddr @vpn4 counter name known accept; "
              "add rule inet weir out ip daddr 151.0.0.0/16 counter name unknown")
    run("ip", "-n", space.name, "route", "add", "151.0.0.0/16", "dev", "lo")
    path = [str(ROOT / "tests/integration"), *sys.path]
    upstream = subprocess.Popen(
        [*space.prefix, "/usr/bin/python3", "-c",
         f"import sys, threading; sys.path[:0] = {path!r}\n"
         "from first_connections import AnswersWithAddresses\n"
         "upstream = AnswersWithAddresses('151.0.0.0/16', 5399); threading.Event().wait()"])
    try:
        text = settings(tmp_path).replace("192.0.2.53", "127.0.0.1:5399")
        with Weir(space, tmp_path / "weir", text) as weir:
            wait_until(lambda: "true" in weir.page("/readyz") or weir.metric("weir_backend_up"))
            subprocess.run([*space.prefix, "/usr/bin/python3", "-c",
                            CLIENT.format(path=path, port=weir.process.dns_port, count=count)],
                           check=True, timeout=60)

            def packets(name):
                listed = space.nft("-j", "list", "counter", "inet", "weir", name).stdout
                return json.loads(listed)["nftables"][1]["counter"]["packets"]
            assert (packets("known"), packets("unknown")) == (count, 0)
            assert weir.metric("weir_route_barrier_wait_seconds_count") == count
            assert weir.metric("weir_route_barrier_missed_total") == 0
    finally:
        upstream.kill()
        upstream.wait()
