"""People ask which routes there are and why: over HTTP and on the command line."""

import signal
import subprocess

import pytest

from bgp.answers import Resolver
from bgp.routers import Bird
from test_routes import SET, settings
from weir_process import PROGRAM, clean_environment, weir as run_weir

LASTING = SET.replace("3s", "1h")


@pytest.fixture
def tap(tmp_path):
    return tmp_path / "tap.sock"


def test_N_07_B_17_routes_are_shown_with_their_reasons(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router:
        weir = start_weir(settings(tmp_path, router, sets=LASTING))
        at = ("--server", f"127.0.0.1:{weir.http_port}")
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "A 198.51.101.1")
            resolver.tell("b.example.org", "A 198.51.101.1", "A 198.51.101.2")
            router.wait_for("198.51.101.2/32")
        page = weir.get("/api/v1/routes").json()
        told = [(one["prefix"], one["set"], one["name"], one["state"]) for one in page["routes"]]
        assert told == [
            ("198.51.101.1/32", "vpn", "a.example.org", "active"),
            ("198.51.101.1/32", "vpn", "b.example.org", "active"),
            ("198.51.101.2/32", "vpn", "b.example.org", "active")]
        assert all(3590 < one["left_seconds"] < 3601 for one in page["routes"])
        first = weir.get("/api/v1/routes?limit=2").json()
        assert len(first["routes"]) == 2
        assert len(weir.get(f"/api/v1/routes?after={first['next']}").json()["routes"]) == 1
        assert weir.get("/api/v1/routes?limit=0").status == 400

        why = run_weir("routes", "why", "B.example.org", *at)
        assert why.returncode == 0 and why.stdout.count("b.example.org") == 2, why
        assert run_weir("routes", "why", "198.51.101.1", *at).stdout.count("\n") == 2
        assert run_weir("routes", "list", *at).stdout.count("\n") == 3
        state = run_weir("routes", "state", *at).stdout
        assert "2 routes, 3 leases" in state and "Established" in state
        told = weir.get("/api/v1/routes/state").json()
        assert told["peers"][0]["routes"] == 2


def test_changes_are_watched_as_they_come(tmp_path, start_weir, tap):
    with Bird(tmp_path) as router:
        weir = start_weir(settings(tmp_path, router))
        watch = subprocess.Popen([PROGRAM, "routes", "watch", "--server",
                                  f"127.0.0.1:{weir.http_port}"], stdout=subprocess.PIPE,
                                 text=True, env=clean_environment())
        with Resolver(tap) as resolver:
            resolver.tell("a.example.org", "a.example.org 1 A 198.51.101.1")
            assert "+ 198.51.101.1/32 learned vpn a.example.org" in watch.stdout.readline()
            assert "- 198.51.101.1/32 expired" in watch.stdout.readline()
        watch.send_signal(signal.SIGTERM)
        watch.wait(10)
        assert "route 198.51.101.1/32 announced: learned, set vpn, name a.example.org" in weir.log()


def test_names_are_tested_against_the_lists_of_the_settings(tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("# mine\nexample.org\n@@||not.example.org^\n", encoding="utf-8")
    file = tmp_path / "weir.toml"
    file.write_text(f'[[route.set]]\nname = "vpn"\nlists = ["{names}"]\nnames = ["extra.net"]\n',
                    encoding="utf-8")
    at = ("--config", str(file))
    found = run_weir("domains", "test", "www.Example.org", *at)
    assert found.returncode == 0
    assert "in set vpn" in found.stdout and f"{names}:2: example.org" in found.stdout
    assert "names of vpn:1: extra.net" in run_weir("domains", "test", "extra.net", *at).stdout
    excluded = run_weir("domains", "test", "a.not.example.org", *at)
    assert excluded.returncode == 1 and "excluded from set vpn" in excluded.stdout
    assert run_weir("domains", "test", "badexample.org", *at).returncode == 1
    assert run_weir("domains", "test", "a..b", *at).returncode == 2


def test_without_sets_there_is_nothing_to_show(start_weir):
    weir = start_weir()
    assert weir.get("/api/v1/routes").status == 404
    asked = run_weir("routes", "list", "--server", f"127.0.0.1:{weir.http_port}")
    assert asked.returncode == 1 and "route.set" in asked.stderr


@pytest.mark.parametrize("text,told", [
    ('[[route.set]]\nname = "a"\nnames = ["x.net"]\nfloor = "abc"\n', "floor"),
    ('[[route.set]]\nname = "a"\n', "lists"),
    ('[[route.set]]\nname = "a"\nnames = ["x.net"]\n[[route.peer]]\nname = "p"\n'
     'address = "192.0.2.1"\nas = 65000\n', "route.as"),
    ('[route]\nas = 65000\nrouter_id = "192.0.2.1"\n[[route.set]]\nname = "a"\nnames = ["x.net"]\n'
     '[[route.peer]]\nname = "p"\naddress = "192.0.2.1"\nas = 65001\n', "RFC 8212"),
], ids=["D_35", "no_names", "D_36", "rfc_8212"])
def test_D_35_D_36_mistakes_have_their_place(text, told, tmp_path):
    file = tmp_path / "weir.toml"
    file.write_text(text, encoding="utf-8")
    checked = run_weir("check", str(file))
    assert checked.returncode == 2
    assert f"{file}:" in checked.stderr + checked.stdout and told in checked.stderr + checked.stdout
