"""Upstreams: connections, order and failover, answers carried whole, failures told in time."""

import socket
import struct
import time

import dns.rcode
import pytest

from asking import Conversation, Load, addresses, ask, ask_in_parallel, ask_many, extended_errors
from asking import question
from capture import APPLICATION_DATA, Capture, tls_records
from scripted import after, answer_to, failing, never, well
from upstreams import Unbound
from weir_process import free_port, wait_until

TIMEOUT = 1.8  # of a query, the default
MARGIN = 0.2


def nobody(name, scheme, port):
    """An upstream that answers no question."""
    return f'[[edge.upstreams]]\nname = "{name}"\naddress = "{scheme}://127.0.0.1:{port}"\n'


def sections(answer):
    return [[(str(rrset.name), rrset.rdtype, sorted(map(str, rrset))) for rrset in section]
            for section in (answer.answer, answer.authority)]


def test_P03_only_tls_goes_to_the_upstream(start_weir, start_server, tmp_path):
    server = start_server(Unbound)
    with Capture(tmp_path, server.tls_port) as wire:
        weir = start_weir(server.settings()).wait_until_ready()
        ask_many(weir.dns_port, (f"p{n}.load.example" for n in range(50)))
        assert weir.stop() == 0
    chosen = wire.read("tls.handshake.type == 2", "tls.handshake.version",
                       "tls.handshake.extensions.supported_version")
    assert chosen
    assert all("0x0304" in supported or version == "0x0303" for version, supported in chosen)
    streams = wire.sent_to(server.tls_port) + wire.sent_from(server.tls_port)
    records = [record for octets in streams for record in tls_records(octets)]
    # 50 questions, padded to 128 octets, went this way and no other.
    assert sum(size for kind, size in records if kind == APPLICATION_DATA) > 50 * 128
    assert not wire.read(f"udp && udp.length != {8 + len(wire.MARK)}", "frame.number")


@pytest.mark.parametrize("name,kind", [
    ("www.example.test", "A"), ("www.example.test", "AAAA"), ("mail.example.test", "MX"),
    ("alias.example.test", "A"), ("example.test", "SOA"), ("www.example.test", "TXT"),
    ("missing.example.test", "A"), ("text.example.test", "TXT")])
def test_P05_the_answer_is_the_upstreams(start_weir, unbound, name, kind):
    weir = start_weir(unbound.settings()).wait_until_ready()
    there = ask(unbound.port, name, kind, tcp=True)
    for tcp in (True, False):
        here = ask(weir.dns_port, name, kind, tcp=tcp)
        assert here.rcode() == there.rcode()
        assert sections(here) == sections(there)


@pytest.mark.parametrize("name,records", [("large", 80), ("huge", 235)])
def test_D51_large_answers_are_complete_over_tcp(start_weir, unbound, knot, name, records):
    for server in (unbound, knot):
        weir = start_weir(server.settings()).wait_until_ready()
        short = ask(weir.dns_port, f"{name}.example.test", "TXT")
        assert short.flags & 0x0200 and not short.answer  # truncated: ask over TCP
        whole = ask(weir.dns_port, f"{name}.example.test", "TXT", tcp=True)
        assert sum(len(rrset) for rrset in whole.answer) == records
        assert len({str(item) for rrset in whole.answer for item in rrset}) == records
        assert weir.stop() == 0


def test_P06_five_hundred_clients_wait_at_once(start_weir, script):
    weir = start_weir(script(after(0.2)).settings()).wait_until_ready()
    seconds, slowest, rcodes = ask_in_parallel(weir.dns_port, [f"c{n}.test" for n in range(500)])
    assert rcodes == [0] * 500
    assert slowest < 1.5 and seconds < 1.5, (slowest, seconds)


def test_D53_a_thousand_queries_share_four_connections(start_weir, start_server, tmp_path):
    server = start_server(Unbound)
    with Capture(tmp_path, server.tls_port) as wire:
        weir = start_weir(server.settings()).wait_until_ready()
        assert ask_many(weir.dns_port, (f"d{n}.load.example" for n in range(1000))) == {0: 1000}
        assert weir.metric("weir_cache_misses_total") == 1000
        assert weir.metric("weir_upstream_connections_new_total") <= 4
        assert weir.metric("weir_upstream_connections") <= 4
    opened = wire.read("tcp.flags.syn == 1 && tcp.flags.ack == 0", "tcp.srcport")
    assert 1 <= len(opened) <= 4


