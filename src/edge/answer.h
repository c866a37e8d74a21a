// Makes an answer fit the client that gets it: its ID, its flags, its OPT record, its size.
#pragma once

#include <optional>
#include <string>

#include "edge/query.h"
#include "proto/dns/builder.h"

namespace weir::edge {

/// Set once at the start; the same for all clients.
struct AnswerSettings {
  uint16_t udp_payload = 1232;
  uint16_t keepalive_tenths = 100;  // what TCP clients are told of the idle timeout, in 100 ms
};

/// An extended error to go with an answer (RFC 8914).
struct Explanation {
  dns::ExtendedError code = dns::ExtendedError::kOther;
  std::string_view text;
};

/// What becomes of the authenticated-data bit.
enum class Authenticity : uint8_t { kUntrusted, kVerifiedChannel };

/// Completes `buffer`, which holds header, question and records (`size` octets, without OPT), as
/// the answer to `query`: ID, flags, question in the client's case, OPT if the client sent one. The
/// answer is cut to header and question with TC set when it is larger than the client takes. Gives
/// its size.
size_t finish_answer(const Query& query, MutableBytes buffer, size_t size,
                     const AnswerSettings& settings,
                     const std::optional<Explanation>& why = std::nullopt);

/// An answer without records.
size_t write_error(const Query& query, dns::Rcode rcode, MutableBytes buffer,
                   const AnswerSettings& settings,
                   const std::optional<Explanation>& why = std::nullopt);

/// The minimal answer to a question for ANY (RFC 8482 §4.2): one HINFO record.
size_t write_minimal_any(const Query& query, MutableBytes buffer, const AnswerSettings& settings);

/// Copies the answer of an upstream without its OPT record into `buffer`; gives the size, 0 when it
/// does not fit.
size_t copy_without_opt(const dns::Message& answer, Authenticity authenticity, MutableBytes buffer);

}  // namespace weir::edge
