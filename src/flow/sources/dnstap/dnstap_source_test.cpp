// The source with real sockets: every way a sender may begin and end (B-09, B-10), many at once
// (B-11), frames that are no good (B-13), senders that mean no good (D-33), limits, rights
// (B-08), TLS and dialling out, and a flow that is full.
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "flow/catalogue.h"
#include "flow/source.h"
#include "io/unix_socket.h"
#include "kit/certificates.h"
#include "kit/dnstap_producer.h"
#include "kit/run_loop.h"
#include "kit/stream_events.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

using dnstap::ControlType;
using kit::DnstapProducer;

constexpr auto kPatience = 20s;

/// Remembers names. Room can be taken away from it.
class NamesTap final : public model::Tap {
 public:
  void record(const model::Observation& observation) noexcept override {
    const std::lock_guard lock(mutex_);
    if (room_ == 0) ++lost_;
    if (room_ > 0) --room_;
    names_.push_back(dns::wire_name_to_text(observation.qname));
    changed_.notify_all();
  }
  bool has_room() noexcept override {
    const std::lock_guard lock(mutex_);
    if (room_ == 0) ++refused_;
    changed_.notify_all();
    return room_ > 0;
  }
  void flush() noexcept override {}

  void set_room(size_t room) {
    const std::lock_guard lock(mutex_);
    room_ = room;
  }
  bool wait_until(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }
  bool wait_for(size_t names) {
    return wait_until([&] { return names_.size() >= names; });
  }
  bool wait_until_refused() {
    return wait_until([&] { return refused_ > 0; });
  }
  std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    return names_;
  }
  size_t lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> names_;
  size_t room_ = SIZE_MAX;
  size_t refused_ = 0;
  size_t lost_ = 0;
};

class DnstapSourceTest : public testing::Test {
 protected:
  DnstapSourceTest() {
    settings_.name = "tap";
    settings_.listen = {*StreamAddress::parse("unix:" + path_)};
    settings_.allow = {*Prefix::parse("127.0.0.0/8")};
  }
  ~DnstapSourceTest() override {
    if (source_) source_->stop();
  }

  void start() {
    auto made = make();
    ASSERT_TRUE(made) << made.error().what;
    source_ = *std::move(made);
    source_->start();
  }
  Result<std::unique_ptr<Source>> make() {
    return make_source(SourceSettings(settings_),
                       {.name = settings_.name,
                        .open_tap = [this]() -> model::Tap& { return tap_; },
                        .metrics = registry_,
                        .clock = clock_});
  }
  DnstapProducer connect() { return DnstapProducer::to(path_); }
  DnstapProducer begin() {
    DnstapProducer producer = connect();
    EXPECT_TRUE(producer.send(ControlType::kReady));
    EXPECT_TRUE(producer.receives(ControlType::kAccept));
    EXPECT_TRUE(producer.send(ControlType::kStart));
    return producer;
  }
  /// Whether the page of metrics says so, soon.
  testing::AssertionResult counts(const std::string& series, int value) {
    const std::string line = "weir_dnstap_" + series + " " + std::to_string(value) + "\n";
    const Instant end = clock_.now() + kPatience;
    while (registry_.expose().find(line) == std::string::npos) {
      if (clock_.now() > end)
        return testing::AssertionFailure() << "no " << line << registry_.expose();
      std::this_thread::yield();
    }
    return testing::AssertionSuccess();
  }
  static Endpoint free_endpoint() {
    io::Loop loop;
    return (*io::listen_stream(loop, *Endpoint::parse("127.0.0.1:0"), false, [](auto&&...) {}))
        ->local();
  }
  /// A whole stream over TLS, by a client that trusts `ca`; and how the connection ended.
  static io::CloseCause send_over_tls(const Endpoint& to, const std::string& ca,
                                      const std::string& certificate, const std::string& key) {
    io::TlsClientSettings tls;
    tls.address = to.address;
    tls.ca_file = ca;
    tls.certificate_file = certificate;
    tls.key_file = key;
    const auto client = io::TlsClient::create(tls);
    EXPECT_TRUE(client) << client.error().what;
    io::Loop loop;
    kit::RecordedEvents events;
    const auto stream = io::connect_stream(loop, to, client->get(), {}, events);
    stream->send(kit::dnstap_control(ControlType::kStart));
    stream->send(kit::dnstap_frame("tls.example"));
    stream->send(kit::dnstap_control(ControlType::kStop));
    EXPECT_TRUE(kit::run_until(loop, [&] { return events.cause.has_value(); }));
    return events.cause.value_or(io::CloseCause::kLocal);
  }
  static std::string by_reason(const std::string& name, const std::string& reason) {
    return name + "{reason=\"" + reason + "\",source=\"tap\"}";
  }

