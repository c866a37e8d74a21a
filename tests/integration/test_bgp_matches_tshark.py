"""Every kind of BGP message that weir writes is read by tshark as what was meant, field by field.

The program weir_bgp_messages prints the messages; they go into a capture as TCP to port 179. Needs
text2pcap and tshark; skipped where they are missing.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("WEIR", os.environ.get("WEIR_PROGRAM", str(ROOT / "build/release/weir")))
MESSAGES = Path(PROGRAM).parent / "tests" / "weir_bgp_messages"
TOOLS = ("text2pcap", "tshark")

V4 = ("198.51.100.1/32", "203.0.113.0/25")
V6 = ("2001:db8:1::1/128", "2001:db8::/33")
UNICAST = ("AFI: IPv4 (1)", "SAFI: Unicast (1)", "AFI: IPv6 (2)", "SAFI: Unicast (1)")
OPEN = ("Version: 4", "My AS: 23456 (AS_TRANS)", "Hold Time: 90", "BGP Identifier: 192.0.2.1",
        *UNICAST, "Type: Route refresh capability (2)")
INSIDE = ("Origin: IGP (0)", "Path Attribute - AS_PATH: empty")
EVERYTHING = (
    "Multiple exit discriminator: 7", "Local preference: 200",
    "Type Code: ATOMIC_AGGREGATE (6)", "Aggregator AS: 65001", "Aggregator origin: 192.0.2.7",
    "Community Well-known: NO_EXPORT (0xffffff01)", "Community AS: 65000", "Community value: 100",
    "Route Target: 65000:100 [Transitive 2-Octet AS-Specific]",
    "Large communities: 4200000000:2:3",
)
PATH = ("Origin: IGP (0)", "Segment type: AS_SEQUENCE (2)", "AS4: 65001", "AS4: 4200000001")
IPV6 = ("Address family identifier (AFI): IPv6 (2)",
        "Subsequent address family identifier (SAFI): Unicast (1)")
IPV4 = ("Address family identifier (AFI): IPv4 (1)", IPV6[1])
CEASE = ("Type: NOTIFICATION Message (3)", "Major error Code: Cease (6)")

# What tshark has to say of each message, in this order, among other things.
EXPECTED = {
    "open": (*OPEN, "AS Number: 4200000000", "Type: Enhanced route refresh capability (70)"),
    "open_everything": (
        *OPEN, "Type: Extended Next Hop Encoding (5)", "AFI: IPv4 (1)", "Next hop AFI: IPv6 (2)",
        "Type: BGP-Extended Message (6)", "Type: BGP Role (9)", "Unknown: 03",
        "Type: Graceful Restart capability (64)",
        "Restart Timers: 0xc078, Restart state, Graceful notification", "AFI: IPv4 (1)",
        "Flag: 0x80, Preserve forwarding state", "AFI: IPv6 (2)", "Flag: 0x00",
        "AS Number: 4200000000", "Type: Enhanced route refresh capability (70)",
        "Type: Long-Lived Graceful Restart (LLGR) Capability (71)", "Length: 14",
        "Unknown: 00010100000e1000020100001c20",  # tshark 4.0 looks no further
        "Type: FQDN Capability (73)",
        "Hostname: router", "Domain Name: example.org",
    ),
    "ipv4": (*INSIDE, "Next hop: 192.0.2.9", "Local preference: 100", *V4),
    "ipv6": (*IPV6, "Next hop: fd00::1", *V6, *INSIDE, "Local preference: 100"),
    "ipv4_everything": (*PATH, "Next hop: 192.0.2.9", *EVERYTHING, *V4),
    "ipv6_everything": (*IPV6, "IPv6 Address: 2001:db8::9", "Link-local Address: fe80::9", *V6,
                        *PATH, *EVERYTHING),
    "ipv4_over_ipv6": (*IPV4, "Next hop: fd00::1", *V4, "AS4: 4200000000"),
    "withdraw_ipv4": ("Withdrawn Routes Length: 10", *V4, "Total Path Attribute Length: 0"),
    "withdraw_ipv6": ("Type Code: MP_UNREACH_NLRI (15)", *IPV6, "Withdrawn Routes", *V6),
    "end_ipv4": ("Length: 23", "Withdrawn Routes Length: 0", "Total Path Attribute Length: 0"),
    "end_ipv6": ("Length: 29", "Type Code: MP_UNREACH_NLRI (15)", *IPV6),
    "keepalive": ("Length: 19", "Type: KEEPALIVE Message (4)"),
    "refresh": ("Type: ROUTE-REFRESH Message (5)", IPV6[0],
                "Subtype: Normal route refresh request [RFC2918] with/without ORF [RFC5291] (0)"),
    "refresh_end": ("Type: ROUTE-REFRESH Message (5)", IPV4[0],
                    "Subtype: Demarcation of the ending of a route refresh (2)"),
    "shutdown": (*CEASE, "Minor error Code (Cease): Administratively Shutdown (2)",
                 "BGP Shutdown Communication Length: 11", "Shutdown Communication: back at ten"),
    "hard_reset": (*CEASE, "Minor error Code (Cease): Hard Reset (9)", "Data: 0604"),
}


@pytest.fixture(scope="module")
def dissections(tmp_path_factory):
    """What tshark says of each message, a list of lines by name."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing or not MESSAGES.exists():
        pytest.skip(f"needs {', '.join(missing) or MESSAGES}")
    folder = tmp_path_factory.mktemp("bgp")
    printed = subprocess.run([MESSAGES], capture_output=True, text=True, check=True, timeout=20)
    messages = [line.split() for line in printed.stdout.splitlines()]
    (folder / "messages.txt").write_text(
        "".join(f"000000 {bytes.fromhex(octets).hex(' ')}\n" for _, octets in messages),
        encoding="utf-8")
    capture = folder / "messages.pcap"
    subprocess.run(["text2pcap", "-q", "-T", "50000,179", folder / "messages.txt", capture],
                   check=True, capture_output=True, timeout=20)
    read = subprocess.run(["tshark", "-r", capture, "-O", "bgp"], capture_output=True, text=True,
                          check=True, timeout=60)
    packets = read.stdout.split("Border Gateway Protocol - ")[1:]
    assert len(packets) == len(messages), "tshark found another number of messages"
    return {name: [line.strip() for line in packet.split("\nFrame ")[0].splitlines()]
            for (name, _), packet in zip(messages, packets)}


def test_every_message_is_expected(dissections):
    assert set(dissections) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_tshark_reads_what_was_meant(dissections, name):
    lines = dissections[name]
    assert not [line for line in lines if "alformed" in line or "Expert Info" in line], lines
    at = 0
    for expected in EXPECTED[name]:
        assert expected in lines[at:], f"{expected!r} is not in what follows:\n" + "\n".join(lines)
        at = lines.index(expected, at) + 1
