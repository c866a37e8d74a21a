"""dnstap to receivers that are silent, strange, slow, dead or back again, and to a full disk: what
is lost is counted, nothing is sent twice, and nobody who asks weir for a name notices."""

import os
import signal
import socket
import subprocess
import time

import pytest

import dnstap_sender as tap
from asking import Load, ask_many
from consumers import FstrmCapture, Listener, frames_in, until_end
from test_dnstap_sink import (account, ask_some, degraded, lost, settled, start_relay,
                              start_sending)
from weir_process import free_port, wait_until

QUICK = 'lane.retry_base = "50ms"\nlane.retry_most = "200ms"'
ABOUT = 0.3  # seconds that a busy machine may add


def outages(weir):
    return weir.log().count("warning sink out: "), weir.log().count("sink out: well again")


def state(weir, word):
    return weir.metric("weir_sink_state", f'state="{word}"')


def test_E12_a_silent_receiver_is_closed_after_five_seconds_and_tried_again(start_weir, tmp_path):
    with Listener() as listener:
        weir, _ = start_relay(start_weir, tmp_path, f"tcp:127.0.0.1:{listener.port}")
        connection = listener.accept()
        assert tap.exactly(connection, len(tap.READY)) == tap.READY
        began = time.monotonic()
        assert connection.recv(1) == b""
        assert abs(time.monotonic() - began - 5) < ABOUT
        wait_until(lambda: any("did not answer within 5s" in line for line in degraded(weir)),
                   what="the word for it")
        listener.accept().close()


@pytest.mark.parametrize("answer", [tap.control(1, b"protobuf:other"), tap.FINISH[:8] + b"\0\0\0\1",
                                    tap.frame(b"data"), b"\xff" * 600])
def test_E13_what_is_no_answer_is_closed_counted_and_tried_again(start_weir, tmp_path, answer):
    with Listener() as listener:
        weir, path = start_relay(start_weir, tmp_path, f"tcp:127.0.0.1:{listener.port}", QUICK)
        for _ in range(3):
            connection = listener.accept()
            assert tap.exactly(connection, len(tap.READY)) == tap.READY
            connection.sendall(answer)
            assert until_end(connection) == b""
        assert weir.metric("weir_sink_retries_total") >= 2
        assert any("Frame Streams" in line for line in degraded(weir))
        connection = listener.begin()
        sender = tap.begin(path)
        sender.sendall(tap.frame(tap.payload("late.test")))
        assert tap.exactly(connection, 4)
        wait_until(lambda: not degraded(weir), 5, "a recovery")


def test_E14_attempts_come_after_one_three_and_seven_seconds_and_anew_after_a_success(
        start_weir, tmp_path):
    with Listener() as listener:
        weir, _ = start_relay(start_weir, tmp_path, f"tcp:127.0.0.1:{listener.port}")

        def attempt():
            connection = listener.accept()
            assert tap.exactly(connection, len(tap.READY)) == tap.READY
            return connection, time.monotonic()

        connection, first = attempt()
        for second in (1, 3, 7):
            connection.close()
            connection, now = attempt()
            assert abs(now - first - second) < ABOUT
        connection.sendall(tap.ACCEPT)
        assert tap.exactly(connection, len(tap.START)) == tap.START
        wait_until(lambda: not degraded(weir), 5, "a recovery")
        connection.close()
        wait_until(lambda: degraded(weir), 1 + ABOUT, "the loss")  # E-17
        noticed = time.monotonic()
        connection, now = attempt()
        assert now - noticed < 1 + ABOUT
        connection.close()


def test_E15_after_its_attempts_it_is_idle_until_a_reload(start_weir, unbound):
    port = free_port()
    weir = start_sending(start_weir, unbound, f"tcp:127.0.0.1:{port}",
                         QUICK + "\nlane.retry_attempts = 3")
    wait_until(lambda: state(weir, "exhausted") == 1, 10, "the end of attempts")
    assert weir.metric("weir_sink_retries_total") == 3
    ask_some(weir, "lost", 10)
    line = settled(weir, least=40)
    assert lost(line) == 40 and line["dropped"][0]["reason"] == "exhausted"
    assert degraded(weir)
    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.settimeout(10)
        weir.send(signal.SIGHUP)
        connection = listening.accept()[0]
        assert tap.exactly(connection, len(tap.READY)) == tap.READY
        connection.sendall(tap.ACCEPT)
        assert tap.exactly(connection, len(tap.START)) == tap.START
        wait_until(lambda: not degraded(weir), 5, "a recovery")
        assert state(weir, "exhausted") == 0
        ask_some(weir, "sent", 10)
        assert settled(weir, least=80)["delivered"] == 40


