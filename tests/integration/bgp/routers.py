"""Real routers, each in a network namespace with a link of its own to weir's."""

import itertools
import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from veth import run
from weir_process import wait_until

_numbers = itertools.count(1)
# Weir's ends of all links are in one namespace: tests that run side by side need networks apart.
_lane = 91 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])


class Router:
    """A daemon in a namespace. Weir is at `weir_v4` and `weir_v6`, the router at `v4` and `v6`;
    `as_` is its number, weir's is WEIR_AS."""

    WEIR_AS = 65000
    version = ""

    def __init__(self, directory, as_=65001, passive=True, options="", weir_as=None):
        if os.geteuid() != 0:
            pytest.skip("needs root for network namespaces")
        self.number = next(_numbers)
        self.name = f"weir-r{os.getpid()}-{self.number}"
        self.link = f"wr{os.getpid() % 100000}n{self.number}"
        self.directory = Path(directory) / self.name
        self.directory.mkdir(parents=True)
        self.as_, self.passive, self.options = as_, passive, options
        self.weir_as = weir_as or self.WEIR_AS
        block, block_v6 = f"10.{_lane}.{self.number}", f"fd{_lane:02}:{self.number}"
        self.weir_v4, self.v4 = f"{block}.1", f"{block}.2"
        self.weir_v6, self.v6 = f"{block_v6}::1", f"{block_v6}::2"
        # Where traffic is to go: on the link, for external neighbours take nothing else.
        self.hop_v4, self.hop_v6 = f"{block}.9", f"{block_v6}::9"
        self.process = None

    def __enter__(self):
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self.link, "type", "veth", "peer", "name", "up0",
            "netns", self.name)
        for words in (f"address add {self.weir_v4}/24 dev {self.link}",
                      f"address add {self.weir_v6}/64 dev {self.link} nodad",
                      f"link set {self.link} up"):
            run("ip", *words.split())
        for words in ("link set lo up", f"address add {self.v4}/24 dev up0",
                      f"address add {self.v6}/64 dev up0 nodad", "link set up0 up"):
            run("ip", "-n", self.name, *words.split())
        self.write_settings()
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        run("ip", "link", "del", self.link, check=False)
        run("ip", "netns", "del", self.name, check=False)

    def start(self):
        with open(self.directory / "output.log", "ab") as log:
            self.process = subprocess.Popen(["ip", "netns", "exec", self.name, *self.command()],
                                            stdout=log, stderr=log, cwd=self.directory)
        wait_until(self.answers, 20, f"{type(self).__name__} in {self.name}")

    def stop(self, number=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(20)

    def ask(self, *words):
        asked = subprocess.run(["ip", "netns", "exec", self.name, *words], capture_output=True,
                               text=True, timeout=20, check=False)
        return asked.stdout + asked.stderr

    def peer(self, name="r", v6=False, **more):
        """The table of this router in weir's settings."""
        external = self.as_ != self.weir_as
        keys = {"name": name, "address": self.v6 if v6 else self.v4, "as": self.as_,
                **({"sets": ["*"]} if external else {}), "connect_retry": "200ms", **more}
        return "[[route.peer]]\n" + "".join(f"{key} = {json.dumps(value)}\n"
                                            for key, value in keys.items())

    def wait_for(self, prefix, timeout=10):
        return wait_until(lambda: self.routes().get(prefix), timeout, f"{prefix} at {self.name}")

    def wait_until_gone(self, prefix, timeout=10):
        wait_until(lambda: prefix not in self.routes(), timeout, f"{prefix} to leave {self.name}")


class Bird(Router):
    """`options` go into the protocol; `more` stands behind it."""

    def __init__(self, directory, more="", sides=("v4", "v6"), **options):
        super().__init__(directory, **options)
        self.more, self.sides = more, sides

    def write_settings(self):
        protocols = ""
        for side, weir, here in (("v4", self.weir_v4, self.v4), ("v6", self.weir_v6, self.v6)):
            if side not in self.sides:
                continue
            protocols += f"""
protocol bgp weir_{side} {{
  local {here} as {self.as_};
  neighbor {weir} as {self.weir_as};
  {"passive yes;" if self.passive else "connect delay time 1; error wait time 1, 2;"}
  ipv4 {{ import all; export none; }};
  ipv6 {{ import all; export none; }};
  {self.options}
}}
"""
        (self.directory / "bird.conf").write_text(f"""
log "{self.directory}/bird.log" all;
router id {self.v4};
debug protocols {{ states, routes, events }};
protocol device {{}}
{protocols}
{self.more}
""", encoding="utf-8")

    def command(self):
        return ["/usr/sbin/bird", "-f", "-c", str(self.directory / "bird.conf"),
                "-s", str(self.directory / "bird.ctl")]

    def answers(self):
        return "BIRD" in self.bird("show status")

    def bird(self, words):
        return run("/usr/sbin/birdc", "-s", str(self.directory / "bird.ctl"), *words.split(),
                   check=False).stdout

    def has(self, prefix):
        """Quicker than the whole table."""
        return prefix in self.bird(f"show route {prefix}")

    def routes(self):
        """prefix -> lines of attributes: {"next_hop": …, "as_path": …}."""
        found, prefix = {}, None
        for line in self.bird("show route all").splitlines():
            begin = re.match(r"([0-9a-f:.]+/\d+)\s", line)
            if begin:
                prefix = begin.group(1)
                found[prefix] = {"text": line}
            elif prefix and (pair := re.match(r"\s+BGP\.(\w+): ?(.*)", line)):
                found[prefix][pair.group(1)] = pair.group(2).strip()
        return found

    def count(self):
        total = re.search(r"Total: (\d+) of", self.bird("show route count"))
        return int(total.group(1)) if total else 0

    def log(self):
        return (self.directory / "bird.log").read_text(encoding="utf-8", errors="replace")

    def state(self, side="v4"):
        return self.bird(f"show protocols weir_{side}")


class Frr(Router):
    def write_settings(self):
        family = "\n  neighbor {0} activate"
        neighbours = "".join(f" neighbor {each} remote-as {self.weir_as}\n"
                             f" neighbor {each} timers connect 1\n"
                             + (f" neighbor {each} passive\n" if self.passive else "")
                             for each in (self.weir_v4, self.weir_v6))
        both = "".join(family.format(each) for each in (self.weir_v4, self.weir_v6))
        (self.directory / "bgpd.conf").write_text(f"""
hostname frr
log file {self.directory}/bgpd.log
router bgp {self.as_}
 bgp router-id {self.v4}
 no bgp default ipv4-unicast
 no bgp ebgp-requires-policy
{neighbours}
 address-family ipv4 unicast{both}
 exit-address-family
 address-family ipv6 unicast{both}
 exit-address-family
""", encoding="utf-8")

    def command(self):
        return ["/usr/lib/frr/bgpd", "-f", str(self.directory / "bgpd.conf"), "-n", "-S", "-Z",
                "-i", str(self.directory / "bgpd.pid"), "-z", str(self.directory / "zserv"),
                "--vty_socket", str(self.directory), "-P", "0"]

    def vtysh(self, words):
        return run("/usr/bin/vtysh", "--vty_socket", str(self.directory), "-d", "bgpd", "-c",
                   words, check=False).stdout

    def answers(self):
        return "BGP" in self.vtysh("show bgp summary") or "neighbor" in self.vtysh(
            "show running-config")

    def routes(self):
        found = {}
        for family in ("ipv4", "ipv6"):
            try:
                table = json.loads(self.vtysh(f"show bgp {family} unicast json"))
            except ValueError:
                continue
            for prefix, paths in table.get("routes", {}).items():
                found[prefix] = paths[0]
        return found


class Gobgp(Router):
    def write_settings(self):
        neighbours = ""
        for each, here in ((self.weir_v4, self.v4), (self.weir_v6, self.v6)):
            neighbours += f"""
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{each}"
    peer-as = {self.weir_as}
  [neighbors.transport.config]
    local-address = "{here}"
    passive-mode = {"true" if self.passive else "false"}
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
"""
        (self.directory / "gobgpd.toml").write_text(f"""
[global.config]
  as = {self.as_}
  router-id = "{self.v4}"
{neighbours}""", encoding="utf-8")

    def command(self):
        return ["/usr/bin/gobgpd", "-f", str(self.directory / "gobgpd.toml"), "--api-hosts",
                "127.0.0.1:50051"]

    def answers(self):
        return "AS" in self.ask("/usr/bin/gobgp", "global")

    def routes(self):
        found = {}
        for family in ("ipv4", "ipv6"):
            try:
                table = json.loads(self.ask("/usr/bin/gobgp", "-j", "global", "rib", "-a", family))
            except ValueError:
                continue
            if isinstance(table, dict):
                found.update({prefix: paths[0] for prefix, paths in table.items()})
        return found
