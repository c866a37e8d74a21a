"""A producer of dnstap made of octets, for senders that no real program would be."""

import socket
import struct

from asking import wire_question

CONTENT = b"protobuf:dnstap.Dnstap"


def control(kind, content=CONTENT):
    fields = struct.pack("!II", 1, len(content)) + content if kind in (1, 2, 4) else b""
    return struct.pack("!III", 0, 4 + len(fields), kind) + fields


ACCEPT, START, STOP, READY, FINISH = (control(kind) for kind in (1, 2, 3, 4, 5))


def varint(value):
    octets = b""
    while value >= 128:
        octets += bytes([value & 127 | 128])
        value >>= 7
    return octets + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def payload(name, number=0):
    """A client's query for `name`."""
    message = (field(1, 5) + field(2, 1) + field(3, 1) + field(4, b"\xc0\0\2\1")
               + field(5, b"\x7f\0\0\1") + field(6, 5353) + field(7, 53) + field(8, 1_700_000_000)
               + b"\x4d" + struct.pack("<I", 5) + field(10, wire_question(number, name)))
    return field(1, b"sender") + field(14, message) + field(15, 1)


def frame(octets):
    return struct.pack("!I", len(octets)) + octets


def connect(where):
    """To a path, or to a port of this machine."""
    if isinstance(where, int):
        return socket.create_connection(("127.0.0.1", where), 20)
    sender = socket.socket(socket.AF_UNIX)
    sender.settimeout(20)
    sender.connect(str(where))
    return sender


def exactly(sender, size):
    octets = b""
    while len(octets) < size and (more := sender.recv(size - len(octets))):
        octets += more
    return octets


def begin(where):
    """A sender whose stream has begun."""
    sender = connect(where)
    sender.sendall(READY)
    assert exactly(sender, len(ACCEPT)) == ACCEPT
    sender.sendall(START)
    return sender


def finish(sender):
    sender.sendall(STOP)
    assert exactly(sender, len(FINISH)) == FINISH
    assert sender.recv(1) == b""
    sender.close()
