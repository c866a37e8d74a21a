"""What is seen is told: metrics, health, the log, the query log, and a ledger that balances.

WEIR_SCALE=1000000 makes the test of the ledger ask a million questions instead of 20,000.
"""

import json
import os
import sqlite3

import dns.name
import dns.rcode
import pytest

from asking import ask, ask_many
from scripted import answer_to
from weir_process import fetch, free_port, wait_until, weir as command

SCALE = int(os.environ.get("WEIR_SCALE", "20000"))  # queries in the test of the ledger
CLIENT_QUERY, CLIENT_RESPONSE, FORWARDER_QUERY, FORWARDER_RESPONSE = 5, 6, 7, 8  # dnstap's numbers


def start_with_alias(start_weir, settings, **options):
    """A weir that shows its metrics on a second address too, and that address."""
    port = free_port()
    weir = start_weir(settings, set_=[f'control.alias_listen=["127.0.0.1:{port}"]'], **options)
    return weir.wait_until_ready(), f"http://127.0.0.1:{port}"


def series(base, name):
    """The samples of a name on another address: {labels: value}."""
    lines = [line for line in fetch(f"{base}/metrics").body.splitlines() if line.startswith(name)]
    return {line.split(" ")[0][len(name):]: float(line.split(" ")[1]) for line in lines}


def test_P08_the_alias_address_has_metrics_links_and_robots(start_weir, unbound):
    weir, alias = start_with_alias(start_weir, unbound.settings())
    assert "weir_queries_total" in fetch(f"{alias}/metrics").body
    page = fetch(f"{alias}/")
    assert page.status == 200 and 'href="/metrics"' in page.body
    assert "text/html" in page.headers["Content-Type"]
    assert fetch(f"{alias}/robots.txt").body == "User-agent: *\nDisallow: /\n"
    assert fetch(f"{alias}/api/v1/queries").status == 404
    assert weir.get("/").status == weir.get("/robots.txt").status == 200


def test_P09_requests_counts_queries_by_host_and_no_probes(start_weir, unbound):
    weir, alias = start_with_alias(start_weir, unbound.settings())
    assert list(series(alias, "requests").values()) == [0]
    ask_many(weir.dns_port, (f"n{n}.load.example" for n in range(25)))
    ask(weir.dns_port, "www.example.test", tcp=True)
    assert series(alias, "requests") == {f'{{host="{os.uname().nodename}"}}': 26}


def test_P10_latency_is_summed_up_under_its_old_name(start_weir, unbound):
    weir, alias = start_with_alias(start_weir, unbound.settings())
    ask_many(weir.dns_port, (f"n{n}.load.example" for n in range(25)))
    seen = series(alias, "request_processing_seconds")
    assert [value for labels, value in seen.items() if labels.startswith("_count")] == [25]
    for quantile in ("0.5", "0.9", "0.99"):
        assert any(f'quantile="{quantile}"' in labels for labels in seen)


def test_P11_payloads_are_logged_only_when_asked_for(start_weir, unbound):
    for on in (True, False):
        weir = start_weir(unbound.settings(), set_=[f"edge.debug_payloads={str(on).lower()}",
                                                    "log.level=debug"]).wait_until_ready()
        answer = ask(weir.dns_port, "missing.example.test", tcp=True)
        assert answer.rcode() == dns.rcode.NXDOMAIN
        assert weir.stop() == 0
        name = b"\x07missing\x07example\x04test\0".hex()
        lines = [line for line in weir.log().splitlines() if name in line]
        assert len(lines) == (2 if on else 0), weir.log()
        noted = [line for line in weir.log().splitlines() if "NXDOMAIN" in line]
        assert len(noted) == (1 if on else 0)
        assert all("missing.example.test" in line and "127.0.0.1" in line for line in noted)


def test_P11_an_empty_answer_of_an_upstream_is_an_error(start_weir, script):
    async def nothing(line, _message):
        line.send(b"")

    weir = start_weir(script(nothing).settings()).wait_until_ready()
    assert ask(weir.dns_port, "empty.example").rcode() == dns.rcode.SERVFAIL
    assert weir.metric("weir_upstream_mismatches_total") >= 1


def test_P14_ready_says_whether_an_upstream_works_and_health_whether_weir_does(start_weir, script):
    server = script()
    weir = start_weir(server.settings("lonely")).wait_until_ready()
    server.hang_up()
    wait_until(lambda: weir.get("/readyz").status == 503, 4, "not ready")
    assert "lonely" in weir.get("/readyz").json()["reasons"][0]
    assert weir.get("/healthz").status == 200
    server.start()
    wait_until(lambda: weir.get("/readyz").status == 200, 4, "ready again")


