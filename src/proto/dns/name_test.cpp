// Names: both forms, escapes, limits, and that comparing by words equals comparing by octets.
#include "proto/dns/name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace weir::dns {
namespace {

Name name(std::string_view text) {
  auto parsed = Name::parse(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed ? "" : parsed.error().what);
  return parsed ? *parsed : Name();
}

TEST(Name, text_becomes_wire_and_wire_becomes_text) {
  EXPECT_EQ(to_hex(name("www.Example.org").wire()),
            "0377777707"
            "4578616d706c65"
            "036f726700");
  EXPECT_EQ(name("www.Example.org.").to_text(), "www.Example.org.");
  EXPECT_EQ(name("www.example.org"), name("www.example.org."));
  EXPECT_EQ(name(".").to_text(), ".");
  EXPECT_TRUE(name(".").is_root());
  EXPECT_EQ(to_hex(name(".").wire()), "00");
}

TEST(Name, escapes_of_rfc_1035) {
  EXPECT_EQ(to_hex(name("a\\.b.c").wire()), "03612e62016300");
  EXPECT_EQ(name("a\\.b.c").to_text(), "a\\.b.c.");
  EXPECT_EQ(to_hex(name("\\000\\255\\032.x").wire()), "0300ff20017800");
  EXPECT_EQ(name("\\000\\255\\032.x").to_text(), "\\000\\255\\032.x.");
  EXPECT_EQ(name("a\\\\b\\;\\(\\)\\\"").to_text(), "a\\\\b\\;\\(\\)\\\".");
  EXPECT_EQ(name("\\065").to_text(), "A.");
}

TEST(Name, wrong_texts_are_refused_and_the_error_says_why) {
  for (const char* text : {"", "..", ".a", "a..b", "a.b..", "\\", "a\\", "\\25", "\\256.x", "\\1a2",
                           "a b", "tab\t", "\xc3\xa9t\xc3\xa9.fr"}) {
    const auto parsed = Name::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().fault, Fault::kConfig);
    EXPECT_NE(parsed.error().what.find("no domain name: "), std::string::npos);
  }
}

TEST(Name, limits_are_63_octets_a_label_and_255_a_name) {
  const std::string label(63, 'a');
  EXPECT_TRUE(Name::parse(label).ok());
  EXPECT_FALSE(Name::parse(label + "a").ok());
  EXPECT_FALSE(Name::parse(label + "\\097.b").ok());
  const std::string three = label + "." + label + "." + label + ".";
  const std::string longest = three + std::string(61, 'b');
  EXPECT_EQ(name(longest).size_octets(), 255u);
  EXPECT_EQ(name(longest + ".").size_octets(), 255u);
  EXPECT_EQ(name(name(longest).to_text()), name(longest));
  EXPECT_FALSE(Name::parse(longest + "b").ok());
  EXPECT_EQ(name(three + std::string(59, 'b') + ".c.").size_octets(), 255u);
  EXPECT_FALSE(Name::parse(three + std::string(60, 'b') + ".c").ok());
  std::string deepest;
  for (int i = 0; i < 127; ++i) deepest += "a.";
  EXPECT_EQ(name(deepest).label_count(), 127u);
  EXPECT_FALSE(Name::parse(deepest + "a.").ok());
}

TEST(Name, folding_by_words_touches_the_letters_and_nothing_else) {
  for (size_t size = 0; size <= 40; ++size) {
    for (unsigned value = 0; value < 256; ++value) {
      Octets in(size, static_cast<uint8_t>(value));
      for (size_t i = 0; i < size; i += 3) in[i] = static_cast<uint8_t>(value * 7 + i);
      Octets out(size + 8, 0xee);
      fold_case(in, out.data());
      for (size_t i = 0; i < size; ++i) {
        const uint8_t expected = in[i] >= 'A' && in[i] <= 'Z' ? in[i] + 32 : in[i];
        ASSERT_EQ(out[i], expected) << int{in[i]};
      }
    }
  }
}

TEST(Name, names_that_differ_in_case_only_are_equal_and_hash_alike) {
  const Name a = name("WWW.Example.ORG");
  const Name b = name("www.eXAMPLE.org");
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_EQ(a.hash(7), b.hash(7));
  EXPECT_NE(a.hash(7), a.hash(8));
  EXPECT_EQ(a.folded().to_text(), "www.example.org.");
  EXPECT_NE(a, name("www.example.com"));
  EXPECT_NE(name("a[.x"), name("a{.x"));  // '[' and '{' differ by 0x20 and are no letters
  EXPECT_NE(name("a@.x"), name("a`.x"));
  EXPECT_EQ(name("Ab"), name("aB"));
  EXPECT_NE(name("\\193"), name("\\225"));  // not ASCII: no case
}

TEST(Name, parents_labels_and_ancestors) {
  const Name www = name("www.Example.org");
  EXPECT_EQ(www.label_count(), 3u);
  EXPECT_EQ(www.parent().to_text(), "Example.org.");
  EXPECT_TRUE(Name().parent().is_root());
  EXPECT_TRUE(www.is_within(www));
  EXPECT_TRUE(www.is_within(name("EXAMPLE.org")));
  EXPECT_TRUE(www.is_within(Name()));
  EXPECT_FALSE(www.is_within(name("xample.org")));
  EXPECT_FALSE(www.is_within(name("a.www.example.org")));
  EXPECT_FALSE(name("notexample.org").is_within(name("example.org")));
  // The octets of "\003org" inside a label are no label.
  EXPECT_FALSE(name("x\\003org").is_within(name("org")));
}

TEST(Name, canonical_order_of_rfc_4034) {
  const char* in_order[] = {"example",         "a.example",      "yljkjljk.a.example",
                            "Z.a.example",     "zABC.a.EXAMPLE", "z.example",
                            "\\001.z.example", "*.z.example",    "\\200.z.example"};
  std::vector<Name> names;
  for (const char* text : in_order) names.push_back(name(text));
  EXPECT_TRUE(Name() < names[0]);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (size_t i = 1; i < names.size(); ++i) EXPECT_TRUE(names[i - 1] < names[i]) << in_order[i];
  EXPECT_TRUE((name("A.b") <=> name("a.B")) == 0);
}

TEST(Name, random_names_survive_both_directions) {
  std::mt19937 random(1);  // NOLINT: the same names every time
  for (int round = 0; round < 5000; ++round) {
    Octets wire;
    while (random() % 5 != 0) {
      const size_t length = random() % 63 + 1;
      if (wire.size() + length + 2 > kMaxName) break;
      wire.push_back(static_cast<uint8_t>(length));
      for (size_t i = 0; i < length; ++i) wire.push_back(static_cast<uint8_t>(random()));
    }
    wire.push_back(0);
    const Name original = Name::from_wire(wire);
    const Name again = name(original.to_text());
    ASSERT_TRUE(equal(again.wire(), wire)) << original.to_text();
    ASSERT_EQ(original.folded(), original);
    ASSERT_EQ(original.folded().hash(), original.hash());
    if (!original.is_root()) {
      ASSERT_TRUE(original.is_within(original.parent()));
      ASSERT_TRUE(original.parent() < original);
    }
  }
}

TEST(Name, text_of_cut_octets_stays_inside_them) {
  const Name whole = name("www.example.org");
  for (size_t size = 0; size < whole.size_octets(); ++size)
    EXPECT_LE(wire_name_to_text(whole.wire().first(size)).size(), whole.to_text().size());
  EXPECT_EQ(wire_name_to_text({}), "");
}

}  // namespace
}  // namespace weir::dns
