"""Who writes into PostgreSQL: weir, from a socket of dnstap to committed rows, and other ways to
write the same rows into the same tables of the same server.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import peers
import tapping
from processes import SERVER_CORE, Process, wait_until

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
SENDERS = 2
DISTINCT = 20_000  # frames that dnstap_load makes
BY_ROW = 20_000  # statements of one row: they are slow
MANY_ROWS = 200_000  # rows in statements of a thousand
THOUSAND = 1000
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
shared_buffers = 1GB
max_wal_size = 16GB
checkpoint_timeout = 1h
log_min_messages = error
"""


class Database:
    """A server of its own, with what Debian sets but for memory and checkpoints."""

    def __init__(self, stack):
        self.folder = Path(tempfile.mkdtemp(prefix="weir-bench-pg-"))
        stack.callback(shutil.rmtree, self.folder, True)
        owner = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if owner:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self._as = {"user": owner.pw_uid, "group": owner.pw_gid} if owner else {}
        data = self.folder / "data"
        subprocess.run([PROGRAMS / "initdb", "-D", data, "-U", "weir", "--locale=C", "-E", "UTF8",
                        "-A", "trust"], check=True, capture_output=True, cwd=self.folder,
                       **self._as)
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(SETTINGS.format(folder=self.folder))
        with open(self.folder / "log", "ab") as log:
            server = subprocess.Popen([PROGRAMS / "postgres", "-D", data], stdout=log, stderr=log,
                                      cwd=self.folder, **self._as)
        os.sched_setaffinity(server.pid, range(os.cpu_count()))  # it runs where there is room
        stack.callback(server.wait)
        stack.callback(server.terminate)
        while subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", self.folder],
                             check=False).returncode:
            time.sleep(0.05)

    def psql(self, *words):
        return subprocess.run(["psql", "-h", self.folder, "-U", "weir", "-d", "postgres", "-qAtX",
                               "-v", "ON_ERROR_STOP=1", *words], check=True, capture_output=True,
                              text=True).stdout

    def ask(self, sql):
        return self.psql("-c", sql).strip()

    def timed(self, file):
        begin = time.monotonic()
        self.psql("-f", file)
        return time.monotonic() - begin


def _settings(room, database, more):
    return f"""
[[sink.postgresql]]
name = "db"
host = "{database.folder}"
database = "postgres"
retention = "0"
{more}
[journal]
path = "{room}/journal"
size = "16GiB"
"""


def _values(count, seconds):
    return {"rate": count / seconds, "each_us": 1e6 * seconds / count}


def _delivered(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
        for line in page.read().decode().splitlines():
            if line.startswith('weir_sink_delivered_total{sink="db"} '):
                return int(float(line.rpartition(" ")[2]))
    return 0


def weir(stage, database, frames, more, tables):
    """From the first frame on the socket until the last row is committed: values of a sample."""
    database.ask("DROP TABLE IF EXISTS dns_events, dns_answers, dns_events_gaps, "
                 "dns_events_offsets, weir_schema")
    room = stage.room("storing")
    command = tapping.settled(room, room / "tap.sock", _settings(room, database, more))
    port = (room / "port").read_text(encoding="utf-8")
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(Process(
            "weir", command, SERVER_CORE, room / "log", cwd=room))
        wait_until((room / "tap.sock").exists, process, 10, "listening")
        wait_until(lambda: database.ask(f"SELECT to_regclass('{tables}')"), process, 10, "tables")
        before, begin = process.settled_cpu(), time.monotonic()
        subprocess.run([stage.tools["dnstap_load"], "unix", room / "tap.sock", str(frames),
                        str(SENDERS)], capture_output=True, check=True)
        wait_until(lambda: _delivered(port) >= frames, process, 600, "delivered")
        seconds = time.monotonic() - begin
        cost = process.settled_cpu().since(before)
    return {**_values(frames, seconds), "cpu_ns": cost.total / frames}


def copy_binary(stage, database):
    """psql copies the rows that weir wrote into the same table, emptied."""
    file = database.folder / "rows.bin"
    if not file.exists():
        database.ask(f"COPY (SELECT * FROM dns_events) TO '{file}' (FORMAT binary)")
    database.ask("TRUNCATE dns_events")
    file.chmod(0o644)
    begin = time.monotonic()
    database.ask(f"\\copy dns_events FROM '{file}' (FORMAT binary)")
    seconds = time.monotonic() - begin
    return _values(int(database.ask("SELECT count(*) FROM dns_events")), seconds)


def inserts(stage, database, rows, at_once):
    """The same rows in statements of `at_once`, in one transaction where it is more than one."""
    file = database.folder / f"insert-{at_once}.sql"
    if not file.exists():
        columns = database.ask(
            "SELECT string_agg(quote_ident(attname), ',' ORDER BY attnum) FROM pg_attribute "
            "WHERE attrelid = 'dns_events'::regclass AND attnum > 0")
        values = "format('(" + ",".join(["%L"] * len(columns.split(","))) + f")', {columns})"
        text = database.ask(
            f"SELECT 'INSERT INTO dns_events VALUES ' || string_agg({values}, ',') || ';' FROM "
            f"(SELECT *, row_number() OVER () AS number FROM dns_events LIMIT {rows}) AS wanted "
            f"GROUP BY number / {at_once}")
        file.write_text(text if at_once == 1 else f"BEGIN;\n{text}\nCOMMIT;\n", encoding="utf-8")
    database.ask("TRUNCATE dns_events")
    return _values(rows, database.timed(file))


def upserts_by_row(stage, database):
    """As koroz does: one statement an answer record, each its own transaction."""
    file = database.folder / "upserts.sql"
    if not file.exists():
        text = database.ask(
            "SELECT format('EXECUTE upsert(%L, %s, %L, now());', domain_name, ttl, record_type) "
            f"FROM dns_answers, generate_series(1, 9) ORDER BY random() LIMIT {BY_ROW}")
        file.write_text(
            "PREPARE upsert(varchar, int, varchar, timestamptz) AS INSERT INTO dns_answers VALUES "
            "($1, $2, $3, $4) ON CONFLICT (domain_name, record_type) DO UPDATE SET "
            "ttl = excluded.ttl, read_from_buffer_ts = excluded.read_from_buffer_ts;\n" + text,
            encoding="utf-8")
    return _values(BY_ROW, database.timed(file))


def records_by_frame(stage):
    """Answer records that a frame of dnstap_load has, on average."""
    file = stage.folder / "distinct.fstrm"
    subprocess.run([stage.tools["dnstap_load"], "file", file, str(DISTINCT)], check=True)
    read = subprocess.run([peers.WEIR, "read", "-f", "flat-json", file], check=True,
                          capture_output=True, text=True)
    counts = [int(line.partition('"dns.ancount":')[2].partition(",")[0])
              for line in read.stdout.splitlines()]
    return sum(counts) / len(counts)