  SystemClock clock_;
  metrics::Registry registry_;
  const kit::TemporaryFolder folder_;
  const std::string path_ = folder_ / "tap.sock";
  NamesTap tap_;
  DnstapSourceSettings settings_;
  std::unique_ptr<Source> source_;
};

// B-09.
TEST_F(DnstapSourceTest, answers_ready_with_accept_and_stop_with_finish) {
  start();
  DnstapProducer producer = begin();
  EXPECT_TRUE(producer.send_name("a.example"));
  EXPECT_TRUE(producer.send_name("b.example"));
  EXPECT_TRUE(producer.send(ControlType::kStop));
  EXPECT_TRUE(producer.receives(ControlType::kFinish));
  EXPECT_TRUE(producer.is_closed());
  EXPECT_EQ((std::vector<std::string>{"a.example.", "b.example."}), tap_.names());
  EXPECT_TRUE(counts("frames_total{source=\"tap\"}", 2));
  EXPECT_TRUE(counts(by_reason("streams_ended_total", "clean"), 1));
  EXPECT_TRUE(counts("senders{source=\"tap\"}", 0));
}

TEST_F(DnstapSourceTest, takes_senders_that_begin_with_start_and_end_without_stop) {
  start();
  {
    DnstapProducer producer = connect();
    EXPECT_TRUE(producer.send(ControlType::kStart));
    EXPECT_TRUE(producer.send_name("a.example"));
  }
  EXPECT_TRUE(tap_.wait_for(1));
  EXPECT_TRUE(counts(by_reason("streams_ended_total", "unclean"), 1));
}

TEST_F(DnstapSourceTest, minds_no_sender_that_is_gone_before_finish_is_sent) {
  start();
  for (int i = 0; i < 20; ++i) {
    DnstapProducer producer = begin();
    EXPECT_TRUE(producer.send_name("a.example"));
    EXPECT_TRUE(producer.send(ControlType::kStop));  // and closes, as unbound does
  }
  EXPECT_TRUE(tap_.wait_for(20));
  EXPECT_TRUE(counts(by_reason("streams_ended_total", "clean"), 20));
}

// B-10.
TEST_F(DnstapSourceTest, closes_senders_of_something_else_and_counts_them) {
  start();
  DnstapProducer producer = connect();
  Octets ready;
  const std::string_view foreign[] = {"protobuf:foreign"};
  dnstap::append_control_frame(ready, ControlType::kReady, foreign);
  EXPECT_TRUE(producer.send(ready));
  EXPECT_TRUE(producer.is_closed());
  EXPECT_TRUE(counts(by_reason("handshake_failures_total", "content_type"), 1));
  EXPECT_TRUE(tap_.names().empty());
}

// B-11 and D-33: a silent one, a talkative stranger and one that dies within a frame harm nobody.
TEST_F(DnstapSourceTest, serves_many_senders_beside_those_that_misbehave) {
  settings_.threads = 2;
  settings_.handshake_timeout = 3s;  // an honest sender keeps to it on a busy machine too
  start();
  DnstapProducer silent = connect();
  DnstapProducer stranger = connect();
  stranger.send(as_bytes("GET / HTTP/1.1\r\nHost: weir\r\n\r\n"));
  {
    DnstapProducer dying = begin();
    Octets frame = kit::dnstap_frame("dying.example");
    frame.resize(frame.size() - 1);
    EXPECT_TRUE(dying.send(frame));
  }
  constexpr int kSenders = 16, kNames = 500;
  std::vector<std::thread> senders;
  for (int i = 0; i < kSenders; ++i)
    senders.emplace_back([this, i] {
      DnstapProducer producer = begin();
      for (int j = 0; j < kNames; ++j)
        EXPECT_TRUE(producer.send_name(std::to_string(j) + "." + std::to_string(i) + ".example"));
      EXPECT_TRUE(producer.send(ControlType::kStop));
      EXPECT_TRUE(producer.receives(ControlType::kFinish));
    });
  for (std::thread& sender : senders) sender.join();
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(stranger.is_closed());
  const auto names = tap_.names();
  EXPECT_EQ(size_t{kSenders} * kNames, names.size());
  EXPECT_EQ(names.size(), std::set<std::string>(names.begin(), names.end()).size());
  EXPECT_TRUE(counts(by_reason("handshake_failures_total", "timeout"), 1));
  EXPECT_TRUE(counts(by_reason("handshake_failures_total", "not_started"), 1));
  EXPECT_TRUE(counts(by_reason("streams_ended_total", "torn"), 1));
}

