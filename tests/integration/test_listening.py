"""What clients meet: addresses, the access list, framing over TCP, limits, malformed queries."""

import resource
import socket
import struct

import dns.exception
import dns.message
import dns.query
import dns.rcode
import pytest

from asking import Conversation, addresses, ask, question
from scripted import after, well
from weir_process import free_port, wait_until

WWW = "www.example.test"


@pytest.fixture
def weir(start_weir, unbound):
    return start_weir(unbound.settings()).wait_until_ready()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_W01_answers_on_every_address_over_udp_and_tcp(start_weir, unbound, host, tcp):
    port = free_port()
    weir = start_weir(f'[edge]\nlisten = ["127.0.0.1:{port}", "[::1]:{port}"]\n'
                      + unbound.settings(), ports=False).wait_until_ready()
    assert len(weir.status()["listeners"]) == 4
    assert addresses(ask(port, WWW, tcp=tcp, host=host)) == ["192.0.2.1"]


def test_W02_strangers_get_no_answer_and_are_counted(start_weir, unbound):
    weir = start_weir('[edge]\nallow = ["127.0.0.1"]\n' + unbound.settings()).wait_until_ready()
    assert addresses(ask(weir.dns_port, WWW)) == ["192.0.2.1"]
    assert weir.metric("weir_dropped_queries_total", 'reason="acl"') == 0
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(question(WWW), "127.0.0.1", 0.5, weir.dns_port, source="127.0.0.2")
    wait_until(lambda: weir.metric("weir_dropped_queries_total", 'reason="acl"') == 1)
    with pytest.raises((OSError, EOFError)):
        dns.query.tcp(question(WWW), "127.0.0.1", 1, weir.dns_port, source="127.0.0.2")
    assert weir.metric("weir_queries_total") == 1


def test_P01_a_framed_query_is_answered_with_its_id_and_question(weir):
    asked = question("wWw.ExAmPlE.tEsT")
    with Conversation(weir.dns_port) as client:
        client.send(asked)
        answer = client.receive()
    assert answer.id == asked.id
    assert answer.question[0].to_text() == asked.question[0].to_text()
    assert addresses(answer) == ["192.0.2.1"]


def test_P07_a_client_may_ask_again_and_is_closed_when_idle(start_weir, unbound):
    weir = start_weir('[edge]\ntcp.idle_timeout = "500ms"\n' + unbound.settings())
    weir.wait_until_ready()
    with Conversation(weir.dns_port) as client:
        for _ in range(3):
            client.send(question(WWW))
            assert addresses(client.receive()) == ["192.0.2.1"]
        assert client.is_closed(within=3)


def test_D49_a_query_that_comes_octet_by_octet_is_answered(weir):
    wire = question(WWW).to_wire()
    with Conversation(weir.dns_port) as client:
        for octet in struct.pack("!H", len(wire)) + wire:
            client.socket.sendall(bytes([octet]))
        assert addresses(client.receive()) == ["192.0.2.1"]


def test_D50_pipelined_queries_are_all_answered_with_their_ids(weir):
    asked = {query.id: query for query in (question(f"pipe{n}.test") for n in range(20))}
    with Conversation(weir.dns_port) as client:
        client.socket.sendall(b"".join(struct.pack("!H", len(wire)) + wire for wire in
                                       (query.to_wire() for query in asked.values())))
        for _ in range(len(asked)):
            answer = client.receive()
            assert answer.question == asked.pop(answer.id).question
    assert not asked


def test_D50_a_slow_answer_does_not_hold_up_a_fast_one(start_weir, script):
    async def by_name(line, message):
        if b"slow" in message:
            await after(0.7)(line, message)
        else:
            await well(line, message)

    weir = start_weir(script(by_name).settings()).wait_until_ready()
    with Conversation(weir.dns_port) as client:
        for name in ("slow.test", "fast.test"):
            client.send(question(name))
        got = [client.receive().question[0].name.to_text() for _ in range(2)]
    assert got == ["fast.test.", "slow.test."]


def open_many(port, count, a_client):
    """So many connections, `a_client` from each address in 127.0.0.0/8."""
    clients = []
    for number in range(count):
        source = (f"127.0.0.{1 + number // a_client}", 0)
        clients.append(socket.create_connection(("127.0.0.1", port), 4, source_address=source))
    return clients


