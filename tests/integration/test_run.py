"""Start, signals, reload, end."""

import signal
import socket
import subprocess
import time

import dns.edns
import dns.message
import dns.query
import dns.rcode

from conftest import NOWHERE
from upstreams import Unbound
from weir_process import PROGRAM, clean_environment, free_port, wait_until


def ask(port, name="www.example.test", kind="A", tcp=False, timeout=5):
    query = dns.message.make_query(name, kind)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, "127.0.0.1", port=port, timeout=timeout)


def test_it_answers_through_a_real_upstream_and_ends_cleanly(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    for tcp in (False, True):
        answer = ask(weir.dns_port, tcp=tcp)
        assert answer.rcode() == dns.rcode.NOERROR
        assert str(answer.answer[0][0]) == "192.0.2.1"
    assert weir.stop() == 0


def test_interrupt_ends_it_as_cleanly(start_weir):
    assert start_weir().stop(signal.SIGINT) == 0


def test_the_first_screen_says_where_and_how(start_weir, unbound):
    weir = start_weir(unbound.settings())
    weir.wait_for_log("ready: an upstream answers")
    log = weir.log()
    for part in (f"127.0.0.1:{weir.dns_port}", f"http://127.0.0.1:{weir.http_port}/",
                 str(weir.store), unbound.tls_address, f"kdig @127.0.0.1 -p {weir.dns_port}"):
        assert part in log


def test_without_a_working_upstream_it_starts_and_says_why(start_weir):
    weir = start_weir()
    weir.wait_for_log("not ready")
    assert "upstream nowhere (udp://192.0.2.53)" in weir.log()
    begun = time.monotonic()
    answer = ask(weir.dns_port)
    assert time.monotonic() - begun < 2
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert any(isinstance(option, dns.edns.EDEOption) for option in
               dns.query.udp(dns.message.make_query("x.test", "A", use_edns=0), "127.0.0.1",
                             port=weir.dns_port, timeout=5).options)
    assert weir.stop() == 0


def test_without_any_network_it_starts(tmp_path):
    script = (f'ip link set lo up; {PROGRAM} run -s store.path={tmp_path}/q.db 2>{tmp_path}/log & '
              'sleep 3; curl -s -o /dev/null -w "%{http_code} " 127.0.0.1:8053/readyz; '
              'curl -s -o /dev/null -w "%{http_code} " 127.0.0.1:8053/healthz; '
              'kill -TERM $!; wait $!; echo $?')
    shown = subprocess.run(["unshare", "-n", "bash", "-c", script], capture_output=True, text=True,
                           timeout=30, env=clean_environment(), check=False)
    log = (tmp_path / "log").read_text()
    assert shown.stdout.split() == ["503", "200", "0"], shown.stderr + log
    assert "not ready" in log and "upstream cloudflare" in log


def test_an_address_that_is_taken_ends_it_with_one(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        ended = subprocess.run([PROGRAM, "run", "-s", f"edge.listen=127.0.0.1:{port}", "-s",
                                f"store.path={tmp_path}/q.db", "-s", "control.listen=[]"],
                               capture_output=True, text=True, timeout=10,
                               env=clean_environment(), check=False)
    assert ended.returncode == 1
    assert f"127.0.0.1:{port}" in ended.stderr


def test_a_second_weir_does_not_share_the_address_of_the_first(start_weir, tmp_path):
    first = start_weir()
    ended = subprocess.run([PROGRAM, "run", "-s", f"edge.listen=127.0.0.1:{first.dns_port}", "-s",
                            f"store.path={tmp_path}/q.db", "-s", "control.listen=[]"],
                           capture_output=True, text=True, timeout=10, env=clean_environment(),
                           check=False)
    assert ended.returncode == 1
    assert "edge.listen" in ended.stderr and "in use" in ended.stderr


def test_a_reload_takes_what_may_change(start_weir, unbound):
    weir = start_weir(unbound.settings() + "[edge]\nallow = [\"127.0.0.0/8\"]\n").wait_until_ready()
    assert ask(weir.dns_port).rcode() == dns.rcode.NOERROR
    weir.settings_file.write_text(unbound.settings() + '[edge]\nallow = ["192.0.2.0/24"]\n')
    weir.send(signal.SIGHUP)
    weir.wait_for_log("reloaded")
    query = dns.message.make_query("www.example.test", "A")
    try:
        dns.query.udp(query, "127.0.0.1", port=weir.dns_port, timeout=0.5)
        raise AssertionError("a client that is not allowed was answered")
    except dns.exception.Timeout:
        pass
    assert weir.stop() == 0


def test_a_reload_with_a_mistake_changes_nothing(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    weir.settings_file.write_text('[edge]\nallow = ["192.0.2.0/24"]\nnonsense = 1\n')
    weir.send(signal.SIGHUP)
    weir.wait_for_log("nothing has changed")
    assert f"{weir.settings_file}:3:1" in weir.log()
    assert ask(weir.dns_port).rcode() == dns.rcode.NOERROR


def test_a_reload_that_needs_a_restart_is_refused_whole_and_names_every_key(start_weir, unbound):
    weir = start_weir(unbound.settings()).wait_until_ready()
    weir.settings_file.write_text(unbound.settings() + '[edge]\nallow = ["192.0.2.0/24"]\n'
                                  'threads = 7\nmax_queries = 99\n')
    weir.send(signal.SIGHUP)
    weir.wait_for_log("nothing has changed")
    assert "edge.threads" in weir.log() and "edge.max_queries" in weir.log()
    assert ask(weir.dns_port).rcode() == dns.rcode.NOERROR


def test_statistics_on_request(start_weir):
    weir = start_weir()
    weir.send(signal.SIGUSR1)
    weir.wait_for_log("cache: ")
    assert weir.get("/healthz").status == 200


def test_D56_debug_zero_is_off_and_one_is_on(start_weir, unbound):
    for word, on in (("0", False), ("1", True)):
        weir = start_weir(unbound.settings(), environment={"DEBUG": word}).wait_until_ready()
        ask(weir.dns_port)
        assert weir.stop() == 0
        assert (" debug " in weir.log()) == on, weir.log()


def test_P02_the_environment_says_where_it_answers(start_weir):
    port, metrics = free_port(), free_port()
    weir = start_weir(environment={"BIND_ADDRESS": "127.0.0.1", "BIND_PORT": str(port),
                                   "METRICS_PORT": str(metrics)}, ports=False)
    assert f"udp://127.0.0.1:{port}" in weir.status()["listeners"]
    assert f"http://127.0.0.1:{metrics}/metrics" in weir.log()


def test_the_state_directory_is_the_service_managers(tmp_path):
    state = tmp_path / "state"
    shown = subprocess.run([PROGRAM, "check"], capture_output=True, text=True, timeout=10,
                           env=clean_environment(STATE_DIRECTORY=str(state)), check=False)
    assert f"{state}/queries.db" in shown.stdout


def test_an_upstream_that_comes_back_is_used_within_two_seconds(start_weir, start_server):
    server = start_server(Unbound)
    weir = start_weir(server.settings()).wait_until_ready()
    server.stop()
    wait_until(lambda: weir.get("/readyz").status == 503, 5, "not ready")
    server.start()
    weir.wait_until_ready(timeout=2.5)
    assert ask(weir.dns_port, "mail.example.test", "MX").rcode() == dns.rcode.NOERROR


def test_a_second_signal_ends_it_at_once(start_weir):
    weir = start_weir()
    query = dns.message.make_query("slow.test", "A").to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(query, ("127.0.0.1", weir.dns_port))  # something to drain
        wait_until(lambda: weir.metric("weir_queries_total") > 0)
        weir.send(signal.SIGTERM)
        weir.wait_for_log("draining")
        begun = time.monotonic()

        def ended():
            weir.send(signal.SIGTERM)
            return weir.process.poll() is not None

        wait_until(ended, 5, "the end")
    assert time.monotonic() - begun < 1 and weir.process.returncode == -signal.SIGTERM


def test_the_same_signal_twice_at_once_is_one(start_weir):
    weir = start_weir()
    weir.send(signal.SIGTERM)
    weir.send(signal.SIGTERM)
    assert weir.process.wait(10) == 0
