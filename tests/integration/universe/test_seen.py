"""What has been seen: over HTTP, from the command line, across restarts and troubles."""

import json
import os
import pty
import random
import signal
import socket
import sqlite3
import struct
import subprocess
import time
from pathlib import Path

import pytest

from answered import CLIENT_RESPONSE, RESOLVER_RESPONSE, client_response, response
from asking import ask, wire_question
from dnstap_sender import ACCEPT, FINISH, READY, begin, connect, exactly, finish, frame
from dnstap_stream import stream
from upstreams import Unbound
from weir_process import clean_environment, wait_until
from weir_process import weir as run_weir

NEVER_READY = '[[edge.upstreams]]\nname = "nowhere"\naddress = "udp://192.0.2.53"\n'


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def seen_over_http(weir, what, **conditions):
    words = "&".join(f"{key}={value}" for key, value in conditions.items())
    answer = weir.get(f"/api/v1/{what}?{words}")
    assert answer.status == 200, answer.body
    return lines(answer.body)


def seen(history, *words):
    done = run_weir("seen", "--store", str(history), "--json", *words)
    assert done.stderr == ""
    return lines(done.stdout)


def written(weir):
    """Everything that was seen so far is on disk."""
    weir.settled()
    wait_until(lambda: weir.metric("weir_universe_sightings_total") > 0
               and weir.metric("weir_universe_history_waiting") == 0, what="a written history")


@pytest.fixture
def warm(start_weir, start_server):
    """A weir through which a few names were asked."""
    unbound = start_server(Unbound)
    weir = start_weir(unbound.settings()).wait_until_ready()
    for name, kind in (("www.example.test", "A"), ("WWW.example.test", "AAAA"),
                       ("alias.example.test", "A"), ("mail.example.test", "MX")):
        ask(weir.dns_port, name, kind)
    wait_until(lambda: len(weir.get("/universe").json()) == 4, what="the last answer")
    wait_until(lambda: seen_over_http(weir, "names/mail.example.test"), what="a first group")
    return weir


def test_N08_records_of_a_name_in_the_common_output_format(warm):
    written(warm)
    before = time.time()
    rows = seen_over_http(warm, "names/www.example.test.")
    assert [(row["rrname"], row["rrtype"], row["rdata"]) for row in rows] == [
        ("www.example.test", "A", "192.0.2.1"), ("www.example.test", "AAAA", "2001:db8::1")]
    for row in rows:
        assert set(row) == {"rrname", "rrtype", "rdata", "time_first", "time_last", "count"}
        assert before - 60 < row["time_first"] <= row["time_last"] < before + 1
    assert rows[0]["count"] == 1  # told by the upstream, and to the client: one lookup
    assert [row["rdata"] for row in seen_over_http(warm, "names/alias.example.test")] == [
        "www.example.test"]
    assert seen_over_http(warm, "names/mail.example.test")[0]["rdata"] == "10 www.example.test"
    assert seen_over_http(warm, "names/www.example.test", type="AAAA")[0]["rrtype"] == "AAAA"
    assert seen_over_http(warm, "names/nobody.example.test") == []


def test_N08_every_lookup_of_the_edge_counts_once(warm):
    for _ in range(4):  # one was asked before; these come out of the cache
        ask(warm.dns_port, "www.example.test")
    written(warm)
    wait_until(lambda: seen_over_http(warm, "names/www.example.test", type="A")[0]["count"] == 5,
               what="five lookups")
    assert seen_over_http(warm, "names/www.example.test", type="AAAA")[0]["count"] == 1


