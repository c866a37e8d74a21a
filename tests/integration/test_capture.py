"""`weir capture` and `[[source.capture]]`: DNS seen as it passes an interface.

In network namespaces joined by a veth pair, with unbound and kdig, beside tcpdump and tshark. What
the kernel refuses is skipped with its reason. Tests are named after the row or fault they prove.
"""

import collections
import json
import os
import shutil
import signal
import struct
import subprocess

import pytest

from veth import Pair, Receiver, run, unbound_settings
from weir_process import PROGRAM, clean_environment, wait_until

TOOLS = ("ip", "bpftool", "unbound", "kdig", "tcpdump", "tshark")
UNBOUND = unbound_settings(Pair.V4, Pair.V6) + f"""\
  local-data: "test. 300 IN SOA ns.test. admin.test. 1 2 3 4 5"
  local-data: "www.test. 300 IN A 192.0.2.1"
  local-data: "www.test. 60 IN AAAA 2001:db8::1"
  local-data: "www.test. 60 IN HTTPS 1 . alpn=h2"
  local-data: "www.test. 60 IN CAA 0 issue ca.test"
  local-data: "child.test. 60 IN DS 1 13 2 {'00' * 32}"
"""
QUESTIONS = ("www.test A", "www.test AAAA", "www.test HTTPS", "www.test CAA", "child.test DS",
             "missing.test A", "test SOA", "www.test A +dnssec", "large.test TXT +bufsize=4096")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("unbound")
    (folder / "unbound.conf").write_text(UNBOUND + f'  directory: "{folder}"\n', encoding="utf-8")
    with Pair() as pair:
        server = subprocess.Popen(["ip", "netns", "exec", pair.there, "unbound", "-dd", "-c",
                                   str(folder / "unbound.conf")], stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: ask(pair, "test SOA", Pair.V6, check=False).returncode == 0, 10,
                       "unbound's first answer")
            yield pair
        finally:
            server.terminate()
            server.wait(timeout=10)


@pytest.fixture
def lone_pair():
    """A pair that a test may take apart."""
    with Pair() as pair:
        yield pair


def ask(pair, question, address=Pair.V4, *options, check=True):
    return run("ip", "netns", "exec", pair.here, "kdig", "+time=5", "+retry=0", f"@{address}",
               *options, *question.split(), check=check)


class Capture:
    """A running `weir capture`, ended by SIGINT; skips where its method is refused."""

    def __init__(self, space, folder, *words):
        self.out, self.err = folder / f"{len(list(folder.iterdir()))}.out", folder / "capture.err"
        self.err = self.out.with_suffix(".err")
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", space, PROGRAM, "capture", Pair.LINK, "-f", "flat-json",
                 *words], stdout=out, stderr=err, env=clean_environment())
        wait_until(lambda: "is watched by" in self.said() or self.process.poll() is not None, 10,
                   "the capture")
        if self.process.poll() is not None:
            pytest.skip(self.said())

    def said(self):
        return self.err.read_text(encoding="utf-8")

    def wait_for(self, text):
        wait_until(lambda: text in self.out.read_text(encoding="utf-8"), 10, text)
        return self

    def stop(self, number=signal.SIGINT):
        """Its messages and what it said; it must have ended well."""
        self.process.send_signal(number)
        assert self.process.wait(timeout=20) == 0, self.said()
        return [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]


FIELDS = ("dnstap.operation", "network.family", "network.protocol", "network.query-ip",
          "network.query-port", "network.response-ip", "network.response-port", "dns.id",
          "dns.length", "dns.qname", "dns.qtype", "dns.rcode", "dns.ancount",
          "network.ip-defragmented")


def essence(messages):
    """What is the same however a message was seen: all but times."""
    return collections.Counter(tuple(message[field] for field in FIELDS) for message in messages)


def converse(pair):
    for address in (Pair.V4, Pair.V6):
        for question in QUESTIONS:
            ask(pair, question, address)
            ask(pair, question, address, "+tcp")
    ask(pair, "the-end.test A")


