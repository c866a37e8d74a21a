"""JetStream, a server and a cluster: what is there once, whatever was killed meanwhile (N-02)."""

import signal

import pytest

from fed import RETRY, Load, account, delivered, send, settled, start
from nats import Nats
from weir_process import wait_until


@pytest.fixture
def start_nats():
    running = []

    def start(*words, **options):
        running.append(Nats(*words, **options))
        return running[-1].start()

    yield start
    for nats in running:
        nats.remove()


def sink(nats, more=""):
    return (f'[[sink.nats]]\nname = "out"\nservers = {nats.urls}\n{RETRY}'
            f'lane.durable = true\ntimeout = "2s"\n{more}\n')


def test_an_observation_is_a_message_with_an_identity_and_a_key(start_weir, start_nats):
    nats = start_nats()
    weir = start(start_weir, sink(nats, 'key = "client"\nsubject = "seen.dns"'))
    send(weir, [f"a{i}.test" for i in range(1000)])
    delivered(weir, 1000)
    messages = nats.read()
    assert [text["dns.qname"] for _, _, text in messages] == [f"a{i}.test" for i in range(1000)]
    assert {subject for subject, _, _ in messages} == {"seen.dns.192-0-2-1"}
    origin = {identity.rpartition("-")[0] for _, identity, _ in messages}
    assert len(origin) == 1 and origin.pop().endswith("-out")
    assert [int(identity.rpartition("-")[2]) for _, identity, _ in messages] == list(range(1000))
    assert weir.metric("weir_stream_messages_total", 'sink="out"') == 1000


def test_a_stream_that_is_not_there_is_made_only_where_that_is_wanted(start_weir, start_nats):
    nats = start_nats()
    weir = start(start_weir, sink(nats, "create = false"))
    weir.wait_for_log("look for the stream DNS")
    assert account(weir)["delivered"] == 0
    other = start(start_weir, sink(nats, 'key = "name"'))
    send(other, ["a.test", "A.test"])
    delivered(other, 2)
    first, second = (subject for subject, _, _ in nats.read())
    assert first == second and len(first) == len("dns.00")


def test_D_07_and_R_16_an_outage_costs_nothing_and_is_told_once(start_weir, start_nats):
    nats = start_nats()
    weir = start(start_weir, sink(nats))
    send(weir, [f"a{i}.test" for i in range(500)])
    delivered(weir, 500)
    nats.servers[0].stop(signal.SIGKILL)
    send(weir, [f"b{i}.test" for i in range(2000)])
    wait_until(lambda: weir.metric("weir_journal_lag", 'sink="out"') == 2000, 20, "the lag")
    wait_until(lambda: any("out" in line for line in weir.get("/readyz").json()["degraded"]), 20,
               "the complaint")
    nats.servers[0].start()
    delivered(weir, 2500)
    names = [text["dns.qname"] for _, _, text in nats.read()]
    assert len(names) == len(set(names)) == 2500


def test_N_02_a_cluster_that_loses_a_server_and_a_weir_that_is_killed(start_weir, start_nats):
    nats = start_nats(3)
    weir = start(start_weir, sink(nats, "replicas = 3"))
    with Load(weir):
        wait_until(lambda: nats.messages() > 1000, 40, "messages")
        nats.servers[2].stop(signal.SIGKILL)
        before = nats.messages()
        wait_until(lambda: nats.messages() > before + 1000, 40, "messages without it")
        weir.send(signal.SIGKILL)
        weir.process.wait()
        weir.start()
        nats.servers[2].start()
        before = nats.messages()
        wait_until(lambda: nats.messages() > before + 1000, 40, "messages after the kill")
    settled(weir)
    messages = nats.read()
    names = [text["dns.qname"] for _, _, text in messages]
    numbers = sorted(int(identity.rpartition("-")[2]) for _, identity, _ in messages)
    # Every position of the journal is there, and each once.
    assert numbers == list(range(len(numbers)))
    assert len(set(names)) == len(names)
    line = account(weir)
    assert line["received"] == line["delivered"] and line["dropped"] == []


def test_who_weir_is_and_whom_it_trusts(start_weir, authority, tmp_path):
    (tmp_path / "password").write_text("s3cret-word\n", encoding="utf-8")
    nats = Nats(1, tls=authority.issue("good"), user=("weir", "s3cret-word"))
    nats.servers[0].start()
    try:
        trust = f'tls = true\nca_file = "{authority.ca}"\n'
        who = f'user = "weir"\npassword_file = "{tmp_path}/password"\n'
        weir = start(start_weir, sink(nats, trust + who))
        send(weir, ["a.test"])
        delivered(weir, 1)
        for settings, complaint in ((trust, "uthorization"), (who + "tls = true\n", "SSL"),
                                    (trust + who + 'subject_name = "other.test"', "SSL")):
            other = start(start_weir, sink(nats, settings))
            other.wait_for_log("sink out")
            assert complaint in other.log()
            assert "s3cret" not in other.log()
    finally:
        nats.remove()
