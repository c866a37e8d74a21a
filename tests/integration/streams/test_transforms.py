"""What a sink gets to see: all, some, one in so many, and nobody's address."""

import ipaddress
import json
import signal

import pytest

from postgres import Postgres
from fed import Load, account, send, start
from conftest import NOWHERE
from weir_process import wait_until, weir as command

NAMES = [f"n{i}.{zone}" for i in range(500) for zone in ("wanted.test", "other.test")]


def file_sink(tmp_path, name, lane=""):
    return f'[[sink.file]]\nname = "{name}"\npath = "{tmp_path}/{name}"\n{lane}\n'


def records(tmp_path, name):
    return [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]


def balanced(weir, name, count):
    """Its line of the ledger, once nothing is in flight."""
    line = wait_until(lambda: (one := account(weir, name))["received"] == count
                      and one["in_flight"] == 0 and one, 20, f"{count} at {name}")
    assert line["received"] == line["delivered"] + line.get("withheld", 0) and not line["dropped"]
    return line


def test_N_18_one_sink_sees_all_and_others_see_little(start_weir, tmp_path):
    (tmp_path / "key").write_text("15" * 32 + "\n", encoding="ascii")
    weir = start(start_weir, "".join((
        file_sink(tmp_path, "all"),
        file_sink(tmp_path, "some", 'lane.only = {names = ["WANTED.test"]}'),
        file_sink(tmp_path, "rest", 'lane.except = {names = ["wanted.test"]}'),
        file_sink(tmp_path, "tenth", "lane.sample = 10"),
        file_sink(tmp_path, "net", 'lane.anonymise.method = "truncate"'),
        file_sink(tmp_path, "nobody", 'lane.anonymise.method = "remove"'),
        file_sink(tmp_path, "keyed", f"""\
lane.anonymise = {{method = "crypto-pan", key_file = "{tmp_path}/key"}}"""))))
    send(weir, NAMES)
    count = len(NAMES)
    for name in ("all", "net", "nobody", "keyed"):
        assert balanced(weir, name, count)["delivered"] == count
    assert {one["network.query-ip"] for one in records(tmp_path, "all")} == {"192.0.2.1"}
    assert {one["network.query-ip"] for one in records(tmp_path, "net")} == {"192.0.2.0"}
    assert {one["network.query-ip"] for one in records(tmp_path, "nobody")} == {"-"}
    keyed = {one["network.query-ip"] for one in records(tmp_path, "keyed")}
    assert len(keyed) == 1 and "192.0.2.1" not in keyed
    assert ipaddress.ip_address(keyed.pop()).version == 4

    assert balanced(weir, "some", count)["withheld"] == count // 2
    names = {one["dns.qname"] for one in records(tmp_path, "some")}
    assert names == {name for name in NAMES if name.endswith("wanted.test")}
    balanced(weir, "rest", count)
    assert {one["dns.qname"] for one in records(tmp_path, "rest")} == set(NAMES) - names

    delivered = balanced(weir, "tenth", count)["delivered"]
    assert 30 <= delivered <= 250, "one in ten, by chance"
    tenth = records(tmp_path, "tenth")
    assert len(tenth) == delivered and {one["weir.sample-weight"] for one in tenth} == {10}
    assert weir.metric("weir_sink_withheld_total", 'sink="tenth"') == count - delivered


def test_a_key_that_is_none_is_told_before_anything_starts(start_weir, tmp_path):
    (tmp_path / "key").write_text("secret\n", encoding="ascii")
    settings = tmp_path / "weir.toml"
    settings.write_text(NOWHERE + file_sink(tmp_path, "keyed", f"""\
lane.anonymise = {{method = "ipcrypt", key_file = "{tmp_path}/key"}}"""), encoding="utf-8")
    ended = command("run", "--config", str(settings), "--set", "store.enabled=false")
    assert ended.returncode != 0
    assert "openssl rand -hex 16" in ended.stderr and "secret" not in ended.stderr


@pytest.mark.parametrize("lane", ["sample = 3",
                                  'except = {names = ["n1.test", "n77.test", "n500.test"]}'])
def test_N_02_a_durable_lane_that_withholds_neither_loses_nor_doubles(start_weir, lane):
    postgres = Postgres().start()
    try:
        weir = start(start_weir, postgres.sink(lane="durable = true\ngroup_batches = 2\n" + lane,
                                               name="out"))

        def rows():
            return postgres.number("SELECT count(*) FROM dns_events")

        with Load(weir):
            wait_until(lambda: account(weir)["delivered"] > 2000, 30, "rows")
            for _ in range(3):
                weir.send(signal.SIGKILL)
                weir.process.wait()
                weir.start()
                before = account(weir)["delivered"]
                wait_until(lambda: account(weir)["delivered"] > before + 1000, 30, "more rows")
        wait_until(lambda: weir.metric("weir_journal_lag", 'sink="out"') == 0
                   and account(weir)["in_flight"] == 0, 30, "the end")
        names = [row[0] for row in postgres.ask("SELECT qname FROM dns_events")]
        assert len(names) == len(set(names)) == rows()
        if "except" in lane:
            numbers = {int(name.partition(".")[0][1:]) for name in names}
            assert not numbers & {1, 77, 500}
    finally:
        postgres.remove()
