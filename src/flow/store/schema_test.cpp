// Tests of the tables and their versions.
#include "flow/store/schema.h"

#include <gtest/gtest.h>

#include "kit/temporary.h"

namespace weir::flow {
namespace {

TEST(Schema, makes_a_new_file_current_and_leaves_a_current_one_alone) {
  const kit::TemporaryFolder folder;
  auto database = sqlite::Database::open(folder / "a.db");
  ASSERT_TRUE(migrate(*database));
  EXPECT_EQ(database->number("PRAGMA user_version").value_or(-1), kSchemaVersion);
  ASSERT_TRUE(database->execute("INSERT INTO gaps VALUES (NULL, 1, 2, 'a', 'b', 'c', 3)"));
  ASSERT_TRUE(migrate(*database));
  EXPECT_EQ(database->number("SELECT count(*) FROM gaps").value_or(-1), 1);
}

TEST(Schema, refuses_a_file_of_a_newer_weir_and_does_not_touch_it) {
  const kit::TemporaryFolder folder;
  auto database = sqlite::Database::open(folder / "a.db");
  ASSERT_TRUE(database->execute("PRAGMA user_version = 999"));
  const Status refused = migrate(*database);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kConfig);
  EXPECT_EQ(database->number("SELECT count(*) FROM sqlite_master").value_or(-1), 0);
}

}  // namespace
}  // namespace weir::flow
