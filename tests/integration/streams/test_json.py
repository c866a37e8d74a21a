"""Lines of JSON out of weir and into it: W-19 to W-22, D-11, D-16 to D-18, and limits."""

import json
import signal
import socket
import time

import pytest

from asking import ask_many
from fed import RETRY, Load, account, delivered, send, settled, start
from line_receiver import LineReceiver
from weir_process import free_port, wait_until


@pytest.fixture
def receiver():
    """It is not there yet."""
    receiver = LineReceiver()
    yield receiver
    receiver.stop()


def sink(to, more=""):
    return f'[[sink.json]]\nname = "out"\nto = "{to}"\n{RETRY}{more}\n'


def intake(more="", listen=None):
    """Its settings, and its port."""
    port = free_port()
    return f'[[source.json]]\nlisten = ["{listen or "tcp"}:127.0.0.1:{port}"]\n{more}\n', port


def tell(port, *lines):
    with socket.create_connection(("127.0.0.1", port), 20) as sender:
        sender.sendall("".join(line + "\n" for line in lines).encode())


LINE = ('{"timestamp":"2025-04-15 10:11:12","client_ip":"192.0.2.7","query":"NAME.","type":"1",'
        '"action":"allow"}')


def test_D_11_and_W_19_every_query_is_a_record(start_weir, unbound, receiver):
    receiver.start()
    weir = start_weir(unbound.settings() + sink(receiver.to, 'shape = "dnswatch"'))
    assert sum(ask_many(weir.dns_port, ["same.journal.test"] * 300).values()) == 300
    wait_until(lambda: len(receiver.lines) == 300, 20, "300 lines")
    for record in receiver.records():
        assert list(record) == ["timestamp", "client_ip", "query", "type", "action"]
        assert (record["client_ip"], record["query"], record["type"], record["action"]) == (
            "127.0.0.1", "same.journal.test.", "1", "allow")
        time.strptime(record["timestamp"], "%Y-%m-%d %H:%M:%S")


def test_D_16_and_W_20_a_receiver_that_restarts_gets_records_again(start_weir, receiver):
    weir = start(start_weir, sink(receiver.to))
    send(weir, [f"a{i}.test" for i in range(2000)])
    weir.wait_for_log("sink out")
    receiver.start()
    delivered(weir, 2000)
    wait_until(lambda: len(receiver.lines) == 2000, 20, "2000 lines")
    receiver.stop()
    send(weir, [f"b{i}.test" for i in range(2000)])
    receiver.start()
    delivered(weir, 4000)
    wait_until(lambda: len(receiver.lines) == 4000, 20, "4000 lines")
    names = [record["dns.qname"] for record in receiver.records()]
    assert names == [f"a{i}.test" for i in range(2000)] + [f"b{i}.test" for i in range(2000)]
    assert weir.log().count("sink out: ") <= 4  # two outages: gone, and well again


def test_D_17_a_receiver_that_does_not_read_costs_no_answer(start_weir, unbound):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        lane = "lane.queue_batches = 4\nlane.group_batches = 1"
        weir = start_weir(unbound.settings() + sink(f"tcp:127.0.0.1:{silent.getsockname()[1]}",
                                                    lane) + "[flow.batch]\nobservations = 16\n")
        names = [f"q{i}.journal.test" for i in range(3000)]
        assert sum(ask_many(weir.dns_port, names).values()) == 3000
        source, _ = weir.settled(12_000)
        assert source["received"] == 12_000
        line = account(weir)
        lost = sum(each["count"] for each in line["dropped"])
        assert line["received"] == line["delivered"] + line["in_flight"] + lost
    # What it holds back does not hold up the end.
    assert weir.stop(timeout=20) == 0


def test_a_kill_under_load_loses_nothing_and_sends_a_group_again_at_most(start_weir, receiver):
    receiver.start()
    weir = start(start_weir, sink(receiver.to, "lane.durable = true\nlane.group_batches = 1"))
    with Load(weir) as load:
        wait_until(lambda: len(receiver.lines) > 2000, 20, "lines")
        weir.send(signal.SIGKILL)
        weir.process.wait()
        weir.start()
        before = len(receiver.lines)
        wait_until(lambda: len(receiver.lines) > before + 2000, 20, "more lines")
    settled(weir)
    last = f"n{load.sent - 1}.test"
    wait_until(lambda: receiver.records()[-1]["dns.qname"] == last, 20, "the last line")
    names = [record["dns.qname"] for record in receiver.records()]
    assert len(names) - len(set(names)) <= 512  # a batch
    numbers = sorted(int(name[1:-5]) for name in set(names))
    # What the kill may cost is what had not reached the journal: one gap, and no other.
    assert sum(after - number > 1 for number, after in zip(numbers, numbers[1:])) <= 1


