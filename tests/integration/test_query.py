"""`weir query` against real servers."""

import socket
import threading

import pytest

from weir_process import free_port, weir


def query(*words):
    return weir("query", *words)


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_an_answer_is_printed_with_its_footer(knot, protocol):
    shown = query("www.example.test", "AAAA", f"@127.0.0.1:{knot.port}", "--protocol", protocol)
    assert shown.returncode == 0, shown.stderr
    assert "2001:db8::1" in shown.stdout and "NOERROR" in shown.stdout
    assert ";; Received " in shown.stdout
    assert f";; From 127.0.0.1:{knot.port} ({protocol.upper()}) in " in shown.stdout


def test_over_tls_with_the_right_name(unbound):
    shown = query("www.example.test", "@127.0.0.1", "-p", str(unbound.tls_port), "+tls",
                  "--ca-file", str(unbound.ca), "--tls-name", "dns.test")
    assert shown.returncode == 0, shown.stderr
    assert "192.0.2.1" in shown.stdout and "(TLS)" in shown.stdout


def test_over_tls_the_address_is_a_name_too(unbound):
    shown = query("www.example.test", "@127.0.0.1", "-p", str(unbound.tls_port), "+tls",
                  "--ca-file", str(unbound.ca))
    assert shown.returncode == 0, shown.stderr


@pytest.mark.parametrize("words, cause", [(["--tls-name", "other.test"], "certificate_name"),
                                          ([], "certificate_")])
def test_over_tls_to_somebody_else_nothing_is_asked(unbound, words, cause):
    trust = ["--ca-file", str(unbound.ca)] if words else []
    shown = query("www.example.test", "@127.0.0.1", "-p", str(unbound.tls_port), "+tls", *trust,
                  *words)
    assert shown.returncode == 1
    assert cause in shown.stderr and "nothing was asked" in shown.stderr


def test_a_name_that_is_not_there_is_an_answer(knot):
    shown = query("nothing.example.test", f"@127.0.0.1:{knot.port}")
    assert shown.returncode == 0 and "NXDOMAIN" in shown.stdout


def test_nobody_there_is_no_answer():
    shown = query("a.test", f"@127.0.0.1:{free_port()}", "+tcp", "--timeout", "500ms")
    assert shown.returncode == 1 and "refused" in shown.stderr


def test_silence_is_no_answer():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        shown = query("a.test", f"@127.0.0.1:{silent.getsockname()[1]}", "--timeout", "200ms")
    assert shown.returncode == 1 and "in time" in shown.stderr


def test_a_truncated_answer_is_fetched_over_tcp():
    port = free_port()
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    udp.bind(("127.0.0.1", port))
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(("127.0.0.1", port))
    tcp.listen()

    def serve():
        question, client = udp.recvfrom(4096)
        udp.sendto(question[:2] + bytes([question[2] | 0x82]) + question[3:], client)  # QR, TC
        connection, _ = tcp.accept()
        framed = connection.recv(4096)
        connection.sendall(framed[:4] + bytes([framed[4] | 0x80]) + framed[5:])
        connection.close()

    server = threading.Thread(target=serve)
    server.start()
    shown = query("a.test", f"@127.0.0.1:{port}")
    server.join()
    udp.close()
    tcp.close()
    assert shown.returncode == 0, shown.stderr
    assert "asked again over TCP" in shown.stdout and "(TCP)" in shown.stdout


def test_weir_asks_weir(start_weir, unbound):
    process = start_weir(unbound.settings()).wait_until_ready()
    shown = query("text.example.test", "TXT", "-p", str(process.dns_port))
    assert shown.returncode == 0 and "hello from a real server" in shown.stdout
