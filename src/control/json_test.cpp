// JSON must survive whatever strangers put into names.
#include "control/json.h"

#include <gtest/gtest.h>

namespace weir::control {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

TEST(Json, D18_quotes_backslashes_and_control_octets_are_escaped) {
  EXPECT_EQ(escaped("a\"b\\c\x01"), R"("a\"b\\c\u0001")");
  EXPECT_EQ(escaped("\n\r\t\x7f"), R"("\n\r\t\u007f")");
  EXPECT_EQ(escaped(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(Json, markup_cannot_leave_its_string) {
  EXPECT_EQ(escaped("</script>&"), R"("\u003c/script\u003e\u0026")");
}

TEST(Json, utf8_passes_and_what_is_not_utf8_is_replaced) {
  EXPECT_EQ(escaped("grün €"), "\"grün €\"");
  EXPECT_EQ(escaped("\xff"), R"("\ufffd")");
  EXPECT_EQ(escaped("\xc0\xaf"), R"("\ufffd\ufffd")");            // overlong
  EXPECT_EQ(escaped("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");  // surrogate
  EXPECT_EQ(escaped("\xe2\x82"), R"("\ufffd\ufffd")");            // cut short
  EXPECT_EQ(escaped("\xf4\x90\x80\x80").size(), 2 + 4 * 6);       // above U+10FFFF
}

TEST(Json, commas_and_colons_stand_where_they_belong) {
  JsonWriter json;
  json.begin_object().field("a", uint64_t{1}).key("b").begin_array().text("x").boolean(true).null();
  json.begin_object().end_object().end_array().field("c", 0.5).end_object();
  EXPECT_EQ(json.written(), R"({"a":1,"b":["x",true,null,{}],"c":0.5})");
}

TEST(Json, a_number_that_is_none_is_null) {
  JsonWriter json;
  json.begin_array().number(0.0 / 0.0).number(1.0 / 0.0).end_array();
  EXPECT_EQ(json.written(), "[null,null]");
}

}  // namespace
}  // namespace weir::control
