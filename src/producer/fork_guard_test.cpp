// A child knows that it is one, and what it makes itself is its own.
#include "producer/fork_guard.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weir::producer {
namespace {

TEST(ForkGuard, tells_the_child_and_not_the_parent) {
  const ForkGuard guard;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(guard.is_child() && !ForkGuard().is_child() ? 7 : 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_FALSE(guard.is_child());
}

}  // namespace
}  // namespace weir::producer
