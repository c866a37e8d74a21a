// The octets of files: plain or compressed, whole or cut, and of files that grow or are replaced.
#include "flow/sources/files/input.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock.h"
#include "kit/temporary.h"

namespace weir::flow::files {
namespace {

/// "weir weir weir weir\n" as zstd has it, without a checksum.
const Octets kOctets = *from_hex("28b52ffd00586500003077656972200a0100908b16");
const std::string kCompressed(as_text(kOctets));

struct InputTest : ::testing::Test {
  void write(std::string_view text, std::ios::openmode mode = std::ios::trunc) const {
    std::ofstream(path, std::ios::binary | mode) << text;
  }
  std::string read_all(Input& input, size_t piece) const {
    std::string text;
    Octets room(piece);
    for (;;) {
      const auto count = input.read(room);
      EXPECT_TRUE(count);
      if (!count || *count == 0) return text;
      text += as_text(Bytes(room).first(*count));
    }
  }
  const kit::TemporaryFolder folder;
  const std::string path = folder / "file";
};

TEST_F(InputTest, gives_a_plain_file_as_it_is) {
  for (const std::string_view text : {"", "a", "abc", "abcd", "a longer text"})
    for (const size_t piece : {1, 3, 100}) {
      write(text);
      auto input = Input::open(path, nullptr);
      ASSERT_TRUE(input);
      EXPECT_EQ(read_all(*input, piece), text);
      EXPECT_EQ(input->position(), text.size());
      EXPECT_TRUE(input->is_whole());
    }
}

TEST_F(InputTest, decompresses_and_knows_when_it_was_cut) {
  for (const size_t piece : {1, 3, 100}) {
    write(kCompressed);
    auto input = Input::open(path, nullptr);
    EXPECT_EQ(read_all(*input, piece), "weir weir weir weir\n");
    EXPECT_TRUE(input->is_whole());
    write(kCompressed.substr(0, 15));
    input = Input::open(path, nullptr);
    read_all(*input, piece);
    EXPECT_FALSE(input->is_whole());
  }
}

TEST_F(InputTest, says_why_it_cannot) {
  EXPECT_FALSE(Input::open(folder / "missing", nullptr));
  write(kCompressed.substr(0, 5) + std::string(40, '\xff'));
  auto input = Input::open(path, nullptr);
  Octets room(100);
  EXPECT_FALSE(input->read(room));
}

TEST_F(InputTest, waits_until_the_file_grows_is_replaced_or_nobody_wants_it_any_more) {
  std::atomic<bool> stop{false};
  write("one");
  auto input = Input::open(path, &stop);
  EXPECT_EQ(read_all(*input, 100), "one");
  std::thread grower([&] { write("two", std::ios::app); });
  EXPECT_EQ(input->wait_for_more(), Input::More::kGrown);
  grower.join();
  EXPECT_EQ(read_all(*input, 100), "two");
  std::filesystem::rename(path, path + ".1");
  write("three");
  EXPECT_EQ(input->wait_for_more(), Input::More::kReplaced);
  input = Input::open(path, &stop);
  EXPECT_EQ(read_all(*input, 100), "three");
  write("3");
  EXPECT_EQ(input->wait_for_more(), Input::More::kReplaced);
  input = Input::open(path, &stop);
  read_all(*input, 100);
  std::thread stopper([&] { stop = true; });
  EXPECT_EQ(input->wait_for_more(), Input::More::kStopped);
  stopper.join();
}

}  // namespace
}  // namespace weir::flow::files
