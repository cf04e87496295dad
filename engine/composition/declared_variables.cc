#include "engine/composition/declared_variables.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "engine/composition/start_tags.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kDeclarations = "data-composition-variables";
constexpr std::string_view kValues = "data-variable-values";

std::string_view TypeOf(const json& value) {
  return value.is_number() ? "number" : std::string_view(value.type_name());
}

struct TypeRule {
  std::string_view name;
  std::string_view of_default;  // the JSON type of a declaration's default
  std::string_view wanted;      // for people
};
constexpr std::array kTypes{TypeRule{"string", "string", "a string"},
                            TypeRule{"number", "number", "a number"},
                            TypeRule{"color", "string", "a colour, as a string"},
                            TypeRule{"boolean", "boolean", "true or false"},
                            TypeRule{"enum", "string", "one of its options, as a string"},
                            TypeRule{"font", "string", "a font: a string, or {name, source}"},
                            TypeRule{"image", "string", "an image: a string, or {url}"}};

bool HasText(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string();
}

// Why a declaration is none; empty when it is one.
std::string ProblemOf(const json& declaration) {
  if (!declaration.is_object()) return "it is no object";
  for (const char* name : {"id", "label", "type"}) {
    if (!HasText(declaration, name)) return fmt::format("it has no {} that is a string", name);
  }
  const auto& type = declaration["type"].get_ref<const std::string&>();
  for (const TypeRule& rule : kTypes) {
    if (rule.name != type) continue;
    const auto value = declaration.find("default");
    if (value == declaration.end() || TypeOf(*value) != rule.of_default) {
      return fmt::format("its default must be a {}", rule.of_default);
    }
    const auto options = declaration.find("options");
    if (type == "enum" && (options == declaration.end() || !options->is_array())) {
      return "an enum needs options";
    }
    return "";
  }
  return fmt::format("there is no type \"{}\"", type);
}

std::vector<std::string> OptionsOf(const json& declaration) {
  std::vector<std::string> options;
  for (const json& option : declaration["options"]) {
    if (option.is_object() && HasText(option, "value")) options.push_back(option["value"]);
  }
  return options;
}

// What is wrong with a value; empty when it fits.
std::string MismatchOf(const json& value, const json& declaration) {
  const auto& type = declaration["type"].get_ref<const std::string&>();
  const std::string_view actual = TypeOf(value);
  bool fits = false;
  if (type == "number") {
    fits = actual == "number" && std::isfinite(value.get<double>());
  } else if (type == "boolean") {
    fits = actual == "boolean";
  } else if (type == "font") {
    fits = actual == "string" ||
           (value.is_object() && HasText(value, "name") && HasText(value, "source"));
  } else if (type == "image") {
    fits = actual == "string" || (value.is_object() && HasText(value, "url"));
  } else {
    fits = actual == "string";
  }
  if (!fits) {
    for (const TypeRule& rule : kTypes) {
      if (rule.name == type) return fmt::format("must be {}; it is {}", rule.wanted, value.dump());
    }
  }
  if (type != "enum") return "";
  std::string allowed;
  for (const std::string& option : OptionsOf(declaration)) {
    if (option == value) return "";
    allowed += (allowed.empty() ? "\"" : ", \"") + option + "\"";
  }
  return fmt::format("must be one of {}; it is {}", allowed, value.dump());
}

// The declarations of one document.
class Declarations {
 public:
  explicit Declarations(const std::vector<StartTag>& tags) {
    for (const StartTag& tag : tags) {
      if (const std::string* text = tag.Find(kDeclarations)) Read(tag, *text);
    }
  }

  bool empty() const { return by_id_.empty(); }
  const std::vector<std::string>& problems() const { return problems_; }

  std::vector<std::string> IssuesOf(const json& values, UndeclaredDocument undeclared) const {
    std::vector<std::string> issues;
    if (empty() && undeclared == UndeclaredDocument::kTakesAnything) return issues;
    for (const auto& [id, value] : values.items()) {
      const auto declared = by_id_.find(id);
      if (declared == by_id_.end()) {
        issues.push_back(fmt::format("variable \"{}\" is not declared{}", id, Known()));
      } else if (const std::string wrong = MismatchOf(value, declared->second); !wrong.empty()) {
        issues.push_back(fmt::format("variable \"{}\" {}", id, wrong));
      }
    }
    return issues;
  }

 private:
  void Read(const StartTag& tag, const std::string& text) {
    const std::string where = fmt::format("{} of {}", kDeclarations, tag.ForPeople());
    const json parsed = json::parse(text, nullptr, false);
    if (!parsed.is_array()) {
      problems_.push_back(where + " is no JSON array: it declares nothing");
      return;
    }
    for (std::size_t i = 0; i < parsed.size(); ++i) {
      if (const std::string problem = ProblemOf(parsed[i]); !problem.empty()) {
        problems_.push_back(fmt::format("{}, entry {}, declares nothing: {}", where, i, problem));
      } else {
        by_id_.insert_or_assign(parsed[i]["id"].get<std::string>(), parsed[i]);
      }
    }
  }

