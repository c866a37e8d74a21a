// Loading whole files: order of complaints, unreadable and oversized files.
#include "config/load.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "config/sample.h"

namespace weir::config {
namespace {

TEST(Load, all_mistakes_come_at_once_in_the_order_of_the_file) {
  const std::string said = sample::complaints(
      "verbose = 2\n[cache]\nsize = \"x\"\nmin_ttl = 1\n[[upstreams]]\nnam = \"a\"\n");
  std::vector<std::string> starts;
  for (size_t at = 0; at < said.size(); at = said.find('\n', at) + 1)
    starts.push_back(said.substr(at + 10, said.find(": ", at) - at - 10));
  EXPECT_EQ(starts, (std::vector<std::string>{"1:11", "3:8", "4:11", "5:1", "5:1", "6:1"})) << said;
}

TEST(Load, a_syntax_error_is_one_diagnostic_with_its_place) {
  const auto loaded = load(sample::settings_table(), "port = 53\nmode = drop\n", "weir.toml");
  ASSERT_FALSE(loaded);
  ASSERT_EQ(loaded.error().size(), 1);
  EXPECT_EQ(loaded.error()[0].at, (Position{"weir.toml", 2, 8})) << to_text(loaded.error());
}

TEST(Load, mangled_files_give_diagnostics_with_places) {
  const std::string good =
      "port = 53\nlisten = [\"127.0.0.1:1\", \"[::1]:2\"]\n[cache]\nsize = \"64MiB\"\n"
      "[[upstreams]]\nname = \"a\"\naddress = \"1.1.1.1\"\n";
  SeededRandom random(1);
  size_t refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    std::string text = good;
    for (uint64_t n = 1 + random.below(3); n > 0; --n)
      text[random.below(text.size())] = static_cast<char>(random.below(256));
    sample::Settings settings;
    const auto wrong =
        load_into(sample::settings_table().schema(), text, "weir.toml", {}, &settings);
    refused += wrong.empty() ? 0 : 1;
    for (const Diagnostic& diagnostic : wrong) {
      EXPECT_EQ(diagnostic.at.origin, "weir.toml");
      EXPECT_GT(diagnostic.at.line, 0);
      EXPECT_EQ(diagnostic.to_text().find_first_of("\n\r\x1b"), std::string::npos);
    }
  }
  EXPECT_GT(refused, 1'000);
}

TEST(Load, files_are_read_whole_or_not_at_all) {
  const auto path =
      std::filesystem::temp_directory_path() / ("weir_load_" + std::to_string(getpid()));
  std::ofstream(path) << "port = 1\n";
  EXPECT_EQ(*read_file(path), "port = 1\n");
  std::filesystem::resize_file(path, kMostFileOctets + 1);
  EXPECT_EQ(read_file(path).error().to_text(),
            path.string() + ": is too long; expected at most 4MiB");
  std::filesystem::remove(path);
  EXPECT_EQ(read_file(path).error().to_text(),
            path.string() + ": cannot be read: No such file or directory");
  EXPECT_FALSE(read_file(std::filesystem::temp_directory_path()));
}

}  // namespace
}  // namespace weir::config
