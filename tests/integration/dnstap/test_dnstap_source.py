"""dnstap from real producers, over every kind of socket, and from senders that mean no good.

WEIR_DNSTAP_SCALE=100000 makes the test of the flood send 1.6 million messages instead of 80,000.
"""

import json
import os
import socket
import threading
from collections import Counter
from datetime import datetime

import pytest

import dnstap_sender as tap
from asking import ask_many
from capture import Capture
from conftest import NOWHERE
from producers import TappedBind, TappedDnsdist, TappedKnot, TappedRecursor, TappedUnbound
from upstreams import Authority, Knot
from weir_process import free_port, wait_until, weir as command

SCALE = int(os.environ.get("WEIR_DNSTAP_SCALE", "5000"))  # messages of each of 16 senders
QUESTIONS = 1000
FLAGS = {"qr": 0x8000, "aa": 0x0400, "tc": 0x0200, "rd": 0x0100, "ra": 0x0080, "ad": 0x0020,
         "cd": 0x0010}
MOST_HELD_BACK = 64  # messages that a producer keeps until there are more
CLOCKS_AGREE = 0.5  # seconds between the producer's time and the capture's, on a busy machine


def start_tapped(start_weir, listen, more="", lines=None):
    """A weir that takes dnstap there and, where `lines` is a file, writes it down."""
    settings = f"{NOWHERE}[[source.dnstap]]\nlisten = {json.dumps(listen)}\n{more}\n"
    if lines:
        settings += f'[[sink.file]]\nname = "lines"\npath = "{lines}"\nlane.queue_size = "1GiB"\n'
    return start_weir(settings, set_=["store.enabled=false"])


@pytest.fixture
def tapped(start_weir, tmp_path):
    """A weir with a socket, and the socket's path."""
    path = tmp_path / "tap.sock"
    return start_tapped(start_weir, [f"unix:{path}"], "handshake_timeout = \"500ms\""), path


def forwarded(weir):
    return weir.metric("weir_pipeline_forwarded_total", 'source="dnstap"')


def wait_for(weir, name, labels, value):
    wait_until(lambda: weir.metric(f"weir_dnstap_{name}", labels) == value, 20, f"{name} {labels}")


def told_in(lines):
    """(operation, client's port, ID, name), seconds and flags of every line."""
    for line in lines.read_text(encoding="utf-8").splitlines() if lines.exists() else ():
        seen = json.loads(line)
        at = datetime.fromisoformat(seen["dnstap.timestamp-rfc3339ns"][:26] + "+00:00").timestamp()
        flags = sum(bit for name, bit in FLAGS.items() if seen[f"dns.flags.{name}"])
        yield (seen["dnstap.operation"], int(seen["network.query-port"]), seen["dns.id"],
               seen["dns.qname"]), at, flags


def captured(capture, operations, mark):
    """The same of what went over the wire: {key: (seconds, flags)}."""
    packets = capture.read(f'dns.qry.name contains "{mark}"', "frame.time_epoch", "udp.srcport",
                           "udp.dstport", "dns.id", "dns.flags", "dns.qry.name")
    seen = {}
    for at, source, target, number, flags, name in packets:
        answers = int(flags, 16) >> 15
        key = operations[answers], int(target if answers else source), int(number, 16), name
        assert key not in seen, "two packets that are alike"
        seen[key] = float(at), int(flags, 16)
    return seen


def ask_as_it_tells(weir, producer, names):
    """A few questions at a time: producers drop what they cannot tell soon enough."""
    before = weir.metric("weir_dnstap_frames_total")
    for first in range(0, len(names), 200):
        some = names[first:first + 200]
        assert sum(ask_many(producer.port, some, window=10).values()) == len(some)
        told = before + 2 * (first + len(some)) - MOST_HELD_BACK
        wait_until(lambda: weir.metric("weir_dnstap_frames_total") >= told, 20, "messages")


def tell_all(weir, start_server, tmp_path, kind, lines, **where):
    """A thousand questions to a producer: what it tells is what a capture shows, once."""
    if kind in (TappedDnsdist, TappedRecursor):
        where["backend"] = start_server(Knot).port
    producer = start_server(kind, **where)
    watched = where["backend"] if kind is TappedRecursor else producer.port
    mark = f"{kind.__name__.lower()}.example.test"
    with Capture(tmp_path, watched, f"udp.port=={watched},dns") as capture:
        ask_as_it_tells(weir, producer, [f"q{number}.{mark}" for number in range(QUESTIONS)])
    if kind is TappedKnot:
        producer.process.terminate()  # then it tells what it has held back
    wire = captured(capture, kind.operations, mark)
    assert len(wire) == 2 * QUESTIONS

    def told():
        return [one for one in told_in(lines) if one[0][3].endswith(mark)]

    wait_until(lambda: len(told()) >= len(wire), 20, "every message")
    assert Counter(key for key, _, _ in told()) == Counter(wire.keys())
    for key, at, flags in told():
        assert abs(at - wire[key][0]) < CLOCKS_AGREE, key
        assert flags == wire[key][1] & sum(FLAGS.values()), key


