// TOML into trees: every type, every position, and syntax errors.
#include "config/node.h"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

TEST(Node, keeps_values_and_positions) {
  const auto root = parse_document("a = 1\n[t]\n  b = [\"x\", true]\n[[l]]\nc = 1.5\n", "f");
  ASSERT_TRUE(root);
  EXPECT_EQ(*root->find("a")->get<int64_t>(), 1);
  EXPECT_EQ(root->find("a")->at, (Position{"f", 1, 5}));
  const Node* list = root->find("t")->find("b");
  EXPECT_EQ(list->at, (Position{"f", 3, 7}));
  EXPECT_EQ((*list->get<Node::List>())[1].at, (Position{"f", 3, 13}));
  EXPECT_EQ((*list->get<Node::List>())[0].at, (Position{"f", 3, 8}));
  const Node& element = root->find("l")->get<Node::List>()->front();
  EXPECT_EQ(element.at.line, 4);
  EXPECT_EQ(*element.find("c")->get<double>(), 1.5);
  EXPECT_EQ(root->find("nothing"), nullptr);
  for (const Member& member : *root->get<Node::Table>())
    EXPECT_EQ(member.at.column, member.key == "t" ? 2 : member.key == "l" ? 3 : 1) << member.key;
}

TEST(Node, syntax_errors_have_a_place) {
  const auto root = parse_document("a = 1\nb = = 2\n", "f");
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().at, (Position{"f", 2, 5}));
  EXPECT_EQ(root.error().to_text().find("f:2:5: Error while parsing"), 0) << root.error().to_text();
}

TEST(Node, headers_that_trip_the_library_are_syntax_errors) {
  for (const auto* text : {"[[[a]]]", "[[=", "[[[1]]]\na = 1", "[[\x01"}) {
    const auto root = parse_document(text, "f");
    ASSERT_FALSE(root) << text;
    EXPECT_EQ(root.error().at, (Position{"f", 1, 3})) << root.error().to_text();
  }
}

TEST(Node, keys_of_endless_parts_are_refused_and_leave_the_stack_alone) {
  std::string key = "a";
  for (int i = 0; i < 200'000; ++i) key += ".a";
  for (const std::string& text :
       {"\n" + key + " = 1", "\n[" + key + "]", "\nb = {" + key + " = 1}"}) {
    const auto root = parse_document(text, "f");
    ASSERT_FALSE(root);
    EXPECT_EQ(root.error().at.line, 2U);
    EXPECT_EQ(root.error().to_text().substr(4),
              ":" + std::to_string(root.error().at.column) + ": a key has too many parts");
  }
  EXPECT_FALSE(parse_value("{" + key + " = 1}", "f"));
}

TEST(Node, dots_in_strings_comments_and_lists_are_not_parts_of_keys) {
  const std::string dots = "1.2.3.4.5.6.7.8.9.10.11.12";
  for (const std::string& text :
       {"a = \"" + dots + "\"", "a = '" + dots + "'", "a = \"\"\"x\n" + dots + "\"\"\"\"\"",
        "a = \"\\\"" + dots + "\"", "# it's " + dots + "\na = 1",
        "a = [1.5,2.5,3.5,4.5,5.5,6.5,7.5,8.5,9.5,0.5]", "a =  + dots + ", "a.b.c.d.e.f.g.h.i = 1",
        "a = \"\"\nb = '" + dots + "'"}) {
    const auto root = parse_document(text, "f");
    EXPECT_TRUE(root) << text;
  }
}

TEST(Node, letters_of_any_script_outside_strings_are_syntax_errors) {
  for (const char32_t letter : {0xa1, 0x301, 0x32c, 0x416, 0x499, 0x4e00, 0xfefe, 0x1f600})
    for (const std::string before : {"a = 1", "", "a ", "a = ", "[a", "[[a]]"}) {
      std::string text = before;
      if (letter >= 0x10000) text += static_cast<char>(0xf0 | letter >> 18);
      if (letter >= 0x10000) text += static_cast<char>(0x80 | (letter >> 12 & 0x3f));
      if (letter >= 0x800 && letter < 0x10000) text += static_cast<char>(0xe0 | letter >> 12);
      if (letter >= 0x800) text += static_cast<char>(0x80 | (letter >> 6 & 0x3f));
      if (letter < 0x800) text += static_cast<char>(0xc0 | letter >> 6);
      text += static_cast<char>(0x80 | (letter & 0x3f));
      EXPECT_FALSE(parse_document(text, "f")) << text;
    }
}

TEST(Node, a_key_given_twice_is_a_syntax_error) {
  const auto root = parse_document("a = 1\na = 2\n", "f");
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().at.line, 2);
}

TEST(Node, octets_that_are_not_utf8_are_an_error_not_a_crash) {
  EXPECT_FALSE(parse_document("a = \"\xff\"", "f"));
  EXPECT_FALSE(parse_document(std::string("a = \"\0\"", 7), "f"));
}

TEST(Node, deep_nesting_is_refused) {
  EXPECT_FALSE(parse_document("a = " + std::string(100'000, '['), "f"));
}

TEST(Node, one_value_is_one_value) {
  EXPECT_EQ(*parse_value("3", "o")->get<int64_t>(), 3);
  EXPECT_EQ(parse_value("[1]", "o")->get<Node::List>()->front().at, (Position{"o"}));
  EXPECT_FALSE(parse_value("3\nb = 4", "o"));
  EXPECT_FALSE(parse_value("", "o"));
}

TEST(Node, quoting_survives_reading) {
  const std::string strange = "a\"b\\c\nd\te\x01\x7f \xc3\xa9";
  EXPECT_EQ(*parse_value(toml_string(strange), "o")->get<std::string>(), strange);
}

TEST(Node, descriptions_cannot_forge_lines) {
  EXPECT_EQ(describe({std::string("a\nb"), {}}).find('\n'), std::string::npos);
  EXPECT_EQ(describe(*parse_value("1979-05-27", "o")), "a date");
  EXPECT_EQ(describe(*parse_value("{}", "o")), "a table");
}

}  // namespace
}  // namespace weir::config
