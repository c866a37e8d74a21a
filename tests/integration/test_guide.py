"""The guide is true: its settings are accepted, the keys and series it names exist."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("WEIR_PROGRAM", str(ROOT / "build/dev/weir"))
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs/guide").glob("*.md")])
TABLES = ("edge", "store", "sink", "source", "journal", "flow", "universe", "route", "control",
          "log")


def weir(*words):
    clean = {"PATH": os.environ["PATH"]}
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=20, env=clean,
                          check=False)


def found(pattern, within=r"(.*)"):
    """(page, match) of the pattern's group in the parts of the pages that `within` picks out."""
    everywhere = {
        (page.name, match)
        for page in PAGES
        for part in re.findall(within, page.read_text(encoding="utf-8"), re.DOTALL)
        for match in re.findall(pattern, part, re.DOTALL)
    }
    return sorted(everywhere)


COMMANDS = r"\n```\n(.*?)\n```\n"  # fenced blocks that are no settings


@pytest.mark.parametrize("page,block", found(r"```toml\n(.*?)```"), ids=lambda _: "")
def test_settings_are_accepted(page, block, tmp_path):
    file = tmp_path / "weir.toml"
    file.write_text(block, encoding="utf-8")
    checked = weir("check", str(file))
    assert checked.returncode == 0, f"{page}: {checked.stdout}{checked.stderr}"


@pytest.mark.parametrize("page,key", found(rf"[`= ]((?:{'|'.join(TABLES)})(?:\.[a-z_]+)+)[`= \n]"))
def test_keys_exist(page, key):
    explained = weir("config", "explain", key)
    assert explained.returncode == 0, f"{page}: {explained.stdout}{explained.stderr}"


@pytest.mark.parametrize("page,series", found(r"`(weir_[a-z_]+)`"))
def test_series_are_counted(page, series):
    told = any(f'"{series}"' in file.read_text(encoding="utf-8")
               for file in (ROOT / "src").rglob("*.cpp"))
    assert told, f"{page} names {series}"


@pytest.mark.parametrize("page,command",
                         found(r"(?:^|\n|&& )(?:build/release/)?weir ([a-z-]+)", COMMANDS))
def test_commands_exist(page, command):
    helped = weir(command, "--help")
    assert helped.returncode == 0, f"{page}: {helped.stderr}"
