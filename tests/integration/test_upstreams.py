"""An upstream that cannot prove who it is gets no question, and the counters say why."""

import dns.edns
import dns.message
import dns.query
import dns.rcode
import pytest

from upstreams import Unbound
from weir_process import wait_until


@pytest.mark.parametrize("certificate, cause", [
    ("wrong_name", "certificate_name"), ("expired", "certificate_expired"),
    ("self_signed", "certificate_self_signed")])
def test_P04_no_proof_no_question(start_weir, start_server, certificate, cause):
    server = start_server(Unbound, certificate=certificate)
    weir = start_weir(server.settings())
    query = dns.message.make_query("www.example.test", "A", use_edns=0)
    answer = dns.query.udp(query, "127.0.0.1", port=weir.dns_port, timeout=5)
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert any(isinstance(option, dns.edns.EDEOption) for option in answer.options)
    wait_until(lambda: weir.status()["upstreams"][0].get("reason") == cause)
    upstream = weir.status()["upstreams"][0]
    assert upstream["failures"][cause] > 0 and upstream["replies"] == 0
    assert weir.get("/readyz").status == 503
    assert cause in weir.get("/readyz").json()["reasons"][0]
    assert weir.stop() == 0


def test_P04_without_the_right_authority_there_is_no_trust(start_weir, unbound):
    weir = start_weir(unbound.settings(ca=False))
    wait_until(lambda: weir.status()["upstreams"][0]["failures"])
    failures = weir.status()["upstreams"][0]["failures"]
    assert any(cause.startswith("certificate_") for cause in failures)


def test_W04_another_upstream_takes_over_and_hands_back(start_weir, start_server, knot):
    first = start_server(Unbound)
    weir = start_weir(first.settings() + knot.settings()).wait_until_ready()

    asked = []

    def answered_by(name):
        asked.append(f"n{len(asked)}.example.test")
        query = dns.message.make_query(asked[-1], "A")
        dns.query.udp(query, "127.0.0.1", port=weir.dns_port, timeout=3)
        seen = f"/api/v1/queries?message=FORWARDER_RESPONSE&name={asked[-1]}"
        rows = wait_until(lambda: weir.get(seen).json()["queries"])
        return [row["upstream"] for row in rows] == [name]

    wait_until(lambda: answered_by("lab"), 3)
    first.stop()
    wait_until(lambda: answered_by("knot"), 3)
    first.start()
    wait_until(lambda: answered_by("lab"), 3)
