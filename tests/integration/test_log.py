"""`weir log`: tables for people, JSON for machines, the same answers as over HTTP."""

import json
import os
import pty
import subprocess

import dns.message
import dns.query
import pytest

from weir_process import PROGRAM, clean_environment, wait_until, weir


@pytest.fixture(scope="module")
def store(tmp_path_factory, unbound):
    """A store that a weir of the past has written."""
    from weir_process import WeirProcess
    process = WeirProcess(tmp_path_factory.mktemp("past"), unbound.settings()).start()
    process.wait_until_ready()
    for name, kind in (("www.example.test", "A"), ("www.example.test", "AAAA"),
                       ("nothing.example.test", "A"), ("example.net", "A")):
        dns.query.udp(dns.message.make_query(name, kind), "127.0.0.1", port=process.dns_port,
                      timeout=5)
    assert process.stop() == 0
    return str(process.store)


def rows(store, *words):
    shown = weir("log", "--store", store, *words)
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line) for line in shown.stdout.splitlines()]


def test_machines_get_one_object_a_line(store):
    names = [row["name"] for row in rows(store)]
    assert names == ["example.net.", "nothing.example.test.", "www.example.test.",
                     "www.example.test."]


@pytest.mark.parametrize("words, count", [
    (["--name", "example.test"], 3), (["--name", "WWW.example.test."], 2), (["--type", "AAAA"], 1),
    (["--rcode", "NXDOMAIN"], 1), (["--client", "127.0.0.1"], 4), (["--client", "192.0.2.0/24"], 0),
    (["--since", "1h"], 4), (["--until", "1h"], 0), (["--limit", "2"], 2),
    (["--name", "xample.test"], 0), (["--since", "2020-01-01T00:00:00Z"], 4)])
def test_conditions(store, words, count):
    assert len(rows(store, *words)) == count


def test_every_message_is_there_when_asked_for(store):
    kinds = {row["message"] for row in rows(store, "--message", "all", "--limit", "1000")}
    assert kinds >= {"CLIENT_QUERY", "CLIENT_RESPONSE", "FORWARDER_QUERY", "FORWARDER_RESPONSE"}


def test_a_table_when_asked_for(store):
    lines = weir("log", "--store", store, "-f", "table").stdout.splitlines()
    assert lines[0].split() == ["TIME", "CLIENT", "RCODE", "LATENCY", "TYPE", "FROM", "NAME"]
    assert len(lines) == 5 and "NXDOMAIN" in lines[2]


def on_a_terminal(*words, **environment):
    controller, terminal = pty.openpty()
    with subprocess.Popen([PROGRAM, *words], stdout=terminal, stderr=terminal,
                          env=clean_environment(TERM="xterm", **environment)) as process:
        process.wait(10)
        os.close(terminal)
        shown = b""
        try:
            while octets := os.read(controller, 65536):
                shown += octets
        except OSError:  # the other end is closed
            pass
    os.close(controller)
    return shown.decode()


def test_people_get_a_table_in_colour_unless_they_refuse(store):
    shown = on_a_terminal("log", "--store", store)
    assert shown.startswith("TIME") and "\x1b[33m" in shown
    assert "\x1b" not in on_a_terminal("log", "--store", store, NO_COLOR="1")


def test_it_reads_while_weir_writes(start_weir, unbound):
    process = start_weir(unbound.settings()).wait_until_ready()
    query = dns.message.make_query("live.example.net", "A")
    dns.query.udp(query, "127.0.0.1", port=process.dns_port, timeout=5)
    wait_until(lambda: rows(str(process.store), "--name", "live.example.net"))


def test_the_store_is_that_of_the_settings(store, tmp_path):
    settings = tmp_path / "weir.toml"
    settings.write_text(f'[store]\npath = "{store}"\n')
    assert len(weir("log", "-c", str(settings)).stdout.splitlines()) == 4
