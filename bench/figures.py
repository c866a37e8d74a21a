"""The figures: what is measured of whom, and what weir is to reach.

Every function yields samples, run by run, each run going round all subjects, so that a slow minute
of the machine is everybody's.
"""

import contextlib
import statistics
import time
from typing import Callable, NamedTuple

import emitting
import load
import storing
import tapping
import watching
from processes import bound, wait_until
from stage import FLOOR

WORKING_SET = 10_000  # names
COLD_STARTS = 5
FRAMES_BY_SECOND = 500_000  # of a run
WARM_QUESTIONS = 200


class Sample(NamedTuple):
    subject: str
    run: int
    values: dict


class Goal(NamedTuple):
    """`value` of weir is at most `most`, or a peer's is `times` as much in the same run."""

    value: str
    most: float = 0.0
    peer: str = ""
    times: float = 0.0


class Figure(NamedTuple):
    key: str
    title: str
    value: str  # the column that is compared
    columns: dict  # of the table: name of the value -> heading
    subjects: tuple
    goals: tuple
    measure: Callable
    note: str = ""


def _loaded(stage, actor, run, names, **how):
    """One run of dnsperf as a sample: CPU time of the server by the query."""
    before = actor.process.settled_cpu()
    done = load.dnsperf(actor.port, names, **how)
    cost = actor.process.settled_cpu().since(before)
    actor.process.check()
    by_query = 1000.0 * done.completed
    return Sample(actor.name, run, {
        "cpu_us": cost.total / by_query, "user_us": cost.user / by_query,
        "system_us": cost.system / by_query, "qps": done.qps, "queries": done.completed,
        "lost": done.lost, "failed": done.failed})


def cache_hits(mode):
    def measure(stage, subjects):
        names = stage.names(WORKING_SET)
        # dnsdist keeps answers to TCP apart and asks for them over a stream, which the DoT
        # upstream has; to the others it makes no difference where the answers came from.
        with stage.subjects(subjects, dot=mode == "tcp") as actors:
            for actor in actors:
                load.dnsperf(actor.port, names, mode=mode, passes=2)
            for run in range(stage.runs):
                for actor in actors:
                    yield _loaded(stage, actor, run, names, mode=mode, seconds=stage.seconds)
    return measure


def above_floor(samples):
    """A2 from the samples of A1: what a server adds to the floor of the same run."""
    floor = {s.run: s.values["cpu_us"] for s in samples if s.subject == FLOOR}
    for sample in samples:
        if sample.subject != FLOOR and sample.run in floor:
            added = sample.values["cpu_us"] - floor[sample.run]
            yield sample._replace(values={"added_us": added, "user_us": sample.values["user_us"]})


