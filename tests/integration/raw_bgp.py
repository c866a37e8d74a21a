"""A BGP neighbour made of octets: it reads when it is told to, and remembers what it was told."""

import socket
import struct
import threading

MARKER = b"\xff" * 16
OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4


def message(kind, body=b""):
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def open_message(as_, identifier, hold=90):
    capabilities = bytes([1, 4, 0, 1, 0, 1]) + bytes([65, 4]) + struct.pack("!I", as_)
    return message(OPEN, struct.pack("!BHH", 4, as_, hold) + socket.inet_aton(identifier)
                   + bytes([len(capabilities) + 2, 2, len(capabilities)]) + capabilities)


def prefixes(octets):
    found, at = [], 0
    while at < len(octets):
        length = octets[at]
        size = (length + 7) // 8
        network = octets[at + 1:at + 1 + size].ljust(4, b"\0")
        found.append(f"{socket.inet_ntoa(network)}/{length}")
        at += 1 + size
    return found


class RawPeer:
    """IPv4 only. `routes` is what stands after all that was read."""

    def __init__(self, as_=65000, address="127.0.0.77"):
        self.as_, self.address = as_, address
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.listener.bind((address, 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.reading = threading.Event()
        self.reading.set()
        self.routes, self.updates, self.notifications, self.ends = set(), 0, [], 0
        self.connection = None
        self.up = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def peer(self, name="raw", **more):
        lines = {"name": f'"{name}"', "address": f'"{self.address}:{self.port}"',
                 "as": str(self.as_), "connect_retry": '"200ms"', **more}
        return "[[route.peer]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._closed = True
        self.reading.set()
        self.listener.close()
        self.hang_up()

    def hang_up(self):
        if self.connection:
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _work(self):
        while not self._closed:
            try:
                self.connection, _ = self.listener.accept()
                self._serve()
            except OSError:
                pass
            self.up.clear()
            self.routes = set()

    def _exactly(self, size):
        octets = b""
        while len(octets) < size:
            self.reading.wait()
            more = self.connection.recv(size - len(octets))
            if not more:
                raise OSError("closed")
            octets += more
        return octets

    def _serve(self):
        self.connection.sendall(open_message(self.as_, "10.99.0.77"))
        while True:
            header = self._exactly(19)
            size, kind = struct.unpack("!HB", header[16:])
            body = self._exactly(size - 19)
            if kind == OPEN:
                self.connection.sendall(message(KEEPALIVE))
            elif kind == KEEPALIVE:
                self.up.set()
            elif kind == NOTIFICATION:
                self.notifications.append(tuple(body[:2]))
            elif kind == UPDATE:
                self._take(body)

    def _take(self, body):
        self.updates += 1
        withdrawn = struct.unpack("!H", body[:2])[0]
        attributes = struct.unpack("!H", body[2 + withdrawn:4 + withdrawn])[0]
        announced = body[4 + withdrawn + attributes:]
        if not withdrawn and not attributes and not announced:
            self.ends += 1
        self.routes.difference_update(prefixes(body[2:2 + withdrawn]))
        self.routes.update(prefixes(announced))