def test_D53_a_closed_connection_is_resumed(start_weir, script):
    server = script()
    weir = start_weir(server.settings()).wait_until_ready()
    assert ask(weir.dns_port, "one.test").rcode() == 0
    server.hang_up(listen=True)
    assert ask(weir.dns_port, "two.test").rcode() == 0
    wait_until(lambda: server.resumed >= 1, what="a resumed session")
    wait_until(lambda: weir.metric("weir_upstream_tls_resumptions_total") >= 1)


def test_P19_answers_may_come_in_any_order(start_weir, script):
    waiting = []

    async def reversed_in_fives(line, message):
        waiting.append((line, message))
        if len(waiting) == 5:
            for its_line, its_message in reversed(waiting):
                number = its_message[14] - ord("0")
                its_line.send(answer_to(its_message, (192, 0, 2, 100 + number)))

    weir = start_weir("[edge]\nthreads = 1\n"
                      + script(reversed_in_fives).settings()).wait_until_ready()
    with Conversation(weir.dns_port) as client:
        asked = {query.id: n for n in range(5) for query in [question(f"n{n}.test")]
                 if client.send(query) is None}
        for _ in range(5):
            answer = client.receive()
            assert addresses(answer) == [f"192.0.2.{100 + asked[answer.id]}"]


def test_P19_a_server_that_closes_after_each_answer_is_tolerated(start_weir, script):
    async def answer_and_close(line, message):
        await well(line, message)
        line.close()

    weir = start_weir(script(answer_and_close).settings()).wait_until_ready()
    for n in range(30):
        assert ask(weir.dns_port, f"close{n}.test").rcode() == 0


async def lies(line, message):
    """Wrong ID, another question, then half of the length, and last the truth."""
    line.send(answer_to(message, (6, 6, 6, 6), identity=bytes([message[0] ^ 1, message[1]])))
    line.send(answer_to(message[:13] + b"z" + message[14:], (6, 6, 6, 6)))
    truth = answer_to(message)
    line.raw(struct.pack("!H", len(truth))[:1])
    await after(0.1, lambda *_: split(line, truth))(line, message)


async def split(line, truth):
    line.raw(struct.pack("!H", len(truth))[1:] + truth[:5])
    line.raw(truth[5:])


@pytest.mark.parametrize("certificate", ["good", None], ids=["tls", "tcp"])
def test_P19_what_answers_no_question_is_dropped_and_counted(start_weir, script, certificate):
    weir = start_weir(script(lies, certificate).settings()).wait_until_ready()
    assert addresses(ask(weir.dns_port, "truth.test")) == ["192.0.2.1"]
    assert weir.metric("weir_upstream_mismatches_total") == 2


def assert_servfail_in_time(weir, name):
    began = time.monotonic()
    answer = ask(weir.dns_port, name)
    seconds = time.monotonic() - began
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert seconds < TIMEOUT + MARGIN
    code, text = extended_errors(answer)[0]
    assert code in (22, 23) and text
    return seconds


def test_D52_an_upstream_that_refuses_is_told_at_once(start_weir):
    weir = start_weir(nobody("gone", "tls", free_port()))
    assert_servfail_in_time(weir, "refused.test")
    assert weir.metric("weir_upstream_connection_failures_total", 'cause="refused"') >= 1
    assert weir.metric("weir_upstream_failures_total", 'cause="refused"') >= 1


@pytest.mark.parametrize("certificate", ["good", None], ids=["tls", "tcp"])
@pytest.mark.parametrize("healthy", [True, False], ids=["only questions", "everything"])
def test_D52_silence_ends_in_servfail_within_the_timeout(start_weir, script, certificate, healthy):
    weir = start_weir(script(never, certificate, healthy=healthy).settings())
    assert assert_servfail_in_time(weir, "silent.test") > 0.3
    assert weir.metric("weir_upstream_failures_total", 'cause="timeout"') >= 1


def test_D52_a_server_that_never_shakes_hands_is_given_up(start_weir):
    with socket.create_server(("127.0.0.1", 0), backlog=100) as mute:
        port = mute.getsockname()[1]
        weir = start_weir(nobody("mute", "tls", port))
        assert_servfail_in_time(weir, "mute.test")
        assert weir.metric("weir_upstream_failures_total", 'cause="timeout"') >= 1
        assert weir.stop() == 0