// B-13.
TEST_F(DnstapSourceTest, counts_frames_that_are_no_good_and_takes_the_next) {
  settings_.max_frame_octets = 1024;
  start();
  DnstapProducer producer = begin();
  Octets bad;
  EXPECT_TRUE(dnstap::append_data_frame(bad, *from_hex("ffffffffffffffffffffffff")));
  EXPECT_TRUE(dnstap::append_data_frame(bad, Octets(1025)));
  EXPECT_TRUE(dnstap::append_data_frame(bad, *from_hex("7802")));  // of another type
  Octets cut = kit::dnstap_frame("cut.example");
  dnstap::Envelope envelope = *dnstap::decode(Bytes(cut).subspan(dnstap::kDataHeader));
  envelope.message->query_message = envelope.message->query_message->first(15);
  Octets payload;
  dnstap::encode(envelope, payload);
  EXPECT_TRUE(dnstap::append_data_frame(bad, payload));
  EXPECT_TRUE(producer.send(bad));
  EXPECT_TRUE(producer.send_name("good.example"));
  EXPECT_TRUE(tap_.wait_for(2));
  EXPECT_EQ("good.example.", tap_.names().back());
  EXPECT_TRUE(counts("frames_total{source=\"tap\"}", 5));
  EXPECT_TRUE(counts(by_reason("malformed_frames_total", "varint"), 1));
  EXPECT_TRUE(counts("oversize_frames_total{source=\"tap\"}", 1));
  EXPECT_TRUE(counts("foreign_frames_total{source=\"tap\"}", 1));
  EXPECT_TRUE(counts("malformed_messages_total{source=\"tap\"}", 1));
}

// D-34.
TEST_F(DnstapSourceTest, has_as_many_descriptors_after_a_thousand_connections_as_before) {
  start();
  const auto descriptors = [] {
    const auto list = std::filesystem::directory_iterator("/proc/self/fd");
    return std::distance(std::filesystem::begin(list), std::filesystem::end(list));
  };
  begin();  // what is made once is made
  EXPECT_TRUE(counts(by_reason("streams_ended_total", "unclean"), 1));
  const auto before = descriptors();
  for (int i = 0; i < 500; ++i) {
    connect();
    begin();
  }
  EXPECT_TRUE(counts(by_reason("streams_ended_total", "unclean"), 501));
  EXPECT_TRUE(counts(by_reason("handshake_failures_total", "empty"), 500));
  const Instant end = clock_.now() + kPatience;  // the last ones still say goodbye
  while (descriptors() > before && clock_.now() < end) std::this_thread::yield();
  EXPECT_EQ(before, descriptors());
}

TEST_F(DnstapSourceTest, R_12_refuses_more_senders_than_it_may_have_until_one_is_gone) {
  settings_.max_clients = 2;
  start();
  {
    const DnstapProducer one = begin(), two = begin();
    EXPECT_TRUE(connect().is_closed());
    EXPECT_TRUE(counts(by_reason("connections_refused_total", "max_clients"), 1));
    EXPECT_TRUE(counts("senders{source=\"tap\"}", 2));
  }
  EXPECT_TRUE(counts(by_reason("streams_ended_total", "unclean"), 2));
  EXPECT_TRUE(begin().send_name("a.example"));
  EXPECT_TRUE(tap_.wait_for(1));
}

TEST_F(DnstapSourceTest, R_12_ends_a_sender_that_has_begun_and_is_silent_for_too_long) {
  settings_.idle_timeout = 100ms;
  start();
  DnstapProducer producer = begin();
  EXPECT_TRUE(producer.send_name("a.example"));
  EXPECT_TRUE(producer.is_closed());
  EXPECT_TRUE(counts(by_reason("streams_ended_total", "idle_timeout"), 1));
}

