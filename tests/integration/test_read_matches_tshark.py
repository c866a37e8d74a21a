"""`weir read` sees in a capture what tshark sees: every message, field by field.

The captures are made here, with unbound and kdig in two network namespaces joined by a veth pair:
UDP and TCP, IPv4 and IPv6, answers too large for one packet (IP fragments) and for one segment, and
VLAN tags. Needs root, iproute2, unbound, kdig, dumpcap, editcap and tshark; skipped where they are
missing.
"""

import datetime
import ipaddress
import json
import os
import shutil
import signal
import struct
import subprocess
import time
from pathlib import Path

import dns.rcode
import dns.rdatatype
import pytest

from veth import unbound_settings

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("WEIR", os.environ.get("WEIR_PROGRAM", str(ROOT / "build/release/weir")))
TOOLS = ("ip", "unbound", "kdig", "dumpcap", "editcap", "tshark")

SERVER, CLIENT = f"weir-s-{os.getpid()}", f"weir-c-{os.getpid()}"
V4, V6 = "10.77.0.1", "fd77::1"

UNBOUND = unbound_settings(V4, V6) + """\
  local-data: "test. 300 IN SOA ns.test. admin.test. 1 2 3 4 5"
  local-data: "www.test. 300 IN A 192.0.2.1"
  local-data: "www.test. 300 IN A 192.0.2.2"
  local-data: "www.test. 60 IN AAAA 2001:db8::1"
  local-data: "MiXed.test. 77 IN A 192.0.2.9"
  local-data: "mail.test. 300 IN MX 10 www.test."
  local-data: "alias.test. 300 IN CNAME www.test."
  local-data: "_dns._udp.test. 300 IN SRV 1 2 53 www.test."
"""

QUESTIONS = (
    "www.test A", "www.test AAAA", "mixed.TEST A", "mail.test MX", "alias.test CNAME",
    "_dns._udp.test SRV", "missing.test A", "test SOA", "www.test TXT", "www.test TYPE65280",
    "www.test A +dnssec +cd +nord", "www.test A +noedns", "version.bind TXT -c CH",
    "www.test A +subnet=192.0.2.0/24 +padding=128", "large.test TXT +bufsize=512 +ignore",
)
LARGE = "large.test TXT +bufsize=4096"


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60, **more)


def in_space(space, *words):
    return run("ip", "netns", "exec", space, *words)