@pytest.mark.parametrize("side", ["here", "there"])
def test_N09_D03_D04_R21_the_same_is_seen_by_ebpf_packet_socket_tcpdump_and_tshark(pair, side,
                                                                                tmp_path):
    """Both directions, UDP and TCP, fragments; at the client and at the resolver's own machine."""
    space, file = getattr(pair, side), tmp_path / "wire.pcap"
    captures = [Capture(space, tmp_path, "--method", method) for method in ("ebpf", "packet")]
    dump = subprocess.Popen(["ip", "netns", "exec", space, "tcpdump", "-i", Pair.LINK, "-U", "-w",
                             str(file)], stderr=subprocess.PIPE, text=True)
    assert "listening on" in dump.stderr.readline()
    converse(pair)
    live = [essence(capture.wait_for("NXDOMAIN").stop()) for capture in captures]
    wait_until(lambda: file.read_bytes().count(b"\x07the-end\x04test") >= 2, 10, "tcpdump's end")
    dump.send_signal(signal.SIGINT)
    dump.communicate(timeout=20)
    read = subprocess.run([PROGRAM, "read", str(file), "-f", "flat-json"], check=True, text=True,
                          capture_output=True, timeout=60).stdout.splitlines()
    assert sum(live[0].values()) == (len(QUESTIONS) * 4 + 1) * 2
    assert live[0] == live[1], "eBPF and packet socket"
    assert live[0] == essence(json.loads(line) for line in read), "eBPF and file"
    fields = ("-e", "dns.id", "-e", "dns.flags.response", "-e", "dns.qry.name", "-e",
              "dns.count.answers")
    dissected = run("tshark", "-r", str(file), "-Y", "dns", "-T", "fields", *fields).stdout
    theirs = collections.Counter(
        (int(number, 0), response in ("1", "True"), name.lower(), int(answers))
        for number, response, name, answers in map(str.split, dissected.splitlines()))
    at = {field: i for i, field in enumerate(FIELDS)}
    ours = collections.Counter()
    for message, count in live[0].items():
        ours[message[at["dns.id"]], message[at["dnstap.operation"]] == "CLIENT_RESPONSE",
             message[at["dns.qname"]].lower(), message[at["dns.ancount"]]] += count
    assert ours == theirs, "eBPF and tshark"


def test_latency_is_taken_from_query_and_response(pair, tmp_path):
    capture = Capture(pair.here, tmp_path)
    ask(pair, "www.test A")
    messages = capture.wait_for("CLIENT_RESPONSE").stop()
    assert 0 < float(messages[1]["dnstap.latency"]) < 1
    assert "1 paired" in capture.said()


def test_what_is_wanted_is_chosen_in_the_kernel(pair, tmp_path):
    captures = [Capture(pair.here, tmp_path, "--method", method, "--responses-only",
                        "--networks", f"{Pair.V4}/32") for method in ("ebpf", "packet")]
    for address in (Pair.V6, Pair.V4):
        ask(pair, "www.test A", address)
        ask(pair, "large.test TXT +bufsize=4096", address)
    for capture in captures:
        messages = capture.wait_for("large.test").stop()
        assert [(m["dnstap.operation"], m["network.family"]) for m in messages] == [
            ("CLIENT_RESPONSE", "IPv4")] * 2
    assert "skipped_other_network" in captures[0].said()


def test_read_takes_an_interface_by_its_name(pair, tmp_path):
    out = tmp_path / "out"
    with open(out, "wb") as file:
        process = subprocess.Popen(["ip", "netns", "exec", pair.here, PROGRAM, "read",
                                    f"iface:{Pair.LINK}", "--rcode", "NXDOMAIN"], stdout=file,
                                   stderr=subprocess.PIPE, text=True)
    assert "is watched by" in process.stderr.readline()
    ask(pair, "missing.test A")
    wait_until(lambda: "missing.test" in out.read_text(encoding="utf-8"), 10, "the answer")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert all(" CLIENT_RESPONSE " in line for line in out.read_text("utf-8").splitlines())


