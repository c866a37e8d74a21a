// From what the routing plane tells to JSON, and to lines for people (`format=text`).
#include "control/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/units.h"
#include "control/json.h"
#include "control/pages.h"

namespace weir::control {
namespace {

constexpr const char* kJson = "application/json; charset=utf-8";
constexpr const char* kNoPlane =
    "no names become routes: there is no [[route.set]] in the settings";

std::string_view to_text(route::LeaseState state) {
  switch (state) {
    case route::LeaseState::kActive: return "active";
    case route::LeaseState::kGrace: return "grace";
    case route::LeaseState::kStatic: return "static";
  }
  return "?";
}

template <typename T>
bool read_number(std::string_view text, T& number, T most) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size() && number <= most;
}

std::string folded(std::string_view name) {
  std::string text(name);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (text.size() > 1 && text.back() == '.') text.pop_back();
  return text;
}

std::string text_of(const route::LeasePage& page) {
  std::string text;
  for (const route::LeaseReading& lease : page.leases)
    text += fmt::format(
        "{:<24} {:<16} {:<8} {:>8}  {}\n", lease.prefix.to_text(), lease.set, to_text(lease.state),
        lease.state == route::LeaseState::kStatic ? "-"
                                                  : fmt::format("{:.0f}s", to_seconds(lease.left)),
        lease.name.empty() ? "(list)" : lease.name);
  return text;
}

std::string text_of(const std::vector<route::ChangeReading>& changes) {
  std::string text;
  for (const route::ChangeReading& change : changes)
    text += fmt::format("{} {} {} {}{}{}\n", format_rfc3339(change.time),
                        change.announced ? "+" : "-", change.prefix.to_text(), change.reason,
                        change.set.empty() ? "" : " " + change.set,
                        change.name.empty() ? "" : " " + change.name);
  return text;
}

std::string text_of(const route::PlaneReading& reading) {
  std::string text = fmt::format("{} routes, {} leases\n", reading.routes, reading.leases);
  for (const route::SetReading& set : reading.sets)
    text += fmt::format("set {:<16} {} rules, {} active, {} in grace, {} from lists\n", set.name,
                        set.rules, set.active, set.grace, set.fixed);
  for (const route::PeerReading& peer : reading.peers)
    text += fmt::format("peer {:<15} {} AS{} {} for {:.0f}s, {} routes{}{}\n", peer.name,
                        peer.address, peer.as, peer.state, to_seconds(peer.since), peer.routes,
                        peer.last_error.empty() ? "" : ": ", peer.last_error);
  for (const names::FileReport& list : reading.lists)
    text +=
        fmt::format("list {} of {}: {} rules, {} lines skipped{}{}\n", list.file, list.set,
                    list.rules, list.refused, list.taken() ? "" : "; not taken: ", list.problem);
  return text;
}

bool wants_text(const io::HttpRequest& request) {
  return std::ranges::any_of(request.query, [](const auto& each) {
    return each.first == "format" && each.second == "text";
  });
}

template <typename T>
io::HttpResponse page(const io::HttpRequest& request, const T& value, std::string json) {
  if (wants_text(request)) return {.body = text_of(value)};
  return {.content_type = kJson, .body = std::move(json)};
}

void write_peer(JsonWriter& json, const route::PeerReading& peer) {
  json.begin_object().field("name", peer.name).field("address", peer.address);
  json.field("as", uint64_t{peer.as}).field("state", peer.state).field("up", peer.up);
  json.field("since_seconds", to_seconds(peer.since)).field("routes", uint64_t{peer.routes});
  json.field("waiting_octets", uint64_t{peer.waiting_octets});
  json.field("announced", peer.announced).field("withdrawn", peer.withdrawn);
  json.field("unexportable", peer.unexportable).field("received", peer.received);
  json.field("established", peer.established);
  if (!peer.software.empty()) json.field("software", peer.software);
  if (!peer.last_error.empty()) json.field("last_error", peer.last_error);
  json.end_object();
}

void write_list(JsonWriter& json, const names::FileReport& list) {
  json.begin_object().field("set", list.set).field("file", list.file);
  json.field("rules", uint64_t{list.rules}).field("refused", uint64_t{list.refused});
  if (!list.taken()) json.field("not_taken", list.problem);
  json.end_object();
}

void write_set(JsonWriter& json, const route::SetReading& set) {
  json.begin_object().field("name", set.name).field("rules", uint64_t{set.rules});
  json.field("active", uint64_t{set.active}).field("grace", uint64_t{set.grace});
  json.field("static", uint64_t{set.fixed}).field("evicted", set.evicted);
  json.key("refused").begin_object();
  for (const auto& [reason, count] : set.refused) json.field(reason, count);
  json.end_object().end_object();
}

}  // namespace

