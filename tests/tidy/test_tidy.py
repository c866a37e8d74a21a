"""Tests of tidy itself: each rule finds its violation and leaves the proper form alone."""

import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))
import tidy  # noqa: E402
from rules import (  # noqa: E402
    ALL, arrows, beside, cycles, libraries, numbers, opening, paths, reference, sizes, words,
)
from tree import Source, Tree, read_tree  # noqa: E402

ROOMS = """# The rooms of a small house.
base :
model : base proto/dns
proto : base
edge : base model proto
flow : base model proto
control : base edge/plane.h
app : *
plug-ins : edge/upstreams flow/sinks flow/encoders
"""


class Case(unittest.TestCase):
    def findings(self, rule, texts):
        return list(rule.check(Tree({"src/rooms.txt": ROOMS} | texts)))

    def tidy(self, rule, texts):
        self.assertEqual([], self.findings(rule, texts))

    def untidy(self, rule, texts, path, line, remedy=""):
        """Exactly one finding, at that place, whose remedy says that."""
        found = self.findings(rule, texts)
        self.assertEqual(1, len(found), found)
        self.assertEqual((path, line), (found[0].path, found[0].line))
        self.assertIn(remedy, found[0].remedy)


class SourceText(unittest.TestCase):
    def code(self, text):
        return Source("src/base/a.cpp", text).code.split()

    def test_comments_and_literals_are_not_code(self):
        self.assertEqual(["a", "b"], self.code('a // throw\n/* throw\n throw */ b "throw" '))

    def test_raw_strings_end_at_their_own_mark(self):
        self.assertEqual(["f(", ");"], self.code('f( R"x(throw )" throw)x" );'))

    def test_a_digit_separator_opens_no_literal(self):
        self.assertEqual(["1'000", "throw", "2'000"], self.code("1'000 throw 2'000"))

    def test_an_escaped_quote_does_not_end_a_literal(self):
        self.assertEqual(["x", "y"], self.code(r"""x "\" throw" '\'' y"""))

    def test_places_are_kept(self):
        source = Source("a.cpp", '/* one\n two */ "three" throw')
        self.assertEqual(len(source.text), len(source.code))
        self.assertEqual(2, source.line_at(source.code.index("throw")))

    def test_includes_in_comments_do_not_count(self):
        text = '// #include "a.h"\n#include "b/c.h"\n#  include <vector>\n/*\n#include <d>\n*/\n'
        self.assertEqual([(2, "b/c.h", False), (3, "vector", True)], Source("a.h", text).includes)


class Arrows(Case):
    def test_an_arrow_against_the_stream(self):
        self.untidy(arrows, {"src/base/a.h": '\n#include "edge/shard.h"'},
                    "src/base/a.h", 2, "base may not include edge/shard.h")

    def test_listed_arrows(self):
        self.tidy(arrows, {
            "src/edge/a.h": '#include "model/tap.h"\n#include "edge/b.h"\n#include <vector>',
            "src/app/a.cpp": '#include "edge/shard.h"\n#include "flow/sinks/file.h"',
        })

    def test_an_entry_may_be_a_folder_or_a_file(self):
        self.tidy(arrows, {"src/model/a.h": '#include "proto/dns/name.h"',
                           "src/control/a.h": '#include "edge/plane.h"'})
        self.untidy(arrows, {"src/model/a.h": '#include "proto/dnstap/frame.h"'},
                    "src/model/a.h", 1)
        self.untidy(arrows, {"src/control/a.h": '#include "edge/shard.h"'},
                    "src/control/a.h", 1)

    def test_planes_do_not_know_each_other(self):
        self.untidy(arrows, {"src/edge/a.h": '#include "flow/plane.h"'}, "src/edge/a.h", 1)

    def test_the_top_folder_does_not_name_plugins(self):
        text = '#include "edge/upstreams/dot.h"'
        self.untidy(arrows, {"src/edge/shard.cpp": text}, "src/edge/shard.cpp", 1, "catalogue")
        self.tidy(arrows, {"src/edge/catalogue.cpp": text, "src/edge/shard_test.cpp": text})

    def test_a_plugin_folder_does_not_know_another(self):
        self.untidy(arrows, {"src/flow/sinks/file.cpp": '#include "flow/encoders/json.h"'},
                    "src/flow/sinks/file.cpp", 1, "interface")
        self.tidy(arrows, {"src/flow/sinks/file.cpp": '#include "flow/sink.h"'})

    def test_a_plugin_does_not_know_its_sibling(self):
        catalogue = {"src/edge/catalogue.cpp": '#include "edge/upstreams/dot.h"\n'
                                               '#include "edge/upstreams/makers.h"',
                     "src/edge/upstreams/dot.cpp": ""}
        self.untidy(arrows, catalogue | {"src/edge/upstreams/tcp.cpp":
                                         '#include "edge/upstreams/dot.h"'},
                    "src/edge/upstreams/tcp.cpp", 1, "sibling")
        self.tidy(arrows, catalogue | {
            "src/edge/upstreams/dot.cpp": '#include "edge/upstreams/dot.h"',
            "src/edge/upstreams/udp.cpp": '#include "edge/upstreams/makers.h"',
            "src/edge/upstreams/tcp.cpp": '#include "edge/upstreams/pool.h"'})

    def test_other_folders_are_not_plugins(self):
        self.tidy(arrows, {"src/proto/a.h": '#include "proto/dns/name.h"',
                           "src/flow/sinks/sqlite.cpp": '#include "flow/store/writer.h"'})

    def test_a_room_that_is_not_listed(self):
        self.untidy(arrows, {"src/attic/a.h": ""}, "src/attic/a.h", 1, "no line")

    def test_includes_are_written_from_src(self):
        self.untidy(arrows, {"src/base/a.cpp": '#include "a.h"'}, "src/base/a.cpp", 1, "from src/")

    def test_unit_tests_may_use_the_kit(self):
        self.tidy(arrows, {"src/edge/a_test.cpp": '#include "kit/peer.h"'})
        self.untidy(arrows, {"src/edge/a.cpp": '#include "kit/peer.h"'}, "src/edge/a.cpp", 1)


