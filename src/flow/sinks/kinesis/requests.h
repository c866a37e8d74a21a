// Requests to the API of Kinesis, signed (SigV4), one at a time. libcurl is seen in requests.cpp
// only.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "flow/settings.h"

namespace weir::flow::kinesis {

struct Reply {
  long status = 0;
  std::string body;
};

class Requests {
 public:
  explicit Requests(const KinesisSinkSettings& settings);
  ~Requests();

  /// Posts `body` to the action `PutRecords` and gives the answer, whatever its status. The
  /// credentials are read anew each time. An error: there was no answer.
  Result<Reply> put_records(const std::string& body);
  /// From any thread: what waits now or later gives up.
  void interrupt() { interrupted_ = true; }
  const std::string& endpoint() const { return endpoint_; }

 private:
  struct Handle;
  struct Credentials;
  Result<Credentials> credentials() const;

  const KinesisSinkSettings settings_;
  const std::string endpoint_;
  std::atomic<bool> interrupted_{false};
  std::unique_ptr<Handle> handle_;
};

}  // namespace weir::flow::kinesis