def wait_until(happened, what):
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen within 10 s"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def spaces(tmp_path_factory):
    """Two namespaces with a narrow link between them, and unbound in one."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs root and {', '.join(missing) or 'nothing else'}")
    folder = tmp_path_factory.mktemp("unbound")
    (folder / "unbound.conf").write_text(UNBOUND + f'  directory: "{folder}"\n', encoding="utf-8")
    server = None
    try:
        for space in (SERVER, CLIENT):
            run("ip", "netns", "add", space)
            in_space(space, "ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "weir0", "netns", CLIENT, "type", "veth",
            "peer", "name", "weir0", "netns", SERVER)
        for space, v4, v6 in ((SERVER, V4, V6), (CLIENT, "10.77.0.2", "fd77::2")):
            # One segment a packet: otherwise segments cross the pair before they are cut.
            in_space(space, "ip", "link", "set", "weir0", "mtu", "1280", "gso_max_segs", "1", "up")
            in_space(space, "ip", "address", "add", f"{v4}/24", "dev", "weir0")
            in_space(space, "ip", "address", "add", f"{v6}/64", "dev", "weir0", "nodad")
        server = subprocess.Popen(["ip", "netns", "exec", SERVER, "unbound", "-dd", "-c",
                                   str(folder / "unbound.conf")], stderr=subprocess.DEVNULL)
        wait_until(lambda: subprocess.run(
            ["ip", "netns", "exec", CLIENT, "kdig", "+time=1", "+retry=0", f"@{V6}", "test", "SOA"],
            capture_output=True, timeout=10, check=False).returncode == 0, "unbound's first answer")
        yield
    finally:
        if server:
            server.terminate()
            server.wait(timeout=10)
        for space in (SERVER, CLIENT):
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)


def ask(address, question, *options):
    in_space(CLIENT, "kdig", "+time=5", "+retry=0", f"@{address}", *options, *question.split())


def capture(file, conversation):
    """Runs `conversation` while dumpcap writes `file`; ends when its last packets are in it."""
    process = subprocess.Popen(["ip", "netns", "exec", CLIENT, "dumpcap", "-q", "-i", "weir0", "-w",
                                str(file)], stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line.startswith("File:"):
            break
    conversation()
    # A last question marks the end: once it is in the file, so is everything before it.
    ask(V4, "the-end.test A")
    wait_until(lambda: file.exists() and file.read_bytes().count(b"\x07the-end\x04test") >= 2,
               "the end of the capture")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    return file


@pytest.fixture(scope="module")
def captures(spaces, tmp_path_factory):
    folder = tmp_path_factory.mktemp("captures")

    def mixed():
        for address in (V4, V6):
            for question in QUESTIONS:
                ask(address, question)
                ask(address, question, "+tcp")

    def large():
        for address in (V4, V6):
            ask(address, LARGE)
            ask(address, LARGE, "+tcp")
            ask(address, "www.test A -q large.test TXT -q www.test AAAA", "+tcp", "+keepopen")

    made = {"mixed": capture(folder / "mixed.pcapng", mixed),
            "large": capture(folder / "large.pcapng", large)}
    for name in ("mixed", "large"):
        run("editcap", "-F", "nsecpcap", str(made[name]), str(folder / f"{name}.pcap"))
        made[f"{name}-pcap"] = folder / f"{name}.pcap"
        for tags in (1, 2):
            made[f"{name}-vlan{tags}"] = folder / f"{name}-vlan{tags}.pcap"
            add_tags(folder / f"{name}.pcap", made[f"{name}-vlan{tags}"], tags)
    return made


def add_tags(source, target, tags):
    """The same capture as a trunk port would show it."""
    octets = source.read_bytes()
    order = "<" if octets[0] != 0xA1 else ">"
    tag = b"".join((b"\x88\xa8\x00\x64", b"\x81\x00\x00\x07")[2 - tags:])
    out, at = [octets[:24]], 24
    while at < len(octets):
        seconds, fraction, captured, original = struct.unpack_from(order + "4I", octets, at)
        frame = octets[at + 16:at + 16 + captured]
        out.append(struct.pack(order + "4I", seconds, fraction, captured + len(tag),
                               original + len(tag)))
        out += [frame[:12], tag, frame[12:]]
        at += 16 + captured
    target.write_bytes(b"".join(out))


FIELDS = (
    "frame.time_epoch", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "udp.srcport", "udp.dstport",
    "tcp.srcport", "tcp.dstport", "udp.length", "dns.length", "dns.id", "dns.flags",
    "dns.count.queries", "dns.count.answers", "dns.count.auth_rr", "dns.count.add_rr",
    "dns.qry.name", "dns.qry.type", "dns.qry.class", "dns.resp.name", "dns.resp.type",
    "dns.resp.ttl", "dns.a", "dns.aaaa", "dns.time",
)


def plain(name):
    return "." if name == "<Root>" else name.rstrip(".") or "."


def from_tshark(file):
    words = [word for field in FIELDS for word in ("-e", field)]
    text = run("tshark", "-r", str(file), "-n", "-Y", "dns", "-T", "fields", "-E", "separator=/t",
               "-E", "occurrence=a", "-E", "aggregator=|", *words).stdout
    return [as_seen(dict(zip(FIELDS, line.split("\t")))) for line in text.splitlines()]


def as_seen(got):
    """One message of tshark's in the form that both are compared in."""
    # tshark takes the owner of SRV apart and gives none in dns.resp.name.
    types = [kind for kind in got["dns.resp.type"].split("|") if kind not in ("", "33")]
    names = got["dns.resp.name"].split("|") if got["dns.resp.name"] else []
    records = [(plain(name), int(kind)) for name, kind in zip(names, types) if int(kind) != 41]
    transport = "TCP" if got["tcp.srcport"] else "UDP"
    port = transport.lower()
    seconds, fraction = got["frame.time_epoch"].split(".")
    return {
        "time": int(seconds) * 10**9 + int(fraction.ljust(9, "0")),
        "transport": transport,
        "from": ((got["ip.src"] or got["ipv6.src"]).split("|")[0], int(got[f"{port}.srcport"])),
        "to": ((got["ip.dst"] or got["ipv6.dst"]).split("|")[0], int(got[f"{port}.dstport"])),
        "length": int(got["dns.length"]) if transport == "TCP" else int(got["udp.length"]) - 8,
        "id": int(got["dns.id"], 16),
        "flags": int(got["dns.flags"], 16) & ~0x40,
        "counts": [int(got[f"dns.count.{name}"])
                   for name in ("queries", "answers", "auth_rr", "add_rr")],
        "question": (plain(got["dns.qry.name"]), int(got["dns.qry.type"]),
                     int(got["dns.qry.class"], 16)),
        "records": records,
        "ttls": [int(ttl) for ttl in got["dns.resp.ttl"].split("|") if ttl],
        "addresses": sorted(address for field in ("dns.a", "dns.aaaa")
                            for address in got[field].split("|") if address),
        "latency_ns": round(float(got["dns.time"]) * 10**9) if got["dns.time"] else None,
    }


def type_number(text):
    return int(dns.rdatatype.from_text(text))


def joined(line, key):
    return [] if line[key] == "-" else line[key].split("|")


