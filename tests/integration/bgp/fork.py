"""A router at a fork: what the kernel knows a route of weir for goes one way, all else another."""

import re

from bgp.routers import Bird
from veth import run

FORWARDS = """
protocol direct { ipv4; }
protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }
"""


class Fork(Bird):
    """A router with two ways out: routes of weir lead to `new0`, all else goes to `old0`."""

    def __init__(self, directory, **options):
        super().__init__(directory, as_=65000, more=FORWARDS, sides=("v4",), **options)
        self.hop_v4 = f"10.92.{self.number}.2"

    def write_settings(self):
        super().write_settings()
        for device, block in (("old0", "10.93"), ("new0", "10.92")):
            gateway = f"{block}.{self.number}.2"
            for words in (f"link add {device} type veth peer name {device}p",
                          f"link set {device}p up", f"link set {device} up",
                          f"address add {block}.{self.number}.1/24 dev {device}",
                          f"neigh add {gateway} lladdr 02:00:00:00:00:01 dev {device}"):
                run("ip", "-n", self.name, *words.split())
        run("ip", "-n", self.name, "route", "add", "default", "via", f"10.93.{self.number}.2")
        self.ask("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0")
        self.ask("nft", "add table ip ways; add chain ip ways out { type filter hook forward "
                 "priority 0; }; " + "".join(f"add counter ip ways {device}; add rule ip ways out "
                                             f"oifname {device} counter name {device}; "
                                             for device in ("old0", "new0")))

    def sent(self, device):
        return int(re.search(r"packets (\d+)",
                             self.ask("nft", "list", "counter", "ip", "ways", device)).group(1))
