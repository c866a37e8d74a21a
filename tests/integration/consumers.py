"""Real receivers of dnstap for tests, and receivers made of octets where no real one would do."""

import shutil
import signal
import socket
import ssl
import struct
import subprocess

from dnstap_sender import ACCEPT, FINISH, READY, START, STOP, exactly
from weir_process import wait_until


def frames_in(octets):
    """The payloads of a whole stream, which begins with START and ends with STOP."""
    payloads, at, ended = [], len(START), False
    assert octets[:at] == START
    while at < len(octets):
        assert not ended, "something behind STOP"
        size = struct.unpack_from("!I", octets, at)[0]
        if size == 0:
            assert octets[at:at + len(STOP)] == STOP
            at, ended = at + len(STOP), True
            continue
        payload = octets[at + 4:at + 4 + size]
        assert len(payload) == size, "a torn frame"
        payloads.append(payload)
        at += 4 + size
    assert ended, "no STOP"
    return payloads


def listens(port):
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
                   for line in table.readlines()[1:])


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))


class Consumer:
    """A program that listens on a path or a port and writes what comes into a file."""

    spell = staticmethod(wire)  # how a name stands in what is taken

    def __init__(self, directory, unix=None, tcp=None):
        self.directory, self.unix, self.tcp = directory, unix, tcp
        self.process, self.outputs = None, []

    @property
    def to(self):
        return f"unix:{self.unix}" if self.unix else f"tcp:127.0.0.1:{self.tcp}"

    @property
    def log(self):
        return (self.directory / "consumer.log").read_text(encoding="utf-8")

    def start(self):
        self.outputs.append(self.directory / f"taken{len(self.outputs)}.fstrm")
        if self.unix:
            self.unix.unlink(missing_ok=True)
        with open(self.directory / "consumer.log", "ab") as log:
            self.process = subprocess.Popen(self.command(self.outputs[-1]), stdout=log, stderr=log)
        wait_until(lambda: self.unix.is_socket() if self.unix else listens(self.tcp), 10,
                   "a consumer that listens")
        return self

    def stop(self):
        """Ends it in good order; what it took is in its files then."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # golang-dnstap knows no other
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def taken(self):
        """What is in the last file, message by message."""
        return frames_in(self.outputs[-1].read_bytes())


class FstrmCapture(Consumer):
    program = shutil.which("fstrm_capture")

    def command(self, output):
        where = ["-u", self.unix] if self.unix else ["-a", "127.0.0.1", "-p", str(self.tcp)]
        return [self.program, "-ddddd", "-t", "protobuf:dnstap.Dnstap", *where, "-w", output]


class GoDnstap(Consumer):
    """It writes frames to a file when it likes, and the rest never; but lines at once."""

    program = shutil.which("dnstap")
    spell = staticmethod(str.encode)

    def command(self, output):
        where = ["-u", self.unix] if self.unix else ["-l", f"127.0.0.1:{self.tcp}"]
        return [self.program, *where, "-q", "-w", output]

    def taken(self):
        return self.outputs[-1].read_bytes().splitlines()


class Listener:
    """Takes connections one by one and says only what it is told to."""

    def __init__(self, context=None):
        self.context = context
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(20)
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        connection = self.socket.accept()[0]
        connection.settimeout(20)
        if self.context is None:
            return connection
        return self.context.wrap_socket(connection, server_side=True)

    def begin(self):
        """A connection whose stream has begun."""
        connection = self.accept()
        assert exactly(connection, len(READY)) == READY
        connection.sendall(ACCEPT)
        assert exactly(connection, len(START)) == START
        return connection


def until_end(connection, answer=FINISH):
    """What comes until the sender closes; STOP is answered."""
    octets = b""
    while more := connection.recv(65536):
        octets += more
        if octets.endswith(STOP) and answer:
            connection.sendall(answer)
    return octets


def tls_context(authority, kind="good"):
    """A server's, which wants its clients to have a certificate of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue(kind))
    context.load_verify_locations(authority.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    return context
