// Tests of what may become a route: the table of injected addresses, our own, and exceptions.
#include "route/admission.h"

#include <gtest/gtest.h>

#include "kit/routes.h"

namespace weir::route {
namespace {

using kit::address;
using kit::prefix;

struct Gate {
  explicit Gate(const SetPolicy& policy = {}) { admission.configure(0, policy); }
  std::string refusal(std::string_view text) const {
    const auto why = admission.refuse(0, prefix(text));
    return why ? std::string(to_text(*why)) : "none";
  }
  Admission admission;
};

TEST(Admission, D32_R5_no_answer_makes_a_route_of_a_special_address) {
  const Gate gate;
  for (const std::string_view text : {"0.0.0.0",      "0.1.2.3",         "10.0.0.1",
                                      "100.64.0.1",   "127.0.0.1",       "169.254.169.254",
                                      "172.16.0.1",   "172.31.255.255",  "192.0.0.1",
                                      "192.0.2.1",    "192.88.99.1",     "192.168.1.1",
                                      "198.18.0.1",   "198.19.255.255",  "198.51.100.1",
                                      "203.0.113.1",  "224.0.0.1",       "239.255.255.255",
                                      "240.0.0.1",    "255.255.255.255", "::",
                                      "::1",          "::ffff:8.8.8.8",  "64:ff9b::808:808",
                                      "64:ff9b:1::1", "100::1",          "2001::1",
                                      "2001:db8::1",  "2002:808:808::1", "3fff::1",
                                      "5f00::1",      "fc00::1",         "fdff::1",
                                      "fe80::1",      "ff02::1"})
    EXPECT_EQ(gate.refusal(text), "special") << text;
  for (const std::string_view text :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255",
        "172.32.0.0", "192.0.1.0", "223.255.255.255", "2001:200::1", "2001:db9::1", "2606:4700::1",
        "2a00::1"})
    EXPECT_EQ(gate.refusal(text), "none") << text;
}

TEST(Admission, D32_R06_never_ours) {
  Gate gate({.allow_special = {prefix("10.0.0.0/8")}});
  const std::vector<IpAddress> ours = {address("198.41.0.4"), address("10.9.0.1")};
  gate.admission.set_ours(ours);
  EXPECT_EQ(gate.refusal("198.41.0.4"), "ours");
  EXPECT_EQ(gate.refusal("10.9.0.1"), "ours");
  EXPECT_EQ(gate.refusal("10.9.0.2"), "none");
  EXPECT_EQ(gate.refusal("10.9.0.0/16"), "none");
  gate.admission.set_ours({});
  EXPECT_EQ(gate.refusal("198.41.0.4"), "none");
}

TEST(Admission, B15_families_of_a_set) {
  EXPECT_EQ(Gate({.ipv6 = false}).refusal("2606:4700::1"), "family");
  EXPECT_EQ(Gate({.ipv4 = false}).refusal("1.1.1.1"), "family");
}

TEST(Admission, R5_networks_that_the_operator_never_wants) {
  Gate gate({.excluded = {prefix("8.8.8.0/24")}, .allow_special = {prefix("9.9.9.9")}});
  const std::vector<Prefix> never = {prefix("9.9.9.0/24")};
  gate.admission.set_never(never);
  EXPECT_EQ(gate.refusal("9.9.9.8"), "never");
  EXPECT_EQ(gate.refusal("9.9.9.9"), "none");
  EXPECT_EQ(gate.refusal("8.8.8.8"), "excluded");
}

TEST(Admission, R5_networks_of_lists_are_neither_short_nor_over_special_ones) {
  const Gate gate({.allow_special = {prefix("10.9.0.0/16")}});
  EXPECT_EQ(gate.refusal("0.0.0.0/0"), "special");
  EXPECT_EQ(gate.refusal("8.0.0.0/6"), "special");
  EXPECT_EQ(gate.refusal("16.0.0.0/7"), "too_short");
  EXPECT_EQ(gate.refusal("16.0.0.0/8"), "none");
  EXPECT_EQ(gate.refusal("10.9.0.0/16"), "none");
  EXPECT_EQ(gate.refusal("10.8.0.0/15"), "special");
  EXPECT_EQ(gate.refusal("2a00::/12"), "too_short");
}

}  // namespace
}  // namespace weir::route
