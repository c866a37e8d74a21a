"""weir::dnstap as it is installed, row by row, with scripted receivers and real ones."""

import os
import re
import signal
import subprocess
import threading
import time

import pytest
from dnstap_receiver import (Capture, Receiver, answering, frames_in, hang_up_after_accept,
                             read_frame, silent, well)
from dnstap_sender import FINISH, START, STOP, control, frame
from tap_library import (ROOT, Library, Tap, address, link_by_pkg_config, printed, run,
                         words_of)
from weir_process import free_port

QUICK = {"flush_interval_ms": 10, "reconnect_first_ms": 50, "reconnect_most_ms": 100}


@pytest.fixture(scope="module")
def shared(dnstap_library):
    return Library(next(dnstap_library.rglob("libweir-dnstap.so.0")))


@pytest.fixture
def library(shared, receive, capture):
    """Producers that end with the test, before the receivers do."""
    made = []

    class Opening:
        options = staticmethod(shared.options)

        @staticmethod
        def open(output, **chosen):
            made.append(shared.open(output, **chosen))
            assert made[-1].handle, made[-1].error
            return made[-1]

        @staticmethod
        def refusal(output, **chosen):
            refused = shared.open(output, **chosen)
            assert not refused.handle
            return refused.error

    yield Opening
    for tap in made:
        if tap.handle:
            tap.free()


@pytest.fixture
def receive(tmp_path):
    """Scripted receivers that end with the test."""
    made = []

    def start(behave=well, unix=False):
        made.append(Receiver(behave, tmp_path / f"tap{len(made)}.sock" if unix else None))
        return made[-1]

    yield start
    for receiver in made:
        receiver.close()


@pytest.fixture
def capture(tmp_path):
    """fstrm_capture, which ends with the test."""
    made = []

    def start(unix=True):
        folder = tmp_path / f"capture{len(made)}"
        folder.mkdir()
        made.append(Capture(folder, path=folder / "tap.sock") if unix
                    else Capture(folder, port=free_port()))
        return made[-1]

    yield start
    for one in made:
        one.stop()


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def emit(dnstap_library, tmp_path_factory):
    """The example in C++ against the shared library."""
    return link_by_pkg_config(dnstap_library, tmp_path_factory.mktemp("emit"),
                              ROOT / "examples/emit.cpp", False)


def test_E01_nothing_is_made_before_a_producer_is_opened(shared):
    tasks, files = os.listdir("/proc/self/task"), len(os.listdir("/proc/self/fd"))
    off = Tap(shared.c, shared.options())
    assert off.handle is None and "output" in off.error
    assert off.query() == "closed"
    assert off.read()["state"] == "off"
    assert os.listdir("/proc/self/task") == tasks
    assert len(os.listdir("/proc/self/fd")) == files


@pytest.mark.parametrize("way", ["file", "unix", "tcp"])
def test_E02_golang_s_dnstap_reads_every_output(emit, tmp_path, way):
    text = tmp_path / "text"
    if way == "file":
        run(emit, tmp_path / "x.fstrm", 100)
        assert words_of(tmp_path / "x.fstrm").count("type: MESSAGE") == 100
        return
    port, path = free_port(), tmp_path / "tap.sock"
    listen = ["-u", path] if way == "unix" else ["-l", f"127.0.0.1:{port}"]
    reader = subprocess.Popen(["dnstap", "-q", *map(str, listen), "-w", str(text)],
                              stderr=subprocess.DEVNULL)
    try:  # it may not listen yet: emitting again is the library's business
        run(emit, f"unix:{path}" if way == "unix" else f"tcp:127.0.0.1:{port}", 100)
        wait_until(lambda: text.exists() and text.read_text().count("example.com.") >= 100)
    finally:
        reader.terminate()
        reader.wait(20)


def test_E04_wrong_outputs_have_distinct_errors(library):
    errors = {library.refusal(wrong) for wrong in ("unix:", "tcp::53", "tcp:host", "tcp:host:0")}
    assert len(errors) == 4
    assert "between 1 and 65535" in library.refusal("tcp:host:65536")


