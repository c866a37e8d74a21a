// How clients reach us: a transport yields arrivals and carries answers back; it knows nothing of
// DNS beyond its framing.
#pragma once

#include <memory>

#include "base/result.h"
#include "edge/query.h"

namespace weir::edge {

/// What a transport needs from its shard.
class Intake {
 public:
  virtual ~Intake() = default;
  /// Asked before a connection is accepted: the access list stands in front of every parser.
  virtual bool admits(const Endpoint& client) = 0;
  /// A step of the transport begins: octets came, or a timer ran out. The time is taken.
  virtual void on_wake() = 0;
  /// One whole message. The octets are valid during the call.
  virtual void on_arrival(const Arrival& arrival) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Carries `message` to the asker of `query`; it may be gone. False when it could not be sent.
  virtual bool answer(const Query& query, Bytes message) = 0;
  /// The asker of `way_back` will get no answer.
  virtual void abandon(const ReturnPath& way_back) = 0;
  /// Sends what `answer` collected.
  virtual void flush() = 0;
  /// Where it listens.
  virtual Endpoint local() const = 0;
  /// Takes no new clients; those that wait for an answer still get it.
  virtual void drain() = 0;
};

}  // namespace weir::edge
