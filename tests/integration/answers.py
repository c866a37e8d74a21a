"""A resolver that tells weir in dnstap what it answered: any name, any records."""

import struct

import dns.flags
import dns.message
import dns.rrset

from dnstap_sender import begin, field, finish, frame

CLIENT_QUERY, CLIENT_RESPONSE, RESOLVER_RESPONSE = 5, 6, 4


def answer(name, *records, rcode=0, kind="A"):
    """The octets of a response. Records are `A 192.0.2.1`, `other.name 60 AAAA 2001:db8::1`."""
    response = dns.message.make_response(dns.message.make_query(name, kind))
    response.set_rcode(rcode)
    for record in records:
        words = record.split()
        if words[0].isupper():
            words = [name, "300", *words]
        owner, ttl, type_, *data = words
        owner = owner if owner.endswith(".") else owner + "."
        response.answer.append(dns.rrset.from_text(owner, int(ttl), "IN", type_, " ".join(data)))
    return response.to_wire()


def payload(wire, type_=CLIENT_RESPONSE):
    message = (field(1, type_) + field(2, 1) + field(3, 1) + field(4, b"\xc0\0\2\1")
               + field(5, b"\x7f\0\0\1") + field(6, 5353) + field(7, 53) + field(8, 1_700_000_000)
               + b"\x4d" + struct.pack("<I", 5) + field(12, 1_700_000_000)
               + b"\x6d" + struct.pack("<I", 6) + field(14, wire))
    return field(1, b"resolver") + field(14, message) + field(15, 1)


class Resolver:
    """A stream of dnstap to the socket at `path`."""

    def __init__(self, path):
        self.stream = begin(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        finish(self.stream)

    def tell(self, name, *records, type_=CLIENT_RESPONSE, **options):
        self.stream.sendall(frame(payload(answer(name, *records, **options), type_)))

    def tell_many(self, wires):
        self.stream.sendall(b"".join(frame(payload(wire)) for wire in wires))
