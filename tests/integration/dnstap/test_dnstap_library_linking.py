"""weir::dnstap as other programs link it: in four ways, and as the guide says."""

import re
from pathlib import Path

import pytest
from dnstap_receiver import frames_in
from tap_library import (ROOT, link_by_cmake, link_by_pkg_config, printed, run, words_of)


@pytest.mark.parametrize("static", [False, True], ids=["shared", "static"])
@pytest.mark.parametrize("example", ["emit.cpp", "emit.c"])
@pytest.mark.parametrize("link", [link_by_cmake, link_by_pkg_config])
def test_examples_build_and_run(dnstap_library, tmp_path, link, example, static):
    program = link(dnstap_library, tmp_path, ROOT / "examples" / example, static)
    needed = run("readelf", "-d", program)
    assert ("libweir-dnstap.so.0" in needed) != static
    for foreign in ("spdlog", "sqlite", "zstd", "re2"):
        assert foreign not in needed
    told = printed(run(program, tmp_path / "x.fstrm", 1000))
    assert (told["produced"], told["sent"], told["queued"]) == ("1000", "1000", "0")
    assert len(frames_in(tmp_path / "x.fstrm")) == 1000
    assert words_of(tmp_path / "x.fstrm").count("type: MESSAGE") == 1000


def test_only_what_is_public_shows(dnstap_library):
    library = next(dnstap_library.rglob("libweir-dnstap.so.0"))
    symbols = run("nm", "-DC", "--defined-only", library).splitlines()
    names = [line.split(" ", 2)[2] for line in symbols]
    shown = [name for name in names if not name.startswith("WEIR_DNSTAP_0")]
    assert len(shown) > 20
    assert [name for name in shown if not re.match(r"weir_tap_|weir::tap::", name)] == []
    needed = set(re.findall(r"NEEDED.*\[(lib[a-z+_-]*)", run("readelf", "-d", library)))
    assert needed <= {"libssl", "libcrypto", "libfmt", "libstdc++", "libgcc_s", "libm", "libc"}


def blocks(language):
    page = (ROOT / "docs/guide/dnstap-library.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_guide_s_programs_build_and_run(dnstap_library, tmp_path):
    assert blocks("cpp") and blocks("c")
    for number, (language, code) in enumerate(
            [("cpp", code) for code in blocks("cpp")] + [("c", code) for code in blocks("c")]):
        source = tmp_path / f"guide{number}.{language}"
        source.write_text(code.replace("/run/collector.sock", f"{tmp_path}/nobody"),
                          encoding="utf-8")
        run(link_by_pkg_config(dnstap_library, tmp_path, source, False))
        (tmp_path / f"by_pkg_config_{language}_False").unlink()


def test_the_guide_s_project_is_built(dnstap_library, tmp_path):
    (lists,), code = blocks("cmake"), blocks("cpp")[0]
    (tmp_path / "CMakeLists.txt").write_text(lists, encoding="utf-8")
    (tmp_path / "server.cpp").write_text(code, encoding="utf-8")
    run("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={dnstap_library}")
    run("cmake", "--build", tmp_path / "build")
