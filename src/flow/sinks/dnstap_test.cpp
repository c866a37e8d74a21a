// dnstap as a sink: what goes out is what came in, what no frame can hold is counted, and an outage
// in the middle of a group neither loses a frame nor sends one twice.
#include <gtest/gtest.h>

#include <functional>
#include <future>

#include "flow/catalogue.h"
#include "flow/wire/dnstap_observation.h"
#include "kit/dnstap_peers.h"
#include "kit/dnstap_receiver.h"
#include "kit/observations.h"
#include "kit/temporary.h"
#include "proto/dnstap/frame_reader.h"

namespace weir::flow {
namespace {

metrics::Registry registry;

using Payloads = std::vector<Octets>;

std::unique_ptr<Sink> open_sink(const std::string& to) {
  auto made = make_sink(DnstapSinkSettings{.name = "out", .to = to}, {.identity = "us"}, registry);
  EXPECT_TRUE(made) << made.error().what;
  return *std::move(made);
}

/// A batch of `count` questions for n<from>.example and those that follow.
model::SharedBatch questions(size_t from, size_t count) {
  model::BatchBuilder builder(0, count, count * 512);
  for (size_t i = from; i < from + count; ++i) {
    const kit::Seen seen("n" + std::to_string(i) + ".example");
    EXPECT_TRUE(builder.add(seen.observation));
  }
  return builder.seal();
}
Payloads payloads_of(const model::Batch& batch) {
  Payloads all;
  for (const model::Observation& observation : batch.observations())
    EXPECT_TRUE(append_dnstap(observation, "us", "", all.emplace_back()));
  return all;
}
Payloads operator+(Payloads first, const Payloads& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// The payloads of frames that are whole.
Payloads payloads_in(Bytes stream) {
  dnstap::FrameReader reader;
  reader.feed(stream);
  Payloads all;
  for (dnstap::Frame frame = reader.next(); frame.kind != dnstap::Frame::Kind::kNone;
       frame = reader.next())
    if (frame.kind == dnstap::Frame::Kind::kData)
      all.emplace_back(frame.payload.begin(), frame.payload.end());
  return all;
}

/// A batch of frames that came in as they are, of these sizes.
model::SharedBatch frames_of(const std::vector<size_t>& sizes) {
  model::BatchBuilder builder(0, sizes.size(), 1 << 20);
  for (const size_t size : sizes) {
    const kit::Seen seen("example.org");
    const Octets frame(size, static_cast<uint8_t>(size));
    model::DnstapExtras extras;
    extras.frame = frame;
    model::Observation observation = seen.observation;
    observation.dnstap = &extras;
    EXPECT_TRUE(builder.add(observation));
  }
  return builder.seal();
}

TEST(DnstapSink, E18_sends_what_fits_into_a_frame_as_it_came_and_counts_the_rest) {
  const kit::TemporaryFolder folder;
  const auto sink = open_sink("file:" + folder / "x.fstrm");
  const size_t most = dnstap::kMaxData;
  ASSERT_TRUE(sink->deliver(*frames_of({100, most + 1, most, 7, most + 1})));
  ASSERT_TRUE(sink->settle());
  EXPECT_EQ(sink->take_refused(), 2U);
  EXPECT_EQ(sink->take_refused(), 0U);
  ASSERT_TRUE(sink->deliver(*frames_of({8})));
  ASSERT_TRUE(sink->settle());
  EXPECT_EQ(sink->take_refused(), 0U);
  sink->close();
  const Payloads found = kit::dnstap_payloads_in(kit::read_file(folder / "x.fstrm"));
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0], Octets(100, 100));
  EXPECT_EQ(found[1].size(), most);
  EXPECT_EQ(found[2], Octets(7, 7));
  EXPECT_EQ(found[3], Octets(8, 8));
}

TEST(DnstapSink, begins_a_new_file_when_it_is_reopened) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "x.fstrm";
  const auto sink = open_sink(path);
  for (const char* const moved : {".a", ".b"}) {
    ASSERT_TRUE(sink->deliver(*questions(0, 3)));
    ASSERT_TRUE(sink->settle());
    std::filesystem::rename(path, path + moved);
    sink->reopen();
    EXPECT_EQ(kit::dnstap_payloads_in(kit::read_file(path + moved)).size(), 3U);
    EXPECT_TRUE(sink->tend({}));
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(DnstapSink, E03_a_file_that_cannot_be_written_and_a_target_that_is_none_are_settings_faults) {
  for (const char* const to : {"file:/proc/none/such", "tcp:host", "unix:", "x"}) {
    const auto made = make_sink(DnstapSinkSettings{.name = "out", .to = to}, {}, registry);
    ASSERT_FALSE(made) << to;
    EXPECT_EQ(made.error().fault, Fault::kConfig) << to;
  }
}

/// An outage in the middle of a group of two batches: the receiver shuts its end when it has read
/// some, and reads out what the kernel had taken by then.
struct Outage : ::testing::Test {
  /// The whole frames that the first connection had.
  Payloads break_off() {
    auto received = std::async(std::launch::async, [&] {
      kit::DnstapConnection connection = receiver.accept();
      connection.shake_hands();
      Octets got = connection.read(300'000);
      ::shutdown(connection.fd(), SHUT_RD);
      kit::append(got, connection.read_all());
      return payloads_in(got);
    });
    Status failed = sink->deliver(*first);
    if (failed) failed = sink->deliver(*second);
    if (failed) failed = sink->settle();
    EXPECT_TRUE(!failed && failed.error().retry);
    return received.get();
  }
  /// What the next connection gets from `offer`.
  Payloads after(const std::function<void()>& offer) {
    auto received = std::async(std::launch::async, [&] {
      kit::DnstapConnection connection = receiver.accept();
      connection.shake_hands();
      return payloads_in(connection.read_all());
    });
    offer();
    sink->close();
    return received.get();
  }

  const kit::TemporaryFolder folder;
  const std::string path = folder / "x.sock";
  kit::DnstapReceiver receiver{path};
  const model::SharedBatch first = questions(0, 1000);
  const model::SharedBatch second = questions(1000, 9000);
  const std::unique_ptr<Sink> sink = open_sink("unix:" + path);
};

TEST_F(Outage, the_group_goes_on_where_it_was_cut) {
  const Payloads before = break_off();
  const model::SharedBatch third = questions(10'000, 5);  // came meanwhile
  const Payloads rest = after([&] {
    for (const auto& batch : {first, second, third}) EXPECT_TRUE(sink->deliver(*batch));
    EXPECT_TRUE(sink->settle());
    EXPECT_TRUE(sink->deliver(*third));  // a group of its own: from its beginning
    EXPECT_TRUE(sink->settle());
  });
  EXPECT_GT(before.size(), 1000U);
  EXPECT_TRUE(before + rest == payloads_of(*first) + payloads_of(*second) + payloads_of(*third) +
                                   payloads_of(*third));
}

TEST_F(Outage, batches_may_come_one_by_one_afterwards) {
  const Payloads before = break_off();
  const Payloads rest = after([&] {
    for (const auto& batch : {first, second}) {
      EXPECT_TRUE(sink->deliver(*batch));
      EXPECT_TRUE(sink->settle());
    }
  });
  EXPECT_TRUE(before + rest == payloads_of(*first) + payloads_of(*second));
}

TEST_F(Outage, a_batch_that_is_given_up_takes_its_part_with_it) {
  const Payloads before = break_off();
  sink->give_up(first->size());
  const Payloads rest = after([&] {
    EXPECT_TRUE(sink->deliver(*second));
    EXPECT_TRUE(sink->settle());
  });
  EXPECT_TRUE(before + rest == payloads_of(*first) + payloads_of(*second));
}

TEST_F(Outage, nothing_is_passed_over_when_all_was_given_up) {
  break_off();
  sink->give_up(first->size() + second->size());
  const model::SharedBatch third = questions(10'000, 5);
  const Payloads rest = after([&] {
    EXPECT_TRUE(sink->deliver(*third));
    EXPECT_TRUE(sink->settle());
  });
  EXPECT_TRUE(rest == payloads_of(*third));
}

TEST_F(Outage, E17_is_noticed_with_nothing_to_deliver) {
  auto begun = std::async(std::launch::async, [&] {
    kit::DnstapConnection connection = receiver.accept();
    connection.shake_hands();
    return connection;
  });
  EXPECT_TRUE(sink->tend({}));
  begun.get().reset();
  const Status tended = sink->tend({});
  ASSERT_FALSE(tended);
  EXPECT_NE(tended.error().what.find("end_of_stream"), std::string::npos);
  EXPECT_TRUE(after([&] { EXPECT_TRUE(sink->tend({})); }).empty());
}

}  // namespace
}  // namespace weir::flow
