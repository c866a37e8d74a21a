"""dnstap sent to real receivers and into files, and what their readers make of it."""

import subprocess
import time

import pytest

import dnstap_sender as tap
from asking import ask_many
from consumers import (FstrmCapture, GoDnstap, Listener, frames_in, tls_context, until_end, wire)
from conftest import NOWHERE
from upstreams import Authority
from weir_process import free_port, wait_until, weir as command

NAMES = 300


def sink(to, more="", name="out"):
    return f'[[sink.dnstap]]\nname = "{name}"\nto = "{to}"\n{more}\n'


def start_sending(start_weir, upstream, to, more="", **options):
    """A weir that answers and sends; without a store."""
    settings = (upstream.settings() if upstream else NOWHERE) + sink(to, more)
    return start_weir(settings, set_=["store.enabled=false"], **options)


def ask_some(weir, mark, count=NAMES):
    names = [f"q{number}.{mark}.test" for number in range(count)]
    assert sum(ask_many(weir.dns_port, names).values()) == count
    return names


def account(weir, name="out"):
    return next(line for line in weir.status()["ledger"]
                if (line["kind"], line["name"]) == ("sink", name))


def lost(line):
    return sum(each["count"] for each in line["dropped"])


def settled(weir, name="out", least=1, timeout=20):
    """The sink's line, once so many observations were made and none is under way."""
    def line():
        ledger = weir.status()["ledger"]
        made = sum(line["received"] for line in ledger if line["kind"] == "source")
        done = made >= least and not any(line["in_flight"] for line in ledger)
        return account(weir, name) if done else None
    return wait_until(line, timeout, "a settled sink")


def degraded(weir):
    return [line for line in weir.get("/readyz").json()["degraded"] if line.startswith("sink out")]


def expect_all(messages, line, names, spell=wire):
    assert len(messages) == line["delivered"] and lost(line) == 0
    together = b"".join(messages)
    assert all(spell(name) in together for name in names)


@pytest.fixture
def start_consumer(tmp_path):
    running = []

    def start(kind, way):
        where = {"unix": tmp_path / "out.sock"} if way == "unix" else {"tcp": free_port()}
        running.append(kind(tmp_path, **where))
        return running[-1].start()

    yield start
    for consumer in running:
        consumer.stop()


BOTH = pytest.mark.parametrize("kind", [FstrmCapture, GoDnstap])


@BOTH
@pytest.mark.parametrize("way", ["unix", "tcp"])
def test_E02_E09_E10_D41_a_real_receiver_takes_all_and_sees_a_clean_end(
        start_weir, start_consumer, unbound, kind, way):
    consumer = start_consumer(kind, way)
    weir = start_sending(start_weir, unbound, consumer.to)
    names = ask_some(weir, "real")
    line = settled(weir, least=4 * NAMES)
    assert weir.stop() == 0
    if kind is FstrmCapture:
        wait_until(lambda: "STOP" in consumer.log and "FINISH" in consumer.log, 10, "the end")
    if kind is GoDnstap:
        wait_until(lambda: len(consumer.taken()) == line["delivered"], 10, "every message")
    consumer.stop()
    expect_all(consumer.taken(), line, names, consumer.spell)


def test_E08_E03_a_file_in_folders_that_were_missing_is_whole_for_every_reader(
        start_weir, unbound, tmp_path):
    path = tmp_path / "missing/folders/out.fstrm"
    weir = start_sending(start_weir, unbound, f"file:{path}")
    names = ask_some(weir, "file")
    line = settled(weir, least=4 * NAMES)
    assert weir.stop() == 0
    expect_all(frames_in(path.read_bytes()), line, names)
    assert path.stat().st_mode & 0o777 == 0o640
    subprocess.run(["fstrm_dump", path], capture_output=True, check=True)
    for words in (["dnstap", "-q", "-r", path], ["dnstap-ldns", "-q", "-r", path]):
        told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        assert len(told.splitlines()) == line["delivered"], words


def refusal(tmp_path, to, *words):
    settings = tmp_path / "weir.toml"
    settings.write_text(NOWHERE + sink(to), encoding="utf-8")
    done = command(*words, "--config", str(settings), "-s", f"store.path={tmp_path}/q.db", "-s",
                   f'edge.listen=["127.0.0.1:{free_port()}"]', "-s", "control.listen=[]")
    assert done.returncode != 0
    return done.stderr


