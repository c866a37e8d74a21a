"""The library weir::dnstap as tests use it: built, installed, and called through its face for C."""

import ctypes
import os
import socket
import struct
import subprocess
from ctypes import (POINTER, Structure, c_bool, c_char, c_char_p, c_int, c_int64, c_size_t,
                    c_uint32, c_uint64, c_void_p)

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("WEIR_PROGRAM", ROOT / "build/dev/weir")).resolve().parent
OUTCOMES = ("accepted", "queue_full", "too_large", "invalid", "too_many_threads", "exhausted",
            "closed", "forked")
STATES = ("off", "connecting", "open", "waiting", "exhausted", "closed")
LOG = ctypes.CFUNCTYPE(None, c_void_p, c_bool, c_char_p)


def install(prefix):
    """What `make install-library` does, of the build that the tests are of."""
    for command in (["cmake", "--build", BUILD, "--target", "weir_dnstap", "weir_dnstap_static"],
                    ["cmake", "--install", BUILD, "--component", "dnstap", "--prefix", prefix]):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              timeout=900, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return prefix


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=300, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pkg_config(prefix, *words):
    folder = next(prefix.rglob("weir-dnstap.pc")).parent
    return run("pkg-config", *words, "weir-dnstap",
               env={**os.environ, "PKG_CONFIG_PATH": str(folder)}).split()


def compiler(source):
    return (["gcc", "-std=c99", "-D_DEFAULT_SOURCE", "-pedantic", "-Wall", "-Wextra", "-Werror"]
            if str(source).endswith(".c") else ["g++", "-std=c++20", "-Wall", "-Wextra", "-Werror"])


def link_by_pkg_config(prefix, folder, source, static):
    program = folder / f"by_pkg_config_{Path(source).suffix[1:]}_{static}"
    libs = pkg_config(prefix, "--libs", *(["--static"] if static else []))
    if static:
        libs = ["-l:libweir-dnstap.a" if word == "-lweir-dnstap" else word for word in libs]
    else:
        libs.append(f"-Wl,-rpath,{next(prefix.rglob('libweir-dnstap.so')).parent}")
    run(*compiler(source), source, "-o", program, *pkg_config(prefix, "--cflags"), *libs)
    return program


def link_by_cmake(prefix, folder, source, static):
    project = folder / f"by_cmake_{Path(source).suffix[1:]}_{static}"
    project.mkdir()
    (project / "CMakeLists.txt").write_text(f"""
cmake_minimum_required(VERSION 3.25)
project(user C CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(weir-dnstap REQUIRED {'COMPONENTS static' if static else ''})
add_executable(user {source})
target_link_libraries(user {'weir::dnstap_static' if static else 'weir::dnstap'})
set_target_properties(user PROPERTIES LINKER_LANGUAGE CXX)
target_compile_definitions(user PRIVATE _DEFAULT_SOURCE)
""", encoding="utf-8")
    run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", project / "build")
    return project / "build/user"


def printed(text):
    """`sent 5` as {"sent": "5"}."""
    return dict(line.rsplit(" ", 1) for line in text.splitlines())


def words_of(path, *options):
    """What golang's dnstap says about a file."""
    return run("dnstap", *(options or ["-y"]), "-r", path)


class Options(Structure):
    _fields_ = [
        ("output", c_char_p), ("identity", c_char_p), ("version", c_char_p),
        ("queue_octets", c_size_t), ("most_threads", c_size_t), ("most_frame_octets", c_size_t),
        ("block_for_ms", c_uint32), ("flush_interval_ms", c_uint32), ("bidirectional", c_bool),
        ("connect_timeout_ms", c_uint32), ("handshake_timeout_ms", c_uint32),
        ("reconnect_first_ms", c_uint32), ("reconnect_most_ms", c_uint32),
        ("reconnect_attempts", c_int64), ("reconnect_jitter_percent", c_uint32),
        ("rotate_octets", c_uint64), ("tls_subject_name", c_char_p), ("tls_ca_file", c_char_p),
        ("tls_certificate_file", c_char_p), ("tls_key_file", c_char_p), ("log", LOG),
        ("log_context", c_void_p)]


class Bytes(Structure):
    _fields_ = [("data", c_char_p), ("size", c_size_t)]


