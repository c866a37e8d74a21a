// Printing effective settings. Scalars come before tables, as TOML demands.
#include "config/show.h"

#include <fmt/format.h>

#include "config/read.h"

namespace weir::config {
namespace {

constexpr std::string_view kMask = "\"***\"";

class Printer {
 public:
  std::string text;

  void table(const Schema& schema, const void* settings, const std::string& path) {
    for (const Field& field : schema.fields())
      if (!field.is_table())
        value(field, settings);
      else if (field.count == Count::kList && field.size(settings) == 0)
        text += field.key + " = []\n";
    for (const Field& field : schema.fields())
      if (field.is_table()) elements(field, settings, join(path, field.key));
  }

 private:
  void value(const Field& field, const void* settings) {
    const std::string now = value_text(field, field.get(settings));
    const std::string usual = default_text(field);
    if (now.empty())
      text += fmt::format("# {} is not set\n", field.key);
    else if (usual.empty() || is_default(field, settings))
      text += fmt::format("{} = {}\n", field.key, now);
    else
      text += fmt::format("{} = {}  # default: {}\n", field.key, now, usual);
  }

  static bool is_default(const Field& field, const void* settings) {
    Diagnostics unused;
    return field.get(settings) == read_value(field, *field.fallback, field.key, unused);
  }

  void elements(const Field& field, const void* settings, const std::string& path) {
    for (size_t i = 0; i < field.size(settings); ++i) {
      if (!text.empty()) text += '\n';
      text += header(field, path) + "\n";
      table(*field.schema, field.at(settings, i), path);
    }
  }
};

}  // namespace

std::string value_text(const Field& field, const Value& value) {
  if (field.spec.secret && !value.empty())
    return std::string(field.count == Count::kList ? "[\"***\"]" : kMask);
  return to_toml(value, field.count);
}

std::string default_text(const Field& field) {
  if (!field.fallback) return "";
  if (field.is_table()) return *field.spec.fallback;
  Diagnostics unused;
  const auto value = read_value(field, *field.fallback, field.key, unused);
  return value ? value_text(field, *value) : "";
}

std::string header(const Field& field, std::string_view path) {
  return field.count == Count::kList ? fmt::format("[[{}]]", path) : fmt::format("[{}]", path);
}

std::string show(const Schema& schema, const void* settings) {
  Printer printer;
  printer.table(schema, settings, "");
  return printer.text;
}

}  // namespace weir::config
