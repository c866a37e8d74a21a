// What a message says with several of its fields.
#include "proto/dnstap/message.h"

namespace weir::dnstap {
namespace {

constexpr uint32_t kNanoseconds = 1'000'000'000;

std::optional<WallTime> time_of(std::optional<uint64_t> sec, std::optional<uint32_t> nsec) {
  constexpr uint64_t kMostSec = INT64_MAX / kNanoseconds - 1;
  if (!sec || *sec > kMostSec || nsec.value_or(0) >= kNanoseconds) return std::nullopt;
  return wall_time(static_cast<int64_t>(*sec * kNanoseconds + nsec.value_or(0)));
}

void set_time(WallTime time, std::optional<uint64_t>& sec, std::optional<uint32_t>& nsec) {
  sec.reset();
  nsec.reset();
  if (to_nanoseconds(time) < 0) return;
  const auto nanoseconds = static_cast<uint64_t>(to_nanoseconds(time));
  sec = nanoseconds / kNanoseconds;
  nsec = static_cast<uint32_t>(nanoseconds % kNanoseconds);
}

}  // namespace

std::optional<WallTime> Message::query_time() const {
  return time_of(query_time_sec, query_time_nsec);
}
std::optional<WallTime> Message::response_time() const {
  return time_of(response_time_sec, response_time_nsec);
}
void Message::set_query_time(WallTime time) { set_time(time, query_time_sec, query_time_nsec); }
void Message::set_response_time(WallTime time) {
  set_time(time, response_time_sec, response_time_nsec);
}

bool Message::family_agrees() const {
  if (socket_family != SocketFamily::kInet && socket_family != SocketFamily::kInet6) return true;
  const size_t size = socket_family == SocketFamily::kInet ? 4 : 16;
  return (!query_address || query_address->size() == size) &&
         (!response_address || response_address->size() == size);
}

}  // namespace weir::dnstap