TEST_F(DnstapSourceTest, R_12_takes_no_more_frames_a_second_from_one_sender_than_it_may_send) {
  settings_.max_rate = 10;
  start();
  const Instant began = clock_.now();
  DnstapProducer producer = begin();
  for (int i = 0; i < 25; ++i) EXPECT_TRUE(producer.send_name("a.example"));
  EXPECT_TRUE(tap_.wait_for(25));
  EXPECT_LE(1900ms, clock_.now() - began);
  EXPECT_TRUE(counts("throttled_total{source=\"tap\"}", 2));
}

TEST_F(DnstapSourceTest, makes_senders_wait_while_the_flow_is_full_and_loses_nothing) {
  tap_.set_room(3);
  start();
  DnstapProducer one = begin(), two = begin();
  Octets frames;
  for (int i = 0; i < 1000; ++i)
    EXPECT_TRUE(dnstap::append_data_frame(
        frames, Bytes(kit::dnstap_frame(std::to_string(i) + ".example")).subspan(4)));
  EXPECT_TRUE(one.send(frames));
  EXPECT_TRUE(two.send(frames));
  EXPECT_TRUE(tap_.wait_until_refused());
  EXPECT_EQ(3u, tap_.names().size());
  for (size_t room : {size_t{1}, size_t{10}, SIZE_MAX}) tap_.set_room(room);
  EXPECT_TRUE(tap_.wait_for(2000));
  EXPECT_EQ(0u, tap_.lost());
  EXPECT_TRUE(one.send(ControlType::kStop));
  EXPECT_TRUE(one.receives(ControlType::kFinish));
}

TEST_F(DnstapSourceTest, goes_on_when_it_is_told_to_drop) {
  settings_.overflow = SourceOverflow::kDrop;
  tap_.set_room(0);
  start();
  EXPECT_TRUE(begin().send_name("a.example"));
  EXPECT_TRUE(tap_.wait_for(1));
  EXPECT_EQ(1u, tap_.lost());
}

TEST_F(DnstapSourceTest, ends_while_the_flow_is_full) {
  tap_.set_room(1);
  start();
  DnstapProducer producer = begin();
  EXPECT_TRUE(producer.send_name("a.example"));
  EXPECT_TRUE(producer.send_name("b.example"));
  EXPECT_TRUE(tap_.wait_until_refused());
  source_->stop();
  EXPECT_TRUE(producer.is_closed());
}

// B-07, B-08.
TEST_F(DnstapSourceTest, listens_over_tcp_and_on_files_with_the_rights_that_were_asked_for) {
  settings_.socket.mode = 0600;
  const Endpoint free = free_endpoint();
  settings_.listen.push_back(*StreamAddress::parse("tcp:" + free.to_text()));
  start();
  EXPECT_EQ(std::filesystem::perms{0600}, std::filesystem::status(path_).permissions());
  DnstapProducer producer = DnstapProducer::to(free.port);
  EXPECT_TRUE(producer.send(ControlType::kStart));
  EXPECT_TRUE(producer.send_name("a.example"));
  EXPECT_TRUE(tap_.wait_for(1));
  EXPECT_TRUE(source_->complaints().empty());
  std::filesystem::remove(path_);
  ASSERT_EQ(1u, source_->complaints().size());
  EXPECT_NE(std::string::npos, source_->complaints()[0].find("the file is gone"));
}

TEST_F(DnstapSourceTest, lets_nobody_in_over_tcp_who_is_not_allowed) {
  const Endpoint free = free_endpoint();
  settings_.listen.push_back(*StreamAddress::parse("tcp:" + free.to_text()));
  settings_.allow = {*Prefix::parse("192.0.2.0/24")};
  start();
  EXPECT_TRUE(DnstapProducer::to(free.port).is_closed());
  EXPECT_TRUE(counts(by_reason("connections_refused_total", "acl"), 1));
  EXPECT_TRUE(begin().send_name("a.example")) << "the list is not about Unix sockets";
  EXPECT_TRUE(tap_.wait_for(1));
}

