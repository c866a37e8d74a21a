// Capabilities are a thread's own: lowered in one, the others keep theirs.
#include "io/capture/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace weir::io {
namespace {

using ::testing::HasSubstr;

TEST(Rights, what_is_missing_is_named_with_the_command_that_grants_it) {
  std::string missing;
  std::thread([&] {
    lower_rights({});
    missing = missing_rights({Right::kBpf, Right::kNetAdmin});
  }).join();
  EXPECT_THAT(missing, HasSubstr("needs CAP_BPF and CAP_NET_ADMIN"));
  EXPECT_THAT(missing, HasSubstr("setcap cap_bpf,cap_net_admin=ep /"));
}

TEST(Rights, what_is_kept_is_had_only_while_it_is_raised) {
  if (!missing_rights({Right::kNetRaw}).empty()) GTEST_SKIP() << "has no CAP_NET_RAW to lower";
  std::thread([] {
    lower_rights({Right::kNetRaw});
    EXPECT_NE(missing_rights({Right::kNetRaw}), "");
    {
      const RaisedRights raised;
      EXPECT_EQ(missing_rights({Right::kNetRaw}), "");
      EXPECT_NE(missing_rights({Right::kNetAdmin}), "") << "gone for good";
    }
    EXPECT_NE(missing_rights({Right::kNetRaw}), "");
  }).join();
  EXPECT_EQ(missing_rights({Right::kNetRaw}), "") << "another thread's are as they were";
}

}  // namespace
}  // namespace weir::io
