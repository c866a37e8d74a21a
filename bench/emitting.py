"""Who emits dnstap: weir::dnstap beside libfstrm's I/O thread, both into a fstrm_capture that reads
as fast as it can."""

import contextlib
import shutil
import subprocess
from pathlib import Path

import peers
from processes import SERVER_CORE, Process, wait_until

HERE = Path(__file__).resolve().parent
LIBRARY = peers.ROOT / "build/release/libweir-dnstap.a"
SUBJECTS = {  # program, threads
    "reading the clock": ("emit_weir", 1), "weir": ("emit_weir", 1), "libfstrm": ("emit_fstrm", 1),
    "weir (4 threads)": ("emit_weir", 4), "libfstrm (4 threads)": ("emit_fstrm", 4)}
CALLS_BY_SECOND = 100_000  # of a thread, in bursts of 50


def missing():
    """What has to be there before this can be measured."""
    tools = [tool for tool in ("protoc-c", "fstrm_capture", "pkg-config") if not shutil.which(tool)]
    return tools + ([] if LIBRARY.exists() else [str(LIBRARY)])


def _flags(package):
    return subprocess.run(["pkg-config", "--cflags", "--libs", package], check=True,
                          capture_output=True, text=True).stdout.split()


def programs(folder):
    """Both, compiled with the same options."""
    compile_ = ["g++", "-O2", "-std=c++20", f"-I{HERE}", f"-I{folder}"]
    subprocess.run([*compile_, f"-I{peers.ROOT}/include", HERE / "emit_weir.cpp", LIBRARY, "-lssl",
                    "-lcrypto", "-lfmt", "-pthread", "-o", folder / "emit_weir"], check=True)
    subprocess.run(["protoc-c", f"--proto_path={HERE}", f"--c_out={folder}", "dnstap.proto"],
                   check=True)
    subprocess.run(["gcc", "-O2", "-c", folder / "dnstap.pb-c.c", "-o", folder / "dnstap.o"],
                   check=True)
    subprocess.run([*compile_, HERE / "emit_fstrm.cpp", folder / "dnstap.o", *_flags("libfstrm"),
                    *_flags("libprotobuf-c"), "-pthread", "-o", folder / "emit_fstrm"], check=True)


def emit(stage, name, seconds):
    """One producer and one receiver, both new: what a call takes."""
    program, threads = SUBJECTS[name]
    if not (stage.folder / program).exists():
        programs(stage.folder)
    room = stage.room(name)
    path = room / "tap.sock"
    with contextlib.ExitStack() as stack:
        if name == "reading the clock":
            path = "-"
        else:
            receiver = stack.enter_context(
                Process(name, ["fstrm_capture", "-t", "protobuf:dnstap.Dnstap", "-u", path, "-w",
                               "/dev/null"], SERVER_CORE, room / "log", cwd=room))
            wait_until(path.exists, receiver, 10, "listening")
        told = subprocess.run(
            [stage.folder / program, path, str(threads), str(seconds * CALLS_BY_SECOND)],
            check=True, capture_output=True, text=True).stdout.split()
    return dict(zip(("median_ns", "p99_ns", "cpu_ns", "lost"), map(float, told)))
