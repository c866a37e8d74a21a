"""No octet of DNS reaches an upstream whose certificate is wrong, and the cause is counted."""

import time

import dns.rcode
import pytest

from asking import ask, extended_errors
from capture import HANDSHAKE, Capture, tls_records
from upstreams import Authority, Unbound
from weir_process import wait_until

LARGEST_ALERT = 32  # octets of an encrypted TLS record; a padded question has more than 128
CAUSES = {"wrong_name": "certificate_name", "expired": "certificate_expired",
          "self_signed": "certificate_self_signed", "untrusted": "certificate_untrusted"}


def assert_refused(weir, cause):
    """SERVFAIL in time with the reason, the cause counted, and not ready."""
    began = time.monotonic()
    answer = ask(weir.dns_port, "secret.example")
    assert time.monotonic() - began < 2
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert extended_errors(answer)[0] == (23, "the upstream's identity could not be verified")
    assert weir.metric("weir_upstream_failures_total", f'cause="{cause}"') >= 1
    assert weir.metric("weir_upstream_connection_failures_total", f'cause="{cause}"') >= 1
    ready = weir.get("/readyz")
    assert ready.status == 503 and cause in ready.body
    weir.wait_for_log(cause)


@pytest.fixture
def wrong_server(script, tmp_path):
    """Starts a scripted server with a certificate that weir must not accept."""
    def start(wrong):
        server = script(certificate="good" if wrong == "untrusted" else wrong)
        if wrong == "untrusted":
            (tmp_path / "others").mkdir()
            server.ca = Authority(tmp_path / "others").ca
        return server
    return start


@pytest.mark.parametrize("wrong", CAUSES)
def test_P04_D52_a_wrong_certificate_gets_not_one_octet_of_dns(start_weir, wrong_server, tmp_path,
                                                              wrong):
    server = wrong_server(wrong)
    with Capture(tmp_path, server.port) as wire:
        weir = start_weir(server.settings())
        assert_refused(weir, CAUSES[wrong])
        assert weir.stop() == 0
    assert server.octets == server.connections == 0  # no handshake was ever completed
    attempts = [tls_records(octets) for octets in wire.sent_to(server.port)]
    assert attempts
    for hello, *later in attempts:
        assert hello[0] == HANDSHAKE
        assert all(size <= LARGEST_ALERT for _, size in later), later


@pytest.mark.parametrize("wrong", ["wrong_name", "expired", "self_signed"])
def test_P04_a_real_server_with_a_wrong_certificate_sees_no_query(start_weir, start_server, wrong):
    server = start_server(Unbound, certificate=wrong)
    weir = start_weir(server.settings())
    assert_refused(weir, CAUSES[wrong])


def test_P04_the_name_counts_not_only_the_authority(start_weir, script):
    server = script()
    asked_for = 'tls.subject_name = "{}"\n'
    weir = start_weir(server.settings(more=asked_for.format("dns.test"))).wait_until_ready()
    assert ask(weir.dns_port, "fine.example").rcode() == 0
    weir.stop()
    before = server.octets
    weir = start_weir(server.settings(more=asked_for.format("elsewhere.test")))
    assert_refused(weir, "certificate_name")
    assert server.octets == before


def test_P04_the_next_upstream_answers_when_the_first_is_not_who_it_says(start_weir, script,
                                                                        wrong_server):
    liar, honest = wrong_server("expired"), script()
    weir = start_weir(liar.settings("liar") + honest.settings("honest")).wait_until_ready()
    for number in range(10):
        assert ask(weir.dns_port, f"n{number}.example").rcode() == 0
    wait_until(lambda: weir.metric("weir_upstream_up", 'upstream="liar"') == 0)
    assert liar.octets == 0 and len(honest.questions) == 10
