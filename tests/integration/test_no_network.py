"""With loopback and nothing else weir starts on its defaults, answers, and says what is wrong."""

import json
import subprocess
import time

from weir_process import PROGRAM, clean_environment, wait_until

SCREEN = 24  # lines


def test_without_a_network_defaults_start_and_a_query_gets_servfail_with_the_reason(no_network,
                                                                                   tmp_path):
    def inside(*words):
        return subprocess.run([*no_network, *words], capture_output=True, text=True, timeout=20,
                              env=clean_environment(), check=False)

    def page(path):
        shown = inside("curl", "-s", "-w", "\n%{http_code}", f"http://127.0.0.1:8053{path}").stdout
        body, _, status = shown.rpartition("\n")
        return int(status), body

    log = tmp_path / "log"
    with open(log, "wb") as errors:
        weir = subprocess.Popen([*no_network, PROGRAM, "run"], cwd=tmp_path, stderr=errors,
                                env=clean_environment(HOME=str(tmp_path)))
    try:
        wait_until(lambda: page("/healthz")[0] == 200)
        began = time.monotonic()
        told = inside(PROGRAM, "query", "example.org", "A", "@127.0.0.1", "-p", "8853").stdout
        assert time.monotonic() - began < 2
        assert "SERVFAIL" in told and "EDE" in told
        status, body = page("/readyz")
        assert status == 503
        reasons = json.loads(body)["reasons"]
        assert len(reasons) == 2 and all("unreachable" in reason for reason in reasons)
        wait_until(lambda: "not ready" in log.read_text())
        first_screen = "\n".join(log.read_text().splitlines()[:SCREEN])
        for part in ("cloudflare", "quad9", "unreachable", "127.0.0.1:8853", "not ready"):
            assert part in first_screen
    finally:
        weir.terminate()
    assert weir.wait(10) == 0
