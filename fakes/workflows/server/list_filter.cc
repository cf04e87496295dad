#include "fakes/workflows/server/list_filter_internal.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include "orchestrator/stdlib/time_text.h"

namespace hyperlocal::workflows {

struct ListFilter::Node {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kCompare };
  Kind kind = Kind::kAnd;
  std::vector<std::shared_ptr<const Node>> parts;
  // Of a comparison.
  ListField field;
  std::string label;
  std::string op;
  FieldValue value;
  bool any = false;  // `:*`: it has the field at all
};

namespace {

using Node = ListFilter::Node;
using NodePtr = std::shared_ptr<const Node>;

constexpr int kDeepest = 50;  // parentheses and NOTs inside each other

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '*' || c == '+' || c == '/' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Parser {
 public:
  Parser(std::string_view text, std::span<const ListField> fields) : text_(text), fields_(fields) {}

  Result<NodePtr> Whole() {
    HYPERLOCAL_TRY(NodePtr root, Conjunction());
    Blanks();
    if (at_ != text_.size()) return Bad("nothing, AND or OR");
    return root;
  }

 private:
  Error Bad(const std::string& expected) const {
    return Error{ErrorCode::kBadRequest, "invalid filter: expected " + expected + " at byte " +
                                             std::to_string(at_ + 1) + " of \"" +
                                             std::string(text_.substr(0, 200)) + "\""};
  }

  void Blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  // A word like AND, which no name goes on from.
  bool Word(std::string_view word) {
    Blanks();
    if (!text_.substr(at_).starts_with(word)) return false;
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && IsWordByte(text_[end])) return false;
    at_ = end;
    return true;
  }

  // Terms with AND between them, or nothing but a blank.
  Result<NodePtr> Conjunction() {
    std::vector<NodePtr> parts;
    do {
      HYPERLOCAL_TRY(NodePtr part, Disjunction());
      parts.push_back(std::move(part));
    } while (Word("AND") || MoreFollows());
    return Joined(Node::Kind::kAnd, std::move(parts));
  }

  bool MoreFollows() {
    Blanks();
    return at_ < text_.size() && text_[at_] != ')';
  }

  Result<NodePtr> Disjunction() {
    std::vector<NodePtr> parts;
    do {
      HYPERLOCAL_TRY(NodePtr part, Term());
      parts.push_back(std::move(part));
    } while (Word("OR"));
    return Joined(Node::Kind::kOr, std::move(parts));
  }

  static NodePtr Joined(Node::Kind kind, std::vector<NodePtr> parts) {
    if (parts.size() == 1) return parts[0];
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->parts = std::move(parts);
    return node;
  }

  Result<NodePtr> Term() {
    if (++depth_ > kDeepest) return Bad("fewer levels of parentheses");
    HYPERLOCAL_TRY(NodePtr term, TermInside());
    --depth_;
    return term;
  }

  Result<NodePtr> TermInside() {
    const bool negated = Word("NOT");
    Blanks();
    if (!negated && at_ < text_.size() && text_[at_] == '-') {
      ++at_;
      return Negated();
    }
    if (negated) return Negated();
    if (at_ < text_.size() && text_[at_] == '(') {
      ++at_;
      HYPERLOCAL_TRY(NodePtr inside, Conjunction());
      Blanks();
      if (at_ == text_.size() || text_[at_] != ')') return Bad("\")\"");
      ++at_;
      return inside;
    }
    return Comparison();
  }

  Result<NodePtr> Negated() {
    HYPERLOCAL_TRY(NodePtr inside, Term());
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::kNot;
    node->parts.push_back(std::move(inside));
    return NodePtr(std::move(node));
  }

