"""Kinesis: W-24, against a server that checks signatures, throttles and fails."""

import signal

import pytest

from fed import RETRY, Load, account, delivered, send, settled, start
from kinesis import IDENTIFIER, SECRET, Kinesis, canonical, signature
from weir_process import wait_until


@pytest.fixture
def start_kinesis():
    running = []

    def start(**options):
        running.append(Kinesis(**options))
        return running[-1]

    yield start
    for kinesis in running:
        kinesis.stop()


def sink(kinesis, tmp_path, more="", secret=SECRET):
    credentials = tmp_path / "credentials"
    credentials.write_text(f"{IDENTIFIER}\n{secret}\n", encoding="utf-8")
    return (f'[[sink.kinesis]]\nname = "out"\nendpoint = "{kinesis.url}"\nlane.durable = true\n'
            f'credentials_file = "{credentials}"\n{RETRY}{more}\n')


def test_the_check_of_signatures_agrees_with_the_published_vector():
    """aws-sig-v4-test-suite, get-vanilla."""
    headers = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}
    request = canonical("GET", "/", headers, "host;x-amz-date", b"")
    assert signature(SECRET, "20150830/us-east-1/service/aws4_request", "20150830T123600Z",
                     request) == (
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")


def test_W_24_what_failed_is_sent_again_and_nothing_else(start_weir, start_kinesis, tmp_path):
    kinesis = start_kinesis(chance=0.05)
    weir = start(start_weir, sink(kinesis, tmp_path, 'key = "name"'))
    send(weir, [f"A{i}.test" for i in range(3000)])
    delivered(weir, 3000)
    names = kinesis.names()
    assert len(names) == len(set(names)) == 3000
    assert {key for key, _ in kinesis.taken} == {f"a{i}.test." for i in range(3000)}
    assert all(count <= 500 and octets <= 5 << 20 for count, octets in kinesis.requests)
    resent = weir.metric("weir_kinesis_resent_total")
    assert resent == sum(count for count, _ in kinesis.requests) - 3000 > 50
    assert weir.metric("weir_stream_failures_total", 'reason="throttled"') == resent
    assert kinesis.unsigned == 0


def test_a_wrong_secret_is_told_once_and_nothing_is_lost(start_weir, start_kinesis, tmp_path):
    kinesis = start_kinesis()
    settings = sink(kinesis, tmp_path, secret="wrong-word")
    weir = start(start_weir, settings)
    send(weir, ["a.test"])
    weir.wait_for_log("InvalidSignatureException")
    assert account(weir)["delivered"] == 0 and "wrong-word" not in weir.log()
    sink(kinesis, tmp_path)  # it is read anew each time
    delivered(weir, 1)


def test_R_16_an_outage_and_a_kill_under_load_lose_nothing(start_weir, start_kinesis, tmp_path):
    kinesis = start_kinesis()
    weir = start(start_weir, sink(kinesis, tmp_path, "lane.group_batches = 1"))
    with Load(weir):
        wait_until(lambda: len(kinesis.taken) > 1000, 30, "records")
        kinesis.status = 500
        wait_until(lambda: weir.metric("weir_journal_lag", 'sink="out"') > 500, 30, "the lag")
        kinesis.status = 200
        before = len(kinesis.taken)
        wait_until(lambda: len(kinesis.taken) > before + 1000, 30, "records after the outage")
        weir.send(signal.SIGKILL)
        weir.process.wait()
        weir.start()
        before = len(kinesis.taken)
        wait_until(lambda: len(kinesis.taken) > before + 1000, 30, "records after the kill")
    settled(weir)
    # Without a key, the key is the identity.
    numbers = [int(key.rpartition("-")[2]) for key, _ in kinesis.taken]
    assert sorted(set(numbers)) == list(range(len(set(numbers))))
    assert len(numbers) - len(set(numbers)) <= 512  # a batch
    line = account(weir)
    assert line["received"] == line["delivered"] and line["dropped"] == []