class Message(Structure):
    _fields_ = [
        ("type", c_int), ("protocol", c_int), ("http_protocol", c_int),
        ("query_address", c_char_p), ("response_address", c_char_p), ("query", Bytes),
        ("response", Bytes), ("query_zone", Bytes), ("query_time", c_int64),
        ("response_time", c_int64), ("extra", Bytes), ("policy_type", c_char_p),
        ("policy_rule", Bytes), ("policy_action", c_int), ("policy_match", c_int),
        ("policy_value", Bytes)]


class Statistics(Structure):
    _fields_ = [
        ("state", c_int), ("produced", c_uint64), ("sent", c_uint64), ("queued", c_uint64),
        ("dropped", c_uint64 * len(OUTCOMES)), ("connects", c_uint64), ("failures", c_uint64),
        ("threads", c_size_t), ("last_error", c_char * 256)]


class Library:
    def __init__(self, path):
        self.c = ctypes.CDLL(str(path))
        for name, result, arguments in (
                ("options_init", None, [POINTER(Options)]),
                ("open", c_void_p, [POINTER(Options), c_char_p, c_size_t]),
                ("log", c_int, [c_void_p, POINTER(Message)]),
                ("client_query", c_int,
                 [c_void_p, c_char_p, c_char_p, c_int, c_char_p, c_size_t]),
                ("statistics_read", None, [c_void_p, POINTER(Statistics)]),
                ("flush", c_bool, [c_void_p, c_uint32]), ("close", c_bool, [c_void_p, c_uint32]),
                ("free", None, [c_void_p])):
            function = getattr(self.c, "weir_tap_" + name)
            function.restype, function.argtypes = result, arguments

    def options(self, **chosen):
        options = Options()
        self.c.weir_tap_options_init(ctypes.byref(options))
        for name, value in chosen.items():
            setattr(options, name, value.encode() if isinstance(value, str) else value)
        return options

    def open(self, output, **chosen):
        return Tap(self.c, self.options(output=output, **chosen))


class Tap:
    """A producer; what it says of outages is in `told`."""

    def __init__(self, library, options):
        self.c, self.told = library, []
        self._log = LOG(lambda _, warning, text: self.told.append((warning, text.decode())))
        options.log = self._log
        error = ctypes.create_string_buffer(256)
        self.handle = library.weir_tap_open(ctypes.byref(options), error, len(error))
        self.error = error.value.decode()

    def query(self, octets=b"\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1", protocol=1):
        return OUTCOMES[self.c.weir_tap_client_query(
            self.handle, address("192.0.2.7", 54321), address("198.51.100.53", 53), protocol,
            octets, len(octets))]

    def log(self, **fields):
        message = Message(type=5, protocol=1)
        for name, value in fields.items():
            if dict(Message._fields_)[name] is Bytes:
                value = Bytes(value, len(value))
            setattr(message, name, value)
        return OUTCOMES[self.c.weir_tap_log(self.handle, ctypes.byref(message))]

    def read(self):
        raw = Statistics()
        self.c.weir_tap_statistics_read(self.handle, ctypes.byref(raw))
        dropped = {name: count for name, count in zip(OUTCOMES, raw.dropped) if count}
        assert raw.produced == raw.sent + sum(dropped.values()) + raw.queued
        return {"state": STATES[raw.state], "produced": raw.produced, "sent": raw.sent,
                "queued": raw.queued, "dropped": dropped, "connects": raw.connects,
                "failures": raw.failures, "last_error": raw.last_error.decode()}

    def flush(self, milliseconds=10_000):
        return self.c.weir_tap_flush(self.handle, milliseconds)

    def close(self, milliseconds=10_000):
        return self.c.weir_tap_close(self.handle, milliseconds)

    def free(self):
        self.c.weir_tap_free(self.handle)
        self.handle = None


def address(text, port):
    """A struct sockaddr_in or sockaddr_in6."""
    if ":" in text:
        return struct.pack("=HHI16sI", socket.AF_INET6, socket.htons(port), 0,
                           socket.inet_pton(socket.AF_INET6, text), 0)
    return struct.pack("=HH4s8x", socket.AF_INET, socket.htons(port), socket.inet_aton(text))
