"""`weir read` on addresses: senders of dnstap connect, and what they tell is printed at once."""

import os
import signal
import ssl
import subprocess

import pytest

import dnstap_sender
from weir_process import PROGRAM, clean_environment, free_port, wait_until, weir

NAMES = [f"n{number}.example" for number in range(300)]


@pytest.fixture
def listen():
    """Starts `weir read` on addresses; gives the process, whose output is text."""
    running = []

    def start(*words):
        process = subprocess.Popen([PROGRAM, "read", *map(str, words)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=clean_environment())
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def can_connect(where):
    try:
        dnstap_sender.connect(where).close()
    except OSError:
        return False
    return True


def tell(where, names):
    sender = dnstap_sender.begin(where)
    for number, name in enumerate(names):
        sender.sendall(dnstap_sender.frame(dnstap_sender.payload(name, number)))
    dnstap_sender.finish(sender)


def end(process):
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=20)


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_E02_what_senders_tell_is_printed(listen, tmp_path, kind):
    where = tmp_path / "dnstap.sock" if kind == "unix" else free_port()
    address = f"unix:{where}" if kind == "unix" else f"tcp:127.0.0.1:{where}"
    process = listen(address, "-f", "short")
    wait_until(lambda: can_connect(where), what="the listener")
    tell(where, NAMES[:150])
    tell(where, NAMES[150:])
    lines = [process.stdout.readline() for _ in NAMES]  # before the end: it is live
    output, _ = end(process)
    assert output == ""
    assert [line.split('"')[1] for line in lines] == [f"{name}." for name in NAMES]
    assert process.returncode == 0


def test_conditions_and_counting_hold_for_what_is_told(listen, tmp_path):
    where = tmp_path / "dnstap.sock"
    process = listen(f"unix:{where}", "--count", "--name", "n7.example")
    wait_until(lambda: can_connect(where), what="the listener")
    tell(where, NAMES)
    assert end(process)[0] == "1\n"


def test_R10_what_is_told_goes_into_a_file_of_dnstap(listen, tmp_path):
    where, kept = tmp_path / "dnstap.sock", tmp_path / "kept.fstrm"
    process = listen(f"unix:{where}", "--to", f"dnstap:{kept}")
    wait_until(lambda: can_connect(where), what="the listener")
    tell(where, NAMES)
    end(process)
    assert kept.read_bytes() == (
        dnstap_sender.START
        + b"".join(dnstap_sender.frame(dnstap_sender.payload(name, number))
                   for number, name in enumerate(NAMES))
        + dnstap_sender.STOP)


def test_R09_a_sender_without_the_right_certificate_is_not_heard(listen, authority):
    port, (certificate, key) = free_port(), authority.issue()
    process = listen(f"tls:127.0.0.1:{port}", "-f", "short", "--certificate", certificate,
                     "--key", key, "--client-ca", authority.ca)
    wait_until(lambda: can_connect(port), what="the listener")
    trust = ssl.create_default_context(cafile=str(authority.ca))

    def connect():
        return trust.wrap_socket(dnstap_sender.connect(port), server_hostname="127.0.0.1")

    with pytest.raises(ssl.SSLError), connect() as stranger:
        stranger.sendall(dnstap_sender.READY)
        stranger.recv(1)
    trust.load_cert_chain(certificate, key)
    with connect() as sender:
        sender.sendall(dnstap_sender.READY)
        assert dnstap_sender.exactly(sender, len(dnstap_sender.ACCEPT)) == dnstap_sender.ACCEPT
        sender.sendall(dnstap_sender.START
                       + dnstap_sender.frame(dnstap_sender.payload("good.example")))
        assert '"good.example."' in process.stdout.readline()
    assert end(process)[0] == ""


@pytest.mark.parametrize("words, said", [
    (["tls:127.0.0.1:6001"], "needs --certificate and --key"),
    (["tcp:name.example:6000"], "expected an address of this machine"),
    (["unix:/run/x.sock", "file.pcap"], "do not go together"),
    (["iface:lo", "unix:/run/x.sock"], "do not go together"),
])
def test_addresses_that_make_no_sense_are_refused(words, said):
    done = weir("read", *words)
    assert done.returncode == 2
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_an_address_in_use_is_an_error_that_names_it(listen, tmp_path):
    where = tmp_path / "dnstap.sock"
    listen(f"unix:{where}")
    wait_until(lambda: can_connect(where), what="the listener")
    done = weir("read", f"unix:{where}")
    assert done.returncode == 1 and str(where) in done.stderr
    assert os.path.exists(where)