def test_K01_an_interface_that_is_not_there_is_a_clear_error(pair):
    missing = run("ip", "netns", "exec", pair.here, PROGRAM, "capture", "enp5s0", check=False)
    assert missing.returncode == 1
    assert "enp5s0: there is no such interface" in missing.stderr


def test_K06_D10_programs_are_there_while_it_runs_and_gone_after_any_end(pair, tmp_path):
    for number in (signal.SIGTERM, signal.SIGKILL):
        capture = Capture(pair.here, tmp_path, "--method", "ebpf")
        assert pair.programs(pair.here), "an XDP program and one of tcx"
        assert not pair.programs(pair.there)
        if number == signal.SIGTERM:
            capture.stop(number)
        else:
            capture.process.kill()
            capture.process.wait()
        wait_until(lambda: not pair.programs(pair.here), 1, "their end")
        assert "xdp" not in Pair.ip(pair.here, f"-d link show {Pair.LINK}").split("qdisc")[0]


def ipv4(protocol, payload, flags=0):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, flags, 64, protocol, 0,
                       bytes([10, 78, 0, 1]), bytes([10, 78, 0, 2])) + payload


MARK = b"weir-was-here"


def mixed_frames():
    """One of each kind, as an Ethernet frame with a mark in it."""
    head = b"\xff" * 6 + b"\x02" * 6
    dns = b"\0\7\x81\x80\0\1\0\0\0\0\0\0\3www\4test\0\0\1\0\1" + MARK
    udp = struct.pack("!HHHH", 53, 4000, 8 + len(dns), 0) + dns
    other = struct.pack("!HHHH", 123, 123, 8 + len(dns), 0) + dns
    tcp = struct.pack("!HHIIBBHHH", 53, 4000, 1, 1, 0x50, 16, 1, 0, 0) + MARK
    v6 = struct.pack("!IHBB", 6 << 28, len(udp) + 8, 60, 64) + b"\xfd" * 32 + b"\x11\0" + b"\0" * 6
    packets = [(0x0800, ipv4(17, udp)), (0x0800, ipv4(17, other)), (0x0800, ipv4(6, tcp)),
               (0x0800, ipv4(17, udp, 0x2000)), (0x0806, b"\0" * 28 + MARK), (0x86dd, v6 + udp),
               (0x8100, b"\0\5\x08\0" + ipv4(17, udp)), (0x88a8, b"\0\5\x81\0\0\6\x08\0"
                                                        + ipv4(17, udp)), (0x1234, MARK)]
    packets += [(0x0800, ipv4(number, MARK)) for number in (1, 2, 47, 50)]
    icmp = struct.pack("!IHBB", 6 << 28, len(MARK), 58, 64) + b"\xfd" * 32 + MARK
    packets += [(0x86dd, icmp), (0x0800, MARK), (0x86dd, MARK)]  # the last two end too early
    return [head + struct.pack("!H", kind) + packet for kind, packet in packets]


def test_K08_D02_a_hundred_thousand_mixed_packets_pass(lone_pair, tmp_path):
    capture = Capture(lone_pair.here, tmp_path, "--method", "ebpf")
    frames, sent = mixed_frames(), 0
    receiver = Receiver(lone_pair.packet_socket(lone_pair.here), MARK)
    sender = lone_pair.packet_socket(lone_pair.there)
    try:
        while sent < 100_000:
            for i in range(1000):
                sender.send(frames[(sent + i) % len(frames)])
            sent += 1000
            receiver.wait_for(sent)
    finally:
        sender.close()
        assert receiver.stop() == sent
    capture.stop()
    packets, taken, lost = (int(capture.said().split(word)[0].split()[-1])
                            for word in (" packets", " taken", " lost"))
    skipped = sum(int(line.split()[-1]) for line in capture.said().splitlines()
                  if line.startswith("skipped_"))
    assert packets >= sent and taken + lost + skipped == packets
    per_kind = [sum((i % len(frames)) == kind for i in range(sent)) for kind in (0, 2, 3, 5, 6, 7)]
    assert taken == sum(per_kind) and lost == 0


