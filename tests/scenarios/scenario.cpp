// The interpreter of scenarios: one line at a time, outputs in the order the resolver gave them.
#include "scenarios/scenario.h"

#include <deque>
#include <map>
#include <memory>
#include <sstream>
#include <vector>

#include "base/units.h"
#include "edge/resolver.h"
#include "edge/transport.h"
#include "kit/dns_messages.h"

namespace weir::kit {
namespace {

using edge::Query;

/// Names the query a reply belongs to; sends nothing.
class Nowhere final : public edge::Transport {
 public:
  bool answer(const Query&, Bytes) override { return true; }
  void abandon(const edge::ReturnPath&) override {}
  void flush() override {}
  Endpoint local() const override { return {}; }
  void drain() override {}
};

/// Holds answers with addresses for names below `held.`, until the scenario says otherwise.
class ScenarioBarrier final : public model::Barrier {
 public:
  ScenarioBarrier(const Instant& now, std::deque<std::string>& outputs)
      : now_(now), outputs_(outputs) {}
  Instant since() const noexcept override { return since_; }
  bool passes(uint64_t ticket, Bytes answer) override {
    const auto message = dns::Message::parse(answer);
    const std::string name = message->question()->name.expand().to_text();
    if (!name.ends_with("held.") || message->header().counts[1] == 0) {
      outputs_.push_back("passed " + name);
      return true;
    }
    outputs_.push_back("held " + name);
    tickets_.push_back(ticket);
    return false;
  }
  /// What passed until now has to pass again.
  void begin_anew() { since_ = now_; }
  std::optional<uint64_t> take() {
    if (tickets_.empty()) return std::nullopt;
    const uint64_t ticket = tickets_.front();
    tickets_.pop_front();
    return ticket;
  }

 private:
  const Instant& now_;
  std::deque<std::string>& outputs_;
  Instant since_;
  std::deque<uint64_t> tickets_;
};

struct Asked {
  edge::AskToken token;
  Octets question;
};

class Scenario {
 public:
  Scenario() {
    settings_.allow = {*Prefix::parse("127.0.0.0/8"), *Prefix::parse("192.0.2.0/24")};
    settings_.query_timeout = 1800ms;
    settings_.attempt_timeout = 900ms;
    settings_.max_queries = 100;
    settings_.max_waiting = 10;
    settings_.udp_payload = 1232;
    settings_.tcp.idle_timeout = 10s;
    settings_.cache = {1 << 20, 24h, 1h, 1s, 5min, 8192};
  }

  std::string run(std::string_view text) {
    std::istringstream lines{std::string(text)};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      const std::string wrong = execute(line);
      if (!wrong.empty()) return "line " + std::to_string(number) + ": " + wrong;
    }
    return outputs_.empty() ? "" : "at the end: nobody expected `" + outputs_.front() + "`";
  }

 private:
  std::string execute(const std::string& line) {
    const std::string head = line.substr(0, line.find(';'));
    const size_t colon = head.find(" : ");
    std::istringstream words{head.substr(0, colon)};
    const std::string records = colon == std::string::npos ? "" : head.substr(colon + 3);
    std::string verb;
    if (!(words >> verb)) return "";
    if (verb == "set") return set(words);
    if (verb == "upstream") return add_upstream(words);
    if (verb == "wait") return wait(words);
    if (verb == "query") return query(words);
    if (verb == "octets") return octets(words);
    if (verb == "refresh") return refresh(words);
    if (verb == "answer") return answer(words, records);
    if (verb == "fail") return fail(words);
    if (verb == "barrier") return barrier(words);
    if (verb == "release" || verb == "refuse") return release(verb == "refuse");
    if (verb == "up" || verb == "down") return mark(words, verb == "up");
    if (verb == "expect") return expect(head.substr(head.find("expect") + 7));
    return "no such verb: " + verb;
  }

  std::string set(std::istringstream& words) {
    std::string key;
    std::string value;
    words >> key >> value;
    if (key == "query_timeout")
      settings_.query_timeout = *parse_duration(value);
    else if (key == "attempt_timeout")
      settings_.attempt_timeout = *parse_duration(value);
    else if (key == "max_waiting")
      settings_.max_waiting = std::stoul(value);
    else if (key == "max_queries")
      settings_.max_queries = std::stoul(value);
    else if (key == "refuse_with_rcode")
      settings_.refuse_with_rcode = value == "true";
    else
      return "no such setting: " + key;
    return "";
  }

  std::string add_upstream(std::istringstream& words) {
    auto state = std::make_unique<edge::UpstreamState>();
    std::string protocol;
    words >> state->name >> protocol;
    state->protocol = protocol == "udp"   ? edge::UpstreamProtocol::kUdp
                      : protocol == "tcp" ? edge::UpstreamProtocol::kTcp
                                          : edge::UpstreamProtocol::kTls;
    upstreams_.push_back(std::move(state));
    asked_.emplace_back();
    return "";
  }

  std::string wait(std::istringstream& words) {
    std::string time;
    words >> time;
    now_ += *parse_duration(time);
    return "";
  }