Result<route::LeaseQuery, ParameterError> read_lease_query(const io::HttpRequest& request) {
  route::LeaseQuery query;
  for (const auto& [key, value] : request.query) {
    if (key == "format") continue;
    if (key == "name") {
      query.name = folded(value);
    } else if (key == "set") {
      query.set = value;
    } else if (key == "address") {
      query.address = IpAddress::parse(value);
      if (!query.address) return ParameterError{key, "expected an address"};
    } else if (key == "after") {
      if (!read_number<route::LeaseId>(value, query.from, UINT32_MAX))
        return ParameterError{key, "expected the `next` of a page"};
    } else if (key == "limit") {
      if (!read_number<size_t>(value, query.most, kMostLeases) || query.most == 0)
        return ParameterError{key, "expected 1 to 10000"};
    } else {
      return ParameterError{key, "there is no such parameter"};
    }
  }
  return query;
}

std::string leases_to_json(const route::LeasePage& page) {
  JsonWriter json;
  json.begin_object().key("routes").begin_array();
  for (const route::LeaseReading& lease : page.leases) {
    json.begin_object().field("prefix", lease.prefix.to_text()).field("set", lease.set);
    if (!lease.name.empty()) json.field("name", lease.name);
    json.field("state", to_text(lease.state));
    if (lease.state != route::LeaseState::kStatic)
      json.field("left_seconds", to_seconds(lease.left));
    json.end_object();
  }
  json.end_array();
  if (page.next != 0) json.field("next", uint64_t{page.next});
  json.end_object();
  return json.take() + "\n";
}

std::string changes_to_json(const std::vector<route::ChangeReading>& changes) {
  JsonWriter json;
  json.begin_object().key("changes").begin_array();
  for (const route::ChangeReading& change : changes) {
    json.begin_object().field("number", change.number);
    json.field("time", format_rfc3339(change.time)).field("prefix", change.prefix.to_text());
    json.field("change", change.announced ? "announced" : "withdrawn");
    json.field("reason", change.reason);
    if (!change.set.empty()) json.field("set", change.set);
    if (!change.name.empty()) json.field("name", change.name);
    json.end_object();
  }
  json.end_array().end_object();
  return json.take() + "\n";
}

std::string plane_to_json(const route::PlaneReading& reading) {
  JsonWriter json;
  json.begin_object().field("routes", uint64_t{reading.routes});
  json.field("leases", uint64_t{reading.leases}).field("unlogged", reading.unlogged);
  const auto list = [&json](const char* key, const auto& items, const auto& write) {
    json.key(key).begin_array();
    for (const auto& item : items) write(json, item);
    json.end_array();
  };
  list("sets", reading.sets, write_set);
  list("lists", reading.lists, write_list);
  list("peers", reading.peers, write_peer);
  json.key("unusable").begin_object();
  for (const auto& [reason, count] : reading.unusable) json.field(reason, count);
  json.end_object().end_object();
  return json.take() + "\n";
}

io::HttpResponse answer_leases(route::Plane* plane, const io::HttpRequest& request) {
  if (plane == nullptr) return error_page(404, kNoPlane);
  const auto query = read_lease_query(request);
  if (!query) return error_page(400, query.error().message, query.error().parameter);
  const route::LeasePage found = plane->leases(*query);
  io::HttpResponse response = page(request, found, leases_to_json(found));
  if (found.next != 0) response.headers.emplace_back("Weir-Next", std::to_string(found.next));
  return response;
}

io::HttpResponse answer_changes(route::Plane* plane, const io::HttpRequest& request) {
  if (plane == nullptr) return error_page(404, kNoPlane);
  uint64_t after = 0;
  for (const auto& [key, value] : request.query) {
    if (key == "format") continue;
    if (key != "after" || !read_number<uint64_t>(value, after, UINT64_MAX))
      return error_page(400, "expected `after` with the number of a change", key);
  }
  const auto found = plane->changes(after, kMostLeases);
  io::HttpResponse response = page(request, found, changes_to_json(found));
  const uint64_t last = found.empty() ? after : found.back().number;
  response.headers.emplace_back("Weir-Next", std::to_string(last));
  return response;
}

io::HttpResponse answer_state(route::Plane* plane, const io::HttpRequest& request) {
  if (plane == nullptr) return error_page(404, kNoPlane);
  const route::PlaneReading reading = plane->read();
  return page(request, reading, plane_to_json(reading));
}

}  // namespace weir::control