@pytest.mark.parametrize("shape", ["flat-json", "dnswatch"])
def test_from_weir_to_weir_a_record_stays_what_it_was(start_weir, tmp_path, shape):
    settings, port = intake()
    second = start_weir(settings + f'[[sink.file]]\nname = "out"\nformat = "{shape}"\n'
                        f'path = "{tmp_path}/second.json"\n', set_=["store.enabled=false"])
    first = start(start_weir, sink(f"tcp:127.0.0.1:{port}", f'shape = "{shape}"')
                  + f'[[sink.file]]\nname = "file"\nformat = "{shape}"\n'
                  f'path = "{tmp_path}/first.json"\n')
    send(first, [f"N{i}.test" for i in range(500)] + ['odd\\"\\001 name.test'])
    delivered(first, 501)
    delivered(second, 501)

    def records(name):
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        own = ("weir.source", "weir.sequence")
        return [{key: value for key, value in json.loads(line).items() if key not in own}
                for line in lines]
    wait_until(lambda: len(records("second.json")) == 501, 10, "the file")
    assert records("second.json") == records("first.json")


def test_W_21_and_W_22_lines_of_both_kinds_arrive_within_a_second(start_weir, receiver):
    receiver.start()
    settings, port = intake()
    weir = start_weir(settings + sink(receiver.to), set_=["store.enabled=false"])
    tell(port, LINE.replace("NAME", "json.test"),
         "timestamp=2025-04-15 10:11:13 client_ip=2001:db8::1 query=pairs.test. type=28 "
         "action=block response=Redirected to x.")
    wait_until(lambda: len(receiver.lines) == 2, 10, "both")
    first, second = receiver.records()
    assert (first["dnstap.identity"], first["dns.qname"], first["network.query-ip"],
            first["dnstap.timestamp-rfc3339ns"]) == (
        "powerdns.queries", "json.test", "192.0.2.7", "2025-04-15T10:11:12.000000000Z")
    assert (second["dns.qname"], second["dns.qtype"], second["weir.answer-source"],
            second["dnstap.extra"]) == ("pairs.test", "AAAA", "policy", "Redirected to x.")
    assert weir.metric("weir_intake_lines_total") == 2


def test_what_is_no_record_is_counted_by_cause_and_what_follows_is_taken(start_weir):
    settings, port = intake('max_line = "512B"\nname = "in"')
    weir = start_weir(settings)
    good = LINE.replace("NAME", "good.test")
    tell(port, "nonsense", "{", good, "x" * 5000, good, "", "{}",
         LINE.replace("192.0.2.7", "nobody"), good.replace('"1"', '"x y"'),
         good.replace("2025-04", "2025-44"), good.replace("allow", "perhaps"))
    with socket.create_connection(("127.0.0.1", port), 20) as sender:
        sender.sendall((good + "\n" + good[:50]).encode())

    def counted(reason):
        return weir.metric("weir_intake_malformed_lines_total", f'reason="{reason}"')
    wait_until(lambda: counted("torn") == 1, 10, "the torn one")
    reasons = {"syntax": 2, "too_long": 1, "shape": 1, "address": 1, "type": 1, "time": 1,
               "action": 1, "torn": 1}
    assert {reason: counted(reason) for reason in reasons} == reasons
    wait_until(lambda: weir.metric("weir_pipeline_received_total", 'source="in"') == 3, 10, "three")
    assert weir.log().count("is no record") == 2  # once a sender


def test_W_22_what_is_no_record_may_pass_as_it_is(start_weir, receiver):
    receiver.start()
    settings, port = intake("keep_unread = true")
    start_weir(settings + sink(receiver.to), set_=["store.enabled=false"])
    tell(port, "no record, but a line")
    wait_until(lambda: receiver.lines, 10, "it")
    assert receiver.records()[0]["dnstap.extra"] == "no record, but a line"


def test_R_12_who_may_send_and_how_many(start_weir):
    settings, port = intake('max_clients = 2\nidle_timeout = "300ms"')
    weir = start_weir(settings)
    senders = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(3)]
    refused = "weir_intake_connections_refused_total"
    wait_until(lambda: weir.metric(refused, 'reason="max_clients"') == 1, 10, "the refusal")
    assert senders[2].recv(1) == b""
    wait_until(lambda: weir.metric("weir_intake_senders") == 0, 10, "the silent to go")
    settings, port = intake('allow = ["192.0.2.0/24"]')
    weir = start_weir(settings)
    with socket.create_connection(("127.0.0.1", port), 20) as sender:
        assert sender.recv(1) == b""
    assert weir.metric(refused, 'reason="acl"') == 1


def test_over_tls_names_are_verified(start_weir, authority):
    certificate, key = authority.issue("good")
    settings, port = intake(f'tls.certificate = "{certificate}"\ntls.key = "{key}"', "tls")
    second = start_weir(settings)
    trust = f'tls.ca_file = "{authority.ca}"'
    first = start(start_weir, sink(f"tls:127.0.0.1:{port}", trust))
    send(first, ["a.test"])
    received = "weir_pipeline_received_total", 'source="json"'
    wait_until(lambda: second.metric(*received) == 1, 20, "it")
    other = start(start_weir, sink(f"tls:127.0.0.1:{port}"))
    other.wait_for_log("certificate")
    assert account(other)["delivered"] == 0
