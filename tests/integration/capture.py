"""What went over the wire: dumpcap on loopback, tshark to dissect it."""

import os
import shutil
import socket
import struct
import subprocess

import pytest

from weir_process import wait_until


class Capture:
    """Everything from and to one port on loopback, while the `with` block runs."""

    MARK = b"the capture ends here"

    def __init__(self, folder, port, dissect=None):
        """`dissect` says what is spoken there: `udp.port==5300,dns`; else it is TLS."""
        if os.geteuid() != 0 or not shutil.which("dumpcap"):
            pytest.skip("captures need root and dumpcap")
        self.port, self.file = port, folder / f"port-{port}.pcap"
        self._dissect = dissect or f"tcp.port=={port},tls"

    def __enter__(self):
        self._log = open(f"{self.file}.log", "w+", encoding="utf-8")
        self._process = subprocess.Popen(
            ["dumpcap", "-q", "-i", "lo", "-f", f"port {self.port}", "-P", "-w", self.file],
            stderr=self._log, stdout=subprocess.DEVNULL)
        wait_until(lambda: "File:" in open(self._log.name, encoding="utf-8").read(), 10, "dumpcap")
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as marker:
            def marked():
                marker.sendto(self.MARK, ("127.0.0.1", self.port))
                return self.MARK in self.file.read_bytes()
            try:
                wait_until(marked, 10, "the mark in the capture")
            finally:
                self._process.terminate()
                self._process.wait(10)
                self._log.close()

    def read(self, what, *fields):
        """The fields of every packet that the display filter lets through."""
        words = ["tshark", "-r", self.file, "-d", self._dissect, "-Y", what,
                 "-T", "fields"]
        for field in fields:
            words += ["-e", field]
        seen = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
        return [line.split("\t") for line in seen.stdout.splitlines()]

    def sent_to(self, port):
        """What clients sent to the port: one text of octets a connection."""
        return self._streams(f"tcp.dstport == {port}")

    def sent_from(self, port):
        return self._streams(f"tcp.srcport == {port}")

    def _streams(self, direction):
        streams = {}
        for stream, at, payload in self.read(f"{direction} && tcp.len > 0", "tcp.stream", "tcp.seq",
                                             "tcp.payload"):
            streams.setdefault(stream, {})[int(at)] = bytes.fromhex(payload)
        return [b"".join(parts[at] for at in sorted(parts)) for parts in streams.values()]


HANDSHAKE, APPLICATION_DATA = 22, 23
TLS_TYPES = {20, 21, HANDSHAKE, APPLICATION_DATA}  # change of cipher, alert, handshake, data


def tls_records(octets):
    """(type, size) of every record; fails when a single octet is not of TLS."""
    records = []
    while octets:
        kind, version, size = struct.unpack_from("!BHH", octets)
        assert kind in TLS_TYPES and version in (0x0301, 0x0303), octets[:32]
        assert len(octets) >= 5 + size, "half a record"
        records.append((kind, size))
        octets = octets[5 + size:]
    return records