class Cycles(Case):
    def test_files_in_a_circle(self):
        self.untidy(cycles, {"src/base/a.h": '#include "base/b.h"',
                             "src/base/b.h": '#include "base/c.h"',
                             "src/base/c.h": '#include "base/a.h"'},
                    "src/base/a.h", 1, "src/base/a.h > src/base/b.h > src/base/c.h > src/base/a.h")

    def test_two_ways_to_one_file_are_no_circle(self):
        self.tidy(cycles, {"src/base/a.h": '#include "base/b.h"\n#include "base/c.h"',
                           "src/base/b.h": '#include "base/c.h"', "src/base/c.h": ""})

    def test_rooms_in_a_circle(self):
        self.untidy(cycles, {"src/rooms.txt": "a : b\nb : a/door.h\n"}, "src/rooms.txt", 1, "a > b")


class Sizes(Case):
    def test_lines(self):
        self.untidy(sizes, {"src/base/a.h": "x\n" + "y" * 101}, "src/base/a.h", 2, "101 columns")
        self.tidy(sizes, {"src/base/a.h": "y" * 100, "docs/a.md": "y" * 300})

    def test_files(self):
        self.untidy(sizes, {"src/base/a.h": "\n" * 501}, "src/base/a.h", 501)
        self.tidy(sizes, {"src/base/a.h": "\n" * 500})

    def test_folders(self):
        full = {f"src/base/{number}.h": "" for number in range(40)}
        self.tidy(sizes, full)
        self.untidy(sizes, full | {"src/base/more.h": ""}, "src/base", 1, "41 files")

    def body(self, head, lines):
        return head + " {\n" + "f();\n" * (lines - 2) + "}\n"

    def test_functions(self):
        inside = "namespace weir {\n" + self.body("int run(int x)", 61) + "}\n"
        self.untidy(sizes, {"src/base/a.cpp": inside}, "src/base/a.cpp", 2, "61 lines")
        self.tidy(sizes, {"src/base/a.cpp": self.body("int run(int x)", 60)})

    def test_methods_and_constructors(self):
        inside = "class A final : public B {\n public:\n" + self.body("A(int x) : b_(x)", 61) + "};"
        self.untidy(sizes, {"src/base/a.h": inside}, "src/base/a.h", 2)

    def test_a_long_class_or_table_is_no_function(self):
        self.tidy(sizes, {"src/base/a.h": self.body("struct A", 90),
                          "src/base/b.cpp": self.body("constexpr Table kRows[] =", 90)})

    def test_lambdas_belong_to_their_function(self):
        text = "void f() {\n" + self.body("auto g = [&](int x)", 40) + "}\n"
        self.assertEqual([(1, 42)], list(sizes.cxx_functions(Source("a.cpp", text))))

    def test_braces_in_literals_and_macros_do_not_count(self):
        text = "#define OPEN {\\\n  {\nvoid f() {\n  g('{', \"{{\");  // {\n}\nvoid h() {}\n"
        self.assertEqual([(3, 5), (6, 6)], list(sizes.cxx_functions(Source("a.cpp", text))))

    def test_python_functions(self):
        text = "def f():\n" + "    x = 1\n" * 60
        self.untidy(sizes, {"tests/a.py": text}, "tests/a.py", 1, "61 lines")


