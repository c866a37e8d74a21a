"""Clients: one question, a conversation over TCP, many questions at once, a steady load."""

import select
import socket
import struct
import threading
import time

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

TIMEOUT = 4


def question(name, kind="A", **options):
    return dns.message.make_query(name, kind, **{"use_edns": 0, "payload": 1232, **options})


def ask(port, name, kind="A", tcp=False, host="127.0.0.1", source=None, timeout=TIMEOUT, **options):
    """The answer to one question."""
    way = dns.query.tcp if tcp else dns.query.udp
    return way(question(name, kind, **options), host, timeout, port, source)


def addresses(answer):
    return sorted(item.address for rrset in answer.answer for item in rrset
                  if item.rdtype == dns.rdatatype.A)


def extended_errors(answer):
    """(code, text) of every extended DNS error (RFC 8914)."""
    return [(int(option.code), option.text or "") for option in answer.options
            if int(option.otype) == 15]


class Conversation:
    """A TCP connection to weir, octet by octet."""

    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, message):
        wire = message if isinstance(message, bytes) else message.to_wire()
        self.socket.sendall(struct.pack("!H", len(wire)) + wire)

    def exactly(self, size):
        octets = b""
        while len(octets) < size:
            more = self.socket.recv(size - len(octets))
            if not more:
                raise EOFError
            octets += more
        return octets

    def receive(self):
        size = struct.unpack("!H", self.exactly(2))[0]
        return dns.message.from_wire(self.exactly(size))

    def is_closed(self, within):
        """True when the other side closes within that time, and nothing comes before."""
        self.socket.settimeout(within)
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def wire_question(number, name, kind=1):
    """A question's octets, made without ceremony: there will be many."""
    labels = b"".join(bytes([len(label)]) + label for label in name.encode().split(b"."))
    return (struct.pack("!HHHHHH", number & 0xffff, 0x0100, 1, 0, 0, 0) + labels + b"\0"
            + struct.pack("!HH", kind, 1))


def ask_many(port, names, window=100, patience=5):
    """Asks for every name over UDP, `window` at a time; gives the number of answers by rcode."""
    answered, waiting, number = {}, set(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        client.connect(("127.0.0.1", port))
        client.settimeout(patience)
        names = iter(names)
        while True:
            while len(waiting) < window and (name := next(names, None)) is not None:
                client.send(wire_question(number, name))
                waiting.add(number & 0xffff)
                number += 1
            if not waiting:
                return answered
            answer = client.recv(65535)
            if (at := int.from_bytes(answer[:2], "big")) in waiting:
                waiting.remove(at)
                rcode = answer[3] & 15
                answered[rcode] = answered.get(rcode, 0) + 1


def ask_in_parallel(port, names, patience=TIMEOUT):
    """One client a name, all at once; gives (seconds in all, seconds of the slowest, rcodes)."""
    clients, rcodes, began = {}, [], time.monotonic()
    poll = select.epoll()
    for number, name in enumerate(names):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(("127.0.0.1", port))
        client.send(wire_question(number, name))
        poll.register(client, select.EPOLLIN)
        clients[client.fileno()] = client, time.monotonic()
    slowest = 0
    while clients and time.monotonic() - began < patience:
        for number, _ in poll.poll(patience):
            client, asked = clients.pop(number)
            rcodes.append(client.recv(4096)[3] & 15)
            slowest = max(slowest, time.monotonic() - asked)
            client.close()
    for client, _ in clients.values():
        client.close()
    poll.close()
    return time.monotonic() - began, slowest, rcodes


class Load:
    """A steady stream of distinct questions from a thread; remembers when each was answered."""

    def __init__(self, port, zone, a_second=200):
        self.port, self.zone, self.pause = port, zone, 1 / a_second
        self.asked, self.answered = [], {}  # times; number: (time, rcode)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", self.port))
            while not self._stop.is_set():
                number = len(self.asked)
                self.asked.append(time.monotonic())
                client.send(wire_question(number, f"load{number}.{self.zone}"))
                self._receive(client, self.asked[-1] + self.pause)
            self._receive(client, time.monotonic() + TIMEOUT)

    def _receive(self, client, until):
        while (left := until - time.monotonic()) > 0:
            if self._stop.is_set() and len(self.answered) == len(self.asked):
                return
            client.settimeout(left)
            try:
                answer = client.recv(4096)
            except TimeoutError:
                return
            self.answered[int.from_bytes(answer[:2], "big")] = time.monotonic(), answer[3] & 15

    def longest_wait(self):
        """Of all clients; infinite when one got no answer."""
        return max(self.answered.get(number, (float("inf"),))[0] - asked
                   for number, asked in enumerate(self.asked))

    def first_good_after(self, moment):
        """When the first question asked after `moment` was answered well."""
        return min((self.answered[number][0] for number, asked in enumerate(self.asked)
                    if asked >= moment and self.answered.get(number, (0, 9))[1] == 0),
                   default=float("inf"))
