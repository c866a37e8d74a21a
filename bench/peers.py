"""Who is measured: each subject's configuration, written for the same work on one processor.

A subject is a function of a Task that writes what it needs into the task's folder and returns the
command that runs it in the foreground. Caches are large enough for the task, logs are off, there is
one worker, and nothing observes, but in "weir (history on)" and "weir (store on)".
"""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
WEIR = Path(os.environ.get("WEIR_PROGRAM", ROOT / "build/release/weir"))
NAME = "dot.test"  # in the certificate of the upstream


class Upstream(NamedTuple):
    port: int
    authority: Path | None = None  # of its certificate; None: plain UDP


class Task(NamedTuple):
    folder: Path
    port: int
    upstream: Upstream
    entries: int  # that the cache has to hold
    cache_octets: int


def dnsdist(task):
    backend = f'address="127.0.0.1:{task.upstream.port}", checkInterval=600'
    if task.upstream.authority:
        backend += f', tls="openssl", subjectName="{NAME}", caStore="{task.upstream.authority}"'
    (task.folder / "dnsdist.conf").write_text(f"""
setLocal("127.0.0.1:{task.port}")
newServer({{{backend}}})
getPool(""):setCache(newPacketCache({task.entries}, {{maxTTL=86400, numberOfShards=20}}))
setMaxTCPClientThreads(1)
setMaxTCPQueriesPerConnection(0)
setMaxTCPConnectionDuration(0)
""", encoding="utf-8")
    return ["dnsdist", "-C", task.folder / "dnsdist.conf", "--supervised", "--disable-syslog"]


def unbound(task):
    tls = task.upstream.authority
    mebibytes = max(4, task.cache_octets >> 20)
    (task.folder / "unbound.conf").write_text(f"""
server:
  num-threads: 1
  interface: 127.0.0.1@{task.port}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{task.folder}"
  pidfile: ""
  use-syslog: no
  module-config: "iterator"
  do-not-query-localhost: no
  msg-cache-size: {mebibytes}m
  rrset-cache-size: {mebibytes}m
  msg-cache-slabs: 1
  rrset-cache-slabs: 1
  infra-cache-slabs: 1
  key-cache-slabs: 1
  incoming-num-tcp: 100
  num-queries-per-thread: 4096
  outgoing-range: 8192
  local-zone: "test." nodefault
{f'  tls-cert-bundle: "{tls}"' if tls else ''}
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{task.upstream.port}{f'#{NAME}' if tls else ''}
  forward-tls-upstream: {'yes' if tls else 'no'}
""", encoding="utf-8")
    return ["unbound", "-d", "-c", task.folder / "unbound.conf"]


def kresd(task):
    where = f"127.0.0.1@{task.upstream.port}"
    way = f"STUB('{where}')"
    if task.upstream.authority:
        trust = f"hostname='{NAME}', ca_file='{task.upstream.authority}'"
        way = f"TLS_FORWARD({{{{'{where}', {trust}}}}})"
    (task.folder / "kresd.conf").write_text(f"""
net.listen('127.0.0.1', {task.port}, {{kind='dns'}})
trust_anchors.remove('.')
modules = {{ 'policy' }}
modules.unload('ta_update') modules.unload('ta_signal_query')
modules.unload('priming') modules.unload('detect_time_skew')
cache.size = {task.cache_octets}
policy.add(policy.all(policy.{way}))
""", encoding="utf-8")
    return ["kresd", "-n", "-c", task.folder / "kresd.conf", task.folder]


def weir(task, store=False, history=False):
    upstream, tls = f"udp://127.0.0.1:{task.upstream.port}", ""
    if task.upstream.authority:
        upstream = f"tls://127.0.0.1:{task.upstream.port}"
        tls = f'tls.subject_name = "{NAME}"\ntls.ca_file = "{task.upstream.authority}"'
    (task.folder / "weir.toml").write_text(f"""
[edge]
listen = ["127.0.0.1:{task.port}"]
threads = 1
cache.size = "{task.cache_octets >> 20}MiB"
[[edge.upstreams]]
name = "upstream"
address = "{upstream}"
{tls}
[store]
enabled = {'true' if store else 'false'}
path = "{task.folder}/queries.db"
[universe]
enabled = {'true' if store or history else 'false'}
history.path = "{task.folder}/universe.db"
[control]
listen = []
[log]
level = "warning"
""", encoding="utf-8")
    return [WEIR, "run", "--config", task.folder / "weir.toml"]


def weir_with_store(task):
    return weir(task, store=True)


def weir_with_history(task):
    return weir(task, history=True)


SUBJECTS = {
    "dnsdist": dnsdist,
    "unbound": unbound,
    "kresd": kresd,
    "weir": weir,
    "weir (store on)": weir_with_store,
    "weir (history on)": weir_with_history,
}


def missing(names, tools=()):
    """The programs that are not here, of those that these subjects and tools need."""
    programs = {name.split()[0] for name in names} - {"weir"} | set(tools)
    gone = sorted(program for program in programs if not shutil.which(program))
    needs_weir = any("weir" in name for name in names)
    return gone + ([str(WEIR)] if needs_weir and not WEIR.exists() else [])