  std::string Known() const {
    std::string list;
    for (const auto& [id, declaration] : by_id_) list += (list.empty() ? "" : ", ") + id;
    return list.empty() ? ": the document declares none" : "; declared are " + list;
  }

  std::map<std::string, json> by_id_;
  std::vector<std::string> problems_;
};

// A composition and all that it hosts.
class ProjectCheck {
 public:
  ProjectCheck(const fs::path& project, UndeclaredDocument undeclared)
      : project_(project), undeclared_(undeclared) {}

  Status Visit(const std::string& file, const json* values) {
    HYPERLOCAL_TRY(const std::string html, ReadWholeFile(project_ / file));
    const std::vector<StartTag> tags = ReadStartTags(html);
    const Declarations declarations(tags);
    if (visited_.insert(file).second) {
      for (const std::string& problem : declarations.problems()) Add(file, problem);
      for (const StartTag& tag : tags) VisitHost(file, tag);
    }
    if (values == nullptr) return Ok();
    for (std::string& issue : declarations.IssuesOf(*values, undeclared_)) {
      issues.push_back(host_.empty() ? std::move(issue) : host_ + ": " + issue);
    }
    return Ok();
  }

  std::vector<std::string> issues;

 private:
  void Add(const std::string& place, const std::string& text) {
    issues.push_back(place + ": " + text);
  }

  void VisitHost(const std::string& file, const StartTag& tag) {
    const std::string* source = tag.Find("data-composition-src");
    if (source == nullptr) return;
    const std::string place = fmt::format("{}:{}: {}", file, tag.line, tag.ForPeople());
    json values = json::object();
    if (const std::string* text = tag.Find(kValues)) {
      values = json::parse(*text, nullptr, false);
      if (!values.is_object()) {
        Add(place, fmt::format("{} is no JSON object: it gives nothing", kValues));
        values = json::object();
      }
    }
    const fs::path base = fs::path(file).parent_path();
    // Relative to the document, as the browser resolves it; or to the project, as the runtime does
    // for compositions inside compositions.
    for (const fs::path& candidate : {base / *source, fs::path(*source)}) {
      const fs::path inside = candidate.lexically_normal();
      std::error_code ec;
      if (inside.is_absolute() || inside.string().starts_with("..") ||
          !fs::is_regular_file(project_ / inside, ec)) {
        continue;
      }
      const std::string outer = std::exchange(host_, place);
      (void)Visit(inside.generic_string(), &values);  // one that cannot be read is found elsewhere
      host_ = outer;
      return;
    }
  }

  const fs::path& project_;
  const UndeclaredDocument undeclared_;
  std::set<std::string> visited_;
  std::string host_;  // of the composition that is visited; empty: the entry
};

Result<json> ObjectIn(std::string_view text) {
  HYPERLOCAL_TRY(json values, ParseJson(text, "the variables"));
  if (!values.is_object()) {
    return Error{ErrorCode::kInvalidJson, "the variables: must be a JSON object"};
  }
  return values;
}

}  // namespace

Result<std::vector<std::string>> VariableIssues(std::string_view html,
                                                std::string_view variables_json,
                                                UndeclaredDocument undeclared) {
  HYPERLOCAL_TRY(const json values, ObjectIn(variables_json));
  const Declarations declarations(ReadStartTags(html));
  std::vector<std::string> issues = declarations.problems();
  for (std::string& issue : declarations.IssuesOf(values, undeclared)) {
    issues.push_back(std::move(issue));
  }
  return issues;
}

Result<std::vector<std::string>> ProjectVariableIssues(
    const fs::path& project, const std::string& entry,
    const std::optional<std::string>& variables_json, UndeclaredDocument undeclared) {
  json values = json::object();
  if (variables_json) {
    HYPERLOCAL_TRY(values, ObjectIn(*variables_json));
  }
  ProjectCheck check(project, undeclared);
  HYPERLOCAL_TRY_STATUS(check.Visit(entry, &values));
  return std::move(check.issues);
}

Status RequireDeclaredVariables(const std::filesystem::path& project, const std::string& entry,
                                const std::optional<std::string>& variables_json) {
  const auto undeclared =
      variables_json ? UndeclaredDocument::kTakesNothing : UndeclaredDocument::kTakesAnything;
  HYPERLOCAL_TRY(const std::vector<std::string> issues,
                 ProjectVariableIssues(project, entry, variables_json, undeclared));
  if (issues.empty()) return Ok();
  std::string list;
  for (const std::string& issue : issues) list += "\n  " + issue;
  return Error{ErrorCode::kInvalidConfig,
               "[validateConfig] config.variables: not as the composition declares them:" + list,
               "config.variables"};
}

}  // namespace hyperlocal
