"""The operator's HTTP, asked as operators and their tools ask it."""

import http.client
import json
import subprocess

import dns.message
import dns.query
import pytest

from weir_process import fetch, free_port, wait_until


def ask(port, name, kind="A"):
    return dns.query.udp(dns.message.make_query(name, kind), "127.0.0.1", port=port, timeout=5)


def stored(weir, **conditions):
    words = "&".join(f"{key}={value}" for key, value in conditions.items())
    return weir.get(f"/api/v1/queries?{words}").json()["queries"]


def test_P14_alive_and_ready_are_two_things(start_weir):
    weir = start_weir()
    assert weir.get("/healthz").status == 200
    ready = weir.get("/readyz")
    assert ready.status == 503
    document = ready.json()
    assert document["ready"] is False
    assert "nowhere" in document["reasons"][0]
    assert document["store"]["working"] is True


def test_P14_ready_with_a_real_upstream(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    upstream = weir.get("/readyz").json()["upstreams"][0]
    assert upstream["name"] == "lab" and upstream["up"] and upstream["proven"]


def test_P15_metrics_please_promtool(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    ask(weir.dns_port, "www.example.test")
    page = weir.get("/metrics")
    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    checked = subprocess.run(["promtool", "check", "metrics"], input=page.body, text=True,
                             capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    for series in ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
                   "weir_build_info", "weir_responses_total",
                   "weir_request_duration_seconds_count"):
        assert series in page.body
    assert "example.test" not in page.body  # names are never labels


def test_the_status_is_complete(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    for _ in range(3):
        ask(weir.dns_port, "www.example.test")
    status = weir.status()
    assert status["ready"] is True and status["uptime_seconds"] > 0
    assert f"tcp://127.0.0.1:{weir.dns_port}" in status["listeners"]
    assert status["upstreams"][0]["queries"] >= 1
    assert status["cache"]["hits"] == 2 and status["cache"]["misses"] == 1
    assert status["store"]["path"] == str(weir.store)
    assert {line["kind"] for line in status["ledger"]} == {"source", "sink"}


def test_R11_the_ledger_balances(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    for i in range(200):
        ask(weir.dns_port, f"n{i}.example.net")

    def settled():
        return all(line["in_flight"] == 0 for line in weir.status()["ledger"])

    wait_until(settled)
    for line in weir.status()["ledger"]:
        lost = sum(loss["count"] for loss in line["dropped"])
        assert line["received"] == line["delivered"] + line["in_flight"] + lost
        assert line["received"] >= 800  # two messages of the client, two of the upstream


def test_queries_are_newest_first_and_filtered(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    ask(weir.dns_port, "www.example.test", "AAAA")
    ask(weir.dns_port, "nothing.example.test")
    ask(weir.dns_port, "Other.Example.NET")
    wait_until(lambda: len(stored(weir, message="CLIENT_RESPONSE")) == 3)
    rows = stored(weir, message="CLIENT_RESPONSE")
    assert [row["name"] for row in rows] == ["other.example.net.", "nothing.example.test.",
                                             "www.example.test."]
    assert [row["type"] for row in rows] == ["A", "A", "AAAA"]
    assert rows[1]["rcode"] == "NXDOMAIN"
    assert rows[0]["client"].startswith("127.0.0.1:") and rows[0]["latency_ms"] > 0
    assert len(stored(weir, message="CLIENT_RESPONSE", name="example.test")) == 2
    assert len(stored(weir, message="CLIENT_RESPONSE", rcode="NXDOMAIN")) == 1
    assert len(stored(weir, message="CLIENT_RESPONSE", type="AAAA")) == 1
    assert len(stored(weir, message="CLIENT_RESPONSE", client="127.0.0.0/8")) == 3
    assert not stored(weir, client="192.0.2.0/24")
    assert len(stored(weir, message="FORWARDER_QUERY")) >= 3
    assert not stored(weir, until="1h")
    assert len(stored(weir, message="CLIENT_RESPONSE", since="1h")) == 3


def test_pages_of_queries_join_without_gap_or_double(start_weir, unbound):
    # One thread: between threads the order within some milliseconds is open.
    weir = start_weir(unbound.settings(), set_=("edge.threads=1",)).wait_until_ready()
    for i in range(25):
        ask(weir.dns_port, f"page{i}.example.net")
    wait_until(lambda: len(stored(weir, message="CLIENT_RESPONSE", limit=100)) == 25)
    names, cursor = [], ""
    while True:
        page = weir.get(f"/api/v1/queries?message=CLIENT_RESPONSE&limit=10{cursor}").json()
        names += [row["name"] for row in page["queries"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert names == [f"page{i}.example.net." for i in reversed(range(25))]


@pytest.mark.parametrize("parameter, value", [("limit", "0"), ("limit", "1001"), ("limit", "ten"),
                                              ("since", "yesterday"), ("client", "here"),
                                              ("type", "XX"), ("cursor", "-1"), ("nonsense", "1")])
def test_a_bad_parameter_is_named(start_weir, parameter, value):
    answer = start_weir().get(f"/api/v1/queries?{parameter}={value}")
    assert answer.status == 400
    assert answer.json()["error"]["parameter"] == parameter


def test_D18_strange_names_stay_data(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    labels = [b'"</script>\x01\x1b[2J\xff\\', b"example", b"net", b""]
    query = dns.message.make_query(dns.name.Name(labels), "A")
    dns.query.udp(query, "127.0.0.1", port=weir.dns_port, timeout=5)
    wait_until(lambda: stored(weir, message="CLIENT_QUERY"))
    body = weir.get("/api/v1/queries?message=CLIENT_QUERY").body
    assert "<" not in body and "\x1b" not in body and body.isascii()
    name = json.loads(body)["queries"][0]["name"]
    assert dns.name.from_text(name) == dns.name.Name(labels)


def test_what_is_not_there_and_what_is_not_allowed(start_weir):
    weir = start_weir()
    missing = weir.get("/nowhere")
    assert missing.status == 404 and missing.json()["error"]["status"] == 404
    refused = weir.get("/api/v1/status", method="POST")
    assert refused.status == 405 and refused.headers["Allow"] == "GET, HEAD"
    assert weir.get("/api/v1/status", headers={"Host": "rebound.example"}).status == 403


def test_head_has_no_body(start_weir):
    weir = start_weir()
    connection = http.client.HTTPConnection("127.0.0.1", weir.http_port, timeout=5)
    connection.request("HEAD", "/healthz")
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read() == b""


def test_those_not_on_the_list_are_refused(start_weir):
    port = free_port()
    start_weir(set_=(f"control.alias_listen=127.0.0.1:{port}", "control.alias_allow=192.0.2.0/24"))
    assert fetch(f"http://127.0.0.1:{port}/metrics").status == 403


def test_P08_P09_the_alias_port_is_that_of_dns_tls_proxy(start_weir, unbound):
    port = free_port()
    weir = start_weir(unbound.settings(), environment={"METRICS_PORT": str(port)})
    weir.wait_until_ready()
    alias = f"http://127.0.0.1:{port}"
    root = fetch(alias + "/")
    assert root.status == 200 and "/metrics" in root.body
    assert fetch(alias + "/robots.txt").body == "User-agent: *\nDisallow: /\n"
    assert fetch(alias + "/api/v1/queries").status == 404

    def requests():
        lines = fetch(alias + "/metrics").body.splitlines()
        return [line for line in lines if line.startswith("requests{host=")]

    assert requests()[0].endswith(" 0")
    for i in range(5):
        ask(weir.dns_port, f"n{i}.example.net")
    assert requests()[0].endswith(" 5")
    assert "request_processing_seconds" in fetch(alias + "/metrics").body
    assert "\nrequests{" not in weir.get("/metrics").body
