// Tests of the steps between versions of a file.
#include "sqlite/migration.h"

#include <gtest/gtest.h>

#include <array>

#include "kit/temporary.h"

namespace weir::sqlite {
namespace {

constexpr std::array<const char*, 2> kSteps = {"CREATE TABLE a (n INTEGER);",
                                               "ALTER TABLE a ADD COLUMN m INTEGER;"};

Database open(const kit::TemporaryFolder& folder) {
  auto database = Database::open(folder / "a.db");
  EXPECT_TRUE(database);
  return *std::move(database);
}

int64_t number(Database& database, std::string_view sql) {
  return database.number(sql).value_or(-1);
}

TEST(Migration, goes_the_steps_that_a_file_lacks) {
  const kit::TemporaryFolder folder;
  Database database = open(folder);
  ASSERT_TRUE(migrate(database, {"test", 7, std::span(kSteps).first(1)}));
  ASSERT_TRUE(database.execute("INSERT INTO a VALUES (1)"));
  ASSERT_TRUE(migrate(database, {"test", 7, kSteps}));
  EXPECT_EQ(number(database, "SELECT count(*) FROM a WHERE m IS NULL"), 1);
  EXPECT_EQ(number(database, "PRAGMA user_version"), 2);
  EXPECT_EQ(number(database, "PRAGMA application_id"), 7);
}

TEST(Migration, refuses_files_of_something_else_and_of_a_newer_weir) {
  const kit::TemporaryFolder folder;
  Database database = open(folder);
  ASSERT_TRUE(migrate(database, {"test", 7, kSteps}));
  EXPECT_EQ(migrate(database, {"test", 8, kSteps}).error().fault, Fault::kConfig);
  EXPECT_EQ(migrate(database, {"test", 7, std::span(kSteps).first(1)}).error().fault,
            Fault::kConfig);
  EXPECT_EQ(number(database, "PRAGMA user_version"), 2);
}

TEST(Migration, a_step_that_fails_leaves_nothing) {
  const kit::TemporaryFolder folder;
  Database database = open(folder);
  constexpr std::array<const char*, 1> kWrong = {"CREATE TABLE b (n INTEGER); SELECT nonsense;"};
  EXPECT_FALSE(migrate(database, {"test", 7, kWrong}));
  static_cast<void>(database.execute("ROLLBACK"));
  EXPECT_EQ(number(database, "SELECT count(*) FROM sqlite_master"), 0);
  EXPECT_EQ(number(database, "PRAGMA user_version"), 0);
}

}  // namespace
}  // namespace weir::sqlite