@pytest.mark.parametrize("kind", [TappedUnbound, TappedKnot, TappedBind, TappedDnsdist,
                                  TappedRecursor])
def test_B09_all_that_a_producer_tells_over_a_unix_socket_arrives_once(
        kind, start_server, start_weir, tmp_path):
    path, lines = tmp_path / "tap.sock", tmp_path / "lines.json"
    weir = start_tapped(start_weir, [f"unix:{path}"], lines=lines)
    tell_all(weir, start_server, tmp_path, kind, lines, unix=path)


@pytest.mark.parametrize("kind", [TappedUnbound, TappedDnsdist, TappedRecursor])
def test_B07_all_that_a_producer_tells_over_tcp_arrives_once(
        kind, start_server, start_weir, tmp_path):
    port, lines = free_port(), tmp_path / "lines.json"
    weir = start_tapped(start_weir, [f"tcp:127.0.0.1:{port}"], lines=lines)
    tell_all(weir, start_server, tmp_path, kind, lines, tcp=port)


def test_R09_a_producer_with_a_certificate_tells_over_tls(
        start_server, start_weir, tmp_path, authority):
    port, lines, (certificate, key) = free_port(), tmp_path / "lines.json", authority.issue()
    tls = (f'tls = {{certificate = "{certificate}", key = "{key}", client_ca = "{authority.ca}"}}')
    weir = start_tapped(start_weir, [f"tls:127.0.0.1:{port}"], tls, lines)
    tell_all(weir, start_server, tmp_path, TappedUnbound, lines, tls=port)


def test_R09_a_producer_of_another_authority_is_refused_and_counted(
        start_server, start_weir, tmp_path, authority):
    port, (certificate, key) = free_port(), authority.issue()
    other = Authority(tmp_path)
    tls = (f'tls = {{certificate = "{certificate}", key = "{key}", client_ca = "{other.ca}"}}')
    weir = start_tapped(start_weir, [f"tls:127.0.0.1:{port}"], tls)
    start_server(TappedUnbound, tls=port)
    wait_until(lambda: weir.metric("weir_dnstap_handshake_failures_total", "certificate_") > 0, 20,
               "a refusal")
    assert weir.metric("weir_dnstap_frames_total") == 0


def test_R09_a_producer_that_listens_is_dialled_until_it_is_there(start_weir, tmp_path):
    port = free_port()
    weir = start_weir(f'{NOWHERE}[[source.dnstap]]\ndial = ["tcp:localhost:{port}"]\n',
                      set_=["store.enabled=false"])
    wait_until(lambda: any("localhost" in line for line in weir.status()["degraded"]), 10,
               "a complaint")
    with socket.create_server(("127.0.0.1", port)) as listening:
        for round_ in (1, 2):  # it comes back after it has gone
            sender = listening.accept()[0]
            sender.sendall(tap.READY)
            assert tap.exactly(sender, len(tap.ACCEPT)) == tap.ACCEPT
            sender.sendall(tap.START + tap.frame(tap.payload("dialled.example.test")))
            wait_until(lambda: forwarded(weir) == round_, 10, "the message")
            assert not any("localhost" in line for line in weir.status()["degraded"])
            sender.close()


def test_B08_the_socket_has_the_mode_asked_for_and_is_gone_at_the_end(start_weir, tmp_path):
    path = tmp_path / "tap.sock"
    weir = start_tapped(start_weir, [f"unix:{path}"], 'socket.mode = "0606"')
    assert path.stat().st_mode & 0o777 == 0o606
    assert weir.stop() == 0
    assert not path.exists()


def test_B08_a_mode_that_is_not_octal_is_told_with_its_place(tmp_path):
    settings = tmp_path / "weir.toml"
    settings.write_text('[[source.dnstap]]\nlisten = ["unix:/tmp/x"]\nsocket.mode = "0690"\n',
                        encoding="utf-8")
    done = command("check", "--config", str(settings))
    assert done.returncode != 0
    assert f"{settings}:3:15: source.dnstap.0.socket.mode" in done.stderr, done.stderr
    assert "octal" in done.stderr


def test_check_shows_what_is_taken_from_where(tmp_path):
    settings = tmp_path / "weir.toml"
    settings.write_text('[[source.dnstap]]\nlisten = ["unix:/run/t", "tcp:127.0.0.1:6000"]\n'
                        'dial = ["tls:resolver.example:6001"]\n', encoding="utf-8")
    done = command("check", "--config", str(settings))
    assert done.returncode == 0, done.stderr
    assert ("dnstap on unix:/run/t, tcp:127.0.0.1:6000 from tls:resolver.example:6001 "
            "called dnstap") in done.stdout