  edge::Resolver& resolver() {
    if (!resolver_) {
      cache_ = std::make_unique<edge::AnswerCache>(settings_.cache);
      resolver_ = std::make_unique<edge::Resolver>(settings_, *cache_, upstreams_);
    }
    return *resolver_;
  }

  std::string query(std::istringstream& words) {
    std::string name;
    std::string type;
    std::string label;
    std::string option;
    words >> name >> type >> label;
    QueryOptions options;
    edge::Arrival arrival;
    arrival.client = {*IpAddress::parse("127.0.0.1"), 4000};
    arrival.protocol = model::Protocol::kUdp;
    while (words >> option) {
      if (option == "do")
        options.edns = options.dnssec_ok = true;
      else if (option == "edns")
        options.edns = true;
      else if (option == "cd")
        options.flags |= dns::flag::kCd;
      else if (option == "norec")
        options.flags = 0;
      else if (option == "tcp")
        arrival.protocol = model::Protocol::kTcp;
      else if (option == "from") {
        words >> option;
        arrival.client.address = *IpAddress::parse(option);
      } else if (option == "payload") {
        words >> options.payload;
        options.edns = true;
      } else
        return "no such option: " + option;
    }
    options.id = static_cast<uint16_t>(labels_.size() + 1);
    labels_[options.id] = label;
    const Octets message = kit::query(name, *dns::type_from_text(type), options);
    arrival.octets = message;
    arrive(arrival);
    return "";
  }

  std::string octets(std::istringstream& words) {
    std::string hex;
    std::string label;
    words >> hex >> label;
    const Octets message = *from_hex(hex);
    if (message.size() >= 2) labels_[load_u16(message.data())] = label;
    edge::Arrival arrival;
    arrival.octets = message;
    arrival.client = {*IpAddress::parse("127.0.0.1"), 4000};
    arrival.protocol = model::Protocol::kUdp;
    arrive(arrival);
    return "";
  }

  std::string refresh(std::istringstream& words) {
    std::string name;
    std::string type;
    std::string option;
    words >> name >> type;
    model::RefreshQuestion question{*dns::Name::parse(name), *dns::type_from_text(type)};
    while (words >> option)
      (option == "do" ? question.dnssec_ok : question.checking_disabled) = true;
    const auto told = std::make_shared<const model::Refresher::Told>(
        [this, name](size_t, const model::Refreshed& refreshed) {
          outputs_.push_back("refreshed " + name + " " + text_of(refreshed));
        });
    const auto step = resolver().on_refresh(question, {told, 0}, now_);
    if (!step) outputs_.push_back("no room for " + name);
    if (step) perform(*step, nullptr);
    return "";
  }

  static std::string text_of(const model::Refreshed& refreshed) {
    switch (refreshed.outcome) {
      case model::Refreshed::Outcome::kKept: return "kept " + std::to_string(refreshed.ttl);
      case model::Refreshed::Outcome::kRefused: return "refused: " + std::string(refreshed.why);
      case model::Refreshed::Outcome::kFailed: return "failed: " + std::string(refreshed.why);
    }
    return "";
  }

  void arrive(edge::Arrival arrival) {
    arrival.way_back.transport = &nowhere_;
    Query came;
    came.received = now_;
    perform(resolver().on_query(arrival, came, now_), &came);
  }

  void perform(const edge::Step& step, const Query* came) {
    if (const auto* reply = std::get_if<edge::Reply>(&step)) return report(*came, *reply);
    if (const auto* drop = std::get_if<edge::Drop>(&step))
      return outputs_.push_back("drop " + std::string(edge::to_text(drop->reason)));
    if (const auto* ask = std::get_if<edge::Ask>(&step)) {
      const auto message = dns::Message::parse(ask->question);
      outputs_.push_back("asked " + upstreams_[ask->upstream]->name + " " +
                         message->question()->name.expand().to_text() + " " +
                         dns::to_text(message->question()->type) + " within " +
                         format_duration(ask->deadline - now_));
      asked_[ask->upstream].push_back({ask->token, {ask->question.begin(), ask->question.end()}});
    }
    if (std::holds_alternative<edge::Join>(step)) outputs_.push_back("joined");
    if (const auto* settled = std::get_if<edge::Settle>(&step)) {
      if (const edge::Watcher& watcher = resolver_->flight(settled->token)->watcher; watcher.told)
        (*watcher.told)(watcher.index, resolver_->refreshed());
      Query query;
      edge::Reply reply;
      while (resolver_->next_answer(*settled, query, reply)) report(query, reply);
    }
  }

