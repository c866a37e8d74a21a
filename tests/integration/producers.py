"""Real producers of dnstap for tests: where each sends to, and what it calls what it sees."""

from upstreams import RECORDS, Knot, Server, unbound_server


class Producer(Server):
    """A server with a tap: `unix` is a path, or `tcp` or `tls` a port of this machine."""

    operations = ("CLIENT_QUERY", "CLIENT_RESPONSE")

    def __init__(self, directory, authority, *, unix=None, tcp=None, tls=None, backend=None):
        self.unix, self.tcp, self.tls, self.backend = unix, tcp, tls, backend
        super().__init__(directory, authority)


class TappedUnbound(Producer):
    def write_settings(self):
        where = f'dnstap-socket-path: "{self.unix}"' if self.unix else (
            f'dnstap-ip: "127.0.0.1@{self.tcp or self.tls}"')
        trust = f"""
  dnstap-tls: yes
  dnstap-tls-server-name: "dns.test"
  dnstap-tls-cert-bundle: "{self.ca}"
  dnstap-tls-client-key-file: "{self.key}"
  dnstap-tls-client-cert-file: "{self.certificate}"
""" if self.tls else "  dnstap-tls: no\n"
        (self.directory / "unbound.conf").write_text(unbound_server(self) + f"""\
  local-zone: "test." nodefault
  local-zone: "." redirect
  local-data: ". 300 IN A 192.0.2.99"
remote-control:
  control-enable: no
dnstap:
  dnstap-enable: yes
  {where}
{trust}
  dnstap-send-identity: yes
  dnstap-identity: "tapped"
  dnstap-log-client-query-messages: yes
  dnstap-log-client-response-messages: yes
""", encoding="utf-8")

    def command(self):
        return ["/usr/sbin/unbound", "-d", "-c", str(self.directory / "unbound.conf")]


class TappedKnot(Knot):
    """It keeps the last messages, up to 32, until there are more or it ends."""

    operations = ("AUTH_QUERY", "AUTH_RESPONSE")

    def __init__(self, directory, authority, unix):
        self.unix = unix
        super().__init__(directory, authority)

    def write_settings(self):
        super().write_settings()
        with open(self.directory / "knot.conf", "a", encoding="utf-8") as settings:
            settings.write(f"""\
mod-dnstap:
  - id: tap
    sink: "unix:{self.unix}"
    identity: tapped
template:
  - id: default
    global-module: mod-dnstap/tap
""")


class TappedBind(Producer):
    """It tells its own answers as a client's where recursion was asked for, questions never."""

    operations = ("AUTH_QUERY", "CLIENT_RESPONSE")

    def write_settings(self):
        few = [line for line in RECORDS.splitlines(True) if not line.startswith(("large", "huge"))]
        (self.directory / "small.zone").write_text("".join(few), encoding="utf-8")
        (self.directory / "named.conf").write_text(f"""\
options {{
  directory "{self.directory}";
  pid-file none;
  session-keyfile none;
  listen-on port {self.port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  recursion no;
  dnssec-validation no;
  dnstap {{ client; auth; }};
  dnstap-output unix "{self.unix}";
  dnstap-identity "tapped";
}};
controls {{ }};
zone "example.test" {{ type primary; file "small.zone"; }};
""", encoding="utf-8")

    def command(self):
        return ["/usr/sbin/named", "-g", "-n", "1", "-c", str(self.directory / "named.conf")]


class TappedDnsdist(Producer):
    def write_settings(self):
        logger = (f'newFrameStreamUnixLogger("{self.unix}"' if self.unix
                  else f'newFrameStreamTcpLogger("127.0.0.1:{self.tcp}"')
        (self.directory / "dnsdist.conf").write_text(f"""\
setLocal("127.0.0.1:{self.port}")
newServer({{address="127.0.0.1:{self.backend}", checkInterval=600}})
tap = {logger}, {{inputQueueSize=16384}})
addAction(AllRule(), DnstapLogAction("tapped", tap))
addResponseAction(AllRule(), DnstapLogResponseAction("tapped", tap))
""", encoding="utf-8")

    def command(self):
        return ["/usr/bin/dnsdist", "-C", str(self.directory / "dnsdist.conf"), "--supervised",
                "--disable-syslog"]


class TappedRecursor(Producer):
    """It tells what it asks other servers, not what it is asked."""

    operations = ("RESOLVER_QUERY", "RESOLVER_RESPONSE")

    def write_settings(self):
        where = self.unix or f"127.0.0.1:{self.tcp}"
        (self.directory / "tap.lua").write_text(
            f'dnstapFrameStreamServer({{"{where}"}}, {{logQueries=true, logResponses=true}})\n',
            encoding="utf-8")
        (self.directory / "recursor.conf").write_text(f"""\
local-address=127.0.0.1
local-port={self.port}
socket-dir={self.directory}
forward-zones=example.test=127.0.0.1:{self.backend}
lua-config-file={self.directory}/tap.lua
dnssec=off
qname-minimization=no
dont-query=
security-poll-suffix=
threads=1
daemon=no
disable-syslog=yes
server-id=tapped
""", encoding="utf-8")

    def command(self):
        return ["/usr/sbin/pdns_recursor", f"--config-dir={self.directory}"]
