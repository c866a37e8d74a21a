// Messages to observations, paired and counted.
#include "flow/wire/captured.h"

namespace weir::flow {
namespace {

/// Whether the message asks. Its QR bit says; of one that is too short for that, the ports.
bool is_query(const packet::Message& message, const packet::Extractor& extractor) {
  if (message.octets.size() > 2) return (message.octets[2] & 0x80) == 0;
  return extractor.is_dns_port(message.to.port);
}

void add(Reasons& reasons, std::string_view reason, uint64_t count) {
  if (count != 0) reasons.emplace_back(reason, count);
}

}  // namespace

void describe_travel(const packet::Message& message, const packet::Extractor& extractor,
                     model::SourceKind source, bool timed, model::Observation& seen) {
  const bool query = is_query(message, extractor);
  seen.source = source;
  seen.protocol =
      message.protocol == packet::kProtocolTcp ? model::Protocol::kTcp : model::Protocol::kUdp;
  seen.defragmented = message.defragmented;
  seen.reassembled = message.reassembled;
  seen.type = query ? model::MessageType::kClientQuery : model::MessageType::kClientResponse;
  seen.query_endpoint = query ? message.from : message.to;
  seen.response_endpoint = query ? message.to : message.from;
  (query ? seen.query_message : seen.response_message) = message.octets;
  if (timed) (query ? seen.query_time : seen.response_time) = message.time;
}

void look_into(Seen& seen) {
  model::describe(seen.observation, seen.name);
  seen.pairing = pairing_key(seen.observation);
}

void CapturedRecorder::record(Seen& seen) {
  model::Observation& observation = seen.observation;
  if (seen.pairing != 0) {
    if (observation.query_time)
      pairing_.query(seen.pairing, *observation.query_time);
    else if (observation.response_time)
      observation.query_time = pairing_.response(seen.pairing, *observation.response_time);
  }
  ++observations_;
  if (observation.malformed.code != dns::MalformedCode::kNone) ++malformed_;
  tap_.record(observation);
}

void add_reasons(const packet::Extractor& extractor, Reasons& reasons) {
  const packet::Extractor::Counts& counts = extractor.counts();
  const packet::Fragments::Counts& fragments = extractor.fragment_counts();
  const packet::TcpStreams::Counts& streams = extractor.stream_counts();
  for (size_t i = 0; i < packet::kRefusals; ++i)
    add(reasons, to_text(static_cast<packet::Refusal>(i)), counts.refused[i]);
  add(reasons, "fragments_held", counts.fragments_held);
  add(reasons, "fragments_duplicate", fragments.duplicates);
  add(reasons, "fragmented_packets_completed", fragments.completed);
  add(reasons, "fragmented_packets_expired", fragments.expired);
  add(reasons, "fragmented_packets_evicted", fragments.evicted);
  add(reasons, "tcp_segments", counts.tcp_segments);
  add(reasons, "tcp_messages", counts.tcp_messages);
  add(reasons, "tcp_retransmitted", streams.retransmitted);
  add(reasons, "tcp_overlapping", streams.overlapping);
  add(reasons, "tcp_out_of_order", streams.early);
  add(reasons, "tcp_outside_window", streams.outside_window);
  add(reasons, "tcp_unplaced", streams.unplaced);
  add(reasons, "tcp_holes", streams.holes);
  add(reasons, "tcp_joined_midstream", streams.joined);
  add(reasons, "tcp_lost_track", streams.lost_track);
  add(reasons, "tcp_empty_messages", streams.empty);
  add(reasons, "tcp_unfinished_messages", streams.unfinished);
  add(reasons, "tcp_streams_evicted", streams.evicted);
}

void add_reasons(const Pairing& pairing, Reasons& reasons) {
  add(reasons, "responses_without_query", pairing.orphans());
  add(reasons, "queries_without_response", pairing.unanswered() + pairing.waiting());
  add(reasons, "pairing_evicted", pairing.evicted());
}

}  // namespace weir::flow
