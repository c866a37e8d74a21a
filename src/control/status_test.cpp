// Readiness says why; the documents are valid and complete.
#include "control/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

UpstreamStatus upstream(bool up, bool proven) {
  return {
      .name = "quad9", .address = "tls://9.9.9.9", .protocol = "tls", .up = up, .proven = proven};
}

TEST(Status, P14_ready_when_one_upstream_has_proven_itself_and_is_up) {
  Status status;
  status.upstreams = {upstream(false, false), upstream(true, true)};
  EXPECT_TRUE(status.reasons_not_ready().empty());
  EXPECT_THAT(readiness_to_json(status), HasSubstr(R"("ready":true,"reasons":[])"));
}

TEST(Status, P14_not_ready_before_the_first_answer) {
  Status status;
  status.upstreams = {upstream(true, false)};
  EXPECT_THAT(status.reasons_not_ready(),
              ElementsAre("upstream quad9 (tls://9.9.9.9) has not answered yet"));
}

TEST(Status, not_ready_names_the_commonest_cause) {
  Status status;
  status.upstreams = {upstream(false, true)};
  status.upstreams[0].failures = {{"timeout", 2}, {"certificate_name", 7}};
  EXPECT_THAT(status.reasons_not_ready(),
              ElementsAre("upstream quad9 (tls://9.9.9.9) does not answer: certificate_name"));
}

TEST(Status, without_upstreams_it_says_so) {
  EXPECT_THAT(Status{}.reasons_not_ready(), ElementsAre("no upstream is configured"));
}

TEST(Status, a_store_that_fails_is_reported_and_does_not_stop_answers) {
  Status status;
  status.upstreams = {upstream(true, true)};
  status.store = {.enabled = true, .path = "/x/store.sqlite", .reason = "disk full"};
  EXPECT_TRUE(status.reasons_not_ready().empty());
  EXPECT_THAT(readiness_to_json(status),
              HasSubstr(R"("store":{"enabled":true,"working":false,"path":"/x/store.sqlite",)"
                        R"("size_octets":0,"reason":"disk full"})"));
}

TEST(Status, what_does_not_work_beside_the_edge_is_told_and_harms_no_readiness) {
  Status status;
  status.upstreams = {upstream(true, true)};
  status.degraded = {"sink archive: write /x/dns.fstrm: No space left on device"};
  EXPECT_THAT(status.reasons_not_ready(), IsEmpty());
  for (const std::string& text : {status_to_json(status), readiness_to_json(status)})
    EXPECT_THAT(text, HasSubstr(R"("degraded":["sink archive: write )"));
}

TEST(Status, the_document_has_every_part) {
  Status status;
  status.version = "1.2.3";
  status.started = wall_time(1'600'000'000'000'000'000);
  status.uptime = 1500ms;
  status.listeners = {"udp://127.0.0.1:8853"};
  status.ledger = {{"source", "edge", 10, 8, 1, {{"tap", "ring_full", 1}}}};
  status.cache = {3, 400, 5, 6};
  const std::string text = status_to_json(status);
  EXPECT_THAT(text, HasSubstr(R"("version":"1.2.3","started":"2020-09-13T12:26:40.000000000Z")"));
  EXPECT_THAT(text, HasSubstr(R"("uptime_seconds":1.5,"ready":false)"));
  EXPECT_THAT(text, HasSubstr(R"("listeners":["udp://127.0.0.1:8853"])"));
  EXPECT_THAT(
      text,
      HasSubstr(R"({"kind":"source","name":"edge","received":10,"delivered":8,)"
                R"("in_flight":1,"dropped":[{"stage":"tap","reason":"ring_full","count":1}]})"));
  EXPECT_THAT(text, HasSubstr(R"("cache":{"entries":3,"size_octets":400,"hits":5,"misses":6})"));
}

}  // namespace
}  // namespace weir::control
