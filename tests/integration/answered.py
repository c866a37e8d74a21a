"""What clients were answered, told in dnstap: payloads for senders made of octets."""

import socket
import struct
import time

from asking import wire_question
from dnstap_sender import field
from dnstap_stream import fixed32

CLIENT_RESPONSE, RESOLVER_RESPONSE = 6, 4


def response(name, addresses, ttl, number=1):
    """A response's octets with an A record for each of the addresses."""
    question = wire_question(number, name)
    records = b"".join(struct.pack("!HHHIH", 0xc00c, 1, 1, ttl, 4) + socket.inet_aton(address)
                       for address in addresses)
    return (struct.pack("!HHHHHH", number, 0x8180, 1, len(addresses), 0, 0) + question[12:]
            + records)


def client_response(name, addresses, ttl=300, kind=CLIENT_RESPONSE, moment=None, number=1):
    """A frame's payload; `moment` is when, in seconds since 1970 (now)."""
    moment = time.time() if moment is None else moment
    seconds, fraction = int(moment), int(moment % 1 * 1e9)
    body = (field(1, kind) + field(2, 1) + field(3, 1) + field(4, b"\xc0\0\2\7")
            + field(5, b"\x7f\0\0\1") + field(6, 5353) + field(7, 53) + field(12, seconds)
            + fixed32(13, fraction) + field(14, response(name, addresses, ttl, number)))
    return field(1, b"sender") + field(14, body) + field(15, 1)
