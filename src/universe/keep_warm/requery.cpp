// Questions out, answers in, each matched by its ID and its question.
#include "universe/keep_warm/requery.h"

#include <algorithm>
#include <array>
#include <utility>

#include "proto/dns/builder.h"
#include "proto/dns/message.h"

namespace weir::universe {
namespace {

constexpr uint16_t kUdpPayload = 1232;
constexpr size_t kMostQuestion = 512;
constexpr io::UdpSocket::Options kOptions = {.buffer_octets = 4096,
                                             .kernel_buffer_octets = 1 << 20};

/// The least TTL of the records that were asked for; nothing when there is none.
std::optional<uint32_t> ttl_of(const dns::Message& message, const Target& target) {
  std::optional<uint32_t> ttl;
  for (const dns::Record& record : message.answers())
    if (record.type == target.type && record.owner.expand() == target.name)
      ttl = std::min(ttl.value_or(UINT32_MAX), record.ttl);
  return ttl;
}

bool answers(const dns::Message& message, const Target& target) {
  const auto& question = message.question();
  return message.header().is_response() && question && question->type == target.type &&
         question->klass == target.klass && question->name.expand() == target.name;
}

}  // namespace

Requery::Requery(io::Loop& loop, const RequerySettings& settings, Random& random,
                 DriverEvents& events)
    : loop_(loop), settings_(settings), random_(random), events_(events), timer_(loop) {}

void Requery::refresh(const std::vector<Target>& batch) {
  std::vector<Job> jobs;
  for (const Target& target : batch) jobs.push_back({jobs.size(), target});
  ask(std::move(jobs));
}

void Requery::ask(std::vector<Job> jobs) {
  waiting_ = std::move(jobs);
  if (settings_.over_tcp) return ask_over_tcp();
  ask_over_udp();
}

uint16_t Requery::free_id() {
  for (;;)
    if (const uint16_t id = random_.u16(); !asked_.contains(id)) return id;
}

Octets Requery::write(const Target& target, uint16_t id) const {
  std::array<uint8_t, kMostQuestion> buffer;
  uint16_t flags = 0;
  if (settings_.recursion_desired) flags |= dns::flag::kRd;
  if (settings_.checking_disabled) flags |= dns::flag::kCd;
  dns::Builder builder(buffer, id, flags);
  builder.question(target.name, target.type, target.klass);
  builder.begin_edns(kUdpPayload, 0, 0, false);
  builder.end_edns();
  const Bytes message = builder.message();
  return {message.begin(), message.end()};
}

void Requery::ask_over_udp() {
  auto socket = io::UdpSocket::connect(settings_.resolver, kOptions);
  for (Job& job : std::exchange(waiting_, {})) {
    const uint16_t id = free_id();
    Octets message = write(job.target, id);
    asked_.emplace(id, Question{std::move(job), std::move(message)});
  }
  if (!socket) return give_up(socket.error().what);
  watch_.reset();
  socket_ = *std::move(socket);
  watch_.emplace(loop_, socket_->fd());
  watch_->on_readable([this] { on_readable(); });
  for (const auto& [id, question] : asked_) events_.on_asked(question.job.index, id);
  send_all();
  timer_.start(settings_.timeout / 2, [this] {
    send_all();
    timer_.start(settings_.timeout / 2, [this] { give_up("it did not answer in time"); });
  });
  end_if_answered();
}

void Requery::send_all() {
  for (const auto& [id, question] : asked_) socket_->send(question.message);
}

void Requery::on_readable() {
  for (auto datagrams = socket_->receive(); !datagrams.empty(); datagrams = socket_->receive())
    for (const io::Datagram& datagram : datagrams) on_message(datagram.octets);
  if (socket_->take_refused()) return give_up("nothing listens there");
  end_if_answered();
}

/// What answers no question of ours is passed over.
void Requery::on_message(Bytes octets) {
  const auto message = dns::Message::parse(octets);
  if (!message) return;
  const auto found = asked_.find(message->header().id);
  if (found == asked_.end() || !answers(*message, found->second.job.target)) return;
  Job job = std::move(found->second.job);
  asked_.erase(found);
  if (message->header().has(dns::flag::kTc) && stream_ == nullptr) {
    waiting_.push_back(std::move(job));
    return;
  }
  const auto ttl = ttl_of(*message, job.target);
  if (message->rcode() != dns::Rcode::kNoError) {
    events_.on_repopulated(job.index, Outcome::kRefused, 0, dns::to_text(message->rcode()));
  } else if (!ttl) {
    events_.on_repopulated(job.index, Outcome::kRefused, 0, "there is no such record any more");
  } else {
    events_.on_repopulated(job.index, Outcome::kDone, *ttl, {});
  }
}

void Requery::ask_over_tcp() {
  watch_.reset();
  socket_.reset();
  incoming_.clear();
  Octets outgoing;
  for (Job& job : std::exchange(waiting_, {})) {
    const uint16_t id = free_id();
    Octets message = write(job.target, id);
    outgoing.resize(outgoing.size() + 2);
    store_u16(outgoing.data() + outgoing.size() - 2, static_cast<uint16_t>(message.size()));
    outgoing.insert(outgoing.end(), message.begin(), message.end());
    events_.on_asked(job.index, id);
    asked_.emplace(id, Question{std::move(job), std::move(message)});
  }
  if (asked_.empty()) return end();
  io::StreamOptions options;
  options.limit_octets = std::max(options.limit_octets, outgoing.size());
  stream_ = io::connect_stream(loop_, settings_.resolver, nullptr, options, *this);
  stream_->send(outgoing);
  timer_.start(settings_.timeout, [this] { give_up("it did not answer in time over TCP"); });
}

void Requery::on_data(Bytes octets) {
  incoming_.insert(incoming_.end(), octets.begin(), octets.end());
  Bytes rest = incoming_;
  while (rest.size() >= 2 && rest.size() - 2 >= load_u16(rest.data())) {
    const size_t size = load_u16(rest.data());
    on_message(rest.subspan(2, size));
    rest = rest.subspan(2 + size);
  }
  incoming_.erase(incoming_.begin(), incoming_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  end_if_answered();
}

void Requery::on_close(io::CloseCause cause, std::string_view) { give_up(io::to_text(cause)); }

void Requery::give_up(std::string_view why) {
  for (const auto& [id, question] : std::exchange(asked_, {}))
    events_.on_repopulated(question.job.index, Outcome::kUnreached, 0, why);
  end_if_answered();
}

void Requery::end_if_answered() {
  if (!asked_.empty()) return;
  if (!waiting_.empty()) return ask_over_tcp();
  end();
}

/// Later, because who calls may be what is let go.
void Requery::end() {
  timer_.start(Duration::zero(), [this] {
    watch_.reset();
    socket_.reset();
    stream_.reset();
    events_.on_done();
  });
}

}  // namespace weir::universe
