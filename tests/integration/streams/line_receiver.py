"""A receiver of lines over TCP, as log shippers are: it can go away and come back."""

import json
import socket
import threading

from weir_process import free_port


class LineReceiver:
    """`lines` are those that came whole, over all connections. It listens after `start`."""

    def __init__(self):
        self.port = free_port()
        self.to = f"tcp:127.0.0.1:{self.port}"
        self.lines, self.connections = [], 0
        self._lock, self._listener, self._open, self._threads = threading.Lock(), None, [], []

    def start(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._run(self._accept, self._listener)
        return self

    def _run(self, work, *words):
        thread = threading.Thread(target=work, args=words)
        thread.start()
        self._threads.append(thread)

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.append(connection)
            self._run(self._read, connection)

    def _read(self, connection):
        rest = b""
        try:
            while octets := connection.recv(1 << 16):
                *whole, rest = (rest + octets).split(b"\n")
                with self._lock:
                    self.lines += whole
        except OSError:
            pass
        connection.close()

    def stop(self):
        """Takes no more, reads what is there, and goes."""
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RD)
                except OSError:
                    pass
            self._open = []
        for thread in self._threads:
            thread.join(20)
        self._listener, self._threads = None, []

    def records(self):
        with self._lock:
            return [json.loads(line) for line in self.lines]
