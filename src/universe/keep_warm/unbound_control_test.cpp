// Tests of what is said to unbound. The tests of integration say it to a real one.
#include "universe/keep_warm/unbound_control.h"

#include <gtest/gtest.h>

namespace weir::universe {
namespace {

Target target(std::string_view name, dns::Type type) {
  return {.name = *dns::Name::parse(name), .type = type, .klass = dns::Class::kIn};
}

TEST(UnboundControl, K_19_a_record_is_named_by_name_and_type) {
  EXPECT_EQ(flush_command(target("www.example", dns::Type::kAaaa)),
            "UBCT1 flush_type www.example. AAAA\n");
  EXPECT_EQ(flush_command(target("www.example", static_cast<dns::Type>(65280))),
            "UBCT1 flush_type www.example. TYPE65280\n");
}

TEST(UnboundControl, D_06_a_name_is_one_word_whatever_is_in_it) {
  EXPECT_EQ(flush_command(target("-f/etc/passwd", dns::Type::kA)),
            "UBCT1 flush_type -f/etc/passwd. A\n");
  EXPECT_EQ(flush_command(target("a\\010stop\\032b.example", dns::Type::kA)),
            "UBCT1 flush_type a\\010stop\\032b.example. A\n");
}

TEST(UnboundControl, a_key_that_is_not_there_is_told) {
  io::Loop loop;
  UnboundControlSettings settings;
  settings.address = *dnstap::StreamAddress::parse("tls:127.0.0.1:8953");
  settings.server_certificate = "/nonexistent.pem";
  const auto control = UnboundControl::create(loop, settings, {});
  ASSERT_FALSE(control);
  EXPECT_NE(control.error().what.find("/nonexistent.pem"), std::string::npos);
}

}  // namespace
}  // namespace weir::universe
