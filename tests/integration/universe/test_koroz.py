"""What users of koroz bring: its settings file, its pages, its series."""

import os
import re
import signal

import pytest

from answered import client_response
from dnstap_sender import begin, finish, frame
from warmed import Resolver, ShortLived
from weir_process import fetch, free_port, wait_until
from weir_process import weir as run_weir

NOWHERE = '[[edge.upstreams]]\nname = "nowhere"\naddress = "udp://192.0.2.53"\n'
SETTINGS = """\
purge_wake_up_interval = 1
min_ttl_to_keep_record = 30
max_ttl_to_keep_record = 3600
max_records_to_refresh_in_cycle = 100
we_running_docker = false
min_time_to_expire_to_purge = 300
"""


def start(start_weir, tmp_path, text=SETTINGS, settings=NOWHERE):
    """A weir with koroz's settings; the test's own port wins over koroz's."""
    file = tmp_path / "Settings.toml"
    file.write_text(text, encoding="utf-8")
    weir = start_weir(settings, koroz=file)
    return weir, file


def test_K02_koroz_s_port_is_on_loopback(tmp_path):
    file = tmp_path / "Settings.toml"
    file.write_text("", encoding="utf-8")
    checked = run_weir("check", "--koroz", str(file))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "127.0.0.1:3030" in checked.stdout + checked.stderr


def test_K03_without_a_place_for_the_database_it_is_off_and_the_variable_is_named(start_weir,
                                                                                  tmp_path):
    if os.access("/var/lib/weir", os.W_OK):
        pytest.skip("here there is a place: /var/lib/weir")
    file = tmp_path / "Settings.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    weir = start_weir(NOWHERE, koroz=file, environment={"HOME": ""},
                      set_=("universe.history.path=",))
    assert re.search(r"kept in memory only: set universe\.history\.path, or HOME", weir.log())
    assert weir.get("/universe").json() == []


def test_K04_the_settings_in_force_are_in_the_first_lines(start_weir, tmp_path):
    weir, _ = start(start_weir, tmp_path)
    first = "\n".join(weir.log().splitlines()[:5])
    assert re.search(r"warm by asking: a batch of 100 every 1s, 5m ahead, .*"
                     r"TTL above 30s and below 1h", first), first


def test_K05_D08_the_file_is_read_again(start_weir, tmp_path):
    tap = tmp_path / "tap.sock"
    weir, file = start(start_weir, tmp_path,
                       settings=NOWHERE + f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n')
    sender = begin(tap)

    def kept(name):
        sender.sendall(frame(client_response(name, ["192.0.2.1"], ttl=5000)))
        sender.sendall(frame(client_response(f"end-{name}", ["192.0.2.1"], ttl=60)))
        wait_until(lambda: f"end-{name}" in weir.get("/universe").body, what="the last one")
        return f'"{name}"' in weir.get("/universe").body

    assert not kept("a.example.test")
    file.write_text(SETTINGS.replace("3600", "6000"), encoding="utf-8")
    weir.send(signal.SIGHUP)
    weir.wait_for_log("reloaded")
    assert kept("b.example.test")
    file.unlink()
    weir.send(signal.SIGHUP)
    weir.wait_for_log("nothing has changed")
    assert kept("c.example.test")
    finish(sender)


def test_K24_to_K27_its_series_are_on_the_alias_addresses(start_weir, start_server, authority,
                                                          tmp_path):
    zone = start_server(ShortLived, ttl=6, names=3)
    tap, port = tmp_path / "tap.sock", free_port()
    resolver = Resolver(tmp_path / "resolver", authority, backend=zone.port, tap=tap)
    settings = resolver.keep_warm().replace('ahead = "3s"\njitter = 0\ncycle = "200ms"\n', "")
    # With a window that lets short lives in: half of one is when it may be refreshed.
    weir, _ = start(start_weir, tmp_path, text=SETTINGS.replace("record = 30", "record = 3"),
                    settings=NOWHERE + settings
                    + f'\n[control]\nalias_listen = ["127.0.0.1:{port}"]\n')
    resolver.start()
    try:
        wait_until(lambda: weir.metric("weir_dnstap_senders") == 1, what="the tap")

        def series():
            return fetch(f"http://127.0.0.1:{port}/metrics").body.splitlines()

        for name in ("n0.warm.test", "n1.warm.test"):
            for _ in range(2):
                resolver.ttl(name)
        for action in ("invalidate", "repopulate"):
            line = f'actions_over_records{{action="{action}",record_type="a"}} 2'
            wait_until(lambda wanted=line: wanted in series(), 40, line)
        assert 'failed_commands_to_execute{command="invalidate"} 0' in series()
        assert 'failed_records_manipulation{command="invalidate"} 0' in series()
        # www.example.test was asked for at the start, with a TTL that is outside of the window.
        assert "size_of_records_for_purging 2" in series()
        for family in ("actions_over_records", "size_of_records_for_purging"):
            assert any(line.startswith(f"# HELP {family} ") for line in series())
            assert any(line.startswith(f"# TYPE {family} ") for line in series())
    finally:
        resolver.stop()
