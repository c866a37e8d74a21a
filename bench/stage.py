"""Sets up what the figures need: the measuring tools, a certificate, upstreams and subjects."""

import contextlib
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import load
import peers
from processes import GENERATOR_CORE, SERVER_CORE, Counters, Process, free_port, wait_until

HERE = Path(__file__).resolve().parent
FLOOR = "echo floor"
_LIBRARIES = {"echo_floor": [], "dot_upstream": ["-lssl", "-lcrypto"], "dnstap_load": [],
              "packet_load": []}


class Actor(NamedTuple):
    """A subject that runs, and what its own upstream counts."""

    name: str
    process: Process
    port: int
    upstream: Counters | None


class Stage:
    """One folder for everything, and how long and how often to measure."""

    def __init__(self, folder, runs, seconds, names):
        self.folder = Path(folder)
        self.runs = runs
        self.seconds = seconds
        self.many_names = names
        self._made = 0
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.tools = {name: self._compile(name, libraries)
                      for name, libraries in _LIBRARIES.items()}
        self.authority = self._make_certificate()

    def _compile(self, name, libraries):
        program = self.folder.parent / name
        sources = [HERE / f"{name}.cpp", HERE / "answers.h"]
        newest = max(source.stat().st_mtime for source in sources)
        if not program.exists() or program.stat().st_mtime < newest:
            subprocess.run(["g++", "-O2", "-std=c++20", sources[0], "-o", program, *libraries],
                           check=True)
        return program

    def _make_certificate(self):
        certificate = self.folder / "upstream.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={peers.NAME}",
             "-addext", f"subjectAltName=DNS:{peers.NAME},IP:127.0.0.1",
             "-keyout", self.folder / "upstream.key", "-out", certificate],
            check=True, capture_output=True)
        return certificate

    def names(self, count, prefix="h"):
        """A file of `count` names; those of different prefixes have nothing in common."""
        path = self.folder / f"names-{prefix}-{count}.txt"
        return path if path.exists() else load.write_names(path, count, prefix)

    def room(self, name):
        self._made += 1
        room = self.folder / f"{self._made:03d}-{name.translate(str.maketrans(' ', '-', '()'))}"
        room.mkdir()
        return room

    def upstream(self, stack, dot):
        """An answerer on the generator's processor, and its counters."""
        room, port = self.room("upstream"), free_port()
        counters = Counters(room / "counters")
        if dot:
            command = [self.tools["dot_upstream"], port, self.authority,
                       self.folder / "upstream.key", counters.path]
        else:
            command = [self.tools["echo_floor"], port, counters.path]
        process = stack.enter_context(
            Process("upstream", command, GENERATOR_CORE, room / "log"))
        wait_until(lambda: counters.path.exists() and counters.path.stat().st_size, process, 5,
                   "listening")
        return peers.Upstream(port, self.authority if dot else None), counters

    def floor(self, stack):
        room, port = self.room(FLOOR), free_port()
        process = stack.enter_context(
            Process(FLOOR, [self.tools["echo_floor"], port, room / "counters"], SERVER_CORE,
                    room / "log"))
        wait_until(lambda: load.answers(port), process, 5, "answering")
        return Actor(FLOOR, process, port, None)

    def start(self, stack, name, upstream, *, entries=200_000, cache_octets=256 << 20):
        """Starts a subject and returns at once, before it can answer."""
        where, counters = upstream
        room = self.room(name)
        task = peers.Task(room, free_port(), where, entries, cache_octets)
        command = peers.SUBJECTS[name](task)
        process = stack.enter_context(
            Process(name, command, SERVER_CORE, room / "log", cwd=room))
        return Actor(name, process, task.port, counters)

    def subject(self, stack, name, *, dot=False, **sizes):
        """A subject with an upstream of its own, ready to answer."""
        if name == FLOOR:
            return self.floor(stack)
        actor = self.start(stack, name, self.upstream(stack, dot), **sizes)
        wait_until(lambda: load.answers(actor.port), actor.process, 20, "answering")
        return actor

    @contextlib.contextmanager
    def subjects(self, names, **how):
        """Several at once: the one that is not asked costs nothing."""
        with contextlib.ExitStack() as stack:
            yield [self.subject(stack, name, **how) for name in names]