def test_E05_defaults(library):
    options = library.options()
    assert options.connect_timeout_ms == options.handshake_timeout_ms == 5000
    assert options.bidirectional
    assert (options.reconnect_first_ms, options.reconnect_most_ms) == (1000, 60_000)
    assert options.reconnect_attempts == -1


def test_E12_a_receiver_that_is_silent_is_left_after_five_seconds(library, receive):
    receiver = receive(silent)
    library.open(receiver.output)
    receiver.wait(lambda: len(receiver.connected_at) > 1)
    took = receiver.notes[0][0] - receiver.connected_at[0]
    assert 4.8 <= took <= 5.2
    assert 0.8 <= receiver.connected_at[1] - receiver.notes[0][0] <= 1.3, "tried again"


@pytest.mark.parametrize("answer", [control(1, b"protobuf:other"), frame(b"data"), FINISH],
                         ids=["foreign", "data", "finish"])
def test_E13_a_refusal_is_counted_and_tried_again(library, receive, answer):
    receiver = receive(answering(answer))
    tap = library.open(receiver.output, **QUICK)
    receiver.wait(lambda: len(receiver.connected_at) >= 3)
    read = tap.read()
    assert read["failures"] >= 2 and read["connects"] == 0
    assert "Frame Streams" in read["last_error"]
    assert receiver.noted()[0] == "closed"


def test_E14_pauses_grow_and_begin_anew_after_a_success(library, receive):
    failing = 4

    def behave(receiver, connection):
        if len(receiver.connected_at) > failing:
            well(receiver, connection)

    receiver = receive(behave)
    tap = library.open(receiver.output, reconnect_first_ms=200, reconnect_most_ms=700)
    receiver.wait(lambda: "start" in receiver.noted())
    at = receiver.connected_at
    pauses = [later - earlier for earlier, later in zip(at, at[1:])]
    for pause, expected in zip(pauses, (0.2, 0.4, 0.7, 0.7), strict=True):
        assert expected <= pause <= expected + 0.25
    assert [warning for warning, _ in tap.told] == [True], "one line for the outage"


def test_E15_attempts_end(library, receive):
    receiver = receive(answering(FINISH))
    tap = library.open(receiver.output, **{**QUICK, "reconnect_attempts": 2})
    receiver.wait(lambda: len(receiver.connected_at) == 3)
    wait_until(lambda: tap.read()["state"] == "exhausted")
    assert tap.query() == "exhausted"
    assert len(receiver.connected_at) == 3


def test_E16_D43_while_nobody_is_there_messages_wait_and_the_excess_is_counted(
        library, tmp_path, receive):
    path = tmp_path / "tap0.sock"
    tap = library.open(f"unix:{path}", queue_octets=16384, most_frame_octets=4096, **QUICK)
    outcomes = [tap.query(protocol=1) for _ in range(1000)]
    read = tap.read()
    accepted = outcomes.count("accepted")
    assert 100 < accepted < 300
    assert read["queued"] == accepted
    assert read["dropped"] == {"queue_full": 1000 - accepted}
    wait_until(lambda: tap.read()["failures"] > 0)
    receiver = receive(unix=True)
    receiver.wait(lambda: len(receiver.frames) == accepted)
    assert tap.close()
    assert tap.read()["sent"] == accepted
    assert [warning for warning, _ in tap.told] == [True, False]


def test_E17_a_receiver_that_closes_is_noticed_without_a_send(library, receive):
    receiver = receive(hang_up_after_accept)
    library.open(receiver.output, reconnect_first_ms=1)
    receiver.wait(lambda: len(receiver.connected_at) >= 2)
    assert receiver.connected_at[1] - receiver.notes[0][0] <= 1.0


