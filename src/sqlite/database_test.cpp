// Tests of the face before SQLite: values, errors, files.
#include "sqlite/database.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "kit/temporary.h"

namespace weir::sqlite {
namespace {

TEST(Database, makes_its_folder_and_a_file_that_others_cannot_read) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "new/deep/queries.db";
  auto database = Database::open(path);
  ASSERT_TRUE(database) << database.error().what;
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07, 0U);
}

TEST(Database, values_come_back_as_they_went_in) {
  const kit::TemporaryFolder folder;
  auto database = Database::open(folder / "a.db");
  ASSERT_TRUE(database->execute("CREATE TABLE t (n INTEGER, x TEXT, b BLOB, z)"));
  auto insert = database->prepare("INSERT INTO t VALUES (?,?,?,?)");
  const Octets octets = {0, 1, 0xff};
  insert->bind(1, -5);
  insert->bind_text(2, "zwölf");
  insert->bind_blob(3, octets);
  insert->bind_null(4);
  ASSERT_TRUE(insert->run());
  auto select = database->prepare("SELECT n, x, b, z FROM t");
  ASSERT_TRUE(select->step().value_or(false));
  EXPECT_EQ(select->number(0), -5);
  EXPECT_EQ(select->text(1), "zwölf");
  EXPECT_TRUE(equal(select->blob(2), octets));
  EXPECT_TRUE(select->is_null(3));
  EXPECT_FALSE(select->step().value_or(true));
}

TEST(Database, errors_say_whether_trying_again_can_help) {
  const kit::TemporaryFolder folder;
  auto writer = Database::open(folder / "a.db");
  ASSERT_TRUE(writer->execute("PRAGMA max_page_count = 10; CREATE TABLE t (x)"));
  const Status full = writer->execute("INSERT INTO t VALUES (zeroblob(1000000))");
  ASSERT_FALSE(full);
  EXPECT_TRUE(full.error().retry) << full.error().what;
  const Status wrong = writer->execute("INSERT INTO nowhere VALUES (1)");
  ASSERT_FALSE(wrong);
  EXPECT_FALSE(wrong.error().retry) << wrong.error().what;
}

TEST(Database, reading_never_makes_a_file) {
  const kit::TemporaryFolder folder;
  EXPECT_FALSE(Database::open_read_only(folder / "none.db"));
  EXPECT_FALSE(std::filesystem::exists(folder / "none.db"));
}

}  // namespace
}  // namespace weir::sqlite
