// What is hidden in EDNS options, and what stays.
#include "flow/transforms/anonymise/options.h"

#include <gtest/gtest.h>

#include "kit/observations.h"
#include "proto/dns/message.h"

namespace weir::flow {
namespace {

/// A question with one OPT record, of these options.
Octets message_with(const Octets& options) {
  const kit::Seen seen("example.org");
  Octets message = seen.query;
  message[11] = 1;
  message.insert(message.end(), {0, 0, 41, 4, 208, 0, 0, 0, 0});
  message.push_back(static_cast<uint8_t>(options.size() >> 8));
  message.push_back(static_cast<uint8_t>(options.size()));
  message.insert(message.end(), options.begin(), options.end());
  return message;
}

Octets hidden(const Octets& options, AddressCipher* cipher) {
  Octets buffer;
  const Octets message = message_with(options);
  const Bytes shown = hide_options(message, cipher, buffer);
  EXPECT_EQ(shown.size(), message.size());
  return Octets(shown.end() - static_cast<std::ptrdiff_t>(options.size()), shown.end());
}

TEST(Options, what_tells_clients_apart_is_zeroed) {
  const auto cipher = make_truncation(24, 48);
  EXPECT_EQ(hidden({0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8}, cipher.get()),  // COOKIE
            (Octets{0, 10, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(hidden({0xfd, 0xe9, 0, 6, 1, 2, 3, 4, 5, 6}, cipher.get()),  // a MAC address
            (Octets{0xfd, 0xe9, 0, 6, 0, 0, 0, 0, 0, 0}));
}

TEST(Options, what_says_nothing_of_the_client_stays) {
  const Octets options = {0, 3, 0, 2, 'n', 's', 0, 15, 0, 3, 0, 3, 'x', 0, 12, 0, 2, 0, 0};
  EXPECT_EQ(hidden(options, nullptr), options);
}

TEST(Options, a_client_subnet_is_hidden_like_the_client) {
  const Octets v4 = {0, 8, 0, 8, 0, 1, 32, 0, 198, 51, 100, 77};
  EXPECT_EQ(hidden(v4, make_truncation(24, 48).get()),
            (Octets{0, 8, 0, 8, 0, 1, 32, 0, 198, 51, 100, 0}));
  EXPECT_EQ(hidden(v4, nullptr), (Octets{0, 8, 0, 8, 0, 1, 32, 0, 0, 0, 0, 0}));
  // Bits beyond the prefix stay zero, as RFC 7871 §6 wants them.
  const Octets key(32, 7);
  const Octets hidden_v4 =
      hidden({0, 8, 0, 7, 0, 1, 20, 0, 198, 51, 96}, make_crypto_pan(key).get());
  EXPECT_EQ(hidden_v4.back() & 0x0f, 0);
  EXPECT_NE(hidden_v4[8], 198);
}

TEST(Options, a_subnet_that_contradicts_itself_is_zeroed) {
  const auto cipher = make_truncation(32, 128);
  EXPECT_EQ(hidden({0, 8, 0, 7, 0, 1, 32, 0, 1, 2, 3}, cipher.get()),  // shorter than its prefix
            (Octets{0, 8, 0, 7, 0, 1, 32, 0, 0, 0, 0}));
  EXPECT_EQ(hidden({0, 8, 0, 6, 0, 9, 16, 0, 1, 2}, cipher.get()),  // of no known family
            (Octets{0, 8, 0, 6, 0, 9, 16, 0, 0, 0}));
  EXPECT_EQ(hidden({0, 8, 0, 3, 0, 1, 16}, cipher.get()), (Octets{0, 8, 0, 3, 0, 0, 0}));
}

TEST(Options, what_is_no_whole_message_is_left_out) {
  const Octets message = message_with({0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8});
  for (size_t size = 0; size < message.size(); ++size) {
    Octets buffer;
    EXPECT_TRUE(hide_options(Bytes(message).first(size), nullptr, buffer).empty()) << size;
  }
}

}  // namespace
}  // namespace weir::flow
