"""Kafka: every observation is there once, and an outage costs nothing."""

import signal

import pytest

from fed import RETRY, Load, account, delivered, send, settled, start
from kafka import TOOL, Kafka
from weir_process import wait_until

pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="integration_tools are not built")


@pytest.fixture
def kafka():
    cluster = Kafka().start()
    yield cluster
    cluster.remove()


def sink(kafka, more=""):
    return (f'[[sink.kafka]]\nname = "out"\nbrokers = {kafka.brokers}\nlane.durable = true\n'
            f'{RETRY}{more}\n')


@pytest.mark.parametrize("transactional", ["false", "true"])
def test_an_observation_is_a_message_with_an_identity_and_a_key(start_weir, kafka, transactional):
    weir = start(start_weir, sink(kafka, f'key = "name"\ntransactional = {transactional}'))
    send(weir, [f"A{i}.test" for i in range(1000)])
    delivered(weir, 1000)
    messages = kafka.read()
    assert {text["dns.qname"]: key for _, key, text in messages} == {
        f"A{i}.test": f"a{i}.test." for i in range(1000)}
    assert sorted(int(identity.rpartition("-")[2]) for identity, _, _ in messages) == list(
        range(1000))
    assert weir.metric("weir_stream_messages_total", 'sink="out"') == 1000


def test_R_16_an_outage_of_all_brokers_neither_loses_nor_doubles(start_weir, kafka):
    weir = start(start_weir, sink(kafka))
    send(weir, [f"a{i}.test" for i in range(500)])
    delivered(weir, 500)
    kafka.tell("down")
    send(weir, [f"b{i}.test" for i in range(2000)])
    wait_until(lambda: weir.metric("weir_journal_lag", 'sink="out"') == 2000, 20, "the lag")
    kafka.tell("up")
    delivered(weir, 2500, 60)
    names = [text["dns.qname"] for _, _, text in kafka.read()]
    assert len(names) == len(set(names)) == 2500


def test_N_02_a_kill_under_load_loses_nothing_and_sends_a_group_again_at_most(start_weir, kafka):
    weir = start(start_weir, sink(kafka, "lane.group_batches = 1"))
    with Load(weir):
        wait_until(lambda: account(weir)["delivered"] > 2000, 40, "messages")
        weir.send(signal.SIGKILL)
        weir.process.wait()
        weir.start()
        wait_until(lambda: account(weir)["delivered"] > 2000, 40, "messages after the kill")
        kafka.tell("down")
        lag = weir.metric("weir_journal_lag", 'sink="out"')
        wait_until(lambda: weir.metric("weir_journal_lag", 'sink="out"') > lag + 500, 20, "the lag")
        kafka.tell("up")
    settled(weir)
    identities = [identity for identity, _, _ in kafka.read()]
    numbers = sorted({int(identity.rpartition("-")[2]) for identity in identities})
    assert numbers == list(range(len(numbers)))  # every position of the journal
    assert len(identities) - len(numbers) <= 512  # a batch
    line = account(weir)
    assert line["received"] == line["delivered"] and line["dropped"] == []


def test_a_cluster_that_is_not_there_is_told_once(start_weir, kafka):
    kafka.tell("down")
    weir = start(start_weir, sink(kafka))
    weir.wait_for_log("sink out", 20)
    assert account(weir)["delivered"] == 0
    assert weir.stop(timeout=20) == 0