TEST_F(DnstapSourceTest, cannot_be_made_where_another_listens) {
  start();
  const auto second = make();
  ASSERT_FALSE(second);
  EXPECT_NE(std::string::npos, second.error().what.find("another process listens on"));
}

//
TEST_F(DnstapSourceTest, dials_a_producer_that_listens_and_again_when_it_comes_back) {
  settings_.listen.clear();
  const std::string theirs = folder_ / "producer.sock";
  settings_.dial = {*StreamAddress::parse("unix:" + theirs)};
  start();
  EXPECT_TRUE(counts(by_reason("dial_failures_total", "unreachable"), 1));
  ASSERT_EQ(1u, source_->complaints().size());
  EXPECT_EQ(0u, source_->complaints()[0].find("unix:" + theirs + ": "));
  for (int round = 1; round <= 2; ++round) {
    UniqueFd listening(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, theirs.c_str(), sizeof address.sun_path - 1);
    ::unlink(theirs.c_str());
    ASSERT_EQ(0, ::bind(listening.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
    ASSERT_EQ(0, ::listen(listening.get(), 1));
    DnstapProducer producer(UniqueFd(::accept(listening.get(), nullptr, nullptr)));
    EXPECT_TRUE(producer.send(ControlType::kReady));
    EXPECT_TRUE(producer.receives(ControlType::kAccept));
    EXPECT_TRUE(producer.send(ControlType::kStart));
    EXPECT_TRUE(producer.send_name("dialled.example"));
    EXPECT_TRUE(tap_.wait_for(static_cast<size_t>(round)));
    EXPECT_TRUE(source_->complaints().empty());
  }
}

//
TEST_F(DnstapSourceTest, takes_senders_over_tls_with_a_certificate_and_turns_others_away) {
  const kit::Authority authority, other("another authority");
  kit::LeafOptions options;
  options.ip = {"127.0.0.1"};
  const kit::Identity ours = authority.issue(options), strange = other.issue(options);
  const kit::TemporaryFile ca(authority.certificate()), certificate(ours.certificate),
      key(ours.key), strange_certificate(strange.certificate), strange_key(strange.key);
  const Endpoint free = free_endpoint();
  settings_.listen = {*StreamAddress::parse("tls:" + free.to_text())};
  settings_.tls = {certificate.path(), key.path(), ca.path()};
  start();
  send_over_tls(free, ca.path(), strange_certificate.path(), strange_key.path());
  send_over_tls(free, ca.path(), "", "");
  EXPECT_TRUE(counts(by_reason("handshake_failures_total", "certificate_missing"), 1));
  EXPECT_TRUE(tap_.names().empty());
  send_over_tls(free, ca.path(), certificate.path(), key.path());
  EXPECT_TRUE(tap_.wait_for(1));
  const std::string page = registry_.expose();
  EXPECT_NE(std::string::npos, page.find("handshake_failures_total{reason=\"certificate_"));
}

TEST_F(DnstapSourceTest, shows_the_new_certificate_once_it_is_told_to_look) {
  const kit::Authority before, after("the next authority");
  kit::LeafOptions options;
  options.ip = {"127.0.0.1"};
  const std::string certificate = folder_ / "certificate.pem", key = folder_ / "key.pem";
  const auto install = [&](const kit::Identity& identity) {
    std::ofstream(certificate) << identity.certificate;
    std::ofstream(key) << identity.key;
  };
  const kit::TemporaryFile next_ca(after.certificate());
  const Endpoint free = free_endpoint();
  settings_.listen = {*StreamAddress::parse("tls:" + free.to_text())};
  settings_.tls = {certificate, key, ""};
  install(before.issue(options));
  start();
  EXPECT_TRUE(io::is_certificate(send_over_tls(free, next_ca.path(), "", "")));
  std::ofstream(certificate) << "no certificate";
  source_->reopen();  // refused: the old one stays, and the source with it
  EXPECT_TRUE(io::is_certificate(send_over_tls(free, next_ca.path(), "", "")));
  install(after.issue(options));
  source_->reopen();
  const Instant end = clock_.now() + kPatience;
  while (io::is_certificate(send_over_tls(free, next_ca.path(), "", "")) && clock_.now() < end) {
  }
  EXPECT_TRUE(tap_.wait_for(1));
}

}  // namespace
}  // namespace weir::flow