def test_E18_the_largest_frame(library, receive):
    receiver = receive()
    tap = library.open(receiver.output, **QUICK)
    assert tap.log(query=bytes(262_144)) == "too_large"
    size = 262_144
    while tap.log(query=bytes(size)) == "too_large":
        size -= 1
    receiver.wait(lambda: len(receiver.frames) == 1)
    assert len(receiver.frames[0]) == 262_144
    assert tap.read()["dropped"] == {"too_large": 262_145 - size}


def test_E19_E20_fields_as_another_decoder_reads_them(library, tmp_path):
    tap = library.open(str(tmp_path / "x"), identity="me", version="v1")
    query = b"\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1"
    response = b"\x12\x34\x81\x80\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1"
    tap.log(type=6, protocol=2, query_address=address("2001:db8::7", 5353),
            response_address=address("2001:db8::53", 53), query=query, response=response,
            query_time=1_600_000_000_123_456_789, response_time=1_600_000_000_123_456_790)
    assert tap.close()
    text = words_of(tmp_path / "x")
    for line in ('identity: "me"', 'version: "v1"', "type: CLIENT_RESPONSE", "socket_family: INET6",
                 "socket_protocol: TCP", "query_address: 2001:db8::7", "query_port: 5353",
                 "response_address: 2001:db8::53", "response_port: 53",
                 "query_time: !!timestamp 2020-09-13 12:26:40.123456789",
                 "response_time: !!timestamp 2020-09-13 12:26:40.12345679"):
        assert line in text, text
    assert "response_message: |" in text


def test_E21_every_type_and_protocol(library, tmp_path):
    tap = library.open(str(tmp_path / "x"))
    for kind in range(1, 15):
        for protocol in range(1, 8):
            assert tap.log(type=kind, protocol=protocol) == "accepted"
    assert tap.log(type=15) == tap.log(protocol=8) == "invalid"
    assert tap.close()
    payloads = frames_in(tmp_path / "x")
    told = [(int(kind[0]), int(protocol[0])) for kind, protocol in (
        re.search(rb"\x08([\x01-\x0e])\x18([\x01-\x07])", one, re.DOTALL).groups()
        for one in payloads)]
    assert told == [(kind, protocol) for kind in range(1, 15) for protocol in range(1, 8)]


@pytest.mark.parametrize("unix", [True, False], ids=["unix", "tcp"])
def test_E22_a_million_messages_arrive(emit, capture, unix):
    receiver = capture(unix)
    told = printed(run(emit, receiver.output, 1_000_000))
    assert (told["produced"], told["sent"], told["queued"]) == ("1000000", "1000000", "0")
    assert not [key for key in told if key.startswith("dropped")]
    receiver.stop()
    assert len(frames_in(receiver.file)) == 1_000_000