  std::string Name() {
    Blanks();
    const std::size_t begin = at_;
    while (at_ < text_.size() && IsWordByte(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<NodePtr> Comparison() {
    const std::string name = Name();
    if (name.empty()) return Bad("the name of a field");
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::kCompare;
    const std::string head = name.substr(0, name.find('.'));
    const auto field = std::find_if(fields_.begin(), fields_.end(), [&](const ListField& one) {
      return one.kind == ListField::Kind::kLabels ? one.name == head || one.name == head + "s"
                                                  : one.name == name;
    });
    if (field == fields_.end()) return UnknownField(name);
    node->field = *field;
    if (field->kind == ListField::Kind::kLabels && head.size() < name.size()) {
      node->label = name.substr(head.size() + 1);
    }
    Blanks();
    for (const std::string_view op : {"!=", "<=", ">=", "=", "<", ">", ":"}) {
      if (!text_.substr(at_).starts_with(op)) continue;
      node->op = op;
      at_ += op.size();
      break;
    }
    if (node->op.empty()) return Bad("=, !=, <, <=, >, >= or :");
    HYPERLOCAL_TRY(const std::string value, Value());
    if (field->kind == ListField::Kind::kLabels && node->label.empty()) {
      // labels:team
      if (node->op != ":") return Bad("a label's key behind \"" + name + ".\"");
      node->label = value;
      node->any = true;
      return NodePtr(std::move(node));
    }
    node->any = node->op == ":" && value == "*";
    if (!node->any) {
      HYPERLOCAL_TRY(node->value, Read(field->kind, value));
    }
    return NodePtr(std::move(node));
  }

  Error UnknownField(const std::string& name) const {
    std::string known;
    for (const ListField& field : fields_) {
      if (!known.empty()) known += ", ";
      known += field.name;
    }
    return Error{ErrorCode::kBadRequest,
                 "invalid filter: there is no field \"" + name + "\"; there are " + known};
  }

  Result<std::string> Value() {
    Blanks();
    if (at_ == text_.size()) return Bad("a value");
    const char quote = text_[at_];
    if (quote != '"' && quote != '\'') {
      const std::size_t begin = at_;
      while (at_ < text_.size() && (IsWordByte(text_[at_]) || text_[at_] == ':')) ++at_;
      if (at_ == begin) return Bad("a value");
      return std::string(text_.substr(begin, at_ - begin));
    }
    ++at_;
    std::string value;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_++];
    }
    if (at_ == text_.size()) return Bad("the closing quote");
    ++at_;
    return value;
  }

  Result<FieldValue> Read(ListField::Kind kind, const std::string& text) const {
    FieldValue value;
    value.text = text;
    switch (kind) {
      case ListField::Kind::kText:
      case ListField::Kind::kLabels:
        return value;
      case ListField::Kind::kTime: {
        const auto time = workflow::ParseRfc3339(
            text.find('T') == std::string::npos ? text + "T00:00:00Z" : text);
        if (!time) return Bad("a time like \"2026-01-31T12:00:00Z\" before this place");
        value.number =
            std::chrono::floor<std::chrono::microseconds>(time->time_since_epoch()).count();
        return value;
      }
      case ListField::Kind::kDuration: {
        double seconds = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, seconds);
        if (error != std::errc() || (stop != end && std::string_view(stop, end) != "s") ||
            !(std::abs(seconds) < 1e12)) {
          return Bad("a duration like 3.5s before this place");
        }
        value.number = std::llround(seconds * 1e6);
        return value;
      }
      case ListField::Kind::kNumber: {
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value.number);
        if (error != std::errc() || stop != end) return Bad("a whole number before this place");
        return value;
      }
      case ListField::Kind::kFlag:
        if (text != "true" && text != "false") return Bad("true or false before this place");
        value.number = text == "true" ? 1 : 0;
        return value;
    }
    return value;
  }

  std::string_view text_;
  std::span<const ListField> fields_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

bool IsTextKind(ListField::Kind kind) {
  return kind == ListField::Kind::kText || kind == ListField::Kind::kLabels;
}

bool Holds(const Node& node, const FieldReader& item) {
  switch (node.kind) {
    case Node::Kind::kAnd:
      return std::all_of(node.parts.begin(), node.parts.end(),
                         [&](const NodePtr& part) { return Holds(*part, item); });
    case Node::Kind::kOr:
      return std::any_of(node.parts.begin(), node.parts.end(),
                         [&](const NodePtr& part) { return Holds(*part, item); });
    case Node::Kind::kNot:
      return !Holds(*node.parts[0], item);
    case Node::Kind::kCompare:
      break;
  }
  const std::optional<FieldValue> value = item(node.field.name, node.label);
  if (node.any) return value.has_value();
  if (!value) return node.op == "!=";
  if (node.op == ":" && IsTextKind(node.field.kind)) {
    return value->text.find(node.value.text) != std::string::npos;
  }
  const int order = CompareFields(node.field.kind, value, node.value);
  if (node.op == "=" || node.op == ":") return order == 0;
  if (node.op == "!=") return order != 0;
  if (node.op == "<") return order < 0;
  if (node.op == "<=") return order <= 0;
  if (node.op == ">") return order > 0;
  return order >= 0;
}

}  // namespace

Result<ListFilter> ListFilter::Parse(std::string_view text, std::span<const ListField> fields) {
  ListFilter filter;
  if (text.find_first_not_of(" \t") == std::string_view::npos) return filter;
  HYPERLOCAL_TRY(filter.root_, Parser(text, fields).Whole());
  return filter;
}

bool ListFilter::Matches(const FieldReader& item) const {
  return root_ == nullptr || Holds(*root_, item);
}

int CompareFields(ListField::Kind kind, const std::optional<FieldValue>& a,
                  const std::optional<FieldValue>& b) {
  if (!a || !b) return static_cast<int>(a.has_value()) - static_cast<int>(b.has_value());
  if (IsTextKind(kind)) {
    const int order = a->text.compare(b->text);
    return order < 0 ? -1 : static_cast<int>(order > 0);
  }
  return a->number < b->number ? -1 : static_cast<int>(a->number > b->number);
}

}  // namespace hyperlocal::workflows
