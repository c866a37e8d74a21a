"""Fixtures that every integration test may use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from scripted import Scripted, well  # noqa: E402
from tap_library import install  # noqa: E402
from upstreams import Authority, Knot, Unbound  # noqa: E402
from weir_process import WeirProcess  # noqa: E402

# A test network that nobody routes: an upstream there never answers.
NOWHERE = '[[edge.upstreams]]\nname = "nowhere"\naddress = "udp://192.0.2.53"\n'


@pytest.fixture
def start_weir(tmp_path):
    """Starts programs that end with the test; each has a directory of its own."""
    running = []

    def start(settings=NOWHERE, **options):
        directory = tmp_path / f"weir{len(running)}"
        directory.mkdir()
        process = WeirProcess(directory, settings, **options)
        running.append(process)
        return process.start()

    yield start
    still = [weir for weir in running if weir.process and weir.process.poll() is None]
    bad = [weir.log() for weir in still if weir.stop() != 0]
    assert not bad, bad[0]


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def start_server(tmp_path, authority):
    """Starts real servers that end with the test: start_server(Unbound, certificate="expired")."""
    running = []

    def start(kind=Unbound, **options):
        server = kind(tmp_path / f"server{len(running)}", authority, **options)
        running.append(server)
        return server.start()

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def unbound(tmp_path_factory, authority):
    """One unbound for all tests that do not stop it; any name not of example.test is 192.0.2.99."""
    server = Unbound(tmp_path_factory.mktemp("unbound"), authority).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def knot(tmp_path_factory, authority):
    server = Knot(tmp_path_factory.mktemp("knot"), authority).start()
    yield server
    server.stop()


@pytest.fixture
def script(authority):
    """Starts scripted servers that end with the test, over TLS unless `certificate` is None."""
    running = []

    def start(behaviour=well, certificate="good", **options):
        running.append(Scripted(behaviour, authority, certificate, **options))
        return running[-1].start()

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def no_network():
    """The words before a command that run it where there is loopback and nothing else."""
    name = f"weir-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"no network namespace: {made.stderr.decode()}")
    subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    yield ("ip", "netns", "exec", name)
    subprocess.run(["ip", "netns", "delete", name], check=True)


@pytest.fixture(scope="session")
def dnstap_library(tmp_path_factory):
    """The folder into which weir::dnstap is installed."""
    return install(tmp_path_factory.mktemp("dnstap_library"))
