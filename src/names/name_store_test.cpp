// Tests of the store of names.
#include "names/name_store.h"

#include <gtest/gtest.h>

#include <string>

#include "kit/name_lists.h"

namespace weir::names {
namespace {

TEST(NameStore, keeps_a_name_once_and_as_long_as_it_is_wanted) {
  NameStore store(7);
  const Octets name = kit::wire("www.example.com");
  const NameId id = store.take(name);
  EXPECT_NE(id, 0U);
  EXPECT_EQ(store.take(name), id);
  EXPECT_TRUE(equal(store.wire(id), name));
  EXPECT_EQ(store.size(), 1U);
  store.give(id);
  EXPECT_EQ(store.find(name), id);
  store.give(id);
  EXPECT_EQ(store.find(name), 0U);
  EXPECT_EQ(store.size(), 0U);
}

TEST(NameStore, uses_the_place_of_a_forgotten_name_again) {
  NameStore store(7);
  const NameId first = store.take(kit::wire("aaaa.example.com"));
  store.first_use(first) = 5;
  store.give(first);
  const NameId second = store.take(kit::wire("bbbb.example.com"));
  EXPECT_EQ(second, first);
  EXPECT_EQ(store.first_use(second), 0U);
}

TEST(NameStore, holds_names_of_every_length) {
  NameStore store(7);
  std::vector<std::pair<Octets, NameId>> all;
  for (int round = 0; round < 100; ++round) {
    std::string text = "n" + std::to_string(round);
    while (text.size() < 240) {
      text += ".x" + std::string(text.size() % 7, 'y');
      all.emplace_back(kit::wire(text), 0);
      all.back().second = store.take(all.back().first);
    }
  }
  for (const auto& [name, id] : all) EXPECT_TRUE(equal(store.wire(id), name));
  const Octets longest = kit::wire(std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                                   std::string(63, 'c') + "." + std::string(61, 'd'));
  ASSERT_EQ(longest.size(), dns::kMaxName);
  EXPECT_TRUE(equal(store.wire(store.take(longest)), longest));
}

}  // namespace
}  // namespace weir::names