def test_D54_idle_clients_are_closed_at_the_timeout(start_weir, unbound):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        pytest.skip("too few file descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
    weir = start_weir('[edge]\ntcp.first_octet_timeout = "1s"\ntcp.idle_timeout = "1s"\n'
                      "tcp.max_connections = 4000\n" + unbound.settings()).wait_until_ready()
    clients = open_many(weir.dns_port, 1200, 60)
    try:
        wait_until(lambda: weir.metric("weir_tcp_connections_total") == 1200)
        assert addresses(ask(weir.dns_port, WWW)) == ["192.0.2.1"]
        wait_until(lambda: weir.metric("weir_tcp_current_connections") == 0, 5, "the idle timeout")
        assert weir.metric("weir_tcp_timeouts_total") == 1200
        assert all(client.recv(1) == b"" for client in clients)
    finally:
        for client in clients:
            client.close()


def test_D54_one_client_cannot_take_all_connections(start_weir, unbound):
    weir = start_weir("[edge]\nthreads = 2\ntcp.max_connections_per_client = 8\n"
                      + unbound.settings()).wait_until_ready()
    greedy = open_many(weir.dns_port, 40, 40)
    try:
        wait_until(lambda: weir.metric("weir_tcp_refused_total")
                   + weir.metric("weir_tcp_connections_total") == 40)
        assert weir.metric("weir_tcp_current_connections") <= 8
        assert addresses(ask(weir.dns_port, WWW, tcp=True, source="127.0.0.2")) == ["192.0.2.1"]
    finally:
        for client in greedy:
            client.close()


def header(flags=0x0100, counts=(1, 0, 0, 0), identity=0x1234):
    return struct.pack("!HHHHHH", identity, flags, *counts)


NAME = b"\x03www\x07example\x04test\0"
ASKED = NAME + struct.pack("!HH", 1, 1)
REFUSED = {
    "no question": (header(counts=(0, 0, 0, 0)), "FORMERR"),
    "two questions": (header(counts=(2, 0, 0, 0)) + ASKED * 2, "FORMERR"),
    "an answer in it": (header(counts=(1, 1, 0, 0)) + ASKED, "FORMERR"),
    "junk behind": (header() + ASKED + b"junk", "FORMERR"),
    "half a question": (header() + NAME, "FORMERR"),
    "a label of 64": (header() + b"\x40" + b"x" * 64 + b"\0\0\1\0\1", "FORMERR"),
    "a name in a circle": (header() + b"\xc0\x0c\0\1\0\1", "FORMERR"),
    "a name too long": (header() + (b"\x3f" + b"x" * 63) * 4 + b"\0\0\1\0\1", "FORMERR"),
    "two OPT": (header(counts=(1, 0, 0, 2)) + ASKED + (b"\0\0\x29\4\0" + b"\0" * 6) * 2, "FORMERR"),
    "an update": (header(flags=0x2900) + ASKED, "NOTIMP"),
    "a zone transfer": (header() + NAME + b"\0\xfc\0\1", "NOTIMP"),
    "class CH": (header() + NAME + b"\0\1\0\3", "REFUSED"),
    "no recursion desired": (header(flags=0) + ASKED, "REFUSED"),
}
DROPPED = {"11 octets": header()[:11], "a response": header(flags=0x8180) + ASKED, "nothing": b""}


def test_P16_what_is_no_query_is_refused_or_dropped_and_never_forwarded(start_weir, script):
    server = script()
    weir = start_weir(server.settings()).wait_until_ready()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", weir.dns_port))
        client.settimeout(4)
        for what, octets in DROPPED.items():
            client.send(octets)
        for what, (octets, rcode) in REFUSED.items():
            client.send(octets)
            answer = client.recv(4096)
            assert answer[:2] == b"\x12\x34", what
            assert dns.rcode.to_text(answer[3] & 15) == rcode, what
    with Conversation(weir.dns_port) as client:
        for what, (octets, rcode) in REFUSED.items():
            client.send(octets)
            size = struct.unpack("!H", client.exactly(2))[0]
            assert dns.rcode.to_text(client.exactly(size)[3] & 15) == rcode, what
    assert weir.metric("weir_dropped_queries_total", 'reason="short_header"') >= 1
    assert weir.metric("weir_dropped_queries_total", 'reason="is_response"') == 1
    assert not server.questions


def test_P16_a_dropped_message_does_not_end_the_connection_of_others(weir):
    with Conversation(weir.dns_port) as client:
        client.send(DROPPED["a response"])
        client.send(question(WWW))
        assert addresses(client.receive()) == ["192.0.2.1"]


def test_W12_a_query_leaves_anew_with_recursion_desired_and_padding(start_weir, script):
    server = script()
    weir = start_weir(server.settings()).wait_until_ready()
    ask(weir.dns_port, "anew.test")
    sent = dns.message.from_wire(server.messages[0])
    assert sent.flags & 0x0100
    assert len(server.messages[0]) % 128 == 0  # RFC 8467
