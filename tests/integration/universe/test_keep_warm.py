"""Keeping the cache of a real unbound warm, seen by its clients and in its own statistics."""

import socket
import threading
import time

import pytest

from answered import client_response
from asking import ask
from dnstap_sender import begin, finish, frame
from warmed import Resolver, ShortLived
from weir_process import WeirProcess, fetch, free_port, wait_until
from weir_process import weir as run_weir

NOWHERE = '[[edge.upstreams]]\nname = "nowhere"\naddress = "udp://192.0.2.53"\n'


@pytest.fixture
def warm_lab(start_server, start_weir, tmp_path, authority):
    """Starts an authority, an unbound before it and a weir that keeps that warm."""
    def start(driver="unbound", control="tls", ttl=6, names=20, extra="", **warmth):
        zone = start_server(ShortLived, ttl=ttl, names=names)
        tap = tmp_path / f"tap{len(started)}.sock"
        resolver = Resolver(tmp_path / f"resolver{len(started)}", authority, backend=zone.port,
                            tap=tap, control=control, extra=extra)
        started.append(resolver)
        weir = start_weir(NOWHERE + resolver.keep_warm(driver, **warmth))
        resolver.start()
        wait_until(lambda: weir.metric("weir_dnstap_senders") == 1, what="the tap")
        return weir, resolver
    started = []
    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="module", autouse=True)
def prefetching(tmp_path_factory, authority):
    """A weir before an unbound with a prefetch of its own, which needs records that live for ten
    seconds: they grow old while the other tests of this file run."""
    folder = tmp_path_factory.mktemp("prefetching")
    (folder / "weir").mkdir()
    zone = ShortLived(folder / "zone", authority, ttl=10)
    resolver = Resolver(folder / "resolver", authority, backend=zone.port, tap=folder / "tap.sock",
                        extra="prefetch: yes")
    weir = WeirProcess(folder / "weir", NOWHERE + resolver.keep_warm("requery", ahead='"900ms"'))
    try:
        for server in (zone, weir, resolver):
            server.start()
        wait_until(lambda: weir.metric("weir_dnstap_senders") == 1, what="the tap")
        for _ in range(3):
            resolver.ttl("n1.warm.test")
        yield weir, resolver
    finally:
        for server in (weir, resolver, zone):
            server.stop()


def refreshed(weir):
    return weir.metric("weir_keep_warm_refreshed_total")


def test_K20_K22_a_popular_record_never_grows_old(warm_lab):
    """Over each kind of control channel, at the same time."""
    labs = [warm_lab(control=control, ttl=6) for control in ("tls", "tcp", "unix")]
    lowest = 6

    def asked_until(enough):
        nonlocal lowest
        lowest = min([lowest] + [resolver.ttl("n1.warm.test") for _, resolver in labs])
        return enough()

    wait_until(lambda: asked_until(lambda: all(refreshed(weir) >= 2 for weir, _ in labs)), 30,
               "two refreshes each")
    assert lowest >= 1  # refreshed three seconds ahead, a cycle and a rounding later
    for weir, resolver in labs:
        # The first question, and weir's own: no client had to wait for the authority again.
        misses = resolver.misses() - 2  # the first one, and the start of the server
        wait_until(lambda weir=weir, misses=misses: misses <= weir.metric(
            "weir_keep_warm_actions_total", 'action="repopulate"'),
                   what="weir's count of what unbound fetched")
        assert weir.metric("weir_keep_warm_unreached_total") == 0
        assert weir.metric("weir_keep_warm_refused_total") == 0


def test_D05_P18_a_refresh_ends_when_nobody_asks(warm_lab):
    weir, resolver = warm_lab(ttl=4, ahead='"2s"')
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
    steps = ["taken out" if "control cmd" in line and "flush" in line else "asked for"
             for line in lines if ("control cmd" in line and "flush" in line)
             or ("127.0.0.1 n" in line and line.endswith(".warm.test. A IN"))]
    assert steps.count("taken out") == 5 and steps.count("asked for") >= 5
    # One batch, or two when a cycle ended while they became due: five would go back and forth.
    assert steps[0] == "taken out" and steps[-1] == "asked for"
    assert list(zip(steps, steps[1:])).count(("asked for", "taken out")) <= 1
    # That name and type only: the other type still counts down what it had.
    assert all(resolver.ttl(name, "AAAA") < 60 for name in names)
    assert weir.metric("weir_keep_warm_actions_total", 'record_type="a"') == 10
    assert weir.metric("weir_keep_warm_actions_total", 'record_type="aaaa"') == 0


def test_K16_batches_come_once_a_cycle(warm_lab):
    """Of two periods, at the same time."""
    cycles = (0.5, 1.0)
    labs = [warm_lab(ttl=10, ahead='"5s"', batch=1, cycle=f'"{cycle * 1000:.0f}ms"')
            for cycle in cycles]
    for _, resolver in labs:
        for number in range(5):
            for _ in range(2):
                resolver.ttl(f"n{number}.warm.test")
    moments = [[] for _ in labs]

    def all_seen():
        for (weir, _), seen in zip(labs, moments):
            if refreshed(weir) > len(seen):
                seen.append(time.monotonic())
        return all(len(seen) == 5 for seen in moments)

    wait_until(all_seen, 20, "five refreshes each")
    for cycle, seen in zip(cycles, moments):
        assert (seen[-1] - seen[0]) / 4 == pytest.approx(cycle, rel=0.1)