def test_E04_D48_each_mistake_has_its_own_words_and_weir_does_not_start(tmp_path):
    told = []
    for to, words in (("unix:", "lacks a path"), ("tcp::6000", "lacks a host"),
                      ("tcp:collector.example", "lacks a port"),
                      ("tcp:collector.example:0", "not between 1 and 65535"),
                      ("tcp:collector.example:65536", "not between 1 and 65535")):
        told.append(refusal(tmp_path, to, "run"))
        assert "sink.dnstap.0.to" in told[-1] and words in told[-1]
        assert words in refusal(tmp_path, to, "check")
    assert len({text.partition("sink.dnstap")[2] for text in told}) == 4


def test_E03_a_path_that_cannot_be_written_is_an_error_at_the_start(tmp_path):
    assert "/proc/none/out.fstrm" in refusal(tmp_path, "file:/proc/none/out.fstrm", "run")
    assert "/dev/null" in refusal(tmp_path, "/dev/null", "run")


def test_what_would_be_of_no_use_is_told(tmp_path):
    for more, key in (("streams = 2", "streams"), ('tls.ca_file = "/x"', "tls")):
        settings = tmp_path / "weir.toml"
        settings.write_text(NOWHERE + sink("file:/tmp/x", more), encoding="utf-8")
        done = command("check", "--config", str(settings))
        assert done.returncode != 0 and f"sink.dnstap.0.{key}" in done.stderr


def test_E11_a_receiver_that_does_not_answer_gets_start_data_and_stop(start_weir, unbound):
    with Listener() as listener:
        weir = start_sending(start_weir, unbound, f"tcp:127.0.0.1:{listener.port}",
                             "bidirectional = false")
        connection = listener.accept()
        names = ask_some(weir, "oneway", 20)
        line = settled(weir, least=80)
        assert weir.stop() == 0
        expect_all(frames_in(until_end(connection, answer=None)), line, names)


def test_D42_the_end_waits_a_second_at_most_for_finish(start_weir, unbound):
    with Listener() as listener:
        weir = start_sending(start_weir, unbound, f"tcp:127.0.0.1:{listener.port}")
        connection = listener.begin()
        began = time.monotonic()
        assert weir.stop() == 0
        assert 1 <= time.monotonic() - began < 3
        assert until_end(connection, answer=None) == tap.STOP


def test_R09_a_receiver_over_tls_knows_who_sends_and_is_known(start_weir, unbound, authority):
    certificate, key = authority.issue()
    with Listener(tls_context(authority)) as listener:
        weir = start_sending(
            start_weir, unbound, f"tls:127.0.0.1:{listener.port}",
            f'tls = {{ca_file = "{authority.ca}", certificate = "{certificate}", key = "{key}"}}')
        connection = listener.begin()
        names = ask_some(weir, "tls", 20)
        line = settled(weir, least=80)
        weir.process.terminate()
        expect_all(frames_in(tap.START + until_end(connection)), line, names)
        assert weir.process.wait(10) == 0


def test_R09_a_receiver_of_another_authority_gets_nothing(start_weir, authority, tmp_path):
    other = Authority(tmp_path)
    with Listener() as listener:
        weir = start_sending(start_weir, None, f"tls:127.0.0.1:{listener.port}",
                             f'tls.ca_file = "{other.ca}"\nlane.retry_base = "10ms"')
        for _ in range(2):  # and it is tried again
            with pytest.raises(OSError):
                tls_context(authority).wrap_socket(listener.accept(), server_side=True)
        wait_until(lambda: any("certificate" in line for line in degraded(weir)), 10, "the cause")


def payload_of(size):
    """A dnstap payload of exactly so many octets."""
    bare = tap.payload("big.test")
    filler = size - len(bare) - len(tap.field(3, b"x" * (size - len(bare)))) + size - len(bare)
    made = bare + tap.field(3, b"x" * filler)
    assert len(made) == size
    return made


def start_relay(start_weir, tmp_path, to, more=""):
    path = tmp_path / "in.sock"
    source = f'[[source.dnstap]]\nlisten = ["unix:{path}"]\nmax_frame = "1MiB"\n'
    weir = start_weir(NOWHERE + source + sink(to, more), set_=["store.enabled=false"])
    return weir, path


