"""Real NATS servers, alone or three in a cluster, and a client of a few words to read a stream."""

import json
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from weir_process import free_port, wait_until


class NatsServer:
    def __init__(self, folder, name, port, routes, own_route, tls=None, user=None):
        self.port, self.process = port, None
        self.folder = Path(folder)
        self.folder.mkdir()
        cluster = f"""
cluster {{ name: lab, listen: "127.0.0.1:{own_route}",
  routes: [{", ".join(f'"nats://127.0.0.1:{route}"' for route in routes)}] }}""" if routes else ""
        secure = f'tls {{ cert_file: "{tls[0]}", key_file: "{tls[1]}" }}\n' if tls else ""
        who = f'authorization {{ user: "{user[0]}", password: "{user[1]}" }}\n' if user else ""
        (self.folder / "nats.conf").write_text(f"""\
server_name: {name}
listen: "127.0.0.1:{port}"
jetstream {{ store_dir: "{self.folder}/data" }}
max_pending: 1GB  # for a reader that is slower than all servers
{secure}{who}{cluster}
""", encoding="utf-8")

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["nats-server", "-c", str(self.folder / "nats.conf")], stdout=log, stderr=log)
        return self

    def stop(self, number=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(20)


class Nats:
    """`servers` of them; more than one make a cluster."""

    def __init__(self, servers=1, **options):
        self.folder = Path(tempfile.mkdtemp(prefix="weir-nats-"))
        ports = [free_port() for _ in range(servers)]
        routes = [free_port() for _ in range(servers)] if servers > 1 else []
        self.servers = [NatsServer(self.folder / f"n{i}", f"n{i}", port, routes,
                                   routes[i] if routes else 0, **options)
                        for i, port in enumerate(ports)]
        self.urls = [f"nats://127.0.0.1:{port}" for port in ports]

    def start(self):
        for server in self.servers:
            server.start()
        wait_until(lambda: self._ready(), 30, "NATS")
        return self

    def _ready(self):
        """JetStream answers: a cluster has found its leader."""
        try:
            with Client(self.servers[0].port) as client:
                return "error" not in client.ask("$JS.API.INFO")
        except (OSError, AssertionError):
            return False

    def remove(self):
        for server in self.servers:
            server.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def port(self):
        """Of a server that runs."""
        return next(each.port for each in self.servers
                    if each.process and each.process.poll() is None)

    def messages(self, stream="DNS"):
        """How many the stream has; none if there is no stream."""
        try:
            with Client(self.port()) as client:
                return client.ask(f"$JS.API.STREAM.INFO.{stream}").get("state", {}).get(
                    "messages", 0)
        except (OSError, AssertionError):
            return -1

    def read(self, stream="DNS"):
        """(subject, identity, text) of each message of the stream, which has some."""
        return wait_until(lambda: self._try_to_read(stream), 60, "the stream's messages")

    def _try_to_read(self, stream):
        """A cluster that is finding itself again may not answer, or not yet have all."""
        try:
            with Client(self.port()) as client:
                return client.read(stream, self.messages(stream))
        except (OSError, AssertionError):
            return None


class Client:
    """The protocol of NATS, as far as reading a stream needs it."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.file = self.socket.makefile("rb")
        self.early = []  # what came before an answer that was waited for
        assert self.file.readline().startswith(b"INFO")
        self._say('CONNECT {"verbose":false,"headers":true,"no_responders":true}')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def _say(self, line, payload=None):
        self.socket.sendall(line.encode() + b"\r\n"
                            + (b"" if payload is None else payload + b"\r\n"))

    def _next(self):
        """(subject, headers, payload) of the next message."""
        while True:
            words = self.file.readline().split()
            assert words, "the server has gone"
            if words[0] == b"PING":
                self._say("PONG")
            elif words[0] in (b"MSG", b"HMSG"):
                head = int(words[-2]) if words[0] == b"HMSG" else 0
                octets = self.file.read(int(words[-1]) + 2)[:-2]
                return words[1].decode(), octets[:head], octets[head:]

    def ask(self, subject, **words):
        self._say("SUB answers 1")
        payload = json.dumps(words).encode() if words else b""
        self._say(f"PUB {subject} answers {len(payload)}", payload)
        while (message := self._next())[0] != "answers":
            self.early.append(message)
        _, headers, answer = message
        assert answer, headers
        self._say("UNSUB 1")
        return json.loads(answer)

    def read(self, stream, count):
        self._say("SUB taken 2")
        made = self.ask(f"$JS.API.CONSUMER.CREATE.{stream}", stream_name=stream, config={
            "deliver_subject": "taken", "ack_policy": "none", "deliver_policy": "all"})
        assert "error" not in made, made
        messages = []
        while len(messages) < count:
            subject, headers, text = self.early.pop(0) if self.early else self._next()
            identity = next((line.partition(b":")[2].strip().decode()
                             for line in headers.split(b"\r\n")
                             if line.lower().startswith(b"nats-msg-id:")), None)
            messages.append((subject, identity, json.loads(text)))
        return messages
