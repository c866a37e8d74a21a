// Printing schemas for people.
#include "config/reference.h"

#include <fmt/format.h>

#include "base/log.h"
#include "config/show.h"

namespace weir::config {
namespace {

/// Whether part of a path is an element's place in its list, as diagnostics print it.
bool is_place(std::string_view part) {
  return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string type_text(const Field& field) {
  if (field.is_table()) return field.count == Count::kList ? "list of tables" : "table";
  std::string text(name(field.kind));
  if (field.kind == Kind::kChoice) text = fmt::format("one of {}", fmt::join(field.words, ", "));
  if (!field.expected.empty()) text = field.expected;
  return field.count == Count::kList ? "list: " + text : text;
}

std::string usual_text(const Field& field) {
  const std::string text = default_text(field);
  if (!text.empty()) return text;
  if (field.count == Count::kOptional) return "not set";
  if (field.is_table()) return field.count == Count::kList ? "[]" : "its own defaults";
  return "must be given";
}

std::string_view reload_text(const Field& field) {
  return field.spec.reload == Reload::kLive ? "live" : "restart";
}

std::string explain_table(const Schema& schema, std::string_view path) {
  std::string text = fmt::format("{}\n  {}\n", path.empty() ? "weir" : path, schema.doc());
  for (const Field& field : schema.fields())
    text += fmt::format("  {:<24} {}\n", field.key, field.spec.doc);
  return text;
}

std::string explain_field(const Field& field, std::string_view path) {
  std::string text =
      fmt::format("{}\n  {}\n  type     {}\n", path, field.spec.doc, type_text(field));
  if (const std::string limits = range(field); !limits.empty())
    text += fmt::format("  range    {}\n", limits);
  text += fmt::format("  default  {}\n", usual_text(field));
  text += field.spec.reload == Reload::kLive
              ? "  reload   live: a reload applies it\n"
              : "  reload   restart: a reload refuses to change it\n";
  return text;
}

/// A cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '|' ? "\\|" : c == '\n' ? " " : std::string(1, c);
  return result;
}

std::string code(std::string_view text) { return fmt::format("`{}`", text); }

void append_table(std::string& page, const Schema& schema, const std::string& heading,
                  const std::string& path) {
  page += fmt::format("\n## {}\n\n{}\n", heading, schema.doc());
  bool opened = false;
  for (const Field& field : schema.fields()) {
    if (field.is_table() && !field.fallback) continue;
    if (!opened) {
      page += "\n| key | type | range | default | reload | meaning |\n|---|---|---|---|---|---|\n";
      opened = true;
    }
    const std::string usual = usual_text(field);
    page += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", field.key, cell(type_text(field)),
                        cell(range(field)), default_text(field).empty() ? usual : code(cell(usual)),
                        reload_text(field), cell(field.spec.doc));
  }
  for (const Field& field : schema.fields()) {
    if (!field.is_table()) continue;
    const std::string inner = join(path, field.key);
    append_table(page, *field.schema, code(header(field, inner)), inner);
  }
}

}  // namespace

Result<std::string, Diagnostic> explain(const Schema& schema, std::string_view path) {
  if (path.empty()) return explain_table(schema, path);
  const Schema* table = &schema;
  for (size_t start = 0;;) {
    const size_t dot = path.find('.', start);
    const bool last = dot == std::string_view::npos;
    const std::string_view key = path.substr(start, last ? dot : dot - start);
    if (is_place(key) && start > 0 && !last) {
      start = dot + 1;
      continue;
    }
    const Field* field = table->find(key);
    if (field == nullptr || (!last && !field->is_table()))
      return Diagnostic{{"config explain"},
                        fmt::format("unknown key \"{}\"", log::escape_text(path)),
                        "",
                        table->nearest_key(key, path.substr(0, start))};
    if (last && !field->is_table()) return explain_field(*field, path);
    table = field->schema.get();
    if (last) return explain_table(*table, path);
    start = dot + 1;
  }
}

std::string reference(const Schema& schema, std::string_view title) {
  std::string page = fmt::format("# {}\n", title);
  append_table(page, schema, "Top level", "");
  return page;
}

}  // namespace weir::config
