"""Certificates for servers on loopback, made with the openssl program: good ones and wrong ones."""

import subprocess
from pathlib import Path

NAME = "dot.test"  # what servers here are called
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=20)


class Certificate:
    """A certificate and its key, as files."""

    def __init__(self, folder, stem):
        self.pem = folder / f"{stem}.pem"
        self.key = folder / f"{stem}.key"


class Authority:
    """An authority of our own, and what it has signed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.root = Certificate(folder, "authority")
        _openssl("req", "-x509", *KEY, "-keyout", self.root.key, "-out", self.root.pem,
                 "-subj", "/CN=weir test authority", "-days", 2)

    @property
    def pem(self):
        return self.root.pem

    def sign(self, stem, names=f"DNS:{NAME},IP:127.0.0.1,IP:::1", days=2):
        """A leaf for `names`; with days below 0 it has expired."""
        leaf, request = Certificate(self.folder, stem), self.folder / f"{stem}.csr"
        _openssl("req", "-new", *KEY, "-keyout", leaf.key, "-out", request, "-subj", f"/CN={stem}",
                 "-addext", f"subjectAltName={names}")
        _openssl("x509", "-req", "-in", request, "-CA", self.root.pem, "-CAkey", self.root.key,
                 "-days", days, "-copy_extensions", "copy", "-out", leaf.pem)
        return leaf

    def self_signed(self, stem):
        alone = Certificate(self.folder, stem)
        _openssl("req", "-x509", *KEY, "-keyout", alone.key, "-out", alone.pem, "-days", 2,
                 "-subj", f"/CN={stem}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1")
        return alone
