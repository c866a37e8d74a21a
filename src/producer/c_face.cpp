// The public face for C, on the one for C++.
#include <algorithm>
#include <cstring>
#include <new>

#include "weir/dnstap.h"
#include "weir/dnstap_c.h"

namespace tap = weir::tap;

struct weir_tap {
  tap::Producer producer;
};

namespace {

using std::chrono::milliseconds;

std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

tap::Bytes bytes_of(const weir_tap_bytes& bytes) {
  return {static_cast<const uint8_t*>(bytes.data), bytes.size};
}

std::optional<tap::Time> time_of(weir_tap_time nanoseconds) {
  if (nanoseconds == 0) return std::nullopt;
  return tap::Time(tap::Duration(nanoseconds));
}

void copy_text(std::string_view from, char* to, size_t size) {
  if (to == nullptr || size == 0) return;
  const size_t copied = std::min(from.size(), size - 1);
  std::memcpy(to, from.data(), copied);
  to[copied] = '\0';
}

tap::Options options_of(const weir_tap_options& from) {
  tap::Options options;
  options.output = text_of(from.output);
  options.identity = text_of(from.identity);
  options.version = text_of(from.version);
  options.queue_octets = from.queue_octets;
  options.most_threads = from.most_threads;
  options.most_frame_octets = from.most_frame_octets;
  options.block_for = milliseconds(from.block_for_ms);
  options.flush_interval = milliseconds(from.flush_interval_ms);
  options.bidirectional = from.bidirectional;
  options.connect_timeout = milliseconds(from.connect_timeout_ms);
  options.handshake_timeout = milliseconds(from.handshake_timeout_ms);
  options.reconnect.first = milliseconds(from.reconnect_first_ms);
  options.reconnect.most = milliseconds(from.reconnect_most_ms);
  if (from.reconnect_attempts >= 0)
    options.reconnect.attempts = static_cast<uint64_t>(from.reconnect_attempts);
  options.reconnect.jitter_percent = from.reconnect_jitter_percent;
  options.file.rotate_octets = from.rotate_octets;
  options.tls.subject_name = text_of(from.tls_subject_name);
  options.tls.ca_file = text_of(from.tls_ca_file);
  options.tls.certificate_file = text_of(from.tls_certificate_file);
  options.tls.key_file = text_of(from.tls_key_file);
  if (from.log != nullptr)
    options.log = [log = from.log, context = from.log_context](tap::Severity severity,
                                                               std::string_view text) {
      log(context, severity == tap::Severity::kWarning, std::string(text).c_str());
    };
  return options;
}

/// What the enumerations of C do not keep out stays out of range.
template <typename Word>
Word word_of(int number) {
  return static_cast<Word>(number < 0 || number > UINT8_MAX ? UINT8_MAX : number);
}

bool has_policy(const weir_tap_message& message) {
  return message.policy_type != nullptr || message.policy_rule.size != 0 ||
         message.policy_action != 0 || message.policy_match != 0 || message.policy_value.size != 0;
}

tap::Policy policy_of(const weir_tap_message& from) {
  tap::Policy policy;
  if (from.policy_type != nullptr) policy.type = from.policy_type;
  policy.rule = bytes_of(from.policy_rule);
  policy.action = word_of<tap::Policy::Action>(from.policy_action);
  policy.match = word_of<tap::Policy::Match>(from.policy_match);
  policy.value = bytes_of(from.policy_value);
  return policy;
}

tap::Message message_of(const weir_tap_message& from) {
  tap::Message message;
  message.type = word_of<tap::Type>(from.type);
  message.protocol = word_of<tap::Protocol>(from.protocol);
  message.http_protocol = word_of<tap::HttpProtocol>(from.http_protocol);
  message.query_endpoint = tap::Endpoint::of(from.query_address);
  message.response_endpoint = tap::Endpoint::of(from.response_address);
  message.query = bytes_of(from.query);
  message.response = bytes_of(from.response);
  message.query_zone = bytes_of(from.query_zone);
  message.query_time = time_of(from.query_time);
  message.response_time = time_of(from.response_time);
  message.extra = bytes_of(from.extra);
  return message;
}

static_assert(WEIR_TAP_OUTCOMES == tap::kOutcomes);
static_assert(WEIR_TAP_FORKED == static_cast<int>(tap::Outcome::kForked));
static_assert(WEIR_TAP_STATE_CLOSED == static_cast<int>(tap::State::kClosed));

weir_tap_outcome outcome_of(tap::Outcome outcome) { return static_cast<weir_tap_outcome>(outcome); }

}  // namespace