def test_N08_every_lookup_told_in_dnstap_counts_once(start_weir, tmp_path):
    tap = tmp_path / "tap.sock"
    weir = start_weir(NEVER_READY + f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n')
    sender = begin(tap)
    for name, kinds in (("both", (RESOLVER_RESPONSE, CLIENT_RESPONSE, CLIENT_RESPONSE)),
                        ("clients", (CLIENT_RESPONSE,) * 3),
                        ("resolver", (RESOLVER_RESPONSE,) * 2)):
        for kind in kinds:
            sender.sendall(frame(client_response(f"{name}.example.test", ["192.0.2.1"], kind=kind)))
    finish(sender)
    wait_until(lambda: {row["rrname"]: row["count"]
                        for row in seen_over_http(weir, "addresses/192.0.2.1")}
               == {"both.example.test": 2, "clients.example.test": 3, "resolver.example.test": 2},
               what="the counts")


def ethernet(source, destination, ports, payload):
    """A frame with a datagram."""
    datagram = struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload
    packet = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(datagram), 0, 0, 64, 17, 0)
    packet += socket.inet_aton(source) + socket.inet_aton(destination) + datagram
    return b"\2" * 12 + b"\x08\0" + packet


def test_N08_every_captured_lookup_counts_once(tmp_path):
    client, resolver, authority = "198.51.100.7", "198.51.100.53", "203.0.113.1"
    frames = []
    for name, iterative in (("forwarded.example.test", False), ("resolved.example.test", True)):
        answer = response(name, ["192.0.2.1"], 300)
        inner = answer[:2] + bytes([answer[2] & 0xfe]) + answer[3:] if iterative else answer
        question = wire_question(1, name)
        frames += [ethernet(client, resolver, (4000, 53), question),
                   ethernet(resolver, authority, (5000, 53), question),
                   ethernet(authority, resolver, (53, 5000), inner),
                   ethernet(resolver, client, (53, 4000), answer),
                   ethernet(client, resolver, (4001, 53), question),
                   ethernet(resolver, client, (53, 4001), answer)]
    file = tmp_path / "both-sides.pcap"
    head = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    file.write_bytes(head + b"".join(
        struct.pack("<IIII", 1_700_000_000 + at, 0, len(octets), len(octets)) + octets
        for at, octets in enumerate(frames)))
    history = tmp_path / "u.db"
    done = run_weir("read", str(file), "--to", f"history:{history}")
    assert done.returncode == 0, done.stderr
    assert {row["rrname"]: row["count"] for row in seen(history, "192.0.2.1")} == {
        "forwarded.example.test": 2, "resolved.example.test": 2}


def test_N08_R22_names_of_an_address(warm):
    written(warm)
    for address, name in (("192.0.2.1", "www.example.test"), ("2001:db8::1", "www.example.test")):
        [row] = seen_over_http(warm, f"addresses/{address}")
        assert row["rrname"] == name and row["time_first"] <= row["time_last"] <= time.time()
    assert seen_over_http(warm, "addresses/192.0.2.200") == []


def test_mistakes_are_told(warm):
    for path, parameter in (("names/www.example.test?limit=0", "limit"),
                            ("names/www.example.test?type=NONSENSE", "type"),
                            ("names/www.example.test?colour=red", "colour"),
                            ("names/www.example.test?cursor=xyz", "cursor"),
                            ("names/a..b", "name"), ("addresses/www.example.test", "address")):
        answer = warm.get(f"/api/v1/{path}")
        assert answer.status == 400 and answer.json()["error"]["parameter"] == parameter
    assert warm.get("/api/v1/names/").status == 404


def test_K23_universe_has_five_keys(warm):
    answer = warm.get("/universe")
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/json"
    objects = answer.json()
    assert all(list(one) == ["domain_name", "ttl", "cls", "record_type", "read_from_buffer_ts"]
               for one in objects)
    kinds = {(one["domain_name"], one["record_type"]) for one in objects}
    assert kinds == {("www.example.test", "A"), ("www.example.test", "AAAA"),
                     ("alias.example.test", "CNAME"), ("mail.example.test", "MX")}
    assert all(one["cls"] == "IN" and 0 < one["ttl"] <= 300
               and one["read_from_buffer_ts"].endswith("Z") for one in objects)


