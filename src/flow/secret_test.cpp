// What is a secret in a file, and what is none.
#include "flow/secret.h"

#include <gtest/gtest.h>

#include <fstream>

#include "kit/temporary.h"

namespace weir::flow {
namespace {

TEST(Secret, is_the_first_line_of_its_file) {
  const kit::TemporaryFolder folder;
  EXPECT_FALSE(read_secret("password", folder / "none", 6));
  std::ofstream(folder / "one") << "s3cret\nmore\n";
  EXPECT_EQ(*read_secret("password", folder / "one", 6), "s3cret");
}

TEST(Secret, what_is_too_long_is_refused_and_not_said) {
  const kit::TemporaryFolder folder;
  std::ofstream(folder / "long") << "s3cret\n";
  const auto read = read_secret("password", folder / "long", 5);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().what, "read the password in " + (folder / "long") + ": no line to read");
  EXPECT_TRUE(read.error().retry);
}

}  // namespace
}  // namespace weir::flow