class Beside(Case):
    LIST = "tests/tidy/untested.txt"

    def test_a_source_without_a_test(self):
        self.untidy(beside, {"src/base/a.cpp": ""}, "src/base/a.cpp", 1, "a_test.cpp")
        self.tidy(beside, {"src/base/a.cpp": "", "src/base/a_test.cpp": ""})

    def test_a_test_of_nothing(self):
        self.untidy(beside, {"src/base/a_test.cpp": ""}, "src/base/a_test.cpp", 1, "rename")
        self.tidy(beside, {"src/base/a_test.cpp": "", "src/base/a.h": ""})

    def test_the_list_excuses_with_a_reason(self):
        self.tidy(beside, {"src/app/main.cpp": "", self.LIST: "src/app/main.cpp: calls app/\n"})
        self.untidy(beside, {"src/app/main.cpp": "", self.LIST: "# why\nsrc/app/main.cpp:\n"},
                    self.LIST, 2, "why")

    def test_the_list_stays_true(self):
        self.untidy(beside, {self.LIST: "src/a.cpp: because\n"}, self.LIST, 1, "gone")
        self.untidy(beside, {"src/a.cpp": "", "src/a_test.cpp": "", self.LIST: "src/a.cpp: no\n"},
                    self.LIST, 1, "has a test now")


class Libraries(Case):
    def test_a_library_outside_its_folder(self):
        self.untidy(libraries, {"src/edge/a.cpp": "#include <boost/asio.hpp>"},
                    "src/edge/a.cpp", 1, "src/io/")
        self.tidy(libraries, {"src/io/a.cpp": "#include <boost/asio.hpp>\n#include <fmt/core.h>"})

    def test_a_library_in_a_header(self):
        self.untidy(libraries, {"src/io/a.h": "#include <openssl/ssl.h>"}, "src/io/a.h", 1, ".cpp")

    def test_test_libraries_are_for_tests(self):
        self.untidy(libraries, {"src/base/a.cpp": "#include <gtest/gtest.h>"},
                    "src/base/a.cpp", 1, "tests only")
        self.tidy(libraries, {"src/base/a_test.cpp": "#include <gtest/gtest.h>",
                              "tests/kit/peer.h": "#include <openssl/ssl.h>"})

    def test_the_language_and_the_system_are_free(self):
        self.tidy(libraries, {"src/base/a.h": "#include <vector>\n#include <sys/stat.h>\n"
                                              "#include <unistd.h>\n#include <memory_resource>"})

    def test_an_unknown_library_is_named(self):
        self.untidy(libraries, {"src/base/a.cpp": "#include <uv.h>"}, "src/base/a.cpp", 1, "known")


class Words(Case):
    VIOLATIONS = {
        "int fd = ::socket(AF_INET, 0, 0);": "io",
        "std::thread t;": "thread",
        "std::shared_mutex m;": "threads meet",
        "auto t = std::chrono::system_clock::now();": "Clock",
        "throw 1;": "Result",
        "co_await f();": "state machine",
        'std::fprintf(stderr, "");': "fmt",
        "std::this_thread::sleep_for(1s);": "deadline",
        "std::regex r;": "by hand",
        "using namespace std;": "name",
        "auto* a = new Thing();": "make_unique",
    }

    def test_each_word_is_found(self):
        self.assertEqual(len(self.VIOLATIONS), len(words.WORDS))
        for line, remedy in self.VIOLATIONS.items():
            with self.subTest(line):
                self.untidy(words, {"src/edge/a.cpp": "\n" + line}, "src/edge/a.cpp", 2, remedy)

    def test_words_in_their_rooms_and_in_prose(self):
        self.tidy(words, {
            "src/io/a.cpp": "::socket(1, 2, 3); std::thread t;",
            "src/base/clock.cpp": "clock_gettime(0, &t);",
            "src/edge/a.cpp": '// We never throw; socket( is for io.\nf("std::mutex");',
            "src/edge/b.cpp": "udp_socket(x); stream.socket(); new_entry(); thrown(); renew (x);",
            "src/edge/c.h": "using namespace std::chrono_literals; ~A() = default;",
        })

    def test_an_object_with_an_owner_from_the_start(self):
        self.tidy(words, {"src/edge/a.cpp": "std::unique_ptr<Plane> plane(new Plane(x));\n"
                                              "return std::unique_ptr<Plane>(\n  new Plane(x));"})

    def test_exceptions_count_and_stay_true(self):
        path = "src/edge/cache/partition.h"
        self.tidy(words, {path: "std::mutex mutex_;"})
        self.untidy(words, {path: "int x;"}, path, 1, "not here any more")

    def test_tests_have_threads_but_never_sleep(self):
        self.tidy(words, {"src/edge/a_test.cpp": "std::thread t; std::mutex m;"})
        self.untidy(words, {"src/edge/a_test.cpp": "usleep(5);"}, "src/edge/a_test.cpp", 1)