def test_a_plain_question_renews_what_has_just_expired(warm_lab):
    weir, resolver = warm_lab(driver="requery", ttl=4)
    for _ in range(3):
        resolver.ttl("n1.warm.test")
    wait_until(lambda: weir.metric("weir_keep_warm_unmoved_total") == 1, what="an early question")
    wait_until(lambda: refreshed(weir) == 1, what="one at the end")
    before = resolver.misses()
    assert resolver.ttl("n1.warm.test") >= 2
    assert resolver.misses() == before


def test_a_record_that_needs_tcp(warm_lab):
    labs = [warm_lab(driver=driver, ttl=4) for driver in ("unbound", "requery")]
    for _, resolver in labs:
        for _ in range(3):
            assert resolver.ttl("large.warm.test", "TXT", tcp=True) > 0
    wait_until(lambda: all(refreshed(weir) == 1 for weir, _ in labs), 15, "the refresh")


def test_a_plain_question_sets_off_unbounds_own_prefetch(prefetching):
    weir, resolver = prefetching
    wait_until(lambda: refreshed(weir) == 1, 30, what="the refresh")
    assert resolver.statistics()["total.num.prefetch"] >= 1


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

    wait_until(lambda: asked_until(lambda: refreshed(weir) >= 4), 30, "four refreshes")
    assert lowest >= 1  # two seconds ahead, a cycle and a rounding later
    # Only the first question of each had to wait for the authority.
    assert weir.metric("weir_cache_misses_total") == 2
    assert weir.metric("weir_cache_refreshes_total") >= 4
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
    weir, resolver = warm_lab(ttl=4)
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


class Refusing(threading.Thread):
    """A control channel of unbound's kind that says no to every command, as unbound never does."""

    def __init__(self, path):
        super().__init__()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        self.commands = []

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                self.commands.append(connection.recv(1000).decode())
                connection.sendall(b"error not today\n")

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.join()


def test_K26_D06_failures_are_counted_by_their_cause(start_weir, tmp_path):
    tap, control = tmp_path / "tap.sock", tmp_path / "control.sock"
    refusing = Refusing(control)
    refusing.start()
    weir = start_weir(NOWHERE + f"""
[[source.dnstap]]
listen = ["unix:{tap}"]
[control]
alias_listen = ["127.0.0.1:{(port := free_port())}"]
[universe.keep_warm]
enabled = true
driver = "unbound"
requery.resolver = "127.0.0.1:1"
unbound.control = "unix:{control}"
warmth.ahead = "2s"
warmth.jitter = 0
warmth.cycle = "100ms"
warmth.least_asked = 1
""")
    sender = begin(tap)

    def series():
        return fetch(f"http://127.0.0.1:{port}/metrics").body.splitlines()

    try:
        # Data, whatever it says: there is no command line to smuggle an option into.
        sender.sendall(frame(client_response("-f/etc/passwd.warm.test", ["192.0.2.1"], ttl=3)))
        wait_until(lambda: 'failed_commands_to_execute{command="invalidate"} 1' in series(),
                   what="the refusal")
        assert 'failed_records_manipulation{command="invalidate"} 0' in series()
        assert refusing.commands == ["UBCT1 flush_type -f/etc/passwd.warm.test. A\n"]
    finally:
        refusing.stop()
    sender.sendall(frame(client_response("second.warm.test", ["192.0.2.1"], ttl=3)))
    wait_until(lambda: 'failed_records_manipulation{command="invalidate"} 1' in series(),
               what="a command that got nowhere")
    assert 'failed_commands_to_execute{command="invalidate"} 1' in series()
    assert 'actions_over_records{action="repopulate",record_type="a"} 0' in series()
    finish(sender)


def test_D01_ten_thousand_answers_in_a_second_are_all_taken_while_records_are_refreshed(
        start_weir, tmp_path):
    tap = tmp_path / "tap.sock"
    weir = start_weir(NOWHERE + f"""
[[source.dnstap]]
listen = ["unix:{tap}"]
[universe.keep_warm]
enabled = true
requery.resolver = "127.0.0.1:1"
warmth.ahead = "1h"
warmth.jitter = 0
warmth.cycle = "10ms"
warmth.least_asked = 1
warmth.rate = 1000
""")
    sender = begin(tap)
    moment = time.time()
    frames = [frame(client_response(f"n{number}.warm.test", ["192.0.2.1"], ttl=2, moment=moment))
              for number in range(10_000)]
    began = time.monotonic()
    for frame_ in frames:
        sender.sendall(frame_)
    wait_until(lambda: weir.metric("weir_universe_sightings_total") == 10_000, 20, "all of them")
    took = time.monotonic() - began
    finish(sender)
    wait_until(lambda: weir.metric("weir_keep_warm_actions_total", 'action="repopulate"') > 0,
               what="refreshes meanwhile")
    [ledger] = [line for line in weir.status()["ledger"] if line["name"] == "universe"]
    assert ledger["dropped"] == [] and took < 20


def test_a_wrong_key_is_found_before_anything_starts(tmp_path):
    settings = tmp_path / "weir.toml"
    settings.write_text("[universe.keep_warm]\nenabled = true\ndriver = \"unbound\"\n"
                        "unbound.server_certificate = \"/nonexistent.pem\"\n", encoding="utf-8")
    done = run_weir("run", "--config", str(settings), "-s", f"store.path={tmp_path}/q.db", "-s",
                    f"universe.history.path={tmp_path}/u.db")
    assert done.returncode == 1
    assert "universe.keep_warm.unbound" in done.stderr and "/nonexistent.pem" in done.stderr