def test_E23_one_thread_s_messages_arrive_in_order(library, receive):
    receiver = receive()
    tap = library.open(receiver.output, block_for_ms=10_000, queue_octets=16384,
                       most_frame_octets=4096, **QUICK)

    def call(thread):
        for number in range(2000):
            assert tap.log(extra=b"%d %06d" % (thread, number)) == "accepted"

    threads = [threading.Thread(target=call, args=[thread]) for thread in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert tap.read()["queued"] <= 4 * 16384 / 20, "never more than the rings hold"
    for thread in threads:
        thread.join()
    assert tap.close()
    receiver.wait(lambda: "stop" in receiver.noted())
    told = [re.search(rb"(\d) (\d{6})", one).groups() for one in receiver.frames]
    for thread in range(4):
        numbers = [int(number) for which, number in told if int(which) == thread]
        assert numbers == list(range(2000))


def test_D41_a_file_has_start_data_and_stop(library, tmp_path):
    tap = library.open(f"file:{tmp_path}/missing/x.fstrm")
    assert tap.query() == "accepted"
    assert tap.close()
    assert len(frames_in(tmp_path / "missing/x.fstrm")) == 1


def test_D42_stop_is_sent_and_finish_awaited_for_a_second(library, receive):
    def behave(receiver, connection):
        if len(receiver.connected_at) == 1:
            return well(receiver, connection)
        answering(control(1))(receiver, connection)  # no FINISH
        return None

    receiver = receive(behave)
    first = library.open(receiver.output)
    assert first.query() == "accepted"
    assert first.close()
    receiver.wait(lambda: "closed" in receiver.noted())
    assert receiver.noted() == ["start", "stop", "closed"]
    second = library.open(receiver.output)
    receiver.wait(lambda: len(receiver.connected_at) == 2)
    before = time.monotonic()
    second.close()
    assert time.monotonic() - before <= 1.5


def test_E11_one_way_streams_begin_with_start_and_end_with_stop(library, receive):
    def behave(receiver, connection):
        while one := read_frame(connection):
            receiver.take(one)
        receiver.note("end")

    receiver = receive(behave)
    tap = library.open(receiver.output, bidirectional=False)
    tap.query()
    assert tap.close()
    receiver.wait(lambda: "end" in receiver.noted())
    assert (receiver.frames[0], receiver.frames[-1], len(receiver.frames)) == (START, STOP, 3)


def test_D44_a_receiver_that_stops_reading_costs_no_caller_time(library, capture):
    receiver = capture()
    tap = library.open(receiver.output, **QUICK)
    assert tap.query() == "accepted" and tap.flush()
    receiver.signal(signal.SIGSTOP)
    slowest, deadline, query = 0.0, time.monotonic() + 2, bytes(1000)
    while time.monotonic() < deadline:
        before = time.thread_time()
        tap.query(query)
        slowest = max(slowest, time.thread_time() - before)
    read = tap.read()
    assert read["state"] == "open"
    assert read["dropped"]["queue_full"] > 1000
    assert slowest < 0.01
    receiver.signal(signal.SIGCONT)
    assert tap.close()
    sent = tap.read()["sent"]
    receiver.stop()
    assert len(frames_in(receiver.file)) == sent


def test_D44_closing_does_not_wait_for_a_receiver_that_stopped(library, capture):
    receiver = capture()
    tap = library.open(receiver.output, **QUICK)
    assert tap.query() == "accepted" and tap.flush()
    receiver.signal(signal.SIGSTOP)
    while tap.query(bytes(1000)) == "accepted":
        pass
    before = time.monotonic()
    assert not tap.close(200)
    assert time.monotonic() - before < 2
    read = tap.read()
    assert read["queued"] == 0 and read["dropped"]["closed"] > 0


def test_D45_what_stands_there_is_kept(emit, tmp_path):
    for count in (1, 2, 3):
        run(emit, tmp_path / "x", count)
    assert [len(frames_in(tmp_path / name)) for name in ("x", "x.1", "x.2")] == [3, 2, 1]


def test_D46_a_full_disk_is_an_error_and_leaves_whole_frames(emit, tmp_path):
    script = (f"mount -t tmpfs -o size=128k none {tmp_path} && "
              f"{{ {emit} {tmp_path}/x 5000; echo code $?; cp {tmp_path}/x /dev/stdout | wc -c; }}")
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True,
                          timeout=120, check=False)
    if "code" not in done.stdout:
        pytest.skip(f"no file system of our own: {done.stderr}")
    told = printed("\n".join(line for line in done.stdout.splitlines() if " " in line))
    assert told["code"] == "1"
    assert int(told["failures"]) >= 1
    assert 0 < int(told["sent"]) < 5000
    assert int(told["produced"]) == int(told["sent"]) + sum(
        int(count) for why, count in told.items() if why.startswith("dropped"))
    assert "No space left" in done.stderr


def test_D47_a_unix_socket_heeds_its_timeouts(library, receive):
    receiver = receive(silent, unix=True)
    library.open(receiver.output, handshake_timeout_ms=300, reconnect_first_ms=100)
    receiver.wait(lambda: len(receiver.connected_at) >= 2)
    assert 0.28 <= receiver.notes[0][0] - receiver.connected_at[0] <= 0.6
    assert 0.38 <= receiver.connected_at[1] - receiver.connected_at[0] <= 0.9
