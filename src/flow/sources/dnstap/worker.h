// One thread of a dnstap source: a loop, the sessions on it, and their common way into the flow.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "flow/source.h"
#include "flow/sources/dnstap/dialer.h"
#include "flow/sources/dnstap/session.h"
#include "flow/sources/doorway.h"

namespace weir::flow::dnstap_source {

class Worker final : public SessionEvents, public DialerEvents {
 public:
  /// `clients` counts the accepted sessions of all workers. All references outlive the worker.
  Worker(const DnstapSourceSettings& settings, SourceContext& source, Counters& counters,
         std::atomic<size_t>& clients);
  ~Worker() override;

  io::Loop& loop() { return loop_; }
  /// Before `start`.
  void dial(const StreamAddress& address, io::TlsClient* tls);
  void start();
  /// Ends every session, flushes, and joins the thread.
  void stop();
  /// From any thread.
  void adopt(Accepted accepted);
  std::vector<std::string> complaints() const;

 private:
  void on_started(Session& session) override;
  void on_full() override;
  void on_ended(Session& session, std::string_view why) override;
  Session& open_session(Dialer& dialer) override;

  void begin(Accepted& accepted);
  void wait_for_room();
  void finish(int patience);

  std::atomic<size_t>& clients_;
  io::Loop loop_;
  SparseLog troubles_;
  SparseLog news_;
  Intake intake_;
  const SessionContext context_;
  io::Timer room_;
  bool waiting_ = false;  // for room: every session is paused
  std::list<std::unique_ptr<Session>> sessions_;
  std::vector<std::unique_ptr<Dialer>> dialers_;
  std::thread thread_;
};

}  // namespace weir::flow::dnstap_source
