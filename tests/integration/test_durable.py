"""Durable lanes: what waits for a destination lies in the journal, over outages and kills."""

import json
import signal
import subprocess

import pytest

import dnstap_sender as tap
from asking import ask_many
from consumers import FstrmCapture, wire
from conftest import NOWHERE
from weir_process import free_port, wait_until, weir as command

NAMES = 300


def sink(to, more="", lane=""):
    return f"""
[[sink.dnstap]]
name = "out"
to = "{to}"
lane = {{durable = true, retry_base = "50ms", retry_most = "200ms"{lane}}}
{more}
"""


def account(weir, name="out"):
    return next(line for line in weir.status()["ledger"]
                if (line["kind"], line["name"]) == ("sink", name))


def segments(weir, ending=".fstrm*"):
    return sorted((weir.directory / "journal").glob("*" + ending))


def lagging(weir, count):
    """Waits until so many observations lie in the journal for the sink."""
    wait_until(lambda: weir.metric("weir_journal_lag", 'sink="out"') >= count, 20, f"{count} in it")
    return int(weir.metric("weir_journal_lag", 'sink="out"'))


def send(port, names):
    sender = tap.begin(port)
    sender.sendall(b"".join(tap.frame(tap.payload(name, i)) for i, name in enumerate(names)))
    tap.finish(sender)


@pytest.fixture
def capture(tmp_path):
    """A receiver that is not there yet."""
    consumer = FstrmCapture(tmp_path, tcp=free_port())
    yield consumer
    consumer.stop()


def test_R_16_and_D_16_a_receiver_that_is_away_gets_everything_in_order(start_weir, capture):
    port = free_port()
    source = f'[[source.dnstap]]\nlisten = ["tcp:127.0.0.1:{port}"]\n'
    lane = '[journal]\nsegment_size = "64KiB"\n'
    weir = start_weir(NOWHERE + source + sink(capture.to) + lane, set_=["store.enabled=false"])
    names = [f"q{i}.away.test" for i in range(5000)]
    send(port, names)
    assert lagging(weir, 5000) == 5000
    assert weir.stop(signal.SIGKILL) == -signal.SIGKILL
    weir.start()
    weir.wait_for_log("5000 observations wait for out")
    capture.start()
    wait_until(lambda: account(weir)["delivered"] == 5000, 20, "delivery")
    line = account(weir)
    assert (line["received"], line["in_flight"], line["dropped"]) == (5000, 0, [])
    assert weir.stop() == 0
    capture.stop()
    taken = capture.taken()
    assert len(taken) == 5000
    assert all(wire(name) in message for name, message in zip(names, taken))
    # What is delivered has gone; the last segment stays, for it says where the journal is.
    weir.start()
    wait_until(lambda: len(segments(weir)) == 1, 10, "segments to go")


def test_any_tool_reads_the_journal_and_weir_gives_back_its_marks(start_weir, unbound):
    weir = start_weir(unbound.settings() + sink("tcp:127.0.0.1:9"), set_=["store.enabled=false"])
    names = [f"q{i}.journal.test" for i in range(NAMES)]
    assert sum(ask_many(weir.dns_port, names).values()) == NAMES
    count = lagging(weir, 4 * NAMES)
    assert weir.stop() == 0
    [path] = segments(weir)
    subprocess.run(["fstrm_dump", path], capture_output=True, check=True)
    for words in (["dnstap", "-q", "-r", path], ["dnstap-ldns", "-q", "-r", path]):
        told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        assert len(told.splitlines()) == count, words
    read = command("read", str(path), "-f", "flat-json")
    assert read.returncode == 0, read.stderr
    records = [json.loads(line) for line in read.stdout.splitlines()]
    assert len(records) == count
    assert {record["weir.source"] for record in records} == {"edge"}
    answers = [record for record in records if record["dnstap.operation"] == "CLIENT_RESPONSE"]
    assert {record["weir.answer-source"] for record in answers} == {"upstream"}
    forwarded = [record for record in records if record["dnstap.operation"] == "FORWARDER_RESPONSE"]
    assert {record["weir.upstream"] for record in forwarded} == {"lab"}
    assert sorted(record["weir.sequence"] for record in records) == list(range(1, count + 1))


@pytest.mark.parametrize("overflow,reason", [("drop_oldest", "evicted"), ("drop_newest", "full")])
def test_R_11_what_a_full_journal_loses_is_counted(start_weir, capture, overflow, reason):
    port = free_port()
    source = f'[[source.dnstap]]\nlisten = ["tcp:127.0.0.1:{port}"]\n'
    small = ('[journal]\nsize = "1MiB"\nsegment_size = "64KiB"\ncompress = false\n'
             f'overflow = "{overflow}"\n')
    little = ", queue_batches = 1, group_batches = 1"  # what is in memory is not lost
    weir = start_weir(NOWHERE + source + sink(capture.to, lane=little) + small,
                      set_=["store.enabled=false"])
    send(port, [f"q{i}.full.test" for i in range(20_000)])
    refused = 'weir_pipeline_dropped_total', 'reason="full",sink="out",stage="journal"'
    wait_until(lambda: weir.metric("weir_journal_written_total") + weir.metric(*refused) == 20_000,
               20, "all of them")
    assert weir.metric("weir_journal_bytes") <= 1 << 20
    capture.start()
    wait_until(lambda: account(weir)["in_flight"] == 0, 20, "the end")
    line = account(weir)
    [lost] = [each for each in line["dropped"] if each["reason"] == reason]
    assert lost["stage"] == "journal" and lost["count"] > 1000
    assert line["received"] == line["delivered"] + lost["count"] == 20_000
    assert weir.stop() == 0
    capture.stop()
    taken = capture.taken()
    assert len(taken) == line["delivered"]
    if overflow == "drop_oldest":
        assert wire("q19999.full.test") in taken[-1]
    else:
        assert all(wire(f"q{i}.full.test") in taken[i] for i in range(1000))


def test_a_lane_in_several_streams_is_not_durable(start_weir):
    with pytest.raises(AssertionError, match="use streams = 1"):
        start_weir(NOWHERE + sink("tcp:127.0.0.1:9", "streams = 2"))
