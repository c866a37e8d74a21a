"""dnstap files made by hand, octet by octet, for tests of what reads them."""

import struct

from dnstap_sender import START, STOP, field, frame, varint

QUERY = bytes.fromhex("123401000001000000000000076578616d706c6503636f6d0000010001")
RESPONSE = bytes.fromhex("123481800001000100000000076578616d706c6503636f6d0000010001"
                         "c00c00010001000000780004c0000263")
FIRST_TIME = 1_600_000_000


def fixed32(number, value):
    return varint(number << 3 | 5) + struct.pack("<I", value)


def message(kind, protocol=1, query=QUERY, response=RESPONSE, moment=0, client=b"\xc0\x00\x02\x07"):
    """A frame's payload: a message of this type, with everything that dnstap has a field for."""
    body = (field(1, kind) + field(2, 1) + field(3, protocol) + field(4, client)
            + field(5, b"\xc6\x33\x64\x35") + field(6, 1024 + kind) + field(7, 53)
            + field(8, FIRST_TIME + moment) + fixed32(9, 123456789) + field(10, query))
    if kind % 2 == 0:
        body += (field(11, b"\x07example\x03com\x00") + field(12, FIRST_TIME + moment)
                 + fixed32(13, 223456789) + field(14, response))
        body += field(15, field(1, b"rpz") + field(2, b"rule-1") + field(3, 2) + field(4, 1)
                      + field(5, b"value"))
    if protocol == 4:
        body += field(16, 2)
    return field(1, b"edge-1") + field(2, b"0.1") + field(3, b"x\x01y") + field(14, body) + field(
        15, 1)


def stream(payloads, stop=True):
    """A whole file."""
    return START + b"".join(map(frame, payloads)) + (STOP if stop else b"")


def every_message():
    """All 14 types over all 7 protocols."""
    return [message(kind, protocol) for kind in range(1, 15) for protocol in range(1, 8)]