def source(space, **settings):
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    return f'[[source.capture]]\ninterfaces = ["{Pair.LINK}"]\nnetns = "{space}"\n' + lines + (
        '[[edge.upstreams]]\nname = "nowhere"\naddress = "udp://192.0.2.53"\n')


def degraded(weir):
    return [line for line in weir.status()["degraded"] if line.startswith("source capture")]


@pytest.mark.parametrize("method", ["ebpf", "packet"])
def test_K10_what_a_stopped_reader_misses_is_counted_and_passes(lone_pair, start_weir, method):
    weir = start_weir(source(lone_pair.here, method=method, ring="1MiB"))
    wait_until(lambda: weir.metric("weir_capture_interfaces") == 1, what="the interface")
    receiver = Receiver(lone_pair.packet_socket(lone_pair.here), MARK)
    sender, sent = lone_pair.packet_socket(lone_pair.there), 0
    weir.send(signal.SIGSTOP)
    try:
        while sent < 20_000:
            for _ in range(1000):
                sender.send(mixed_frames()[0])
            sent += 1000
            receiver.wait_for(sent)
    finally:
        weir.send(signal.SIGCONT)
        sender.close()
        assert receiver.stop() == sent

    def accounted():
        return (weir.metric("weir_capture_taken_packets_total")
                + weir.metric("weir_capture_kernel_drops_total"))
    wait_until(lambda: accounted() >= sent, what="all accounted for")
    assert accounted() == sent
    dropped = weir.metric("weir_capture_kernel_drops_total")
    assert 0 < dropped < sent

    def settled():
        [line] = [line for line in weir.status()["ledger"] if line["name"] == "capture"]
        return line if line["in_flight"] == 0 and line["received"] == sent else None
    ledger = wait_until(settled, what="a settled ledger")
    losses = {(loss["stage"], loss["reason"]): loss["count"] for loss in ledger["dropped"]}
    assert losses["source", "kernel_full"] == dropped


@pytest.mark.parametrize("method", ["ebpf", "packet"])
def test_what_happens_to_an_interface_is_said_and_followed(lone_pair, start_weir, method):
    weir, here = start_weir(source(lone_pair.here, method=method)), lone_pair.here

    def says(text):
        wait_until(lambda: any(text in line for line in degraded(weir)) if text else
                   not degraded(weir), what=f"{text!r} in {degraded(weir)}")

    def sees():
        before = weir.metric("weir_capture_messages_total")
        sender = lone_pair.packet_socket(lone_pair.there)
        sender.send(mixed_frames()[0])
        sender.close()
        wait_until(lambda: weir.metric("weir_capture_messages_total") > before, what="a message")

    says("")
    sees()
    Pair.ip(here, f"link set {Pair.LINK} down")
    says("it is down")
    Pair.ip(here, f"link set {Pair.LINK} name weir9")
    says("it is called weir9 now")
    Pair.ip(here, "link set weir9 up")
    sees()
    Pair.ip(here, f"link set weir9 name {Pair.LINK}")
    says("")
    Pair.ip(here, f"link del {Pair.LINK}")
    says("there is no such interface")
    lone_pair.connect()
    says("")
    sees()
    run("ip", "netns", "del", here)
    says("there is no such network namespace")
    run("ip", "netns", "add", here)
    says("there is no such interface")
    run("ip", "link", "del", Pair.LINK, check=False)
    run("ip", "-n", lone_pair.there, "link", "del", Pair.LINK, check=False)
    lone_pair.connect()
    says("")
    sees()


def test_without_rights_it_says_which_and_how_to_grant_them(pair, tmp_path):
    program = tmp_path / "weir"
    shutil.copy(PROGRAM, program)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    refused = run("ip", "netns", "exec", pair.here, "setpriv", "--reuid=65534", "--clear-groups",
                  str(program), "capture", Pair.LINK, check=False)
    assert refused.returncode == 1
    assert "CAP_BPF" in refused.stderr and f"setcap cap_net_raw=ep {program}" in refused.stderr
    assert len(refused.stderr.splitlines()) == 2, "a line of the log, and the error"
