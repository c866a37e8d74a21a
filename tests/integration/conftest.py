"""What the tests share: an authority, real upstreams for all, and servers that end with a test."""

import shutil

import pytest

import certificates
import scripted
import upstreams
import weir_process


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority):
    return authority.sign("good")


@pytest.fixture(scope="session")
def unbound(authority, certificate, tmp_path_factory):
    server = upstreams.Unbound(tmp_path_factory.mktemp("unbound") / "run", certificate, authority)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def knot(tmp_path_factory):
    if not shutil.which("knotd"):
        pytest.skip("needs knotd")
    server = upstreams.Knot(tmp_path_factory.mktemp("knot") / "run").start()
    yield server
    server.stop()


@pytest.fixture
def serve(authority, certificate):
    """Starts scripted servers: over TLS with a good certificate unless told otherwise."""
    running = []

    def start(behaviour=scripted.well, certificate=certificate, **options):
        running.append(scripted.Scripted(behaviour, certificate, authority, **options))
        return running[-1].start()

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def run_weir(tmp_path):
    """Starts weir with these upstreams; every one that still runs at the end must end well."""
    running = []

    def start(*upstream_tables, ready=True, environment=None, **options):
        folder = tmp_path / f"weir-{len(running)}"
        folder.mkdir()
        running.append(weir_process.Weir(folder, upstream_tables, **options))
        return running[-1].start(ready, environment)

    yield start
    for one in running:
        if one.process and one.process.poll() is None:
            assert one.stop() == 0, one.log
        assert one.process.returncode == 0, one.log