def test_B10_foreign_content_is_closed_counted_and_not_processed(tapped):
    weir, path = tapped
    for kind in (4, 2):  # READY, START
        sender = tap.connect(path)
        sender.sendall(tap.control(kind, b"protobuf:other") + tap.frame(tap.payload("no.test")))
        assert sender.recv(1) == b""
    wait_for(weir, "handshake_failures_total", 'reason="content_type"', 2)
    assert weir.metric("weir_dnstap_frames_total") == 0


def flood(where, senders, messages):
    """So many senders at once, each with so many messages of its own."""
    def run(number):
        octets = b"".join(tap.frame(tap.payload(f"{i}.s{number}.flood.test", i))
                          for i in range(messages))
        sender = tap.begin(where)
        sender.sendall(octets)
        tap.finish(sender)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_B11_sixteen_senders_of_ten_thousand_messages_lose_none(start_weir, tmp_path):
    path, lines = tmp_path / "tap.sock", tmp_path / "lines.json"
    weir = start_tapped(start_weir, [f"unix:{path}"], "threads = 2", lines)
    silent = tap.connect(path)
    flood(path, 16, 10_000)
    wait_until(lambda: lines.exists() and lines.read_bytes().count(b"\n") >= 160_000, 60,
               "every line")
    names = Counter(key[3] for key, _, _ in told_in(lines))
    assert len(names) == 160_000 and max(names.values()) == 1
    assert forwarded(weir) == 160_000
    silent.close()


def test_B13_bad_frames_are_counted_and_the_next_good_one_works(tapped):
    weir, path = tapped
    good = tap.payload("good.example.test")
    sender = tap.begin(path)
    sender.sendall(tap.frame(b"\xff" * 12) + tap.frame(good.replace(b"\x0a\x06sender", b"", 1)[:-9])
                   + tap.frame(b"\0" * (256 * 1024 + 1)) + tap.frame(good))
    wait_until(lambda: forwarded(weir) == 1, 10, "the good one")
    assert weir.metric("weir_dnstap_malformed_frames_total") == 2
    assert weir.metric("weir_dnstap_oversize_frames_total") == 1
    tap.finish(sender)


def test_D33_a_silent_client_blocks_nobody_and_is_closed(tapped):
    weir, path = tapped
    silent = [tap.connect(path) for _ in range(20)]
    sender = tap.begin(path)
    sender.sendall(tap.frame(tap.payload("beside.example.test")))
    wait_until(lambda: forwarded(weir) == 1, 10, "the message")
    for each in silent:
        assert each.recv(1) == b""
    wait_for(weir, "handshake_failures_total", 'reason="timeout"', 20)
    tap.finish(sender)


def test_D34_descriptors_are_as_many_after_a_thousand_connections_as_before(start_weir, tmp_path):
    path, port = tmp_path / "tap.sock", free_port()
    weir = start_tapped(start_weir, [f"unix:{path}", f"tcp:127.0.0.1:{port}"])

    def descriptors():
        """Those of connections: other planes open their files when they come to it."""
        folder = f"/proc/{weir.process.pid}/fd"
        return sum(1 for fd in os.listdir(folder) if is_socket(f"{folder}/{fd}"))

    def is_socket(link):
        try:
            return os.readlink(link).startswith("socket:")
        except FileNotFoundError:  # closed meanwhile
            return False

    weir.metric("weir_dnstap_senders")
    before = descriptors()
    for number in range(500):
        for where in (path, port):
            sender = tap.begin(where) if number % 2 else tap.connect(where)
            sender.close()
    wait_for(weir, "connections_total", "", 1000)
    wait_until(lambda: descriptors() <= before, 20, "the old number of descriptors")


def resident(weir):
    with open(f"/proc/{weir.process.pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def test_B11_a_flood_beside_senders_that_misbehave_is_all_processed_in_flat_memory(
        start_weir, tmp_path):
    path = tmp_path / "tap.sock"
    weir = start_tapped(start_weir, [f"unix:{path}"])
    flood(path, 16, 1000)
    before = resident(weir)
    silent = tap.connect(path)
    garbage = tap.connect(path)
    garbage.sendall(os.urandom(4096).replace(b"\0", b"\1"))
    torn = tap.begin(path)
    torn.sendall(tap.frame(tap.payload("torn.example.test"))[:-1])
    torn.close()
    flood(path, 16, SCALE)
    wait_until(lambda: forwarded(weir) == 16 * (1000 + SCALE), 60, "every message")
    wait_for(weir, "handshake_failures_total", 'reason="not_started"', 1)
    wait_for(weir, "handshake_failures_total", 'reason="timeout"', 1)
    wait_for(weir, "streams_ended_total", 'reason="torn"', 1)
    assert resident(weir) - before < 64 << 20
    assert silent.recv(1) == b""