def memory(stage, subjects):
    """One server at a time is filled with names, then asked for all of them again."""
    entries = stage.many_names
    names = stage.names(entries)
    for name in subjects:
        room = entries * (128 if name == "weir" else 1500)
        with stage.subjects([name], entries=entries + entries // 10, cache_octets=room) as [actor]:
            time.sleep(0.5)
            before = actor.process.resident_octets()
            load.dnsperf(actor.port, names, passes=1)
            after = actor.process.resident_octets()
            asked = actor.upstream.read()
            again = load.dnsperf(actor.port, names, passes=1)
            missed = actor.upstream.since(asked)["queries"]
            kept = max(1, again.completed - missed)
            yield Sample(name, 0, {
                "octets": (after - before) / kept, "kept": kept, "before_mib": before / 2**20,
                "after_mib": after / 2**20})


def _cold(stage, name, upstream, run, rest):
    """Microseconds of the first question to a new process, then of those that follow it. The
    process is seen to be up by its socket: it is not asked before the first question."""
    with contextlib.ExitStack() as stack:
        actor = stage.start(stack, name, upstream)
        wait_until(lambda: bound(actor.port), actor.process, 10, "listening")
        time.sleep(rest)
        mark = f"c{run}-{int(rest * 1000)}-{actor.port}"
        took = [load.ask(actor.port, f"{mark}-{i}.{load.NAME_SUFFIX}", number=i)
                for i in range(WARM_QUESTIONS + 1)]
        return took[0], [one for one in took[1:] if one is not None]


def first_question(stage, subjects):
    with contextlib.ExitStack() as stack:
        upstreams = {name: stage.upstream(stack, True) for name in subjects if name != FLOOR}
        floor = stage.floor(stack)
        for run in range(COLD_STARTS):
            took = [load.ask(floor.port, "f.bench.test", number=i) for i in range(WARM_QUESTIONS)]
            yield Sample(FLOOR, run, {"warm_us": statistics.median(filter(None, took))})
            for name, upstream in upstreams.items():
                first, rest = _cold(stage, name, upstream, run, 0.7)
                at_once, _ = _cold(stage, name, upstream, run, 0)
                values = {"cold_us": first, "at_once_us": at_once,
                          "warm_us": statistics.median(rest) if rest else None}
                yield Sample(name, run, {k: v for k, v in values.items() if v is not None})


def misses(stage, subjects):
    with stage.subjects(subjects, dot=True, cache_octets=512 << 20) as actors:
        for run in range(stage.runs):
            names = stage.names(stage.many_names, chr(ord("a") + run))
            for actor in actors:
                yield _missed(stage, actor, run, names, passes=1, seconds=stage.seconds)
        for actor in actors:
            if actor.name == "weir":
                every = stage.names(stage.many_names, "z")
                whole = _missed(stage, actor, 0, every, passes=1)
                yield whole._replace(subject="weir (every name)")


def _missed(stage, actor, run, names, **how):
    sample = _loaded(stage, actor, run, names, **how)
    counted = actor.upstream.read()
    sample.values.update(
        connections=counted["connections"], full=counted["full_handshakes"],
        resumed=counted["resumed_handshakes"], asked=counted["queries"])
    return sample


def frames(stage, subjects):
    count = stage.seconds * FRAMES_BY_SECOND
    for run in range(stage.runs):
        for name in subjects:
            values = (tapping.read_file(stage, name, count) if name == "dnstap-ldns"
                      else tapping.receive(stage, name, count))
            yield Sample(name, run, values)


def converted(stage, subjects):
    count = stage.seconds * FRAMES_BY_SECOND
    for run in range(stage.runs):
        for name in subjects:
            yield Sample(name, run, tapping.read_file(stage, name, count))


def emitted(stage, subjects):
    for run in range(stage.runs):
        for name in subjects:
            yield Sample(name, run, emitting.emit(stage, name, stage.seconds))


def merged(stage, subjects):
    """Answer records a second into dns_answers."""
    count = stage.seconds * FRAMES_BY_SECOND
    records = storing.records_by_frame(stage)
    with contextlib.ExitStack() as stack:
        database = storing.Database(stack)
        for run in range(stage.runs):
            done = storing.weir(stage, database, count, "events = false\nanswers.enabled = true\n",
                                "dns_answers")
            by_record = {key: value * records if key == "rate" else value / records
                         for key, value in done.items()}
            yield Sample("weir", run, by_record)
            yield Sample("row by row (koroz)", run, storing.upserts_by_row(stage, database))


def stored(stage, subjects):
    """Rows a second into the table of events."""
    count = stage.seconds * FRAMES_BY_SECOND // 2
    with contextlib.ExitStack() as stack:
        database = storing.Database(stack)
        for run in range(stage.runs):
            for name, lane in (("weir (durable)", "lane.durable = true"), ("weir", "")):
                yield Sample(name, run, storing.weir(stage, database, count, lane, "dns_events"))
            yield Sample("COPY BINARY", run, storing.copy_binary(stage, database))
            yield Sample("INSERT of 1000", run, storing.inserts(
                stage, database, storing.MANY_ROWS, storing.THOUSAND))
            storing.copy_binary(stage, database)
            yield Sample("INSERT", run, storing.inserts(stage, database, storing.BY_ROW, 1))


def packets(stage, subjects):
    with watching.link():
        for run in range(stage.runs):
            for name in subjects:
                yield Sample(name, run, watching.climb(stage, name, min(stage.seconds, 2)))


_FRAME = {"cpu_ns": "CPU ns/frame", "user_ns": "user", "system_ns": "system",
          "by_core": "frames/s a processor", "rate": "frames/s", "lost": "lost"}
_CPU = {"cpu_us": "CPU µs/query", "user_us": "user", "system_us": "system", "qps": "queries/s",
        "lost": "lost"}

FIGURES = (
    Figure("A1", "UDP, answered from the cache", "cpu_us", _CPU,
           (FLOOR, "dnsdist", "unbound", "weir", "weir (history on)", "weir (store on)"),
           (Goal("cpu_us", peer="dnsdist", times=1.15), Goal("cpu_us", most=4.6)),
           cache_hits("udp")),
    Figure("A2", "the part of A1 that is the server's own", "added_us",
           {"added_us": "CPU µs/query above the echo floor", "user_us": "user time alone"}, (),
           (Goal("added_us", peer="dnsdist", times=3.0), Goal("added_us", most=0.35)), None,
           "A server's CPU time less that of the echo floor in the same run: the difference of two "
           "large numbers, so its spread is wide. User time alone stands beside it; it contains "
           "the entry to system calls and is divided from system time by sampling."),
    Figure("A4", "TCP, pipelined, answered from the cache", "cpu_us", _CPU,
           ("dnsdist", "unbound", "weir", "weir (store on)"),
           (Goal("cpu_us", peer="dnsdist", times=3.0), Goal("cpu_us", most=2.5)),
           cache_hits("tcp")),
    Figure("A6", "memory of a cached answer (26 octets of name, one A record)", "octets",
           {"octets": "octets/entry", "before_mib": "MiB before", "after_mib": "MiB after",
            "kept": "entries kept"},
           ("dnsdist", "unbound", "kresd", "weir"), (Goal("octets", most=96),), memory,
           "Growth of the resident set by the entries that a second pass finds. Each cache is "
           "bounded by what it takes to hold them all: weir's by 128 octets an entry, dnsdist's by "
           "their number, the others' by 1500 octets."),
    Figure("A7", "DNS on an interface, watched without loss", "cpu_ns",
           {"cpu_ns": "CPU ns/packet", "kernel_ns": "in the kernel",
            "rate": "packets/s", "over_sent": "overload: sent",
            "over_taken": "taken", "over_counted": "counted lost", "unaccounted": "neither"},
           ("tcpdump", "tshark", "weir (packet socket)", "weir"),
           (Goal("cpu_ns", peer="tcpdump", times=1.0), Goal("cpu_ns", most=667)), packets,
           "The highest of a ladder of rates at which nothing is lost, then twice as much: what is "
           "sent must be what is taken and what is counted as lost. CPU time is the kernel's for "
           "receiving and the watcher's, on one processor; the sender has the other and may be "
           "what ends the ladder. tcpdump writes packets to nowhere, undecoded; tshark prints "
           "three fields of each; weir decodes and pairs them. Answers are frames of 180 octets."),
    Figure("B1", "the first question over DoT", "cold_us",
           {"cold_us": "first, µs", "at_once_us": "first, asked at once, µs",
            "warm_us": "later ones, µs (median)"},
           (FLOOR, "dnsdist", "unbound", "kresd", "weir"),
           (Goal("cold_us", most=1000), Goal("warm_us", most=150)), first_question,
           "Wall time, each process new. `first` is asked 0.7 s after the process listens (who "
           "connects ahead gains by it), `at once` some 2 ms after. The echo floor is asked "
           "directly over UDP: it is what the asking itself takes."),
    Figure("B2", "UDP, forwarded over DoT, every name new", "cpu_us",
           {**_CPU, "failed": "not NOERROR", "connections": "connections",
            "full": "full handshakes", "resumed": "resumed"},
           ("dnsdist", "unbound", "kresd", "weir"),
           (Goal("cpu_us", peer="kresd", times=2.0), Goal("cpu_us", most=8.5),
            Goal("connections", most=4)), misses,
           "Connections and handshakes are those of the process since it started, as its upstream "
           "counted them."),
    Figure("C1", "dnstap, decoded", "cpu_ns", _FRAME,
           ("dnstap-ldns", "dnstap (text)", "weir"),
           (Goal("cpu_ns", peer="dnstap-ldns", times=4.0), Goal("cpu_ns", most=600)), frames,
           "dnstap-ldns reads a file, the others a Unix socket that four senders write to. What "
           "peers decode they print; weir carries it to the end of its flow. 190 octets a frame."),
    Figure("C2", "dnstap from a file to JSON lines", "cpu_ns", _FRAME,
           ("dnstap (JSON)", "weir", "weir (flat JSON)"),
           (Goal("cpu_ns", peer="dnstap (JSON)", times=9.0), Goal("cpu_ns", most=900)), converted,
           "golang-dnstap and weir both write one object a message, with the whole DNS message in "
           "it; flat JSON is the record that log collectors take. One processor each."),
    Figure("C3", "dnstap over a Unix socket, taken", "cpu_ns", {**_FRAME, "mib": "MiB"},
           ("fstrm_capture", "dnstap", "weir"),
           (Goal("cpu_ns", most=667),), frames,
           "Peers pass frames on as they are, to nowhere; weir decodes them. Four senders write "
           "as fast as they are let."),
    Figure("D1", "answers merged into PostgreSQL", "each_us",
           {"each_us": "µs/record", "rate": "records/s", "cpu_ns": "CPU ns/record of weir"},
           ("row by row (koroz)", "weir"), (Goal("each_us", most=1.67),), merged,
           "weir takes dnstap from a socket and gathers sightings for a second; row by row is one "
           "statement a record, prepared, through psql. PostgreSQL 15 as Debian has it, on this "
           "machine, on whatever processor is free."),
    Figure("D2", "events into PostgreSQL", "each_us",
           {"each_us": "µs/row", "rate": "rows/s", "cpu_ns": "CPU ns/row of weir"},
           ("INSERT", "INSERT of 1000", "COPY BINARY", "weir (durable)", "weir"),
           (Goal("each_us", peer="COPY BINARY", times=0.9),), stored,
           "weir takes dnstap from a socket, decodes it, and ends with the commit of the last row; "
           "the others have the same rows ready in a file for psql, and write them into the same "
           "partitioned table, emptied."),
    Figure("G2", "a call that emits dnstap", "median_ns",
           {"median_ns": "ns (median)", "p99_ns": "ns (p99)",
            "cpu_ns": "CPU ns/message, all threads", "lost": "lost"},
           tuple(emitting.SUBJECTS),
           (Goal("median_ns", most=1000), Goal("median_ns", peer="libfstrm", times=1.3)), emitted,
           "A client's query with the time of day, from the call until it returns, with one "
           "reading of the clock in it; 100 000 calls a second and thread, in bursts of 50, to a "
           "fstrm_capture on the other processor. CPU time is of calls, writing and the pauses "
           "between bursts, whose part is that of reading the clock. libfstrm is fed as unbound "
           "and BIND do, packed by protobuf-c, with the largest input queue to each thread."),
)