def test_pages_follow_their_links(start_weir, tmp_path):
    tap = tmp_path / "tap.sock"
    weir = start_weir(NEVER_READY + f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n')
    sender = begin(tap)
    for number in range(25):
        sender.sendall(frame(client_response(f"n{number}.example.test", ["192.0.2.7"])))
    finish(sender)
    wait_until(lambda: len(seen_over_http(weir, "addresses/192.0.2.7")) == 25, what="25 names")
    path, names = "/api/v1/addresses/192.0.2.7?limit=10", []
    while path:
        answer = weir.get(path)
        names += [row["rrname"] for row in lines(answer.body)]
        link = answer.headers.get("Link", "")
        assert link == "" or link.endswith('; rel="next"')
        path = link[1:].partition(">")[0]
    assert sorted(names) == sorted(f"n{number}.example.test" for number in range(25))


def test_K29_counts_go_on_after_a_restart_and_a_kill(start_weir, tmp_path):
    tap = tmp_path / "tap.sock"
    weir = start_weir(NEVER_READY + f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n')

    def send():
        sender = begin(tap)
        sender.sendall(frame(client_response("www.example.test", ["192.0.2.1"], ttl=3000)))
        finish(sender)

    def count():
        rows = seen_over_http(weir, "names/www.example.test")
        return rows[0]["count"] if rows else 0

    send()
    wait_until(lambda: count() == 1, what="one sighting")
    for number, end in enumerate((signal.SIGTERM, signal.SIGKILL), 2):
        weir.stop(end)
        weir.start()
        wait_until(lambda: weir.metric("weir_universe_history_restored_total") == 1, what="history")
        # What was seen before is there again, not only on disk.
        assert [one["domain_name"] for one in weir.get("/universe").json()] == ["www.example.test"]
        send()
        wait_until(lambda expected=number: count() == expected, what=f"{number} sightings")


def test_D10_what_was_seen_at_the_last_moment_is_written(start_weir, tmp_path):
    tap = tmp_path / "tap.sock"
    weir = start_weir(NEVER_READY + f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n',
                      set_=("universe.history.group_interval=1h",))
    wait_until(lambda: weir.metric("weir_universe_history_restored") == 1, what="an open history")
    sender = begin(tap)
    sender.sendall(frame(client_response("late.example.test", ["192.0.2.1"])))
    finish(sender)
    wait_until(lambda: weir.metric("weir_universe_sightings_total") == 1, what="the sighting")
    assert weir.stop() == 0
    assert len(seen(weir.history, "late.example.test")) == 1


def test_D07_K30_a_stalled_store_stops_nothing(start_weir, tmp_path):
    tap = tmp_path / "tap.sock"
    weir = start_weir(NEVER_READY + f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n')
    wait_until(lambda: weir.metric("weir_universe_history_restored") == 1, what="an open history")
    sender = begin(tap)
    blocker = sqlite3.connect(weir.history, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    for number in range(10):
        sender.sendall(frame(client_response(f"n{number}.example.test", ["192.0.2.1"])))
        started = time.monotonic()
        wait_until(lambda n=number: len(weir.get("/universe").json()) == n + 1, what="ingest")
        assert time.monotonic() - started < 2
    wait_until(lambda: any("locked" in line for line in weir.status()["degraded"]), 20, "complaint")
    assert weir.metric("weir_universe_history_failures_total") >= 1
    blocker.execute("ROLLBACK")
    wait_until(lambda: len(seen_over_http(weir, "addresses/192.0.2.1")) == 10, 20, "the rows")
    assert weir.metric("weir_universe_history_forgotten_total") == 0
    wait_until(lambda: weir.status()["degraded"] == [], what="no more complaints")
    finish(sender)


def test_a_history_that_was_deleted_is_begun_anew(warm):
    written(warm)
    for file in warm.directory.glob("universe.db*"):
        file.unlink()
    ask(warm.dns_port, "text.example.test", "TXT")
    wait_until(lambda: warm.history.exists() and seen_over_http(warm, "names/text.example.test"),
               what="a new history")
    assert "begun anew" in warm.log()


def test_K05_K13_the_window_of_ttls_moves_while_it_runs(start_weir, tmp_path):
    tap = tmp_path / "tap.sock"
    window = "[universe.sightings]\nttl_above = \"30s\"\nttl_below = \"{}\"\n"
    settings = NEVER_READY + f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n'
    weir = start_weir(settings + window.format("1h"))
    sender = begin(tap)

    def send(prefix):
        for ttl in (30, 31, 3599, 3600, 5000):
            name = f"{prefix}-{ttl}.example.test"
            sender.sendall(frame(client_response(name, ["192.0.2.1"], ttl=ttl)))
        sender.sendall(frame(client_response(f"{prefix}-end.example.test", ["192.0.2.1"], ttl=60)))
        wait_until(lambda: f"{prefix}-end" in weir.get("/universe").body, what="the last one")
        return sorted(one["domain_name"] for one in weir.get("/universe").json()
                      if one["domain_name"].startswith(prefix))

    assert send("a") == ["a-31.example.test", "a-3599.example.test", "a-end.example.test"]
    assert weir.metric("weir_universe_unseen_total", 'reason="ttl"') == 3
    weir.settings_file.write_text(settings + window.format("2h"), encoding="utf-8")
    weir.send(signal.SIGHUP)
    weir.wait_for_log("reloaded")
    assert send("b") == [f"b-{end}.example.test" for end in ("31", "3599", "3600", "5000", "end")]
    weir.settings_file.unlink()  # D-08
    weir.send(signal.SIGHUP)
    weir.wait_for_log("nothing has changed")
    assert "c-5000.example.test" in send("c")
    finish(sender)


def test_weir_seen_reads_the_file_while_weir_runs_and_afterwards(warm):
    written(warm)
    during = seen(warm.history, "www.example.test")
    assert [row["rdata"] for row in during] == ["192.0.2.1", "2001:db8::1"]
    assert [row["rrname"] for row in seen(warm.history, "192.0.2.1")] == ["www.example.test"]
    assert len(seen(warm.history, "www.example.test", "--type", "AAAA")) == 1
    assert len(seen(warm.history, "www.example.test", "--limit", "1")) == 1
    warm.stop()
    assert seen(warm.history, "www.example.test") == during
    by_settings = run_weir("seen", "www.example.test", "-s",
                           f"universe.history.path={warm.history}")
    assert lines(by_settings.stdout) == during


def test_weir_seen_says_what_it_did_not_find(tmp_path, warm):
    written(warm)
    nothing = run_weir("seen", "--store", str(warm.history), "nobody.example.test")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    for words, code in ((("a..b",), 2), (("www.example.test", "--type", "NONSENSE"), 2),
                        (("www.example.test", "--store", str(tmp_path / "none.db")), 1)):
        done = run_weir("seen", *words)
        assert done.returncode == code and done.stderr.startswith("weir seen: ")


def test_weir_seen_is_a_table_on_a_terminal(warm):
    written(warm)
    ours, theirs = pty.openpty()
    command = [os.environ.get("WEIR_PROGRAM", "build/dev/weir"), "seen", "--store",
               str(warm.history), "www.example.test"]
    subprocess.run(command, stdout=theirs, check=True, env=clean_environment(), timeout=20)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    assert shown[0].split() == ["FIRST", "LAST", "COUNT", "TTL", "TYPE", "NAME", "DATA"]
    assert shown[1].endswith(" A        www.example.test. 192.0.2.1")


def test_it_can_be_turned_off(start_weir, unbound):
    weir = start_weir(unbound.settings(), set_=("universe.enabled=false",)).wait_until_ready()
    ask(weir.dns_port, "www.example.test")
    assert weir.get("/universe").status == 503
    assert weir.get("/api/v1/names/www.example.test").status == 503
    assert not weir.history.exists()


def test_without_a_history_memory_answers(start_weir, unbound):
    weir = start_weir(unbound.settings(),
                      set_=("universe.history.enabled=false",)).wait_until_ready()
    ask(weir.dns_port, "www.example.test")
    rows = wait_until(lambda: seen_over_http(weir, "addresses/192.0.2.1"), what="the answer")
    assert rows[0]["rrname"] == "www.example.test"
    assert not weir.history.exists()


def test_D09_the_table_keeps_its_bounds(start_weir, tmp_path):
    tap = tmp_path / "tap.sock"
    weir = start_weir(NEVER_READY + f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n',
                      set_=("universe.memory.records=100",))
    sender = begin(tap)
    for number in range(1000):
        sender.sendall(frame(client_response(f"n{number}.example.test", ["192.0.2.1"])))
    finish(sender)
    wait_until(lambda: weir.metric("weir_universe_sightings_total") == 1000, what="all of them")
    assert weir.metric("weir_universe_records") == 100
    assert weir.metric("weir_universe_evictions_total") == 900
    wait_until(lambda: weir.metric("weir_universe_history_waiting") == 0, what="a written history")
    rows = sqlite3.connect(weir.history).execute("SELECT count(*) FROM seen").fetchone()[0]
    assert rows == 1000


def content(history):
    return sqlite3.connect(history).execute(
        "SELECT name, type, class, rdata, first, last, count FROM seen ORDER BY 1, 2, 3, 4"
    ).fetchall()


def test_N09_a_file_gives_the_same_records_for_any_number_of_threads(tmp_path, start_weir):
    chance, files, counts = random.Random(5), [], {}
    for part in range(4):
        payloads = []
        for _ in range(5000):
            name = f"n{chance.randrange(900)}.example.test"
            address = f"192.0.2.{chance.randrange(9)}"
            moment = 1_700_000_000 + chance.randrange(100)
            payloads.append(client_response(name, [address], 300, moment=moment))
            first, last, count = counts.get((name, address), (moment, moment, 0))
            counts[name, address] = min(first, moment), max(last, moment), count + 1
        file = tmp_path / f"part{part}.fstrm"
        file.write_bytes(stream(payloads))
        files.append(str(file))
    contents = []
    for threads in (1, 2, 16):
        history = tmp_path / f"threads{threads}.db"
        done = run_weir("read", *files, "-j", str(threads), "--to", f"history:{history}")
        assert done.returncode == 0, done.stderr
        contents.append(content(history))
    assert contents[0] == contents[1] == contents[2]
    scanned = sorted((f"{name}.", 1, 1, socket.inet_aton(address), *life)
                     for (name, address), life in counts.items())
    assert contents[0] == scanned  # N-08: a scan of the input
    # Online it is the same.
    tap = tmp_path / "tap.sock"
    weir = start_weir(NEVER_READY + f'[[source.dnstap]]\nlisten = ["unix:{tap}"]\n',
                      set_=("universe.history.age=0",))
    for file in files:
        sender = connect(tap)
        sender.sendall(READY)
        assert exactly(sender, len(ACCEPT)) == ACCEPT
        sender.sendall(Path(file).read_bytes())
        assert exactly(sender, len(FINISH)) == FINISH
        sender.close()
    wait_until(lambda: weir.metric("weir_universe_sightings_total") == 20_000, what="all of them")
    wait_until(lambda: weir.metric("weir_universe_history_waiting") == 0, what="a written history")
    assert content(weir.history) == scanned


def test_a_history_is_not_made_live(tmp_path):
    done = run_weir("read", f"unix:{tmp_path}/s", "--to", f"history:{tmp_path}/u.db")
    assert done.returncode == 2 and "is for files" in done.stderr