void weir_tap_options_init(weir_tap_options* options) {
  const tap::Options defaults;
  const auto in_ms = [](tap::Duration duration) {
    return static_cast<uint32_t>(std::chrono::duration_cast<milliseconds>(duration).count());
  };
  *options = {};
  options->queue_octets = defaults.queue_octets;
  options->most_threads = defaults.most_threads;
  options->most_frame_octets = defaults.most_frame_octets;
  options->flush_interval_ms = in_ms(defaults.flush_interval);
  options->bidirectional = defaults.bidirectional;
  options->connect_timeout_ms = in_ms(defaults.connect_timeout);
  options->handshake_timeout_ms = in_ms(defaults.handshake_timeout);
  options->reconnect_first_ms = in_ms(defaults.reconnect.first);
  options->reconnect_most_ms = in_ms(defaults.reconnect.most);
  options->reconnect_attempts = -1;
}

weir_tap* weir_tap_open(const weir_tap_options* options, char* error, size_t error_size) {
  auto opened = tap::Producer::open(options_of(*options));
  copy_text(opened.error, error, error_size);
  if (!opened) return nullptr;
  return std::make_unique<weir_tap>(weir_tap{std::move(opened.producer)}).release();
}

weir_tap_outcome weir_tap_log(weir_tap* tap, const weir_tap_message* from) {
  if (tap == nullptr) return WEIR_TAP_CLOSED;
  tap::Message message = message_of(*from);
  tap::Policy policy;
  if (has_policy(*from)) {
    policy = policy_of(*from);
    message.policy = &policy;
  }
  return outcome_of(tap->producer.log(message));
}

weir_tap_outcome weir_tap_client_query(weir_tap* tap, const sockaddr* client,
                                       const sockaddr* server, int protocol, const void* query,
                                       size_t query_size) {
  if (tap == nullptr) return WEIR_TAP_CLOSED;
  return outcome_of(tap->producer.client_query(tap::Endpoint::of(client), tap::Endpoint::of(server),
                                               word_of<tap::Protocol>(protocol),
                                               bytes_of({query, query_size})));
}

weir_tap_outcome weir_tap_client_response(weir_tap* tap, const sockaddr* client,
                                          const sockaddr* server, int protocol, const void* query,
                                          size_t query_size, const void* response,
                                          size_t response_size, weir_tap_time query_time) {
  if (tap == nullptr) return WEIR_TAP_CLOSED;
  return outcome_of(tap->producer.client_response(
      tap::Endpoint::of(client), tap::Endpoint::of(server), word_of<tap::Protocol>(protocol),
      bytes_of({query, query_size}), bytes_of({response, response_size}), time_of(query_time)));
}

void weir_tap_statistics_read(const weir_tap* tap, weir_tap_statistics* statistics) {
  const tap::Statistics from = tap == nullptr ? tap::Statistics() : tap->producer.statistics();
  *statistics = {};
  statistics->state = static_cast<weir_tap_state>(from.state);
  statistics->produced = from.produced;
  statistics->sent = from.sent;
  statistics->queued = from.queued;
  std::ranges::copy(from.dropped, statistics->dropped);
  statistics->connects = from.connects;
  statistics->failures = from.failures;
  statistics->threads = from.threads;
  copy_text(from.last_error, statistics->last_error, sizeof statistics->last_error);
}

// The words are literals: they end with a zero.
const char* weir_tap_outcome_text(weir_tap_outcome outcome) {
  return tap::to_text(static_cast<tap::Outcome>(outcome)).data();
}
const char* weir_tap_state_text(weir_tap_state state) {
  return tap::to_text(static_cast<tap::State>(state)).data();
}

bool weir_tap_flush(weir_tap* tap, uint32_t timeout_ms) {
  return tap == nullptr || tap->producer.flush(milliseconds(timeout_ms));
}

bool weir_tap_close(weir_tap* tap, uint32_t timeout_ms) {
  return tap == nullptr || tap->producer.close(milliseconds(timeout_ms));
}

void weir_tap_free(weir_tap* tap) { std::unique_ptr<weir_tap>{tap}.reset(); }
