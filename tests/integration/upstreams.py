"""Real servers to forward to: unbound over UDP, TCP and TLS, and knot over UDP and TCP."""

import signal
import subprocess

import dns.exception

import asking
from certificates import NAME
from waiting import end, free_port, wait_until
from weir_process import upstream

# wild.test answers any name below it; big.test and huge.test need TCP; all else does not exist.
ZONES = """
  local-zone: "." static
  local-data: ". 60 IN SOA ns.test. admin.test. 1 2 3 4 5"
  local-zone: "wild.test." redirect
  local-data: "wild.test. 300 IN A 192.0.2.1"
  local-zone: "test." static
  local-data: "test. 300 IN SOA ns.test. admin.test. 1 2 3 4 7"
  local-data: "www.test. 300 IN A 192.0.2.10"
  local-data: "www.test. 300 IN AAAA 2001:db8::10"
  local-data: "short.test. 2 IN A 192.0.2.11"
  local-data: "mail.test. 300 IN MX 10 www.test."
""" + "".join(
    f'  local-data: "{name}.test. 300 IN TXT {number:03}{"x" * 240}"\n'
    for name, records in (("big", 80), ("huge", 235)) for number in range(records))

UNBOUND = """
server:
  interface: 127.0.0.1@{port}
  interface: 127.0.0.1@{tls_port}
  tls-port: {tls_port}
  tls-service-key: "{certificate.key}"
  tls-service-pem: "{certificate.pem}"
  access-control: 0.0.0.0/0 allow
  do-daemonize: no
  use-syslog: no
  chroot: ""
  username: ""
  pidfile: ""
  module-config: "iterator"
  num-threads: 1
  incoming-num-tcp: 200
  so-rcvbuf: 1m
{zones}
remote-control:
  control-enable: yes
  control-use-cert: no
  control-interface: "{folder}/control"
"""

KNOT = """
server:
  listen: 127.0.0.1@{port}
  rundir: "{folder}"
database:
  storage: "{folder}"
zone:
  - domain: wild.test
    storage: "{folder}"
    file: wild.zone
"""
KNOT_ZONE = """
$TTL 300
@ SOA ns admin 1 2 3 4 5
@ NS ns
ns A 192.0.2.53
* A 192.0.2.2
"""


class Server:
    """A daemon that is up when it answers a question."""

    probe = "up.wild.test"

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        folder.mkdir()

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log)
        wait_until(self._answers, 10, type(self).__name__)
        return self

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            return asking.ask(self.port, self.probe, tcp=True)
        except (OSError, EOFError, dns.exception.DNSException):
            return False

    def stop(self, number=signal.SIGTERM):
        return end(self.process, number)

    def over_udp(self, name="plain"):
        return upstream(name, f"udp://127.0.0.1:{self.port}")

    def over_tcp(self, name="stream"):
        return upstream(name, f"tcp://127.0.0.1:{self.port}")


class Unbound(Server):
    """unbound with a certificate."""

    def __init__(self, folder, certificate, authority):
        super().__init__(folder)
        self.tls_port, self.authority = free_port(), authority
        self.file = folder / "unbound.conf"
        self.file.write_text(UNBOUND.format(
            port=self.port, tls_port=self.tls_port, certificate=certificate, zones=ZONES,
            folder=folder), encoding="utf-8")

    def command(self):
        return ["unbound", "-d", "-c", self.file]

    def over_tls(self, name="unbound", **keys):
        return upstream(name, f"tls://127.0.0.1:{self.tls_port}",
                        **{"tls__ca_file": str(self.authority.pem), "tls__subject_name": NAME,
                           **keys})

    def statistics(self):
        told = subprocess.run(["unbound-control", "-c", self.file, "stats_noreset"],
                              capture_output=True, text=True, timeout=10, check=True)
        return {key: float(value) for key, _, value in
                (line.partition("=") for line in told.stdout.splitlines())}


class Knot(Server):
    """knot, a server of another kind, with one zone."""

    def __init__(self, folder):
        super().__init__(folder)
        self.file = folder / "knot.conf"
        self.file.write_text(KNOT.format(port=self.port, folder=folder), encoding="utf-8")
        (folder / "wild.zone").write_text(KNOT_ZONE, encoding="utf-8")

    def command(self):
        return ["knotd", "-c", self.file]
