// Tests of the plane without its thread: what targets are told, and when.
#include "route/engine/engine.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "names/name_text.h"

namespace weir::route {
namespace {

/// Counts how often it is woken.
class Sleeper final : public Target {
 public:
  void start() override { started = true; }
  void wake() override { ++woken; }
  void stop(std::function<void()> done) override { done(); }
  std::vector<IpAddress> addresses() const override { return {*IpAddress::parse("198.51.101.66")}; }
  bool started = false;
  int woken = 0;
};

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    SetSettings set;
    set.name = "vpn";
    set.floor = 10s;
    set.grace = 0s;
    settings_.sets = {set};
    exports_ = *plan_exports(settings_);
    engine_.emplace(settings_, exports_, loop_, clock_, 1);
    auto sleeper = std::make_unique<Sleeper>();
    target_ = sleeper.get();
    engine_->add_target(std::move(sleeper));
    adopt({"example.org", "203.1.113.0/24"});
    engine_->start();
  }
  void adopt(std::vector<std::string> lines) {
    names::Collection collection({{"vpn", {}, std::move(lines)}}, {}, 1);
    auto loaded = collection.load();
    ASSERT_TRUE(loaded);
    engine_->adopt(*std::move(loaded));
  }
  /// A response with one A record.
  void tell(std::string_view name, std::array<uint8_t, 4> address) {
    names::NameBuffer buffer;
    const Bytes wire = *names::to_wire(name, buffer);
    Octets message = {0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0};
    message.insert(message.end(), wire.begin(), wire.end());
    const uint8_t rest[] = {0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4};
    message.insert(message.end(), std::begin(rest), std::end(rest));
    message.insert(message.end(), address.begin(), address.end());
    model::Observation observation;
    observation.type = model::MessageType::kClientResponse;
    observation.response_message = message;
    std::array<uint8_t, dns::kMaxName> qname;
    model::describe(observation, qname);
    model::BatchBuilder builder(0, 10, 4096);
    ASSERT_TRUE(builder.add(observation));
    engine_->learn(*builder.seal());
  }
  std::string routes() {
    std::string text;
    for (const LeaseReading& lease : engine_->leases({}).leases)
      text += (text.empty() ? "" : " ") + lease.prefix.to_text();
    return text;
  }

  RouteSettings settings_;
  Exports exports_;
  io::Loop loop_;
  VirtualClock clock_;
  std::optional<Engine> engine_;
  Sleeper* target_ = nullptr;
};

TEST_F(EngineTest, wakes_targets_for_new_routes_only) {
  EXPECT_TRUE(target_->started);
  const int before = target_->woken;
  tell("www.example.org", {198, 51, 101, 1});
  EXPECT_EQ(target_->woken, before + 1);
  tell("www.example.org", {198, 51, 101, 1});
  EXPECT_EQ(target_->woken, before + 1);
  EXPECT_EQ(routes(), "203.1.113.0/24 198.51.101.1/32");
}

TEST_F(EngineTest, D_27_adopting_another_list_takes_routes_away) {
  tell("www.example.org", {198, 51, 101, 1});
  adopt({"example.net"});
  EXPECT_EQ(routes(), "");
  EXPECT_EQ(engine_->changes().changes(false, Reason::kRevoked), 2u);
}

TEST_F(EngineTest, D_32_addresses_of_targets_and_ours_are_refused) {
  engine_->set_ours({*IpAddress::parse("198.51.101.2")});
  tell("www.example.org", {198, 51, 101, 2});
  tell("www.example.org", {198, 51, 101, 66});
  EXPECT_EQ(routes(), "203.1.113.0/24");
  tell("www.example.org", {198, 51, 101, 3});
  engine_->set_ours({*IpAddress::parse("198.51.101.3")});
  EXPECT_EQ(routes(), "203.1.113.0/24") << "an address that became ours leaves";
}

TEST_F(EngineTest, leases_are_found_by_name_address_and_set_in_pages) {
  for (uint8_t i = 1; i <= 9; ++i)
    tell("n" + std::to_string(i) + ".example.org", {198, 51, 101, i});
  EXPECT_EQ(engine_->leases({.name = "n3.example.org"}).leases.size(), 1u);
  EXPECT_EQ(engine_->leases({.address = IpAddress::parse("203.1.113.7")}).leases.size(), 1u);
  EXPECT_EQ(engine_->leases({.set = "other"}).leases.size(), 0u);
  size_t count = 0;
  LeasePage page;
  do {
    page = engine_->leases({.from = page.next, .most = 4});
    EXPECT_LE(page.leases.size(), 4u);
    count += page.leases.size();
  } while (page.next != 0);
  EXPECT_EQ(count, 10u);
}

TEST_F(EngineTest, R14_B_21_what_was_kept_counts_as_far_as_it_is_still_wanted) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "weir-engine";
  std::filesystem::remove_all(folder);
  const std::string path = (folder / "routes.state").string();
  const auto saved = [&](std::string_view set, std::string_view name, uint8_t last, Duration left) {
    names::NameBuffer buffer;
    const Bytes wire = *names::to_wire(name, buffer);
    return SavedLease{std::string(set),
                      {wire.begin(), wire.end()},
                      *IpAddress::from_octets(Octets{198, 51, 101, last}),
                      clock_.wall_now() + left};
  };
  {
    auto journal = *Journal::open(loop_, {.path = path});
    journal->add(saved("vpn", "www.example.org", 1, 60s));
    journal->add(saved("vpn", "www.example.net", 2, 60s));   // listed no more
    journal->add(saved("old", "www.example.org", 3, 60s));   // its set is gone
    journal->add(saved("vpn", "www.example.org", 4, -1s));   // expired, and there is no grace
    journal->add(saved("vpn", "www.example.org", 66, 60s));  // became an address of ours
  }
  engine_->restore(*Journal::open(loop_, {.path = path}));
  EXPECT_EQ(routes(), "203.1.113.0/24 198.51.101.1/32");
  EXPECT_EQ(engine_->changes().changes(true, Reason::kRestored), 1u);
  tell("www.example.org", {198, 51, 101, 5});
  engine_.reset();
  EXPECT_EQ((*Journal::open(loop_, {.path = path}))->take_saved().size(), 2u);
  std::filesystem::remove_all(folder);
}

TEST_F(EngineTest, tells_how_it_is) {
  tell("www.example.org", {198, 51, 101, 1});
  tell("www.example.org", {127, 0, 0, 1});
  const PlaneReading reading = engine_->read();
  EXPECT_EQ(reading.routes, 2u);
  ASSERT_EQ(reading.sets.size(), 1u);
  EXPECT_EQ(reading.sets[0].active, 1u);
  EXPECT_EQ(reading.sets[0].fixed, 1u);
  EXPECT_EQ(reading.sets[0].rules, 2u);
  ASSERT_EQ(reading.sets[0].refused.size(), 1u);
  EXPECT_EQ(reading.sets[0].refused[0].first, "special");
}

}  // namespace
}  // namespace weir::route