class Opening(Case):
    def test_no_sentence(self):
        for text in ("#pragma once\n", "// weir\n#pragma once", "// no full stop here\n", ""):
            with self.subTest(text):
                self.untidy(opening, {"src/base/a.h": text}, "src/base/a.h", 1)

    def test_sentences(self):
        self.tidy(opening, {
            "src/base/a.h": "// What it is, over\n// two lines.\n#pragma once",
            "scripts/run": "#!/bin/sh\n# Runs the whole thing.\n",
            "tests/a.py": '#!/usr/bin/python3\n"""What this is for.\n\nMore"""\n',
            "src/CMakeLists.txt": "# The rooms, in order.\n",
            "README.md": "weir\n",
        })


class Paths(Case):
    def test_a_path_that_is_gone(self):
        self.untidy(paths, {"README.md": "\nsee `src/base/gone.h`"}, "README.md", 2)
        self.untidy(paths, {"ARCHITECTURE.md": "`edge/gone.cpp`", "src/edge/a.h": ""},
                    "ARCHITECTURE.md", 1)
        self.untidy(paths, {"docs/a.md": "[x](../b.md)"}, "docs/a.md", 1, "b.md")

    def test_paths_that_are_there(self):
        self.tidy(paths, {
            "docs/a.md": "[up](../README.md#top) [out](https://example.net/a.md) [here](#x)",
            "README.md": "`src/edge/a.h` `edge/a.h` `edge/` `src/edge/*.h` [d](docs/a.md)",
            "src/edge/a.h": "",
        })

    def test_what_is_no_path(self):
        self.tidy(paths, {"README.md": "`/metrics` `build/release/weir` `application/json` "
                                       "`a or b/c` `10.0.0.0/8`\n```\nsrc/none.h\n```"})


class Reference(unittest.TestCase):
    def check(self, printed, page):
        with TemporaryDirectory() as name:
            root = Path(name)
            (root / "docs/reference").mkdir(parents=True)
            (root / "docs/reference/config.md").write_text(page, encoding="utf-8")
            program = root / "build/dev/weir"
            program.parent.mkdir(parents=True)
            program.write_text(f"#!/bin/sh\n[ \"$*\" = 'config reference' ] && {printed}\n")
            program.chmod(0o755)
            return list(reference.check(read_tree(root)))

    def test_a_stale_page(self):
        found = self.check("printf 'a\\nb\\nc\\n'", "a\nB\nc\n")
        self.assertEqual([("docs/reference/config.md", 2)], [(f.path, f.line) for f in found])

    def test_a_true_page(self):
        self.assertEqual([], self.check("printf 'a\\nb\\n'", "a\nb\n"))

    def test_a_program_that_fails(self):
        self.assertIn("does not print", self.check("exit 3", "a\n")[0].remedy)

    def test_nothing_is_built(self):
        self.assertEqual([], list(reference.check(Tree({"docs/reference/config.md": "old"}))))


class Numbers(Case):
    def test_later_without_a_number(self):
        for word in ("TO" "DO", "FIX" "ME", "X" "XX"):
            with self.subTest(word):
                self.untidy(numbers, {"src/a.h": f"x\n// {word} soon"}, "src/a.h", 2, word)
                self.tidy(numbers, {"src/a.h": f"// {word}(#12) soon, {word}(7); mkstemp-{word}X"})


class Program(unittest.TestCase):
    def test_findings_print_as_path_line_rule_remedy(self):
        found = tidy.run(Tree({"src/rooms.txt": ROOMS, "src/base/a.h": "// One two three.\nthrow"}))
        self.assertEqual(["src/base/a.h:2: word: 'throw': return a Result; we do not throw"],
                         [str(f) for f in found["words"]])

    def test_every_rule_is_run_and_reported(self):
        found = tidy.run(Tree({}))
        self.assertEqual(len(ALL), len(found))
        with TemporaryDirectory() as name:
            tidy.write_junit(Path(name) / "deep/tidy.xml", found)
            suite = ElementTree.parse(Path(name) / "deep/tidy.xml").getroot()
            self.assertEqual(str(len(ALL)), suite.get("tests"))


if __name__ == "__main__":
    unittest.main()
