"""A resolver whose cache can be kept warm: unbound before an authority, with a control channel and
a tap, and what its own statistics say."""

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import dns.flags

from asking import ask
from upstreams import Knot, Server, unbound_server


class ShortLived(Knot):
    """An authority for warm.test: `names` names of which each record lives for `ttl` seconds."""

    def __init__(self, directory, authority, ttl=6, names=20):
        self.ttl, self.names = ttl, names
        super().__init__(directory, authority)

    def write_settings(self):
        super().write_settings()
        records = "".join(f"n{number} {self.ttl} A 192.0.2.{number % 250 + 1}\n"
                          f"n{number} {self.ttl * 10} AAAA 2001:db8::{number + 1:x}\n"
                          for number in range(self.names))
        large = "".join(f'large {self.ttl} TXT "{number:03}{"x" * 240}"\n' for number in range(80))
        (self.directory / "warm.test.zone").write_text(f"""\
$ORIGIN warm.test.
@ 300 SOA ns hostmaster 1 3600 600 86400 60
@ 300 NS ns
ns 300 A 127.0.0.1
{records}{large}""", encoding="utf-8")
        with open(self.directory / "knot.conf", "a", encoding="utf-8") as settings:
            settings.write(f"""\
  - domain: warm.test
    file: "{self.directory}/warm.test.zone"
""")


@functools.cache
def control_keys():
    """The folder with the keys of a control channel: all of them may have the same."""
    folder = tempfile.mkdtemp(prefix="weir-keys-")
    subprocess.run(["unbound-control-setup", "-d", folder], check=True, capture_output=True)
    return Path(folder)


class Resolver(Server):
    """unbound, asking `backend` for warm.test, telling `tap` what clients got."""

    def __init__(self, directory, authority, *, backend, tap=None, control="tls", extra=""):
        self.backend, self.tap, self.control, self.extra = backend, tap, control, extra
        super().__init__(directory, authority)

    def write_settings(self):
        for key in control_keys().iterdir():
            shutil.copy(key, self.directory)
        self.control_path = self.directory / "control.sock"
        self.control_port = self.tls_port
        channel = (f'control-interface: 127.0.0.1\n  control-port: {self.control_port}'
                   if self.control != "unix" else f'control-interface: "{self.control_path}"')
        tap = f"""\
dnstap:
  dnstap-enable: yes
  dnstap-socket-path: "{self.tap}"
  dnstap-log-client-response-messages: yes
""" if self.tap else ""
        keys = "".join(f'  {key}: "{self.directory}/{file}"\n' for key, file in (
            ("server-key-file", "unbound_server.key"), ("server-cert-file", "unbound_server.pem"),
            ("control-key-file", "unbound_control.key"),
            ("control-cert-file", "unbound_control.pem")))
        (self.directory / "unbound.conf").write_text(unbound_server(self) + f"""\
  verbosity: 2
  log-queries: yes
  module-config: "iterator"
  do-not-query-localhost: no
  local-zone: "test." nodefault
  local-zone: "example.test." static
  local-data: "www.example.test. A 192.0.2.1"
  statistics-cumulative: yes
  {self.extra}
remote-control:
  control-enable: yes
  control-use-cert: {"yes" if self.control == "tls" else "no"}
  {channel}
{keys}stub-zone:
  name: "warm.test."
  stub-addr: 127.0.0.1@{self.backend}
{tap}""", encoding="utf-8")

    def command(self):
        return ["/usr/sbin/unbound", "-d", "-c", str(self.directory / "unbound.conf")]

    def tell(self, *words):
        return subprocess.run(["unbound-control", "-c", str(self.directory / "unbound.conf"),
                               *words], check=True, capture_output=True, text=True).stdout

    def statistics(self):
        """unbound's own: {"total.num.queries": 12.0, …}."""
        pairs = (line.split("=") for line in self.tell("stats_noreset").splitlines())
        return {key: float(value) for key, value in pairs}

    def misses(self):
        return self.statistics()["total.num.cachemiss"]

    def log(self):
        return (self.directory / "server.log").read_text(encoding="utf-8", errors="replace")

    def ttl(self, name, kind="A", **options):
        """As a client sees it."""
        answer = ask(self.port, name, kind, **options)
        assert answer.answer and answer.flags & dns.flags.RA, answer
        return answer.answer[0].ttl

    def keep_warm(self, driver="unbound", **warmth):
        """Settings for a weir that keeps it warm."""
        address = {"tls": f"tls:127.0.0.1:{self.control_port}",
                   "tcp": f"tcp:127.0.0.1:{self.control_port}",
                   "unix": f"unix:{self.control_path}"}[self.control]
        warmth = {"ahead": '"3s"', "jitter": 0, "cycle": '"200ms"', **warmth}
        words = "".join(f"{key} = {value}\n" for key, value in warmth.items())
        return f"""\
[[source.dnstap]]
listen = ["unix:{self.tap}"]

[universe.keep_warm]
enabled = true
driver = "{driver}"

[universe.keep_warm.requery]
resolver = "127.0.0.1:{self.port}"

[universe.keep_warm.unbound]
control = "{address}"
server_certificate = "{self.directory}/unbound_server.pem"
control_key = "{self.directory}/unbound_control.key"
control_certificate = "{self.directory}/unbound_control.pem"

[universe.keep_warm.warmth]
{words}"""
