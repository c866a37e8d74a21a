"""Events and answers in a real PostgreSQL: what tables hold, and what outages and kills cost."""

import json
import random
import signal
import struct
import threading
import time

import pytest

import dnstap_sender as tap
from asking import wire_question
from conftest import NOWHERE
from postgres import Postgres
from weir_process import free_port, wait_until, weir as command

ADDRESSES = (b"\xcb\0\x71\x09", b"\x20\x01\x0d\xb8" + bytes(11) + b"\x35")


def answer(name, number=0, ttl=300, when=None, kind=1):
    """A frame: a client's answer with one record of `kind`, asked 1.5 ms before."""
    when = time.time_ns() if when is None else when
    question = wire_question(number, name, kind)
    data = {1: ADDRESSES[0], 28: ADDRESSES[1], 16: b"\x02hi"}[kind]
    response = (question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:]
                + struct.pack("!HHHIH", 0xc00c, kind, 1, ttl, len(data)) + data)
    asked = when - 1_500_000
    message = (tap.field(1, 6) + tap.field(2, 1) + tap.field(3, 1)
               + tap.field(4, b"\xc0\0\2\1") + tap.field(5, b"\xc0\0\2\x35")
               + tap.field(6, 5353) + tap.field(7, 53)
               + tap.field(8, asked // 10**9) + b"\x4d" + struct.pack("<I", asked % 10**9)
               + tap.field(12, when // 10**9) + b"\x6d" + struct.pack("<I", when % 10**9)
               + tap.field(14, response))
    return tap.frame(tap.field(1, b"sender") + tap.field(14, message) + tap.field(15, 1))


@pytest.fixture
def postgres():
    server = Postgres().start()
    yield server
    server.remove()


def start(start_weir, postgres, more="", extra="", host=None, name="db", **options):
    """A weir that takes dnstap at its port `tap`, has no store, and writes into `postgres`."""
    port = free_port()
    source = f'[[source.dnstap]]\nlisten = ["tcp:127.0.0.1:{port}"]\n'
    sink = postgres.sink(more, host=host, name=name)
    weir = start_weir(NOWHERE + source + sink + extra, set_=["store.enabled=false"], **options)
    weir.tap = port
    return weir


def send(weir, frames):
    sender = tap.begin(weir.tap)
    sender.sendall(b"".join(frames))
    tap.finish(sender)


def account(weir, name="db"):
    return next(line for line in weir.status()["ledger"]
                if (line["kind"], line["name"]) == ("sink", name))


def delivered(weir, count, timeout=20):
    return wait_until(lambda: account(weir)["delivered"] >= count and account(weir), timeout,
                      f"the delivery of {count}")


def test_R_15_an_event_is_a_row_with_native_types(start_weir, postgres):
    weir = start(start_weir, postgres, "raw_messages = true")
    when = time.time_ns() // 1000 * 1000
    send(weir, [answer("Www.Example.org", 7, when=when), answer("six.test", kind=28),
                tap.frame(tap.payload("old.test"))])
    delivered(weir, 2)
    row = postgres.ask("""
        SELECT time = to_timestamp(0) + interval '1 us' * %d, pg_typeof(client), host(client),
               client_port, host(server), qname, qtype, rcode, latency, rd, ra, aa, answers,
               addresses, identity, type, protocol, size, length(response), query IS NULL, sequence
        FROM dns_events WHERE qname = 'www.example.org.'""" % (when // 1000))[0]
    assert row == ["t", "inet", "192.0.2.1", "5353", "192.0.2.53", "www.example.org.", "A",
                   "NOERROR", "00:00:00.0015", "t", "t", "f", "1", "{203.0.113.9}", "sender",
                   "CLIENT_RESPONSE", "UDP", "49", "49", "t", "1"]
    assert postgres.ask("SELECT addresses FROM dns_events WHERE qtype = 'AAAA'") == [
        ["{2001:db8::35}"]]
    # What retention would drop at once is refused, and said.
    assert wait_until(lambda: account(weir)["dropped"], 5, "the refusal") == [
        {"stage": "sink", "reason": "refused", "count": 1}]


def test_R_15_partitions_are_made_ahead_and_dropped_whole(start_weir, postgres):
    more = 'partition = "1h"\nretention = "3h"\npartitions_ahead = 3\n'
    weir = start(start_weir, postgres, more)
    hour = 3600 * 10**9
    now = time.time_ns()
    send(weir, [answer(f"h{back}.test", when=now - back * hour) for back in range(3)])
    delivered(weir, 3)
    partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'dns_events'::regclass"
    assert postgres.number(partitions) == 1 + 2 + 4  # the default one, two hours back, and ahead
    assert postgres.number("SELECT count(*) FROM dns_events_default") == 0
    # A partition that has become too old goes whole, with the next start.
    postgres.ask("CREATE TABLE dns_events_old PARTITION OF dns_events FOR VALUES FROM "
                 "('2020-01-01') TO ('2020-01-02')")
    assert weir.stop() == 0
    weir.start()
    wait_until(lambda: postgres.number(partitions) == 7, 10, "the drop")
    # What comes from the future has a wrong clock, and a place all the same.
    send(weir, [answer("future.test", when=now + 999 * hour)])
    wait_until(lambda: postgres.number("SELECT count(*) FROM dns_events_default") == 1, 10, "it")


def test_W_26_a_new_field_is_a_nullable_column_and_nothing_stops(start_weir, postgres):
    weir = start(start_weir, postgres)
    send(weir, [answer("first.test")])
    delivered(weir, 1)
    assert postgres.ask("SELECT version FROM weir_schema ORDER BY 1") == [["1"], ["2"]]
    assert weir.stop() == 0
    # As the version before ours left it, with a column that somebody added.
    postgres.ask("ALTER TABLE dns_events DROP COLUMN answers, DROP COLUMN addresses, "
                 "ADD COLUMN note text; DELETE FROM weir_schema WHERE version = 2")
    weir.start()
    send(weir, [answer("second.test")])
    delivered(weir, 1)
    assert postgres.ask("SELECT qname, answers, note FROM dns_events ORDER BY time") == [
        ["first.test.", "", ""], ["second.test.", "1", ""]]


def test_indexes_are_made_as_set(start_weir, postgres):
    start(start_weir, postgres, 'indexes = ["time", "qname", "client"]')
    def indexes():
        return sorted(line[0] for line in postgres.ask(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'dns_events'"))
    found = wait_until(lambda: len(indexes()) == 3 and indexes(), 10, "indexes")
    assert [line.partition(" USING ")[2] for line in found] == [
        'btree (client, "time")', 'btree (qname, "time")', 'brin ("time")']


def test_K_28_and_K_29_the_table_of_answers(start_weir, postgres):
    weir = start(start_weir, postgres, 'answers.enabled = true\nanswers.window = "200ms"')
    now = time.time_ns()
    send(weir, [answer("A.test", ttl=60, when=now), answer("a.test", ttl=50, when=now + 10**9),
                answer("a.test", ttl=70, when=now - 10**9), answer("a.test", ttl=9, kind=16)])
    rows = "SELECT domain_name, ttl, record_type FROM dns_answers ORDER BY 3"
    wait_until(lambda: len(postgres.ask(rows)) == 2, 10, "answers")
    assert postgres.ask(rows) == [["a.test", "50", "a"], ["a.test", "9", "txt"]]
    columns = postgres.ask("SELECT column_name, data_type, is_nullable FROM "
                           "information_schema.columns WHERE table_name = 'dns_answers' "
                           "ORDER BY ordinal_position")
    assert columns == [["domain_name", "character varying", "NO"], ["ttl", "integer", "NO"],
                       ["record_type", "character varying", "NO"],
                       ["read_from_buffer_ts", "timestamp with time zone", "NO"]]
    send(weir, [answer("a.test", ttl=40, when=now + 2 * 10**9)])
    wait_until(lambda: postgres.ask(rows)[0][1] == "40", 10, "the second sighting")
    assert weir.stop() == 0
    weir.start()  # once more, on what is there
    send(weir, [answer("b.test")])
    wait_until(lambda: len(postgres.ask(rows)) == 3, 10, "the third row")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGQUIT])
def test_D_07_K_30_and_R_16_an_outage_costs_nothing(start_weir, postgres, stop):
    weir = start(start_weir, postgres)
    send(weir, [answer(f"a{i}.test") for i in range(1000)])
    delivered(weir, 1000)
    postgres.stop(stop)
    send(weir, [answer(f"b{i}.test") for i in range(5000)])
    wait_until(lambda: weir.metric("weir_journal_lag", 'sink="db"') == 5000, 10, "the lag")
    assert weir.get("/readyz").json()["degraded"]
    assert weir.metric("weir_sink_lag_seconds", 'sink="db"') >= 0
    postgres.start()
    delivered(weir, 6000)
    assert postgres.ask("SELECT count(*), count(DISTINCT qname) FROM dns_events") == [
        ["6000", "6000"]]
    assert weir.metric("weir_journal_lag", 'sink="db"') == 0
    line = account(weir)
    assert (line["received"], line["in_flight"], line["dropped"]) == (6000, 0, [])


def test_a_database_that_is_not_there_at_the_start_holds_nothing_up(start_weir, postgres):
    postgres.stop()
    weir = start(start_weir, postgres)
    send(weir, [answer(f"a{i}.test") for i in range(100)])
    wait_until(lambda: weir.metric("weir_journal_lag") == 100, 10, "the journal")
    assert weir.stop() == 0
    assert "100 observations wait in the journal" in weir.log()
    postgres.start()
    weir.start()
    weir.wait_for_log("100 observations wait for db")
    line = delivered(weir, 100)
    assert line["received"] == 100
    assert weir.metric("weir_sink_restored_total", 'sink="db"') == 100
    assert postgres.number("SELECT count(DISTINCT qname) FROM dns_events") == 100


# Never there: the journal keeps everything for it, and so is a witness of what was journalled.
WITNESS = """
[[sink.dnstap]]
name = "witness"
to = "tcp:127.0.0.1:9"
lane.durable = true
"""


def journalled(weir):
    """Every name that the journal has, as `weir read` sees it."""
    files = sorted((weir.directory / "journal").glob("*.fstrm*"))
    read = command("read", *map(str, files), "--format", "flat-json", timeout=60)
    assert read.returncode == 0, read.stderr
    return {json.loads(line)["dns.qname"] for line in read.stdout.splitlines()}


def test_N_02_three_kills_and_an_outage_under_load_neither_lose_nor_double(start_weir, postgres):
    weir = start(start_weir, postgres, "answers.enabled = true",
                 extra=WITNESS + '[journal]\nsegment_size = "1MiB"\n')
    stopping = threading.Event()
    sent = [0]

    def load():
        while not stopping.is_set():
            try:
                sender = tap.begin(weir.tap)
                while not stopping.is_set():
                    frames = [answer(f"n{sent[0] + i}.test") for i in range(200)]
                    sent[0] += 200
                    sender.sendall(b"".join(frames))
            except (OSError, AssertionError):
                time.sleep(0.01)

    loader = threading.Thread(target=load)
    loader.start()
    chance = random.Random(7)
    for kill in range(3):
        before = postgres.number("SELECT count(*) FROM dns_events") if kill != 1 else 0
        if kill == 1:
            postgres.stop(signal.SIGQUIT)
        else:
            wait_until(lambda: postgres.number("SELECT count(*) FROM dns_events") > before + 3000,
                       20, "rows")
        time.sleep(chance.uniform(0.2, 0.8))
        weir.send(signal.SIGKILL)
        weir.process.wait()
        if kill == 1:
            weir.start()
            time.sleep(0.5)
            postgres.start()
        else:
            weir.start()
    time.sleep(0.5)
    stopping.set()
    loader.join()
    wait_until(lambda: account(weir)["in_flight"] == 0 and
               weir.metric("weir_journal_lag", 'sink="db"') == 0, 30, "the end")
    rows, names = map(int, postgres.ask(
        "SELECT count(*), count(DISTINCT qname) FROM dns_events")[0])
    position = postgres.number("SELECT position FROM dns_events_offsets")
    assert weir.stop() == 0
    witnessed = journalled(weir)
    assert rows == names == position == len(witnessed)
    assert witnessed == {line[0].rstrip(".")
                         for line in postgres.ask("SELECT qname FROM dns_events")}
    assert rows > 5000


def test_the_password_comes_from_a_file_or_the_environment_and_is_never_said(start_weir, tmp_path):
    server = Postgres(password="s3cret-word").start()
    try:
        secret = tmp_path / "password"
        secret.write_text("wrong-word\n", encoding="utf-8")
        settings = f'tls = "disable"\npassword_file = "{secret}"'
        weir = start(start_weir, server, settings, host="127.0.0.1")
        weir.wait_for_log("password authentication failed")
        secret.write_text("s3cret-word\n", encoding="utf-8")
        send(weir, [answer("a.test")])
        delivered(weir, 1)
        other = start(start_weir, server, 'tls = "disable"', host="127.0.0.1", name="other",
                      environment={"WEIR_POSTGRESQL_PASSWORD": "s3cret-word"})
        send(other, [answer("b.test")])
        wait_until(lambda: account(other, "other")["delivered"] == 1, 10, "its row")
        for each in (weir, other):
            assert "-word" not in each.log() + each.get("/api/v1/status").body
    finally:
        server.remove()


def test_tls_is_verified_unless_told_otherwise(start_weir, authority):
    server = Postgres(tls=authority.issue("good")).start()
    try:
        ours = f'ca_file = "{authority.ca}"'
        start(start_weir, server, host="127.0.0.1").wait_for_log("certificate verify failed")
        start(start_weir, server, ours, host="localhost").wait_for_log("does not match host name")
        for settings in (ours, 'tls = "require"'):
            weir = start(start_weir, server, settings, host="127.0.0.1")
            send(weir, [answer("a.test")])
            delivered(weir, 1)
        assert server.number("SELECT count(*) FROM dns_events") == 2
    finally:
        server.remove()
