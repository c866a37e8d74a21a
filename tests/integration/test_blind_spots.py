"""DNS that passes by the resolver, injected on a watched link, is listed, and nothing else is."""

import socket
import struct

import pytest

from asking import wire_question
from veth import Pair
from weir_process import wait_until
from weir_process import weir as run_weir

NOWHERE = '[[edge.upstreams]]\nname = "nowhere"\naddress = "udp://192.0.2.53"\n'
CLIENT, RESOLVER, STRANGER, DOH = "192.0.2.7", "192.0.2.53", "203.0.113.9", "1.1.1.1"
CLIENT6, RESOLVER6, STRANGER6 = "2001:db8::7", "2001:db8::53", "2001:db8:1::9"
SYN, SYN_ACK, ACK = 0x02, 0x12, 0x18
INITIAL = bytes([0xc3]) + bytes(1199)  # of QUIC


def frame(source, destination, protocol, segment):
    octets = 6 if ":" in source else 4
    family = socket.AF_INET6 if octets == 6 else socket.AF_INET
    addresses = socket.inet_pton(family, source) + socket.inet_pton(family, destination)
    if octets == 6:
        packet = struct.pack("!IHBB", 6 << 28, len(segment), protocol, 64) + addresses + segment
        return b"\2" * 12 + b"\x86\xdd" + packet
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64, protocol, 0)
    return b"\2" * 12 + b"\x08\0" + head + addresses + segment


def udp(source, destination, port, payload, from_port=40000):
    return frame(source, destination, 17,
                 struct.pack("!HHHH", from_port, port, 8 + len(payload), 0) + payload)


def tcp(source, destination, port, flags, payload=b"", from_port=40000, sequence=1):
    return frame(source, destination, 6,
                 struct.pack("!HHIIBBHHH", from_port, port, sequence, 1, 0x50, flags, 1024, 0, 0)
                 + payload)


def answer(question):
    return question[:2] + b"\x81\x80" + question[4:]


QUESTION = wire_question(7, "www.example.test")
AS_IT_SHOULD_BE = [
    udp(CLIENT, RESOLVER, 53, QUESTION), udp(CLIENT6, RESOLVER6, 53, QUESTION),
    udp(RESOLVER, CLIENT, 40000, answer(QUESTION), 53),
    udp(RESOLVER, STRANGER, 53, QUESTION), udp(STRANGER, RESOLVER, 40000, answer(QUESTION), 53),
    tcp(CLIENT, RESOLVER, 853, SYN), tcp(RESOLVER, DOH, 853, SYN), tcp(RESOLVER, DOH, 443, SYN),
    udp(CLIENT, RESOLVER, 443, INITIAL),
]
NOTHING_OF_DNS = [
    tcp(CLIENT, STRANGER, 443, SYN), udp(CLIENT, STRANGER, 443, INITIAL),  # the web
    tcp(CLIENT, DOH, 80, SYN), udp(CLIENT, STRANGER, 54, QUESTION),
    tcp(STRANGER, CLIENT, 40000, SYN_ACK, from_port=853),
    tcp(CLIENT, STRANGER, 853, ACK, bytes(300)),  # of a connection that was open before
    udp(CLIENT, DOH, 443, bytes([0x43]) + bytes(1199)),
    frame(CLIENT, STRANGER, 1, bytes(64)), frame(CLIENT6, STRANGER6, 58, bytes(64)),
    b"\xff" * 6 + b"\2" * 6 + b"\x08\x06" + bytes(28), bytes(20),
]
QUERY_OVER_TCP = struct.pack("!H", len(QUESTION)) + QUESTION
PAST_IT = {
    (CLIENT, STRANGER, "udp"): [udp(CLIENT, STRANGER, 53, QUESTION)] * 3,
    (CLIENT6, STRANGER6, "udp"): [udp(CLIENT6, STRANGER6, 53, QUESTION)],
    (CLIENT, STRANGER, "tcp"): [tcp(CLIENT, STRANGER, 53, SYN, sequence=0),
                                tcp(CLIENT, STRANGER, 53, ACK, QUERY_OVER_TCP)],
    (CLIENT, STRANGER, "dot"): [tcp(CLIENT, STRANGER, 853, SYN)],
    (CLIENT6, STRANGER6, "doq"): [udp(CLIENT6, STRANGER6, 853, INITIAL)],
    (CLIENT, DOH, "doh"): [tcp(CLIENT, DOH, 443, SYN)] * 2,
    (CLIENT, DOH, "doh3"): [udp(CLIENT, DOH, 443, INITIAL)],
}
COUNTS = {(CLIENT, STRANGER, "udp"): 3, (CLIENT, DOH, "doh"): 2}


@pytest.mark.parametrize("method", ["ebpf", "packet"])
def test_N17_injected_bypass_traffic_is_listed_and_nothing_else(start_weir, method):
    with Pair() as pair:
        weir = start_weir(NOWHERE + f"""
[[source.capture]]
interfaces = ["{Pair.LINK}"]
netns = "{pair.here}"
method = "{method}"
blind_spots.resolvers = ["{RESOLVER}", "{RESOLVER6}"]
""")
        wait_until(lambda: weir.metric("weir_capture_interfaces") == 1, what="the watch")
        wire = pair.packet_socket(pair.there)

        def send(*frames):
            for octets in frames:
                wire.send(octets)

        def spots():
            return {(spot["client"], spot["server"], spot["way"]): spot["count"]
                    for spot in weir.get("/api/v1/blind-spots").json()["blind_spots"]}

        expected = {}
        for spot, frames in PAST_IT.items():
            send(*AS_IT_SHOULD_BE, *NOTHING_OF_DNS, *frames)
            expected[spot] = COUNTS.get(spot, 1)
            wait_until(lambda: spots() == expected, what=f"{spot}, beside {expected}")
        wire.close()
        assert weir.metric("weir_capture_bypasses_total") == sum(expected.values())
        assert weir.metric("weir_capture_blind_spots") == len(PAST_IT)
        server = f"127.0.0.1:{weir.http_port}"
        shown = run_weir("blind-spots", "--server", server)
        assert shown.returncode == 0 and len(shown.stdout.splitlines()) == len(PAST_IT)
        assert {tuple(line.split()[:3]) for line in shown.stdout.splitlines()} == set(PAST_IT)
        as_json = run_weir("blind-spots", "--json", "--server", server)
        assert as_json.stdout.strip() == weir.get("/api/v1/blind-spots").body.strip()


def test_nobody_is_listed_where_nobody_looks(start_weir):
    weir = start_weir(NOWHERE)
    assert weir.get("/api/v1/blind-spots").json() == {"blind_spots": [], "more": 0}
    assert weir.get("/api/v1/blind-spots?limit=0").status == 400
    shown = run_weir("blind-spots", "--server", f"127.0.0.1:{weir.http_port}")
    assert (shown.returncode, shown.stdout) == (0, "")
    nobody = run_weir("blind-spots", "--server", "127.0.0.1:1")
    assert nobody.returncode == 1 and nobody.stderr.startswith("weir blind-spots: ")
