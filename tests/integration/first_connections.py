"""First connections: ask weir for a name, and use the address the moment the answer is there."""

import os
import select
import socket
import struct
import threading
import time

from scripted import question_of
from veth import run


class AnswersWithAddresses:
    """An upstream over UDP: `n7.example.org` has the eighth address of `block`, `1.2.0.0/16`."""

    def __init__(self, block, port=0):
        self.base = int.from_bytes(socket.inet_aton(block.partition("/")[0]), "big")
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._work, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def settings(self):
        return ('[[edge.upstreams]]\nname = "all"\n'
                f'address = "udp://127.0.0.1:{self.port}"\n')

    def address_of(self, number):
        return socket.inet_ntoa((self.base + 1 + number).to_bytes(4, "big"))

    def _work(self):
        while True:
            try:
                message, client = self.socket.recvfrom(4096)
            except OSError:
                return
            name, _, end = question_of(message)
            label = name.partition(".")[0]
            number = int(label[1:]) if label[1:].isdigit() else 0
            record = (b"\xc0\x0c\0\1\0\1" + struct.pack("!IH", 300, 4)
                      + socket.inet_aton(self.address_of(number)))
            try:
                self.socket.sendto(message[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + message[12:end]
                                   + record, client)
            except OSError:
                return


def query(number):
    labels = b"".join(bytes([len(label)]) + label
                      for label in (f"n{number}".encode(), b"example", b"org"))
    return struct.pack("!HHHHHH", number & 0xffff, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"


def connect_to_many(port, count, at_once=16, host="127.0.0.1", first=0, delays=None):
    """Asks for `count` names, and sends a packet to each address as soon as it is known. Gives the
    addresses, and appends to `delays` how long each answer took, in seconds."""
    asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    using = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asking.connect((host, port))
    reached, asked, begun = [], first, {}
    with asking, using:
        while len(reached) < count:
            while asked - first < count and asked - first - len(reached) < at_once:
                begun[asked & 0xffff] = time.monotonic()
                asking.send(query(asked))
                asked += 1
            assert select.select([asking], [], [], 10)[0], f"{len(reached)} of {count} answered"
            answer = asking.recv(4096)
            if delays is not None:
                number = struct.unpack_from("!H", answer)[0]
                delays.append(time.monotonic() - begun.pop(number))
            address = socket.inet_ntoa(answer[-4:])
            using.sendto(b"first", (address, 9))
            reached.append(address)
    return reached


class Block:
    """A network of this test's own, routed to `gateway` while it lasts."""

    def __init__(self, gateway, device):
        self.network = f"151.{os.getpid() % 256}.0.0/16"
        self.way = ("via", gateway, "dev", device)

    def __enter__(self):
        run("ip", "route", "replace", self.network, *self.way)
        return self

    def __exit__(self, *_):
        run("ip", "route", "del", self.network, *self.way, check=False)