def test_E16_D43_while_nobody_listens_what_has_room_waits_and_the_rest_is_counted(
        start_weir, unbound, tmp_path):
    consumer = FstrmCapture(tmp_path, unix=tmp_path / "out.sock")
    weir = start_sending(start_weir, unbound, consumer.to, QUICK + "\nlane.queue_batches = 5")
    wait_until(lambda: degraded(weir), 5, "a complaint")
    with Load(weir.dns_port, "down.test", 500) as load:
        wait_until(lambda: weir.metric("weir_pipeline_dropped_total", 'sink="out"') > 0, 20,
                   "losses")
    assert load.longest_wait() < 1
    waiting = account(weir)
    assert 0 < waiting["in_flight"] <= 40 * 512
    assert {each["reason"] for each in waiting["dropped"]} == {"full"}
    consumer.start()
    try:
        line = settled(weir)
        assert line["received"] == line["delivered"] + lost(line) == 4 * len(load.asked)
        assert outages(weir) == (1, 1)
        assert weir.stop() == 0
    finally:
        consumer.stop()
    assert len(consumer.taken()) == line["delivered"]


def test_E17_a_receiver_that_is_killed_and_comes_back_under_load_gets_nothing_twice(
        start_weir, unbound, tmp_path):
    consumer = FstrmCapture(tmp_path, unix=tmp_path / "out.sock").start()
    weir = start_sending(start_weir, unbound, consumer.to, QUICK)
    try:
        with Load(weir.dns_port, "killed.test", 500) as load:
            for _ in range(3):
                before = account(weir)["delivered"]
                wait_until(lambda: account(weir)["delivered"] > before + 200, 10, "deliveries")
                known = outages(weir)
                consumer.kill()
                wait_until(lambda: degraded(weir), 5, "the loss")
                consumer.start()
                wait_until(lambda: not degraded(weir), 10, "a recovery")
                assert outages(weir) == (known[0] + 1, known[1] + 1)
        line = settled(weir, least=4 * len(load.asked))
        assert lost(line) == 0 and line["delivered"] == line["received"]
        assert load.longest_wait() < 1
        assert weir.stop() == 0
    finally:
        consumer.stop()
    last = consumer.taken()
    assert last and len(set(last)) == len(last)


def test_D44_a_receiver_that_stops_reading_costs_bounded_memory_and_no_answer(
        start_weir, unbound, tmp_path):
    consumer = FstrmCapture(tmp_path, unix=tmp_path / "out.sock").start()
    weir = start_sending(start_weir, unbound, consumer.to,
                         'lane.queue_batches = 4\nlane.group_batches = 2')
    try:
        consumer.process.send_signal(signal.SIGSTOP)
        with Load(weir.dns_port, "stopped.test", 1000) as load:
            wait_until(lambda: weir.metric("weir_pipeline_dropped_total", 'sink="out"') > 0, 30,
                       "losses")
        assert load.longest_wait() < 1
        line = account(weir)
        assert line["received"] == line["delivered"] + lost(line) + line["in_flight"]
        consumer.process.send_signal(signal.SIGCONT)
        line = settled(weir, least=4 * len(load.asked))
        assert weir.stop() == 0
        consumer.stop()
        assert len(consumer.taken()) == line["delivered"]
    finally:
        consumer.process.send_signal(signal.SIGCONT)
        consumer.stop()


def test_D44_a_receiver_that_reads_no_more_does_not_keep_weir_from_ending(start_weir, tmp_path):
    with Listener() as listener:
        weir, path = start_relay(start_weir, tmp_path, f"tcp:127.0.0.1:{listener.port}")
        connection = listener.begin()
        sender = tap.begin(path)
        for number in range(2000):
            sender.sendall(tap.frame(tap.payload(f"n{number}.test") + tap.field(3, b"x" * 8000)))
        wait_until(lambda: account(weir)["in_flight"] > 0, 10, "a wait")
        began = time.monotonic()
        assert weir.stop(timeout=30) == 0
        assert time.monotonic() - began < 15
        connection.close()


@pytest.fixture
def small_disk(tmp_path):
    """A file system with room for 256 KiB."""
    path = tmp_path / "disk"
    path.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=256k", "weir-test", str(path)]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("file systems cannot be mounted here")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def test_D46_a_full_disk_is_told_and_the_stream_goes_on_when_there_is_room(
        start_weir, small_disk, tmp_path):
    filler, out = small_disk / "filler", small_disk / "out.fstrm"
    filler.write_bytes(b"x" * (200 << 10))
    weir, path = start_relay(start_weir, tmp_path, f"file:{out}", QUICK)
    sent = [tap.payload(f"n{number}.full.test", number) for number in range(2000)]
    sender = tap.begin(path)
    sender.sendall(b"".join(map(tap.frame, sent)))
    tap.finish(sender)
    told = wait_until(lambda: degraded(weir), 10, "a complaint")
    assert "No space left" in told[0] and str(out) in told[0]
    assert state(weir, "retrying") + state(weir, "busy") == 1
    filler.unlink()
    line = settled(weir, least=2000)
    assert line["delivered"] == 2000
    wait_until(lambda: not degraded(weir), 5, "a recovery")
    assert outages(weir) == (1, 1)
    assert weir.stop() == 0
    assert frames_in(out.read_bytes()) == sent
    assert os.listdir(small_disk) == ["out.fstrm"]


def test_a_receiver_that_is_not_there_does_not_keep_weir_from_starting(start_weir, unbound):
    weir = start_sending(start_weir, unbound, "tcp:no-such-host.invalid:6000")
    assert ask_many(weir.dns_port, ["www.example.test"]) == {0: 1}
    assert any("no-such-host.invalid" in line for line in wait_until(
        lambda: degraded(weir), 10, "a complaint"))
