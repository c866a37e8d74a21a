"""The command line as people meet it: help, mistakes, settings."""

import re
import subprocess

import pytest

from weir_process import PROGRAM, ROOT, clean_environment, weir

COMMANDS = ["", "run", "check", "config", "log", "query", "read", "completion"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_screen(command):
    shown = weir(*command.split(), "--help")
    assert shown.returncode == 0
    lines = shown.stdout.splitlines()
    assert len(lines) < 24 and max(map(len, lines)) <= 80
    assert "examples:" in shown.stdout


def test_version_is_that_of_the_file():
    assert weir("--version").stdout == f"weir {(ROOT / 'VERSION').read_text().strip()}\n"


@pytest.mark.parametrize("words", [["--nonsense"], ["nonsense"], ["read"], ["log", "--limit", "x"],
                                   ["config", "explain", "edge.lisen"], ["log", "--rcode", "BAD"],
                                   ["query", "a..b"], ["read", "--to", "nowhere", "x.pcap"]])
def test_mistakes_in_words_end_with_two(words):
    ended = weir(*words)
    assert ended.returncode == 2
    assert ended.stdout == "" and ended.stderr.startswith("weir")


def test_check_tells_all_mistakes_at_once(tmp_path):
    file = tmp_path / "weir.toml"
    file.write_text('[edge]\nlisen = ["127.0.0.1:53"]\nquery_timeout = "2 fortnights"\n'
                    '\n[[edge.upstreams]]\naddress = "tsl://1.1.1.1"\n\n[log]\nlevel = 3\n')
    checked = weir("check", str(file))
    assert checked.returncode == 2
    places = re.findall(rf"^{re.escape(str(file))}:(\d+):(\d+): ", checked.stderr, re.MULTILINE)
    assert [int(line) for line, _ in places] == [2, 3, 6, 9]
    assert 'did you mean "listen"' in checked.stderr


def test_check_says_what_the_settings_would_do(tmp_path):
    file = tmp_path / "weir.toml"
    file.write_text('[edge]\nlisten = ["127.0.0.1:5300"]\n')
    checked = weir("check", str(file))
    assert checked.returncode == 0, checked.stderr
    assert "127.0.0.1:5300" in checked.stdout and "tls://1.1.1.1" in checked.stdout
    assert len(checked.stdout.splitlines()) < 12


def test_check_names_a_file_that_is_not_there():
    checked = weir("check", "/nonexistent.toml")
    assert checked.returncode == 2 and "/nonexistent.toml" in checked.stderr


def test_what_config_shows_is_accepted(tmp_path):
    file = tmp_path / "shown.toml"
    file.write_text(weir("config", "show").stdout)
    checked = weir("check", str(file))
    assert checked.returncode == 0, checked.stderr


def test_config_explains_and_lists_every_key():
    explained = weir("config", "explain", "edge.query_timeout")
    assert explained.returncode == 0
    assert "1800ms" in explained.stdout and "50ms" in explained.stdout
    reference = weir("config", "reference").stdout
    for key in ("query_timeout", "alias_listen", "retention", "pins_only", "level"):
        assert key in reference


@pytest.mark.parametrize("variables, shown", [
    ({"BIND_ADDRESS": "192.0.2.1", "BIND_PORT": "53"}, "192.0.2.1:53"),
    ({"BIND_PORT": "5300"}, "127.0.0.1:5300"),
    ({"METRICS_PORT": "5000"}, "127.0.0.1:5000"),
    ({"UPSTREAM_ADDRESS": "192.0.2.53"}, "tls://192.0.2.53"),
    ({"DEBUG": "1"}, "debug_payloads = true"),
    ({"DEBUG": "0"}, "debug_payloads = false"),
])
def test_P02_environment_wins_over_the_file(tmp_path, variables, shown):
    file = tmp_path / "weir.toml"
    file.write_text('[edge]\nlisten = ["127.0.0.9:9"]\ndebug_payloads = true\n'
                    '[[edge.upstreams]]\naddress = "udp://127.0.0.9"\n')
    result = weir("config", "show", "-c", str(file), environment=clean_environment(**variables))
    assert result.returncode == 0 and shown in result.stdout


def test_a_bad_variable_is_named():
    ended = weir("check", environment=clean_environment(BIND_PORT="http"))
    assert ended.returncode == 2 and "BIND_PORT" in ended.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed(shell):
    assert "weir" in weir("completion", shell).stdout


def test_a_reader_that_goes_away_ends_it_quietly():
    shown = subprocess.run(["bash", "-c", f"{PROGRAM} config reference | head -1; "
                            "echo ${PIPESTATUS[0]}"], capture_output=True, text=True, check=True)
    assert shown.stderr == "" and shown.stdout.splitlines()[-1] in ("0", "141")


def test_bash_accepts_its_completion(tmp_path):
    script = tmp_path / "weir.bash"
    script.write_text(weir("completion", "bash").stdout + '\nCOMP_WORDS=(weir ch); COMP_CWORD=1; '
                      '_weir; echo "${COMPREPLY[@]}"\n')
    assert subprocess.run(["bash", str(script)], capture_output=True, text=True,
                          check=True).stdout.strip() == "check"


def test_reading_what_is_no_capture_fails_and_says_so(tmp_path):
    file = tmp_path / "no.pcap"
    file.write_bytes(b"this is not a capture")
    ended = weir("read", str(file))
    assert ended.returncode == 1 and str(file) in ended.stderr


def test_log_without_a_store_says_what_to_do(tmp_path):
    ended = weir("log", "--store", str(tmp_path / "none.db"))
    assert ended.returncode == 1
    assert "none.db" in ended.stderr and "--store" in ended.stderr
