#!/usr/bin/python3
"""First connections: how many packets take the old way, and how long answers wait for routes.

    bench/first_connections.py PROGRAM [CONNECTIONS]

weir forwards to an upstream beside it; BIRD, in a network namespace, installs what weir announces
and forwards the packets of a client that uses every address the moment it hears of it. 10,000 names
for each row, none twice. Needs root. Prints a table.
"""

import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/integration")]

import weir_process  # noqa: E402
from bgp.fork import Fork  # noqa: E402
from first_connections import AnswersWithAddresses, Block, connect_to_many  # noqa: E402
from weir_process import WeirProcess, wait_until  # noqa: E402

SETTINGS = """
[store]
enabled = false
[universe]
enabled = false
[route]
as = 65000
router_id = "10.91.99.1"
log_rate = 0
keep_state = false
[[route.set]]
name = "vpn"
names = ["{names}"]
next_hop_v4 = "{hop}"
max_leases = 1000000
rate = 1000000
burst = 1000000
barrier_deadline = "{deadline}"
"""
ROWS = (("no set wants the names", {"names": "example.net"}),
        ("no barrier", {"deadline": "0"}),
        ("acked", {}),
        ("acked, settle 2ms (the default)", {"settle": "2ms"}),
        ("acked, settle 10ms", {"settle": "10ms"}),
        ("acked, settle 20ms", {"settle": "20ms"}))


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000


def measure(folder, connections, names="example.org", deadline="2s", settle="0"):
    folder.mkdir()
    with Fork(folder) as router, Block(router.v4, router.link) as block, \
            AnswersWithAddresses(block.network) as upstream:
        text = (upstream.settings() + SETTINGS.format(names=names, hop=router.hop_v4,
                                                      deadline=deadline)
                + router.peer(settle=settle))
        weir = WeirProcess(folder, text, set_=["edge.threads=1"]).start()
        try:
            wait_until(lambda: weir.metric("weir_bgp_session_up") == 1, 20)
            alone = []
            connect_to_many(weir.dns_port, connections // 10, at_once=1, delays=alone)
            connect_to_many(weir.dns_port, connections - connections // 10, at_once=8,
                            first=connections // 10)
            wait_until(lambda: router.sent("old0") + router.sent("new0") == connections, 20)
            return router.sent("old0"), alone
        finally:
            weir.stop()


def main():
    weir_process.PROGRAM = str(Path(sys.argv[1]).resolve())
    connections = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    print("| | packets on the old way | answer alone, ms: p50 | p99 | max |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as base:
        for number, (row, more) in enumerate(ROWS):
            old, alone = measure(Path(base) / str(number), connections, **more)
            print(f"| {row} | {old} of {connections} | {statistics.median(alone) * 1000:.2f} "
                  f"| {percentile(alone, 0.99):.2f} | {max(alone) * 1000:.2f} |", flush=True)


if __name__ == "__main__":
    main()
