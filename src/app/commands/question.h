// What `weir query` asks and whom, from the words of its command line.
#pragma once

#include <span>
#include <string>

#include "app/commands.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "proto/dns/builder.h"

namespace weir::app {

struct Question {
  dns::Name name;
  dns::Type type = dns::Type::kA;
  dns::Class klass = dns::Class::kIn;
  Endpoint server;
  QueryProtocol protocol = QueryProtocol::kUdp;
  bool recursion = true;
  bool dnssec = false;
  bool checking_disabled = false;
  bool authentic_data = false;
  bool edns = true;
  bool nsid = false;
};

/// The error says which word is wrong and what was expected.
Result<Question> read_question(const QueryCommand& command);
/// The message to send, of at most 512 octets.
Octets build_query(const Question& question, uint16_t id);

}  // namespace weir::app