def test_P15_the_process_and_answers_by_code_are_measured(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    ask(weir.dns_port, "www.example.test")
    ask(weir.dns_port, "www.example.test")
    ask(weir.dns_port, "missing.example.test")
    for name in ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"):
        assert weir.metric(name) > 0
    assert weir.metric("weir_responses_total", 'rcode="NOERROR"') == 2
    assert weir.metric("weir_responses_total", 'source="cache"') == 1
    assert weir.metric("weir_responses_total", 'rcode="NXDOMAIN"') == 1


def ttl_of(answer):
    return answer.answer[0].ttl


def test_P17_the_second_answer_is_the_caches_with_less_to_live(start_weir, script):
    server = script()
    weir = start_weir(server.settings()).wait_until_ready()
    assert ttl_of(ask(weir.dns_port, "kept.example")) == 300
    wait_until(lambda: 290 < ttl_of(ask(weir.dns_port, "KEPT.example")) < 300, 3)
    assert ttl_of(ask(weir.dns_port, "kept.example", tcp=True)) < 300
    assert server.names() == ["kept.example"]


def test_P17_an_answer_that_has_expired_is_asked_for_again(start_weir, script):
    async def brief(line, message):
        line.send(answer_to(message, ttl=2))

    server = script(brief)
    weir = start_weir(server.settings()).wait_until_ready()

    def asked_again():
        assert ttl_of(ask(weir.dns_port, "brief.example")) <= 2
        return len(server.questions) == 2

    assert not asked_again() and not asked_again()
    wait_until(asked_again, 3)


@pytest.mark.parametrize("name,kind", [("missing.example.test", "A"), ("www.example.test", "TXT")])
def test_P17_that_nothing_exists_is_kept_as_the_soa_says(start_weir, unbound, name, kind):
    weir = start_weir(unbound.settings()).wait_until_ready()
    first = ask(weir.dns_port, name, kind)
    second = ask(weir.dns_port, name, kind)
    assert first.rcode() == second.rcode() and not second.answer
    assert second.authority[0].ttl <= 60  # the SOA's minimum
    assert weir.metric("weir_cache_hits_total") == weir.metric("weir_cache_misses_total") == 1


def rows_of(path, what="count(*)", where="1"):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        return store.execute(f"SELECT {what} FROM queries WHERE {where}").fetchall()


def log_rows(weir, *conditions):
    """What `weir log` finds, messages of every kind."""
    told = command("log", "--message", "all", "--json", "--store", str(weir.store), *conditions,
                   timeout=60)
    return [json.loads(line) for line in told.stdout.splitlines()]


def file_sink(path, form="flat-json", name="lines"):
    return f'[[sink.file]]\nname = "{name}"\npath = "{path}"\nformat = "{form}"\n'


def test_W10_each_query_is_logged_and_answers_are_the_same(start_weir, unbound, tmp_path):
    lines = tmp_path / "lines.json"
    silent = start_weir(unbound.settings() + "[store]\nenabled = false\n").wait_until_ready()
    weir = start_weir(unbound.settings() + file_sink(lines)).wait_until_ready()
    questions = [("www.example.test", "A"), ("mail.example.test", "MX"), ("none.example.test", "A")]
    for name, kind in questions * 2:
        answers = []
        for port in (silent.dns_port, weir.dns_port):
            answer = ask(port, name, kind)
            answer.id = 0
            for rrset in answer.answer + answer.authority:
                rrset.ttl = 0
            answers.append(answer.to_wire())
        assert answers[0] == answers[1]
    weir.settled()
    seen = [json.loads(line) for line in lines.read_text().splitlines()]
    asked = [line for line in seen if line["dnstap.operation"] == "CLIENT_QUERY"]
    assert sorted((line["dns.qname"].rstrip("."), line["dns.qtype"])
                  for line in asked) == sorted(questions * 2)
    for line in asked:
        assert line["network.query-ip"] == "127.0.0.1" and line["network.protocol"] == "UDP"
        assert line["dnstap.timestamp-rfc3339ns"].startswith("2")


def test_D18_names_with_strange_octets_are_valid_json_everywhere(start_weir, script, tmp_path):
    name = dns.name.Name([b'q"uo\\te', b"\x01\x00\x1f\x7f\xff|;", b"new\nline", b"example", b""])
    server = script()
    files = {form: tmp_path / form for form in ("flat-json", "json", "text")}
    weir = start_weir(server.settings() + "".join(
        file_sink(path, form, f"to-{form}") for form, path in files.items())).wait_until_ready()
    assert ask(weir.dns_port, name).rcode() == 0
    weir.settled()
    rows = weir.get("/api/v1/queries").json()["queries"]
    rows += log_rows(weir)
    assert len(rows) == 8 and {dns.name.from_text(row["name"]) for row in rows} == {name}
    wait_until(lambda: all(len(path.read_bytes().splitlines()) == 4 for path in files.values()))
    for line in files["flat-json"].read_bytes().splitlines():
        assert dns.name.from_text(json.loads(line)["dns.qname"]) == name
    for line in files["json"].read_bytes().splitlines():
        assert dns.name.from_text(json.loads(line)["dns"]["qname"]) == name
    assert all(32 <= octet < 127 or octet == 10 for octet in files["text"].read_bytes())


def balanced(line):
    lost = sum(loss["count"] for loss in line["dropped"])
    return line["received"] == line["delivered"] + line["in_flight"] + lost


@pytest.fixture
def stuck(tmp_path):
    """A pipe that is open and never read from."""
    path = tmp_path / "stuck"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path
    os.close(reader)


def sinks_of(weir):
    return {line["name"]: line for line in weir.status()["ledger"] if line["kind"] == "sink"}


def test_R11_every_sink_counts_what_it_got_and_what_it_lost(start_weir, stuck, unbound, tmp_path):
    weir = start_weir(unbound.settings() + file_sink(tmp_path / "lines") + file_sink(
        stuck, name="stuck") + "lane.queue_batches = 1\nlane.group_batches = 1\n"
        "[flow.batch]\nobservations = 16\n").wait_until_ready()
    for turn in range(10):
        ask_many(weir.dns_port, (f"r{turn}-{n}.load.example" for n in range(300)))
        assert all(balanced(line) for line in weir.status()["ledger"])
    source, store = weir.settled(4 * 3000)
    assert source["received"] == store["delivered"] == 12000
    wait_until(lambda: sinks_of(weir)["lines"]["delivered"] == 12000)
    lines = sinks_of(weir)
    assert not lines["lines"]["dropped"]
    lost = sum(loss["count"] for loss in lines["stuck"]["dropped"])
    assert lost > 0 and lines["stuck"]["received"] == 12000
    assert weir.metric("weir_sink_received_total", 'sink="stuck"') == 12000
    assert weir.metric("weir_pipeline_dropped_total", 'sink="stuck"') == lost
    assert weir.metric("weir_sink_delivered_total", 'sink="lines"') == 12000
    for name in ("weir_sink_queue_depth", "weir_sink_lag_seconds"):
        assert f'{name}{{sink="stuck"}}' in weir.get("/metrics").body
    assert weir.metric("weir_sink_state", 'sink="stuck"') == 1


def test_the_ledger_balances_and_the_store_holds_what_it_says(start_weir, unbound):
    weir = start_weir(unbound.settings(), set_=["store.retention.size=0"]).wait_until_ready()
    names = max(1, SCALE // 2)  # so that the cache answers half
    assert ask_many(weir.dns_port, (f"q{n % names}.load.example" for n in range(SCALE)),
                    patience=10) == {0: SCALE}
    misses = weir.metric("weir_cache_misses_total")
    source, store = weir.settled(2 * SCALE + 2 * names, timeout=120)
    assert balanced(source) and balanced(store)
    assert not source["dropped"] and not store["dropped"]
    assert source["received"] == source["delivered"] == store["received"] == store["delivered"]
    counts = dict(rows_of(weir.store, "type, count(*)", "1 GROUP BY type"))
    assert sum(counts.values()) == store["delivered"]
    assert counts[CLIENT_QUERY] == counts[CLIENT_RESPONSE] == SCALE
    assert names <= counts[FORWARDER_QUERY] == counts[FORWARDER_RESPONSE] <= misses
    for number in (0, names // 2, names - 1):
        kinds = [row["message"] for row in log_rows(weir, "--name", f"q{number}.load.example")]
        times = -(-(SCALE - number) // names)
        assert kinds.count("CLIENT_QUERY") == kinds.count("CLIENT_RESPONSE") == times
        assert kinds.count("FORWARDER_QUERY") == kinds.count("FORWARDER_RESPONSE") >= 1