def test_D55_connecting_and_closing_costs_no_upstream_connection(start_weir, script):
    server = script()
    weir = start_weir('[edge]\nhealth.interval = "1h"\n'
                      + server.settings(more="prewarm = false\n")).wait_until_ready()
    before = server.connections
    for _ in range(50):
        socket.create_connection(("127.0.0.1", weir.dns_port)).close()
    wait_until(lambda: weir.metric("weir_tcp_connections_total") == 50)
    assert server.connections == before
    assert not server.questions
    assert weir.metric("weir_queries_total") == 0


def test_W03_the_first_upstream_gets_every_query(start_weir, script):
    servers = [script() for _ in range(3)]
    weir = start_weir("".join(server.settings(f"u{n}") for n, server in enumerate(servers)))
    weir.wait_until_ready()
    assert ask_many(weir.dns_port, (f"f{n}.test" for n in range(100))) == {0: 100}
    assert [len(server.questions) for server in servers] == [100, 0, 0]


def asks_until(weir, server, seconds):
    """Asks new questions until `server` gets one; all must be answered well. Seconds it took."""
    began, before = time.monotonic(), len(server.questions)
    while len(server.questions) == before:
        assert time.monotonic() - began < seconds
        assert ask(weir.dns_port, f"t{time.monotonic_ns()}.test").rcode() == 0
    return time.monotonic() - began


def test_W04_D13_queries_move_to_the_second_and_back_and_are_still_seen(start_weir, script):
    first, second = script(), script()
    weir = start_weir('[edge]\nallow = ["127.0.0.1"]\n' + first.settings("first")
                      + second.settings("second")).wait_until_ready()
    asks_until(weir, first, 1)
    first.hang_up()
    asks_until(weir, second, 2)
    wait_until(lambda: weir.metric("weir_upstream_up", 'upstream="first"') == 0, 2)
    with pytest.raises(Exception, match="timed out|Timeout"):  # the policy still applies
        ask(weir.dns_port, "stranger.test", source="127.0.0.2", timeout=0.3)
    assert ask(weir.dns_port, "during.test").rcode() == 0
    first.start()
    asks_until(weir, first, 2 + MARGIN)
    weir.settled()
    rows = weir.get("/api/v1/queries?name=during.test&message=FORWARDER_RESPONSE").json()["queries"]
    assert [row["upstream"] for row in rows] == ["second"]
    assert not weir.get("/api/v1/queries?name=stranger.test").json()["queries"]


@pytest.mark.parametrize("rcode", [2, 5], ids=["SERVFAIL", "REFUSED"])
def test_W12_an_answer_that_helps_nobody_makes_the_next_be_asked(start_weir, script, rcode):
    bad, good = script(failing(rcode)), script()
    weir = start_weir(bad.settings("bad") + good.settings("good")).wait_until_ready()
    assert ask_many(weir.dns_port, (f"s{n}.test" for n in range(50))) == {0: 50}
    assert len(bad.questions) == len(good.questions) == 50


def test_W12_a_dead_resolver_among_several_makes_nothing_fail(start_weir, unbound, knot):
    dead = nobody("dead", "udp", free_port())
    weir = start_weir(dead + knot.settings() + unbound.settings()).wait_until_ready()
    assert ask_many(weir.dns_port, (f"w{n}.example.test" for n in range(300)), 20) == {3: 300}
    assert ask_many(weir.dns_port, (f"w{n}.load.example" for n in range(300)), 20) == {0: 300}


def test_the_upstream_is_killed_and_comes_back_under_load(start_weir, start_server):
    server = start_server(Unbound)
    weir = start_weir(server.settings()).wait_until_ready()
    with Load(weir.dns_port, "load.example") as load:
        wait_until(lambda: len(load.answered) > 100)
        server.stop()
        killed = len(load.asked)
        wait_until(lambda: len(load.asked) > killed + 300, 10, "load while nothing works")
        server.start()
        back = time.monotonic()
        wait_until(lambda: load.first_good_after(back) < float("inf"), 5, "service")
        end = len(load.asked) + 100
        wait_until(lambda: len(load.asked) > end)
    assert load.longest_wait() < TIMEOUT + MARGIN
    assert load.first_good_after(back) - back < 2
    assert weir.stop() == 0
