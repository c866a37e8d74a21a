"""Who comes from dnstap-bgp brings its settings along, and its signals."""

import signal

from bgp.answers import Resolver
from bgp.routers import Bird
from conftest import NOWHERE
from weir_process import weir as run_weir, wait_until

OLD = """\
Domains = "{directory}/domains.txt"
cache = "{directory}/cache.db"
ttl = "1h30m"
ipv6 = true

[dnstap]
listen = "{directory}/tap.sock"
perm = "0600"

[bgp]
AS = 65000
routerID = "10.91.99.1"
sourceIP = "{source}"
nextHop = "{hop_v4}"
nextHopIPv6 = "{hop_v6}"
peers = ["{peer}"]
"""


def test_R_18_B_06_B_25_B_35_imported_settings_and_signals(tmp_path, start_weir):
    with Bird(tmp_path, as_=65000, sides=("v4",)) as router:
        names = tmp_path / "domains.txt"
        names.write_text("example.org\nexample.net\n", encoding="utf-8")
        old = tmp_path / "dnstap-bgp.conf"
        old.write_text(OLD.format(directory=tmp_path, source=router.weir_v4, peer=router.v4,
                                  hop_v4=router.hop_v4, hop_v6=router.hop_v6), encoding="utf-8")
        imported = run_weir("import-config", "dnstap-bgp", str(old))
        assert imported.returncode == 0, imported.stderr
        weir = start_weir(NOWHERE + imported.stdout)
        assert (tmp_path / "tap.sock").stat().st_mode & 0o777 == 0o600
        with Resolver(tmp_path / "tap.sock") as resolver:
            resolver.tell("www.example.org", "A 198.51.101.7", "A 198.51.101.8")
            resolver.tell("www.example.net", "AAAA 2a00:db8::7", kind="AAAA")
            route = router.wait_for("198.51.101.7/32", 20)
            router.wait_for("2a00:db8::7/128")
        assert route["next_hop"] == router.hop_v4 and route["local_pref"] == "100"
        assert route["origin"] == "IGP" and route["as_path"] == "" and "community" not in route
        weir.send(signal.SIGUSR1)
        weir.wait_for_log("routes: 3 exported, of 2 names")
        names.write_text("example.org\n", encoding="utf-8")
        weir.send(signal.SIGHUP)
        router.wait_until_gone("2a00:db8::7/128")
        assert wait_until(lambda: weir.metric("weir_bgp_established_total")) == 1


def test_D_35_D_36_mistakes_are_told_with_their_places(tmp_path):
    old = tmp_path / "dnstap-bgp.conf"
    old.write_text('ttl = "abc"\n[dnstap]\n[bgp]\nas = 0\n', encoding="utf-8")
    imported = run_weir("import-config", "dnstap-bgp", str(old))
    assert imported.returncode == 2 and imported.stdout == ""
    assert f'{old}:1:7: ttl is "abc"; expected a duration' in imported.stderr
    assert f"{old}:4:6: as is 0; expected 1 to 4294967295" in imported.stderr
    assert "dnstap.listen is missing" in imported.stderr
