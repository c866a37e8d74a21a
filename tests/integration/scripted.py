"""A server for what real ones do not do on demand: silence, delays, wrong answers, hanging up."""

import asyncio
import ssl
import struct
import threading
import time

from weir_process import free_port

PROBE = "a.root-servers.net"  # what health checks ask for


def question_of(message):
    """(name in lower case, type, where the question ends)."""
    at, labels = 12, []
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1").lower())
        at += message[at] + 1
    return ".".join(labels), struct.unpack_from("!H", message, at + 1)[0], at + 5


def answer_to(message, address=(192, 0, 2, 1), ttl=300, rcode=0, identity=None):
    """One A record, or only an rcode."""
    end = question_of(message)[2]
    record = b"\xc0\x0c\0\1\0\1" + struct.pack("!IH", ttl, 4) + bytes(address)
    return ((identity or message[:2]) + bytes([0x81, 0x80 | rcode, 0, 1, 0, 0 if rcode else 1])
            + b"\0\0\0\0" + message[12:end] + (b"" if rcode else record))


async def well(line, message):
    line.send(answer_to(message))


async def never(_line, _message):
    pass


def failing(rcode):
    async def behaviour(line, message):
        line.send(answer_to(message, rcode=rcode))
    return behaviour


def after(seconds, then=well):
    async def behaviour(line, message):
        await asyncio.sleep(seconds)
        await then(line, message)
    return behaviour


class Line:
    """A connection; what a behaviour answers on."""

    def __init__(self, writer):
        self.writer = writer

    def send(self, message):
        self.raw(struct.pack("!H", len(message)) + message)

    def raw(self, octets):
        if not self.writer.is_closing():
            self.writer.write(octets)

    def close(self):
        self.writer.close()


class Scripted:
    """Answers over TLS, or TCP without a certificate, as `behaviour` says; health checks well."""

    def __init__(self, behaviour=well, authority=None, certificate=None, healthy=True):
        self.port, self.ca = free_port(), authority and authority.ca
        self.behaviour, self.healthy = behaviour, healthy
        self.questions = []  # (time, name, type), without health checks
        self.messages = []   # their octets
        self.octets = 0      # of DNS, that is after any handshake
        self.connections = self.open = self.resumed = 0
        self._context = None
        if certificate:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*authority.issue(certificate))
        self._lines, self._tasks = set(), set()
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda *_: None)  # clients that refuse our certificate
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server = None

    def start(self):
        if not self._thread.is_alive():
            self._thread.start()
        self._call(self._listen())
        return self

    def stop(self):
        self.hang_up()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def hang_up(self, listen=False):
        """Closes every connection; listens on only if told so."""
        self._call(self._hang_up(listen))

    def _call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port,
                                                  ssl=self._context, backlog=1000)

    async def _hang_up(self, listen):
        if not listen and self._server:
            self._server.close()
            self._server = None
        for task in list(self._tasks):
            task.cancel()
        while self._lines:  # a handshake may have been under way: look again
            for line in list(self._lines):
                line.writer.transport.abort()
                line.task.cancel()  # an aborted TLS transport does not always wake its reader
            await asyncio.sleep(0.005)

    async def _serve(self, reader, writer):
        line = Line(writer)
        line.task = asyncio.current_task()
        self._lines.add(line)
        self.connections += 1
        self.open += 1
        session = writer.get_extra_info("ssl_object")
        self.resumed += bool(session and session.session_reused)
        try:
            while True:
                size = struct.unpack("!H", await reader.readexactly(2))[0]
                self.octets += 2
                message = await reader.readexactly(size)
                self.octets += size
                self._take(line, message)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            self._lines.discard(line)
            writer.transport.abort()

    def _take(self, line, message):
        name, kind, _ = question_of(message)
        probe = name == PROBE
        if not probe:
            self.questions.append((time.monotonic(), name, kind))
            self.messages.append(message)
        behaviour = well if probe and self.healthy else self.behaviour
        task = self._loop.create_task(behaviour(line, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def names(self):
        return [name for _, name, _ in self.questions]

    def settings(self, name="scripted", more=""):
        """An [[edge.upstreams]] table for weir."""
        scheme, trust = "tcp", ""
        if self._context:
            scheme, trust = "tls", f'tls.ca_file = "{self.ca}"\n'
        address = f"{scheme}://127.0.0.1:{self.port}"
        return f'[[edge.upstreams]]\nname = "{name}"\naddress = "{address}"\n{trust}{more}'