def from_weir(file, *options):
    text = run(PROGRAM, "read", "--format", "flat-json", *options, str(file)).stdout
    return [as_told(json.loads(line)) for line in text.splitlines()]


def as_told(line):
    """One line of weir's in the form that both are compared in."""
    asker = (line["network.query-ip"], int(line["network.query-port"]))
    other = (line["network.response-ip"], int(line["network.response-port"]))
    response = line["dnstap.operation"] == "CLIENT_RESPONSE"
    stamp = line["dnstap.timestamp-rfc3339ns"].rstrip("Z")
    whole, _, fraction = stamp.partition(".")
    moment = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    bits = {"qr": 15, "aa": 10, "tc": 9, "rd": 8, "ra": 7, "ad": 5, "cd": 4}
    flags = sum(line[f"dns.flags.{name}"] << bit for name, bit in bits.items())
    records, ttls, addresses = [], [], []
    for section in ("an", "ns", "ar"):
        prefix = f"dns.resource-records.{section}."
        rows = zip(*(joined(line, prefix + key)
                     for key in ("names", "rdatatypes", "ttls", "rdatas")))
        for name, kind, ttl, data in rows:
            if kind == "OPT":
                continue
            if kind != "SRV":
                records.append((plain(name), type_number(kind)))
            ttls.append(int(ttl))
            if kind in ("A", "AAAA"):
                addresses.append(str(ipaddress.ip_address(data)))
    assert not line["dns.malformed-packet"]
    return {
        "time": int(moment.timestamp()) * 10**9 + int((fraction or "0").ljust(9, "0")),
        "transport": line["network.protocol"],
        "from": other if response else asker,
        "to": asker if response else other,
        "length": line["dns.length"],
        "id": line["dns.id"],
        "flags": flags | line["dns.opcode"] << 11 | dns.rcode.from_text(line["dns.rcode"]) & 15,
        "counts": [line[f"dns.{name}count"] for name in ("qd", "an", "ns", "ar")],
        "question": (plain(line["dns.qname"]), type_number(line["dns.qtype"]),
                     {"IN": 1, "CH": 3}[line["dns.qclass"]]),
        "records": records,
        "ttls": ttls,
        "addresses": sorted(addresses),
        "latency_ns": round(float(line["dnstap.latency"]) * 10**9) if response else None,
        "defragmented": line["network.ip-defragmented"],
        "reassembled": line["network.tcp-reassembled"],
    }


NAMES = [name + form for name in ("mixed", "large") for form in ("", "-pcap", "-vlan1", "-vlan2")]


@pytest.mark.parametrize("name", NAMES)
def test_every_message_field_by_field(captures, name):
    seen, told = from_tshark(captures[name]), from_weir(captures[name])
    least = 4 * len(QUESTIONS) * 2 if name.startswith("mixed") else 20
    assert len(seen) >= least
    assert len(told) == len(seen)
    for theirs, ours in zip(seen, told):
        latency = theirs.pop("latency_ns")
        ours_latency = ours.pop("latency_ns")
        assert {key: ours[key] for key in theirs} == theirs
        if latency is not None:
            assert abs(ours_latency - latency) <= 1000, (ours, latency)


@pytest.mark.parametrize("name", ["large", "large-vlan2"])
def test_what_was_put_together_says_so(captures, name):
    told = from_weir(captures[name])
    fragmented = [one for one in told if one["defragmented"]]
    assert len(fragmented) == 2  # one answer over each IP version
    assert all(one["transport"] == "UDP" and one["length"] > 1280 for one in fragmented)
    segmented = [one for one in told if one["reassembled"] and one["length"] > 1280]
    assert segmented and all(one["transport"] == "TCP" for one in segmented)


@pytest.mark.parametrize("name", ["mixed", "large"])
def test_N09_threads_change_nothing(captures, name):
    outputs = {run(PROGRAM, "read", "--format", "flat-json", "--threads", str(threads),
                   str(captures[name])).stdout for threads in (1, 2, 16)}
    assert len(outputs) == 1


def test_other_ports_on_request(captures):
    assert from_weir(captures["mixed"], "--ports", "54") == []


def test_a_truncated_file_delivers_what_it_has_then_says_so(captures, tmp_path):
    whole = captures["mixed"].read_bytes()
    cut = tmp_path / "cut.pcapng"
    cut.write_bytes(whole[:len(whole) * 2 // 3])
    got = subprocess.run([PROGRAM, "read", "--format", "flat-json", str(cut)], capture_output=True,
                         text=True, timeout=60, check=False)
    lines = from_weir(captures["mixed"])
    assert 0 < got.stdout.count("\n") < len(lines)
    assert [as_told(json.loads(line)) for line in got.stdout.splitlines()] == \
        lines[:got.stdout.count("\n")]
    assert "truncated" in got.stderr
