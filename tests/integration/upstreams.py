"""Real DNS servers for tests: unbound and knotd, with certificates made here."""

import subprocess
import time
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from weir_process import free_port, wait_until

# What both servers know, whole names only.
RECORDS = """\
example.test. 300 SOA ns.example.test. hostmaster.example.test. 1 3600 600 86400 60
example.test. 300 NS ns.example.test.
ns.example.test. 300 A 192.0.2.53
www.example.test. 300 A 192.0.2.1
www.example.test. 300 AAAA 2001:db8::1
alias.example.test. 300 CNAME www.example.test.
mail.example.test. 300 MX 10 www.example.test.
text.example.test. 300 TXT "hello from a real server"
short.example.test. 2 A 192.0.2.2
"""
# Records that need TCP: 20 KB and, near the end of what a message can carry, 60 KB.
RECORDS += "".join(f'{name}.example.test. 300 TXT "{number:03}{"x" * 240}"\n'
                   for name, count in (("large", 80), ("huge", 235)) for number in range(count))


class Authority:
    """A certificate authority, and what it signs: good, wrong_name, expired, self_signed."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.ca = self.directory / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
                      "-subj", "/CN=test authority")

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.directory, check=True, capture_output=True)

    def issue(self, kind="good"):
        """Gives (certificate file, key file)."""
        certificate, key = self.directory / f"{kind}.pem", self.directory / f"{kind}.key"
        if certificate.exists():
            return certificate, key
        names = "DNS:elsewhere.test" if kind == "wrong_name" else "DNS:dns.test,IP:127.0.0.1,IP:::1"
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", key.name, "-out", f"{kind}.csr", "-subj", "/CN=dns.test")
        (self.directory / f"{kind}.ext").write_text(f"subjectAltName={names}\n", encoding="utf-8")
        signer = ["-signkey", key.name] if kind == "self_signed" else [
            "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        days = ["-days", "-1"] if kind == "expired" else ["-days", "30"]
        self._openssl("x509", "-req", "-in", f"{kind}.csr", *signer, *days, "-out",
                      certificate.name, "-extfile", f"{kind}.ext")
        return certificate, key


class Server:
    """A daemon that is started, asked until it answers, killed and started again."""

    def __init__(self, directory, authority, certificate="good"):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port, self.tls_port = free_port(), free_port()
        self.certificate, self.key = authority.issue(certificate)
        self.ca = authority.ca
        self.process = None
        (self.directory / "example.test.zone").write_text(RECORDS, encoding="utf-8")
        self.write_settings()

    @property
    def tls_address(self):
        return f"tls://127.0.0.1:{self.tls_port}"

    def settings(self, name="lab", ca=True):
        """An [[edge.upstreams]] table for weir."""
        text = f'[[edge.upstreams]]\nname = "{name}"\naddress = "{self.tls_address}"\n'
        return text + (f'tls.ca_file = "{self.ca}"\n' if ca else "")

    def start(self):
        with open(self.directory / "server.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log,
                                            cwd=self.directory)
        wait_until(self._answers, 15, type(self).__name__)
        return self

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError((self.directory / "server.log").read_text(encoding="utf-8"))
        try:
            query = dns.message.make_query("www.example.test", "A")
            return bool(dns.query.udp(query, "127.0.0.1", port=self.port, timeout=0.5).answer)
        except (dns.exception.Timeout, OSError):
            time.sleep(0.02)
            return False

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def unbound_server(server):
    """The beginning of unbound.conf: one that stays in the foreground, in a folder of its own."""
    return f"""\
server:
  directory: "{server.directory}"
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  interface: 127.0.0.1@{server.port}
"""


class Unbound(Server):
    """Note for measurements: unbound delays the first answer of a TLS connection by about 42 ms."""

    def write_settings(self):
        records = "".join(f"  local-data: '{line}'\n" for line in RECORDS.splitlines())
        (self.directory / "unbound.conf").write_text(unbound_server(self) + f"""\
  interface: 127.0.0.1@{self.tls_port}
  tls-port: {self.tls_port}
  tls-service-key: "{self.key}"
  tls-service-pem: "{self.certificate}"
  access-control: 127.0.0.0/8 allow
  incoming-num-tcp: 100
  local-zone: "." redirect
  local-data: ". 300 IN A 192.0.2.99"
  local-zone: "example.test." static
{records}remote-control:
  control-enable: no
""", encoding="utf-8")

    def command(self):
        return ["/usr/sbin/unbound", "-d", "-c", str(self.directory / "unbound.conf")]


class Knot(Server):
    """Plain DNS only (Debian's knotd 3.2 serves no TLS): a second, different implementation."""

    def write_settings(self):
        (self.directory / "knot.conf").write_text(f"""\
server:
  rundir: "{self.directory}"
  listen: 127.0.0.1@{self.port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "{self.directory}"
log:
  - target: stderr
    any: warning
zone:
  - domain: example.test
    file: "{self.directory}/example.test.zone"
""", encoding="utf-8")

    def settings(self, name="knot", ca=False):
        return f'[[edge.upstreams]]\nname = "{name}"\naddress = "tcp://127.0.0.1:{self.port}"\n'

    def command(self):
        return ["/usr/sbin/knotd", "-c", str(self.directory / "knot.conf")]
