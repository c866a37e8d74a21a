// Tests of the lock between writers.
#include "sqlite/write_lock.h"

#include <gtest/gtest.h>

#include "kit/temporary.h"

namespace weir::sqlite {
namespace {

TEST(WriteLock, a_second_writer_is_told_that_there_is_one) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "store.db";
  auto first = lock_for_writing(path);
  ASSERT_TRUE(first);
  const auto second = lock_for_writing(path);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("another weir writes this store"), std::string::npos);
  first->reset();
  EXPECT_TRUE(lock_for_writing(path));
}

}  // namespace
}  // namespace weir::sqlite
