"""Receivers of dnstap for tests of those who send it: one that does what a script says, and
fstrm_capture."""

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

from dnstap_sender import ACCEPT, FINISH, READY, START, STOP, exactly


class Receiver:
    """Listens on a path or on a port of this machine; `behave(receiver, connection)` has each
    connection in turn. What it notes and when it was connected to is kept."""

    def __init__(self, behave, path=None):
        self.behave, self.path = behave, path
        self.connected_at, self.notes, self.frames = [], [], []
        self.changed = threading.Condition()
        if path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(path))
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.listen()
        self.output = f"unix:{path}" if path else f"tcp:127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.changed:
                self.connected_at.append(time.monotonic())
                self.changed.notify_all()
            connection.settimeout(30)
            with connection, contextlib.suppress(OSError):
                self.behave(self, connection)

    def note(self, what):
        with self.changed:
            self.notes.append((time.monotonic(), what))
            self.changed.notify_all()

    def take(self, payload):
        with self.changed:
            self.frames.append(payload)
            self.changed.notify_all()

    def wait(self, condition, seconds=20):
        with self.changed:
            assert self.changed.wait_for(condition, seconds), "it did not come in time"

    def noted(self):
        return [what for _, what in self.notes]

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(40)


def read_frame(connection):
    """A data frame's payload, a whole control frame, or b"" at the end."""
    header = exactly(connection, 4)
    if len(header) < 4:
        return b""
    size, = struct.unpack("!I", header)
    if size:
        return exactly(connection, size)
    length = exactly(connection, 4)
    return header + length + exactly(connection, struct.unpack("!I", length)[0])


def well(receiver, connection):
    """Shakes hands, takes frames, answers STOP."""
    assert read_frame(connection) == READY
    connection.sendall(ACCEPT)
    assert read_frame(connection) == START
    receiver.note("start")
    while (frame := read_frame(connection)) and frame != STOP:
        receiver.take(frame)
    receiver.note("stop" if frame == STOP else "cut")
    if frame == STOP:
        connection.sendall(FINISH)
        receiver.note("closed" if connection.recv(1) == b"" else "more")


def silent(receiver, connection):
    """Says nothing; notes when the sender has had enough."""
    while connection.recv(100):
        pass
    receiver.note("closed")


def hang_up_after_accept(receiver, connection):
    assert read_frame(connection) == READY
    connection.sendall(ACCEPT)
    assert read_frame(connection) == START
    receiver.note("hung up")


def answering(octets):
    """Answers READY with these octets, and notes when the sender closes."""
    def behave(receiver, connection):
        assert read_frame(connection) == READY
        connection.sendall(octets)
        silent(receiver, connection)
    return behave


def frames_in(path):
    """Payloads of a file that begins with START and ends with STOP."""
    octets = path.read_bytes()
    assert octets.startswith(START), path
    assert octets.endswith(STOP), path
    at, found = len(START), []
    while at < len(octets) - len(STOP):
        size, = struct.unpack_from("!I", octets, at)
        found.append(octets[at + 4:at + 4 + size])
        at += 4 + size
    return found


class Capture:
    """fstrm_capture into a file; it ends with the test."""

    def __init__(self, folder, path=None, port=None):
        self.file = folder / "captured.fstrm"
        where = ["-u", str(path)] if path else ["-a", "127.0.0.1", "-p", str(port)]
        self.output = f"unix:{path}" if path else f"tcp:127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [shutil.which("fstrm_capture"), "-t", "protobuf:dnstap.Dnstap", *where, "-w",
             str(self.file)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not self._listens(path, port):
            assert time.monotonic() < deadline and self.process.poll() is None
            time.sleep(0.01)

    @staticmethod
    def _listens(path, port):
        if path:
            return os.path.exists(path)
        return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
                   for line in open("/proc/net/tcp", encoding="ascii").readlines()[1:])

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """The file is whole afterwards."""
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            self.process.wait(20)
        return self
