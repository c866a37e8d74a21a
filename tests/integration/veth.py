"""Two network namespaces joined by a veth pair, for tests that watch what passes between them."""

import itertools
import os
import socket
import subprocess
import threading

import pytest

from weir_process import wait_until


def run(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, text=True, timeout=60)


def unbound_settings(*addresses):
    """An unbound on these addresses that knows `large.test` and whatever `local-data` follows."""
    interfaces = "".join(f"  interface: {address}\n" for address in addresses)
    large = "".join(f'  local-data: "large.test. 300 IN TXT \\"{i:04} {"x" * 240}\\""\n'
                    for i in range(12))
    return f"""
server:
{interfaces}\
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  do-daemonize: no
  use-syslog: no
  chroot: ""
  username: ""
  pidfile: ""
  edns-buffer-size: 4096
  max-udp-size: 4096
  module-config: "iterator"
  local-zone: "test." static
{large}"""


class Pair:
    """`here` and `there` are names of namespaces; the link is called weir0 at both ends."""

    V4, V6 = "10.78.0.1", "fd78::1"  # there
    LINK = "weir0"

    _made = itertools.count()

    def __init__(self):
        number = f"{os.getpid()}-{next(self._made)}"
        self.here, self.there = f"weir-here-{number}", f"weir-there-{number}"

    def __enter__(self):
        if os.geteuid() != 0:
            pytest.skip("needs root for network namespaces")
        self.__exit__()
        for space in (self.here, self.there):
            run("ip", "netns", "add", space)
            self.ip(space, "link set lo up")
        self.connect()
        return self

    def connect(self):
        run("ip", "link", "add", self.LINK, "netns", self.here, "type", "veth",
            "peer", "name", self.LINK, "netns", self.there)
        for space, v4, v6 in ((self.there, self.V4, self.V6),
                              (self.here, "10.78.0.2", "fd78::2")):
            # One segment a packet: otherwise segments cross the pair before they are cut.
            self.ip(space, f"link set {self.LINK} mtu 1280 gso_max_segs 1 up")
            self.ip(space, f"address add {v4}/24 dev {self.LINK}")
            self.ip(space, f"address add {v6}/64 dev {self.LINK} nodad")

    def __exit__(self, *_):
        for space in (self.here, self.there):
            run("ip", "netns", "del", space, check=False)

    @staticmethod
    def ip(space, words):
        return run("ip", "-n", space, *words.split()).stdout

    def programs(self, space):
        """The programs and links of eBPF on the interface, as bpftool tells."""
        shown = run("ip", "netns", "exec", space, "bpftool", "net", "show").stdout
        return [line for line in shown.splitlines() if self.LINK in line]

    def packet_socket(self, space):
        """A raw socket on the link, opened by a thread that goes to the namespace for it."""
        made = []

        def work():
            with open(f"/run/netns/{space}", encoding="utf-8") as name:
                libc_setns(name.fileno())
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            raw.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
            raw.bind((self.LINK, 0))
            made.append(raw)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return made[0]


def libc_setns(descriptor):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.setns(descriptor, 0x40000000) == 0, os.strerror(ctypes.get_errno())


class Receiver:
    """Counts the frames with a mark that arrive at a raw socket."""

    def __init__(self, raw, mark):
        self.count, self._raw, self._mark = 0, raw, mark
        self._raw.settimeout(0.2)
        self._done = False
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self):
        while not self._done:
            try:
                self.count += self._mark in self._raw.recv(2048)
            except TimeoutError:
                pass

    def wait_for(self, count):
        wait_until(lambda: self.count >= count, 20, f"{count} packets ({self.count} came)")

    def stop(self):
        self._done = True
        self._thread.join()
        self._raw.close()
        return self.count
