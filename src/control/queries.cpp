// Reads the request, asks the store, writes the page.
#include "control/queries.h"

#include <fmt/format.h>

#include <charconv>

#include "control/pages.h"

namespace weir::control {
namespace {

template <typename T>
std::optional<T> whole_number(std::string_view text, T least, T most) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value < least || value > most ? std::nullopt : std::optional(value);
}

}  // namespace

Result<QueryRequest, ParameterError> read_query_request(const io::HttpRequest& request,
                                                        WallTime now) {
  QueryRequest read;
  for (const auto& [name, value] : request.query) {
    if (name == "limit") {
      const auto limit = whole_number<size_t>(value, 1, kMostRows);
      if (!limit) return ParameterError{name, fmt::format("expected a number, 1 to {}", kMostRows)};
      read.limit = *limit;
    } else if (name == "cursor") {
      const auto cursor = whole_number<int64_t>(value, 0, std::numeric_limits<int64_t>::max());
      if (!cursor) return ParameterError{name, "expected what `next` of the page before said"};
      read.cursor = *cursor;
    } else if (auto set = set_condition(read.filter, name, value, now); !set) {
      return set.error();
    }
  }
  return read;
}

std::string page_to_json(const flow::QueryPage& page) {
  JsonWriter json;
  json.begin_object().key("queries").begin_array();
  for (const flow::QueryRow& row : page.rows) write_row(json, row);
  json.end_array().key("next");
  if (page.next) {
    json.text(std::to_string(*page.next));
  } else {
    json.null();
  }
  return json.end_object().take() + "\n";
}

io::HttpResponse QueriesPage::answer(const io::HttpRequest& request) {
  const auto asked = read_query_request(request, clock_.wall_now());
  if (!asked) return error_page(400, asked.error().message, asked.error().parameter);
  if (store_path_.empty()) return error_page(503, "the store is turned off; see store.enabled");
  if (reader_ == nullptr) {
    auto opened = flow::StoreReader::open(store_path_);
    if (!opened) return error_page(503, "the store cannot be read: " + opened.error().what);
    reader_ = *std::move(opened);
  }
  auto page = reader_->find(asked->filter, asked->limit, asked->cursor);
  if (!page) {
    reader_.reset();  // opened anew next time
    return error_page(503, "the store cannot be read: " + page.error().what);
  }
  sort_newest_first(*page);
  return {.content_type = "application/json; charset=utf-8", .body = page_to_json(*page)};
}

}  // namespace weir::control
