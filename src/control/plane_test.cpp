// The operator's pages over a real connection.
#include "control/plane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/stream.h"

namespace weir::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// One request, and everything that came back.
class Client : io::StreamEvents {
 public:
  static std::string get(io::Loop& loop, const Endpoint& server, std::string_view path) {
    Client client(loop);
    client.request_ =
        "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    client.stream_ = io::connect_stream(loop, server, nullptr, {}, client);
    loop.run();
    return client.reply_;
  }

 private:
  explicit Client(io::Loop& loop) : loop_(loop) {}
  void on_open() override {
    stream_->send(as_bytes(request_));
    stream_->flush();
  }
  void on_data(Bytes octets) override { reply_ += as_text(octets); }
  void on_close(io::CloseCause, std::string_view) override { loop_.stop(); }

  io::Loop& loop_;
  std::string request_;
  std::string reply_;
  std::unique_ptr<io::Stream> stream_;
};

class ControlPlane : public ::testing::Test {
 protected:
  ControlPlane() {
    registry_.counter("weir_test_total", "Counted by the test.").add(3);
    registry_.alias("requests", "Counted by the test.", "weir_test_total", {{"host", "here"}});
    ControlSettings settings;
    settings.listen = settings.alias_listen = {*Endpoint::parse("127.0.0.1:0")};
    settings.allow = settings.alias_allow = {*Prefix::parse("127.0.0.0/8")};
    PlaneContext context{loop_, clock_, registry_, [this] { return status_; }, ""};
    plane_ = *Plane::create(settings, std::move(context));
  }
  std::string get(std::string_view path) {
    return Client::get(loop_, plane_->listeners()[0], path);
  }
  std::string get_alias(std::string_view path) {
    return Client::get(loop_, plane_->alias_listeners()[0], path);
  }

  io::Loop loop_;
  VirtualClock clock_;
  metrics::Registry registry_;
  Status status_;
  std::unique_ptr<Plane> plane_;
};

TEST_F(ControlPlane, alive_is_not_ready) {
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 503"));
  status_.upstreams = {{.name = "a", .up = true, .proven = true}};
  EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ControlPlane, metrics_and_status_are_served) {
  EXPECT_THAT(get("/metrics"), HasSubstr("weir_test_total 3"));
  status_.version = "9.8.7";
  EXPECT_THAT(get("/api/v1/status"), HasSubstr("\"version\":\"9.8.7\""));
}

TEST_F(ControlPlane, a_bad_parameter_is_400_and_named) {
  const std::string reply = get("/api/v1/queries?limit=1001");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(reply, HasSubstr("\"parameter\":\"limit\""));
}

TEST_F(ControlPlane, P08_the_alias_shows_metrics_and_nothing_of_the_query_log) {
  EXPECT_THAT(get_alias("/metrics"), HasSubstr("requests{host=\"here\"} 3"));
  EXPECT_THAT(get_alias("/metrics"), HasSubstr("weir_test_total 3"));
  EXPECT_THAT(get_alias("/"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get_alias("/robots.txt"), HasSubstr("Disallow: /"));
  EXPECT_THAT(get_alias("/api/v1/queries"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(get("/metrics"), Not(HasSubstr("requests{")));
}

TEST_F(ControlPlane, a_taken_address_is_an_error_that_names_the_setting) {
  ControlSettings settings;
  settings.listen = plane_->listeners();
  const auto second =
      Plane::create(settings, {loop_, clock_, registry_, [] { return Status{}; }, ""});
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().what, HasSubstr("control.listen: "));
}

}  // namespace
}  // namespace weir::control
