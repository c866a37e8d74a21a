// Mnemonics and generic forms.
#include "proto/dns/types.h"

#include <gtest/gtest.h>

namespace weir::dns {
namespace {

TEST(Types, numbers_with_a_name_print_it_and_others_print_the_generic_form) {
  EXPECT_EQ(to_text(Type::kAaaa), "AAAA");
  EXPECT_EQ(to_text(Type::kDlv), "DLV");
  EXPECT_EQ(to_text(static_cast<Type>(65280)), "TYPE65280");
  EXPECT_EQ(to_text(static_cast<Type>(0)), "TYPE0");
  EXPECT_EQ(to_text(Class::kCh), "CH");
  EXPECT_EQ(to_text(static_cast<Class>(2)), "CLASS2");
  EXPECT_EQ(to_text(Opcode::kUpdate), "UPDATE");
  EXPECT_EQ(to_text(static_cast<Opcode>(9)), "OPCODE9");
  EXPECT_EQ(to_text(Rcode::kNxDomain), "NXDOMAIN");
  EXPECT_EQ(to_text(Rcode::kBadCookie), "BADCOOKIE");
  EXPECT_EQ(to_text(static_cast<Rcode>(3841)), "RCODE3841");
  EXPECT_EQ(to_text(Option::kExtendedError), "EDE");
  EXPECT_EQ(to_text(static_cast<Option>(65001)), "OPT65001");
}

TEST(Types, every_type_comes_back_from_its_text_whatever_the_case) {
  for (unsigned number = 0; number <= 0xffff; ++number) {
    const auto type = static_cast<Type>(number);
    std::string text = to_text(type);
    ASSERT_EQ(type_from_text(text), type) << text;
    for (char& c : text) c = static_cast<char>(std::tolower(c));
    ASSERT_EQ(type_from_text(text), type) << text;
    ASSERT_EQ(type_from_text("TYPE" + std::to_string(number)), type);
    ASSERT_EQ(class_from_text(to_text(static_cast<Class>(number))), static_cast<Class>(number));
  }
  for (unsigned number = 0; number <= 0xfff; ++number)
    ASSERT_EQ(rcode_from_text(to_text(static_cast<Rcode>(number))), static_cast<Rcode>(number));
}

TEST(Types, nonsense_is_no_number) {
  for (const char* text : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "TYPE 1", "AAAAA", "65"})
    EXPECT_EQ(type_from_text(text), std::nullopt) << text;
  EXPECT_EQ(class_from_text("INN"), std::nullopt);
  EXPECT_EQ(rcode_from_text("RCODE4096"), std::nullopt);
}

}  // namespace
}  // namespace weir::dns
