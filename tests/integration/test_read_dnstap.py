"""`weir read` on dnstap files: the same as the tools of dnstap see, and the same octets again."""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest

import dnstap_stream as made
from dnstap_sender import field, frame
from weir_process import PROGRAM, clean_environment, weir

DNSTAP = shutil.which("dnstap")
needs_dnstap = pytest.mark.skipif(DNSTAP is None, reason="golang-dnstap is not installed")
COUNT = 14 * 7


@pytest.fixture
def every(tmp_path):
    path = tmp_path / "every.fstrm"
    path.write_bytes(made.stream(made.every_message()))
    return path


def read(*words, octets=False):
    done = subprocess.run([PROGRAM, "read", *map(str, words)], capture_output=True, timeout=30,
                          env=clean_environment(), check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout if octets else done.stdout.decode()


def objects(*words):
    return [json.loads(line) for line in read(*words, "-f", "flat-json").splitlines()]


def test_E02_B12_R14_every_type_and_protocol_is_read(every):
    seen = objects(every)
    assert len(seen) == COUNT
    assert len({(each["dnstap.operation"], each["network.protocol"]) for each in seen}) == COUNT
    for each in seen:
        assert each["dnstap.identity"] == "edge-1" and each["dns.qname"] == "example.com"
        assert each["network.query-ip"] == "192.0.2.7" and each["network.response-port"] == "53"
    responses = [each for each in seen if each["dnstap.operation"].endswith("RESPONSE")]
    assert len(responses) == COUNT // 2
    for each in responses:  # R-13 beside it: what a policy did is told
        assert each["dnstap.latency"] == pytest.approx(0.1)
        assert each["dnstap.policy-rule"] == "rule-1" and each["dnstap.policy-type"] == "rpz"
        assert each["dnstap.query-zone"] == "example.com"


def test_R10_a_file_read_and_written_is_the_same_file(every, tmp_path):
    assert read(every, "-f", "dnstap", octets=True) == every.read_bytes()
    for threads in (1, 16):
        assert read(every, "-f", "dnstap", "-j", threads, octets=True) == every.read_bytes()
    copy = tmp_path / "copy.fstrm"
    read(every, "--to", f"file:{copy}", "-f", "dnstap")
    assert copy.read_bytes() == every.read_bytes()


@pytest.mark.parametrize("peculiar", [
    field(111, b"a field of the future"), field(3, b"the last extra counts"),
    field(14, field(2, 2))])
def test_what_is_not_known_survives(tmp_path, peculiar):
    path = tmp_path / "peculiar.fstrm"
    path.write_bytes(made.stream([made.message(5) + peculiar]))
    assert read(path, "-f", "dnstap", octets=True) == path.read_bytes()


@needs_dnstap
def test_the_short_line_is_that_of_dnstap(every, tmp_path):
    # golang-dnstap 0.4 knows neither STUB nor the protocols above DOH; the rest is compared.
    known = [made.message(kind, protocol) for kind in range(1, 15) if kind not in (9, 10)
             for protocol in range(1, 5)]
    path = tmp_path / "known.fstrm"
    path.write_bytes(made.stream(known))
    theirs = subprocess.run([DNSTAP, "-r", path, "-q"], capture_output=True, text=True, check=True)
    assert read(path, "-f", "short") == theirs.stdout


@needs_dnstap
def test_the_keys_of_yaml_are_those_of_dnstap(every):
    theirs = subprocess.run([DNSTAP, "-r", every, "-y"], capture_output=True, text=True, check=True)
    keys = re.compile(r"^( {0,2}(?:type|identity|version|(?:query|response)_(?:time|address|port)|"
                      r"socket_family|query_zone): .*)$", re.MULTILINE)
    ours = [line for line in keys.findall(read(every, "-f", "yaml")) if "STUB" not in line]
    assert ours == [line for line in keys.findall(theirs.stdout) if "STUB" not in line]


@needs_dnstap
def test_what_is_written_dnstap_and_fstrm_read(every, tmp_path):
    copy = tmp_path / "copy.fstrm"
    copy.write_bytes(read(every, "-f", "dnstap", octets=True))
    theirs = subprocess.run([DNSTAP, "-r", copy, "-q"], capture_output=True, text=True, check=True)
    assert len(theirs.stdout.splitlines()) == COUNT
    dumped = subprocess.run(["fstrm_dump", copy], capture_output=True, text=True, check=True)
    assert dumped.stderr.count("Data frame") == COUNT
    assert "FSTRM_CONTROL_STOP" in dumped.stderr


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_pcap_is_what_tshark_takes_apart(tmp_path):
    path, capture = tmp_path / "a.fstrm", tmp_path / "a.pcap"
    path.write_bytes(made.stream([made.message(5, 1), made.message(6, 1), made.message(5, 2),
                                  made.message(6, 2, moment=1)]))
    capture.write_bytes(read(path, "-f", "pcap", octets=True))
    told = subprocess.run(
        ["tshark", "-r", capture, "-T", "fields", "-e", "frame.time_epoch", "-e", "ip.src", "-e",
         "ip.dst", "-e", "udp.srcport", "-e", "tcp.dstport", "-e", "dns.flags.response", "-e",
         "dns.qry.name", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o",
         "tcp.check_checksum:TRUE", "-e", "_ws.expert.message"],
        capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in told.stdout.splitlines()]
    assert [row[1:7] for row in rows] == [
        ["192.0.2.7", "198.51.100.53", "1029", "", "0", "example.com"],
        ["198.51.100.53", "192.0.2.7", "53", "", "1", "example.com"],
        ["192.0.2.7", "198.51.100.53", "", "53", "0", "example.com"],
        ["198.51.100.53", "192.0.2.7", "", "1030", "1", "example.com"]]
    assert rows[0][0] == "1600000000.123456789" and rows[1][0] == "1600000000.223456789"
    assert not any("hecksum" in row[-1] for row in rows)


def test_compressed_files_are_read_as_they_are(every, tmp_path):
    packed = tmp_path / "every.fstrm.zst"
    subprocess.run(["zstd", "-q", every, "-o", packed], check=True)
    assert read(packed, "-f", "dnstap", octets=True) == every.read_bytes()
    cut = tmp_path / "cut.zst"
    cut.write_bytes(packed.read_bytes()[:-9])
    ended = weir("read", str(cut), "--count")
    assert ended.returncode == 1 and "truncated" in ended.stderr


def test_count_prints_a_number_and_filters_choose(every):
    assert read(every, "--count") == f"{COUNT}\n"
    assert read(every, "--count", "--message-type", "CLIENT_QUERY") == "7\n"
    assert read(every, "--count", "--name", "com", "--type", "A", "--rcode", "NOERROR") == "49\n"
    assert read(every, "--count", "--name", "xample.com") == "0\n"
    assert read(every, "--count", "--client", "192.0.2.0/29") == f"{COUNT}\n"
    assert read(every, "--count", "--client", "192.0.2.8") == "0\n"
    assert read(every, "--count", "--until", "2020-09-13T12:26:40Z") == "0\n"


def test_B13_E24_E18_bad_frames_are_counted_and_the_next_is_read(tmp_path):
    good = made.message(5)
    path = tmp_path / "bad.fstrm"
    path.write_bytes(made.stream([
        b"\xff\xff\xff", good, b"x" * (256 * 1024 + 1), good, field(15, 7), good,
        made.message(5, query=made.QUERY[:20]), made.message(99), good]))
    done = weir("read", str(path), "-f", "flat-json")
    assert done.returncode == 0
    operations = [json.loads(line)["dnstap.operation"] for line in done.stdout.splitlines()]
    assert operations.count("CLIENT_QUERY") == 5  # one of them malformed as DNS
    for said in ("dnstap_frames_oversize: 1", "dnstap_frames_of_other_types: 1", " 1 malformed",
                 "9 frames" if "9 frames" in done.stderr else "8 frames"):
        assert said in done.stderr


@pytest.mark.parametrize("cut", [1, 3, 4, 5, 20, 40, 60])
def test_a_file_cut_anywhere_gives_what_it_has(tmp_path, cut):
    whole = made.stream([made.message(5), made.message(6)])
    path = tmp_path / "cut.fstrm"
    path.write_bytes(whole[:-cut])
    done = weir("read", str(path), "-f", "flat-json")
    messages = len(done.stdout.splitlines())
    assert messages == (2 if cut <= 12 else 1)
    torn = cut != 12
    assert done.returncode == (1 if torn else 0), done.stderr
    assert ("truncated" in done.stderr) == torn


def test_appended_streams_are_read_one_after_the_other(every, tmp_path):
    path = tmp_path / "appended.fstrm"
    path.write_bytes(every.read_bytes() + made.stream([made.message(5)], stop=False)
                     + every.read_bytes())
    assert read(path, "--count") == f"{2 * COUNT + 1}\n"


def test_R10_a_file_that_grows_and_is_rotated_is_followed(tmp_path):
    path = tmp_path / "growing.fstrm"
    path.write_bytes(made.stream([made.message(5)], stop=False))
    with subprocess.Popen([PROGRAM, "read", "--follow", path, "-f", "short"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=clean_environment()) as following:
        def line():
            ready, _, _ = select.select([following.stdout], [], [], 10)
            assert ready, "nothing came within 10 s"
            return following.stdout.readline()

        assert " CQ " in line()
        with path.open("ab") as file:
            payload = frame(made.message(6))
            file.write(payload[:30])
            file.flush()
            file.write(payload[30:])
        assert " CR " in line()
        path.rename(tmp_path / "growing.fstrm.1")
        path.write_bytes(made.stream([made.message(13)], stop=False))
        assert " UQ " in line()
        following.send_signal(signal.SIGINT)
        assert following.wait(10) == 0
        assert "3 messages" in following.stderr.read()


def test_progress_is_drawn_on_terminals_only(tmp_path):
    path = tmp_path / "large.fstrm"
    path.write_bytes(made.stream([made.message(5)] * 300_000))
    quiet = subprocess.run([PROGRAM, "read", path, "--count"], capture_output=True, check=True)
    assert b"%" not in quiet.stderr
    ours, theirs = pty.openpty()
    with subprocess.Popen([PROGRAM, "read", path, "-f", "json"], stdout=subprocess.DEVNULL,
                          stderr=theirs) as reading:
        os.close(theirs)
        shown = b""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        assert reading.wait(10) == 0
    os.close(ours)
    assert b"% [" in shown and b"MiB/s" in shown and b"300000 messages" in shown