def test_E18_a_frame_at_the_bound_is_sent_and_one_above_is_refused_and_counted(
        start_weir, tmp_path):
    weir, path = start_relay(start_weir, tmp_path, f"file:{tmp_path}/out.fstrm")
    frames = [payload_of(262_144), payload_of(262_145), tap.payload("after.test")]
    sender = tap.begin(path)
    sender.sendall(b"".join(map(tap.frame, frames)))
    tap.finish(sender)
    line = settled(weir, least=3)
    assert line["delivered"] == 2 and lost(line) == 1
    assert weir.metric("weir_pipeline_dropped_total", 'reason="refused"') == 1
    assert weir.stop() == 0
    assert frames_in((tmp_path / "out.fstrm").read_bytes()) == [frames[0], frames[2]]


def test_R10_no_frame_is_lost_over_rotation_and_the_replay_is_the_original(start_weir, tmp_path):
    out = tmp_path / "out.fstrm"
    weir, path = start_relay(start_weir, tmp_path, f"file:{out}",
                             'rotation = {size = "64KiB", keep = 1000}\nfsync = "interval"\n'
                             "lane.group_batches = 1")
    sent = [tap.payload(f"n{number}.rotation.test", number) for number in range(5000)]
    sender = tap.begin(path)
    for first in range(0, len(sent), 500):
        sender.sendall(b"".join(map(tap.frame, sent[first:first + 500])))
        settled(weir, least=first + 500)
    tap.finish(sender)
    assert weir.stop() == 0
    older = sorted(tmp_path.glob("out.fstrm.*"), key=lambda each: -int(each.suffix[1:]))
    assert len(older) >= 4
    assert [one for each in [*older, out] for one in frames_in(each.read_bytes())] == sent
    replayed = tmp_path / "replayed.fstrm"
    done = command("read", *map(str, [*older, out]), "--to", f"dnstap:{replayed}", "-j", "1")
    assert done.returncode == 0, done.stderr
    assert frames_in(replayed.read_bytes()) == sent


def test_D45_a_restart_keeps_the_file_of_before(start_weir, tmp_path):
    out = tmp_path / "out.fstrm"
    for round_ in range(2):
        weir, path = start_relay(start_weir, tmp_path, f"file:{out}")
        sender = tap.begin(path)
        sender.sendall(tap.frame(tap.payload(f"round{round_}.test")))
        tap.finish(sender)
        settled(weir)
        assert weir.stop() == 0
    assert frames_in((tmp_path / "out.fstrm.1").read_bytes()) == [tap.payload("round0.test")]
    assert frames_in(out.read_bytes()) == [tap.payload("round1.test")]


def test_R11_every_stream_has_its_counters_and_they_add_up(start_weir, start_consumer, unbound):
    consumer = start_consumer(FstrmCapture, "unix")
    weir = start_sending(start_weir, unbound, consumer.to,
                         'streams = 3\nlane.queue_batches = 64', )
    for number in range(6):
        ask_some(weir, f"round{number}", 20)
        time.sleep(0)
        for stream in (1, 2, 3):
            line = account(weir, f"out-{stream}")
            assert line["received"] == line["delivered"] + lost(line) + line["in_flight"]
    lines = [settled(weir, f"out-{stream}", 480) for stream in (1, 2, 3)]
    assert all(line["delivered"] for line in lines)
    for stream in (1, 2, 3):
        assert weir.metric("weir_sink_state", f'sink="out-{stream}"') == 1
        assert weir.metric("weir_sink_queue_depth", f'sink="out-{stream}"') == 0
    assert weir.stop() == 0
    consumer.stop()
    assert len(consumer.taken()) == sum(line["delivered"] for line in lines)


@BOTH
@pytest.mark.parametrize("way", ["unix", "tcp"])
def test_read_sends_a_capture_to_a_receiver(start_consumer, tmp_path, kind, way):
    consumer = start_consumer(kind, way)
    sent = [tap.payload(f"n{number}.read.test", number) for number in range(1000)]
    path = tmp_path / "in.fstrm"
    path.write_bytes(tap.START + b"".join(map(tap.frame, sent)) + tap.STOP)
    done = command("read", str(path), "--to", consumer.to, "-j", "1")
    assert done.returncode == 0, done.stderr
    if kind is GoDnstap:
        sent = subprocess.run(["dnstap", "-q", "-r", path], capture_output=True,
                              check=True).stdout.splitlines()
        wait_until(lambda: len(consumer.taken()) == len(sent), 10, "every message")
    consumer.stop()
    assert consumer.taken() == sent
    for wrong, words in ((f"tcp:127.0.0.1:{free_port()}", "1000 of 1000 messages were not written"),
                         ("tcp:host", "lacks a port"), ("smoke:signals", "dnstap:PATH")):
        done = command("read", str(path), "--to", wrong)
        assert done.returncode != 0 and words in done.stderr