  void report(const Query& query, const edge::Reply& reply) {
    const auto message = dns::Message::parse(reply.message);
    if (!message) return outputs_.push_back("reply that does not parse");
    std::string text = "reply " + labels_[message->header().id] + " " +
                       dns::to_text(message->rcode()) + " by " +
                       std::string(model::to_text(reply.source));
    if (message->header().has(dns::flag::kTc)) text += " tc";
    if (message->header().has(dns::flag::kAd)) text += " ad";
    if (message->edns())
      if (const auto ede = dns::find_option(*message->edns(), dns::Option::kExtendedError))
        text += " ede " + std::to_string(load_u16(ede->data.data()));
    if (query.question_size > 0 && message->question() &&
        message->question()->name.expand().to_text() != dns::wire_name_to_text(query.name()))
      text += " with another name";
    for (const dns::Record& record : message->answers())
      text += " : " + record.owner.expand().to_text() + " " + std::to_string(record.ttl) + " " +
              dns::to_text(record.type) + " " + dns::rdata_to_text(record);
    outputs_.push_back(text);
  }

  std::optional<size_t> index_of(const std::string& name) const {
    for (size_t i = 0; i < upstreams_.size(); ++i)
      if (upstreams_[i]->name == name) return i;
    return std::nullopt;
  }

  /// The oldest question that upstream still owes an answer.
  std::optional<Asked> take(std::istringstream& words) {
    std::string name;
    words >> name;
    const auto index = index_of(name);
    if (!index || asked_[*index].empty()) return std::nullopt;
    Asked asked = std::move(asked_[*index].front());
    asked_[*index].pop_front();
    return asked;
  }

  std::string answer(std::istringstream& words, const std::string& records) {
    const auto asked = take(words);
    if (!asked) return "that upstream was not asked";
    std::string rcode;
    std::string option;
    words >> rcode;
    uint16_t flags = dns::flag::kQr | dns::flag::kRd | dns::flag::kRa;
    while (words >> option) {
      if (option == "ad") flags |= dns::flag::kAd;
      if (option == "tc") flags |= dns::flag::kTc;
    }
    const auto question = dns::Message::parse(asked->question);
    Octets buffer(65535);
    dns::Builder builder(
        buffer, 77,
        static_cast<uint16_t>(flags | static_cast<uint16_t>(*dns::rcode_from_text(rcode))));
    builder.question(question->question()->name.expand(), question->question()->type);
    std::istringstream list{records};
    std::string line;
    while (std::getline(list, line, '|')) {
      std::istringstream parts{line};
      std::string owner, type, data;
      uint32_t ttl = 0;
      parts >> owner >> ttl >> type;
      std::getline(parts >> std::ws, data);
      while (data.ends_with(' ')) data.pop_back();
      const bool negative = type == "SOA";
      const auto number = *dns::type_from_text(type);
      const auto rdata = dns::rdata_from_text(number, data);
      if (!rdata) return rdata.error().what;
      builder.record(negative ? dns::Section::kAuthority : dns::Section::kAnswer,
                     *dns::Name::parse(owner), number, dns::Class::kIn, ttl, *rdata);
    }
    buffer.resize(builder.size_octets());
    perform(resolver().on_reply(asked->token, buffer, now_), nullptr);
    return "";
  }

  std::string barrier(std::istringstream& words) {
    std::string word;
    words >> word;
    if (word == "anew") {
      barrier_.begin_anew();
    } else {
      resolver().hold_at(barrier_);
    }
    return "";
  }

  std::string release(bool refused) {
    const auto ticket = barrier_.take();
    if (!ticket) return "no answer is held";
    perform(resolver().on_release({*ticket, refused, now_, 150s}, now_), nullptr);
    return "";
  }

  std::string fail(std::istringstream& words) {
    const auto asked = take(words);
    if (!asked) return "that upstream was not asked";
    std::string cause;
    words >> cause;
    for (size_t i = 0; i < edge::kAskFailures; ++i) {
      const auto failure = static_cast<edge::AskFailure>(i);
      if (edge::to_text(failure) != cause) continue;
      perform(resolver().on_failure(asked->token, failure, now_), nullptr);
      return "";
    }
    return "no such cause: " + cause;
  }

  std::string mark(std::istringstream& words, bool up) {
    std::string name;
    words >> name;
    const auto index = index_of(name);
    if (!index) return "no such upstream: " + name;
    upstreams_[*index]->up = up;
    return "";
  }

  std::string expect(std::string wanted) {
    while (wanted.ends_with(' ')) wanted.pop_back();
    if (wanted == "nothing")
      return outputs_.empty() ? "" : "expected nothing, came `" + outputs_.front() + "`";
    if (outputs_.empty()) return "expected `" + wanted + "`, nothing came";
    const std::string came = outputs_.front();
    outputs_.pop_front();
    return came == wanted ? "" : "expected `" + wanted + "`, came `" + came + "`";
  }

  edge::EdgeSettings settings_;
  std::vector<std::unique_ptr<edge::UpstreamState>> upstreams_;
  std::unique_ptr<edge::AnswerCache> cache_;
  std::unique_ptr<edge::Resolver> resolver_;
  std::vector<std::deque<Asked>> asked_;
  std::map<uint16_t, std::string> labels_;
  std::deque<std::string> outputs_;
  Nowhere nowhere_;
  Instant now_{1000s};
  ScenarioBarrier barrier_{now_, outputs_};
};

}  // namespace

std::string run_scenario(std::string_view text) { return Scenario().run(text); }

}  // namespace weir::kit
