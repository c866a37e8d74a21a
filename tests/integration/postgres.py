"""A real PostgreSQL for tests: started as a user without rights, in a folder of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from weir_process import free_port, wait_until

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = '{folder}'
port = {port}
fsync = off
full_page_writes = off
shared_buffers = 64MB
max_wal_size = 4GB
log_min_messages = warning
"""


class Postgres:
    """`password`: without one everybody is let in. `tls`: (certificate, key), and nothing else."""

    def __init__(self, password=None, tls=None):
        self.folder = Path(tempfile.mkdtemp(prefix="weir-pg-"))
        self.data, self.port = self.folder / "data", free_port()
        self.process = None
        self.owner = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        self._own(self.folder)
        (self.folder / "password").write_text((password or "none") + "\n", encoding="utf-8")
        self._run(PROGRAMS / "initdb", "-D", self.data, "-U", "weir", "-N", "-E", "UTF8",
                  "--locale=C", "-A", "scram-sha-256" if password else "trust",
                  "--pwfile", self.folder / "password")
        settings = SETTINGS.format(folder=self.folder, port=self.port)
        if tls:
            for path, name in zip(tls, ("server.crt", "server.key")):
                shutil.copy(path, self.data / name)
                (self.data / name).chmod(0o600)
                self._own(self.data / name)
            settings += "ssl = on\n"
            rules = self.data / "pg_hba.conf"
            rules.write_text("local all all trust\nhostssl all all all trust\n", encoding="utf-8")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(settings)

    def _own(self, path):
        if self.owner:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def _as_owner(self):
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid,
                "extra_groups": []} if self.owner else {}

    def _run(self, *words):
        subprocess.run([str(word) for word in words], check=True, capture_output=True,
                       cwd=self.folder, **self._as_owner())

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([PROGRAMS / "postgres", "-D", self.data], stdout=log,
                                            stderr=log, cwd=self.folder, **self._as_owner())
        wait_until(self._answers, 20, "PostgreSQL")
        return self

    def _answers(self):
        return subprocess.run([PROGRAMS / "pg_isready", "-h", self.folder, "-p", str(self.port)],
                              capture_output=True, check=False).returncode == 0

    def stop(self, how=signal.SIGINT):
        """As an administrator would (connections are cut); SIGQUIT is at once."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)

    def remove(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, sql, database="postgres"):
        """Rows of text."""
        asked = subprocess.run(["psql", "-h", self.folder, "-p", str(self.port), "-U", "weir", "-d",
                                database, "-qAtX", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql],
                               capture_output=True, text=True, check=False, timeout=60)
        assert asked.returncode == 0, asked.stderr
        return [line.split("\t") for line in asked.stdout.splitlines()]

    def number(self, sql):
        return int(self.ask(sql)[0][0])

    def sink(self, more="", lane="durable = true", host=None, name="db"):
        """A table of weir's settings."""
        return f"""
[[sink.postgresql]]
name = "{name}"
host = "{host or self.folder}"
port = {self.port}
database = "postgres"
{more}
[sink.postgresql.lane]
retry_base = "50ms"
retry_most = "200ms"
{lane}
"""
