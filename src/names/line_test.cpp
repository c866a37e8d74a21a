// Tests of single lines in every syntax: what they mean, and what is refused and why.
#include "names/line.h"

#include <gtest/gtest.h>

#include "kit/name_lists.h"

namespace weir::names {
namespace {

using Rules = std::vector<std::string>;

struct Line {
  Taken taken;
  Rules rules;
};

Line read(std::string_view text, const ReadOptions& options = {}) {
  List list;
  RuleWriter out(options, list);
  const Taken taken = read_line(text, out);
  return {taken, kit::rules_of(list)};
}

Rules rules(std::string_view text) { return read(text).rules; }

Refusal refusal(std::string_view text) {
  const Line line = read(text);
  EXPECT_EQ(line.taken.what, Taken::What::kRefused) << text;
  return line.taken.refusal;
}

TEST(ListLine, R24_plain_names) {
  EXPECT_EQ(rules("example.com"), Rules{"suffix example.com."});
  EXPECT_EQ(rules("  Example.COM. \r"), Rules{"suffix example.com."});
  EXPECT_EQ(rules("*.example.com"), Rules{"wildcard example.com."});
  EXPECT_EQ(rules(".example.com"), Rules{"suffix example.com."});
  EXPECT_EQ(rules("example.com # why"), Rules{"suffix example.com."});
  EXPECT_EQ(rules("_x.1.example"), Rules{"suffix _x.1.example."});
  EXPECT_EQ(rules("1and1.com"), Rules{"suffix 1and1.com."});
  EXPECT_EQ(rules("bücher.example"), Rules{"suffix xn--bcher-kva.example."});
}

TEST(ListLine, R24_comments_and_blanks_are_nothing) {
  for (const std::string_view text :
       {"", " \t\r", "# a", "! a", "; a", "// a", "[Adblock Plus 2.0]",
        "payload:", "/ip dns static", "- ''", "- '# a'"})
    EXPECT_EQ(read(text).taken.what, Taken::What::kNothing) << text;
}

TEST(ListLine, R24_hosts_files) {
  EXPECT_EQ(rules("0.0.0.0 ads.example # x"), Rules{"exact ads.example."});
  EXPECT_EQ(rules("127.0.0.1\ta.example b.example"),
            (Rules{"exact a.example.", "exact b.example."}));
  EXPECT_EQ(rules("::1 ip6-localhost v6.example"), Rules{"exact v6.example."});
  EXPECT_EQ(read("127.0.0.1 localhost").taken.what, Taken::What::kFiltered);
  EXPECT_EQ(read("fe80::1%lo0 localhost").taken.what, Taken::What::kFiltered);
  EXPECT_EQ(refusal("0.0.0.0 bad..name"), Refusal::kBadName);
}

TEST(ListLine, R24_networks) {
  EXPECT_EQ(rules("192.0.2.0/24"), Rules{"net 192.0.2.0/24"});
  EXPECT_EQ(rules("192.0.2.7"), Rules{"net 192.0.2.7/32"});
  EXPECT_EQ(rules("2001:db8::/32 # x"), Rules{"net 2001:db8::/32"});
  EXPECT_EQ(refusal("192.0.2.0/33"), Refusal::kBadNetwork);
  EXPECT_EQ(refusal("2001:db8::/129"), Refusal::kBadNetwork);
}

TEST(ListLine, R24_adguard) {
  EXPECT_EQ(rules("||example.com^"), Rules{"suffix example.com."});
  EXPECT_EQ(rules("@@||example.com^|"), Rules{"!suffix example.com."});
  EXPECT_EQ(rules("||*.example.com^$important"), Rules{"wildcard example.com."});
  EXPECT_EQ(rules("/^ads?[0-9]/"), Rules{"regex ^ads?[0-9]"});
  EXPECT_EQ(rules("@@/good/"), Rules{"!regex good"});
  for (const std::string_view text : {"||example.com^$dnstype=A", "||example.com", "|x.com^",
                                      "example.com##.ad", "||example.com/path^x"})
    EXPECT_EQ(refusal(text), Refusal::kUnsupported) << text;
  EXPECT_EQ(refusal("/(/"), Refusal::kBadPattern);
}

TEST(ListLine, R24_v2fly) {
  EXPECT_EQ(rules("domain:google.com @cn"), Rules{"suffix google.com."});
  EXPECT_EQ(rules("full:www.google.com"), Rules{"exact www.google.com."});
  EXPECT_EQ(rules("keyword:google"), Rules{"keyword google"});
  EXPECT_EQ(rules("regexp:^r[0-9]+#x$ # why"), Rules{"regex ^r[0-9]+#x$"});
  EXPECT_EQ(rules("google.com @ads @cn"), Rules{"suffix google.com."});
  EXPECT_EQ(refusal("google.com and more"), Refusal::kUnsupported);
  EXPECT_EQ(refusal("domain:"), Refusal::kBadName);
  const ReadOptions cn{.attributes = {"cn"}};
  EXPECT_EQ(read("domain:a.com @ads", cn).taken.what, Taken::What::kFiltered);
  EXPECT_EQ(read("a.com", cn).taken.what, Taken::What::kFiltered);
  EXPECT_EQ(read("domain:a.com @cn", cn).rules, Rules{"suffix a.com."});
}

TEST(ListLine, R24_own_words) {
  EXPECT_EQ(rules("exclude:www.corp.example"), Rules{"!suffix www.corp.example."});
  EXPECT_EQ(rules("exclude:full:www.corp.example"), Rules{"!exact www.corp.example."});
  EXPECT_EQ(rules("suffix:corp.example"), Rules{"suffix corp.example."});
  EXPECT_EQ(refusal("exclude:10.0.0.0/8"), Refusal::kUnsupported);
}

TEST(ListLine, R24_inclusions_are_kept_for_the_owner) {
  List list;
  const ReadOptions options;
  RuleWriter out(options, list);
  EXPECT_EQ(read_line("include:geolocation-cn @cn @-ads", out).what, Taken::What::kRule);
  ASSERT_EQ(list.inclusions().size(), 1U);
  EXPECT_EQ(list.inclusions()[0].list, "geolocation-cn");
  EXPECT_EQ(list.inclusions()[0].attributes, (std::vector<std::string>{"cn", "-ads"}));
}

TEST(ListLine, R24_clash_domain_sets) {
  EXPECT_EQ(rules("  - '+.google.com'"), Rules{"suffix google.com."});
  EXPECT_EQ(rules("- \"*.x.com\""), Rules{"wildcard x.com."});
  EXPECT_EQ(read("  - x.com", {.bare = Kind::kExact}).rules, Rules{"exact x.com."});
}

TEST(ListLine, R24_dnsmasq) {
  EXPECT_EQ(rules("ipset=/a.com/b.com/vpn,vpn6"), (Rules{"suffix a.com.", "suffix b.com."}));
  EXPECT_EQ(rules("nftset=/a.com/4#inet#fw#vpn"), Rules{"suffix a.com."});
  EXPECT_EQ(rules("server=/a.com/127.0.0.1#5353"), Rules{"suffix a.com."});
  EXPECT_EQ(rules("address=/a.com/"), Rules{"suffix a.com."});
  EXPECT_EQ(refusal("server=//1.1.1.1"), Refusal::kUnsupported);
  EXPECT_EQ(refusal("server=/a..com/1.1.1.1"), Refusal::kBadName);
  EXPECT_EQ(refusal("cache-size=1000"), Refusal::kUnsupported);
}

TEST(ListLine, R24_router_os) {
  EXPECT_EQ(
      rules("add address-list=vpn forward-to=1.1.1.1 match-subdomain=yes name=x.com type=FWD"),
      Rules{"suffix x.com."});
  EXPECT_EQ(rules("add name=\"x.com\" type=FWD"), Rules{"exact x.com."});
  EXPECT_EQ(rules("add regexp=\".*\\\\.x\\\\.com\\$\" type=FWD"), Rules{"regex .*\\.x\\.com$"});
  EXPECT_EQ(refusal("add type=FWD"), Refusal::kUnsupported);
}

}  // namespace
}  // namespace weir::names
