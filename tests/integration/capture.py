"""What went over the wire: dumpcap on loopback, tshark to dissect it."""

import os
import shutil
import socket
import subprocess

import pytest

from weir_process import wait_until

MARK = b"the capture ends here"


class Capture:
    """Everything from and to one port on loopback, while the `with` block runs."""

    def __init__(self, folder, port):
        if os.geteuid() != 0 or not shutil.which("dumpcap"):
            pytest.skip("captures need root and dumpcap")
        self.port, self.file = port, folder / f"port-{port}.pcap"

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
                marker.sendto(MARK, ("127.0.0.1", self.port))
                return MARK in self.file.read_bytes()
            try:
                wait_until(marked, 10, "the mark in the capture")
            finally:
                self._process.terminate()
                self._process.wait(10)
                self._log.close()

    def read(self, what, *fields):
        """The fields of every packet that the display filter lets through."""
        words = ["tshark", "-r", self.file, "-d", f"tcp.port=={self.port},tls", "-Y", what,
                 "-T", "fields"]
        for field in fields:
            words += ["-e", field]
        seen = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
        return [line.split("\t") for line in seen.stdout.splitlines()]
