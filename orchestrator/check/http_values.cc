#include "orchestrator/check/http_values_internal.h"

#include <utility>

#include "orchestrator/check/library_function.h"
#include "orchestrator/check/step_values_internal.h"

namespace hyperlocal::workflow {

std::optional<MemberAccess> AsMemberAccess(const Expression& expression) {
  if (const auto* const member = std::get_if<MemberNode>(&expression.node)) {
    return MemberAccess{member->object.get(), member->key, member->key_span};
  }
  if (const auto* const index = std::get_if<IndexNode>(&expression.node)) {
    const auto* const literal = std::get_if<LiteralNode>(&index->index->node);
    if (literal != nullptr && literal->value.is_string()) {
      return MemberAccess{index->object.get(), literal->value.string(), index->index->span};
    }
  }
  return std::nullopt;
}

bool IsHttpCall(const CallStep& call) {
  return call.target.kind == CallTarget::Kind::kLibrary &&
         LibraryFunctions()[call.target.index].name.starts_with("http.") &&
         LibraryFunctions()[call.target.index].blocking;
}

HttpValues::HttpValues(const Routine& routine, const Scopes& scopes, const CheckOptions& options)
    : scopes_(scopes), options_(options) {
  const auto add = [&](const AssignTarget& target, ContextIndex context, Source source) {
    const Variable* const variable = scopes_.Find(context, target.name);
    if (variable == nullptr) return;
    // A write into the variable may give it any field.
    if (!target.path.empty()) source = {};
    source.context = context;
    sources_[variable].push_back(source);
  };
  for (const Step& step : routine.all_steps) {
    if (const auto* const call = std::get_if<CallStep>(&step.action)) {
      if (call->result) add(*call->result, step.context, {ShapeOfCall(*call), nullptr, 0});
    } else if (const auto* const assign = std::get_if<AssignStep>(&step.action)) {
      for (const Assignment& one : assign->assignments) {
        add(one.target, step.context, {std::nullopt, one.value.expression(), 0});
      }
    }
  }
}

std::optional<HttpValues::Shape> HttpValues::ShapeOfCall(const CallStep& call) const {
  if (!IsHttpCall(call)) return std::nullopt;
  Shape shape;
  const ValueTemplate* body = nullptr;
  for (const CallArgument& argument : call.arguments) {
    if (argument.name == "body") body = &argument.value;
  }
  const auto value_of = [body](std::string_view key) -> const Value* {
    if (body == nullptr) return nullptr;
    if (const Value* const constant = body->constant()) {
      return constant->is_map() ? constant->map().Find(key) : nullptr;
    }
    const auto* const map = std::get_if<MapTemplate>(&body->node);
    if (map == nullptr) return nullptr;
    for (const MapTemplate::Entry& entry : map->entries) {
      const auto* const name = std::get_if<std::string>(&entry.key);
      if (name == nullptr) return nullptr;  // a computed key may be the same
      if (*name == key) return entry.value.constant();
    }
    return nullptr;
  };
  for (std::size_t i = 0; i < options_.answers.size(); ++i) {
    const ServiceAnswer& answer = options_.answers[i];
    const Value* const value = value_of(answer.key);
    if (value == nullptr || !value->is_string() || value->string() != answer.value) continue;
    if (!shape.answers) shape.answers.emplace();
    shape.answers->insert(i);
  }
  return shape;
}

std::optional<HttpValues::Shape> HttpValues::ShapeOfVariable(const Variable& variable) const {
  if (variable.origin != Variable::Origin::kAssigned) return std::nullopt;
  const auto found = sources_.find(&variable);
  if (found == sources_.end() || !asking_.insert(&variable).second) return std::nullopt;
  std::optional<Shape> all;
  for (const Source& source : found->second) {
    std::optional<Shape> one = source.shape;
    if (source.expression != nullptr) one = ShapeOf(*source.expression, source.context);
    if (!one || (all && all->kind != one->kind)) {
      all.reset();
      break;
    }
    if (!all) {
      all = std::move(one);
    } else if (!all->answers || !one->answers) {
      all->answers.reset();
    } else {
      all->answers->insert(one->answers->begin(), one->answers->end());
    }
  }
  asking_.erase(&variable);
  return all;
}

std::optional<HttpValues::Shape> HttpValues::ShapeOf(const Expression& expression,
                                                     ContextIndex context) const {
  if (const auto* const name = std::get_if<NameNode>(&expression.node)) {
    const Variable* const variable = scopes_.Find(context, name->name);
    return variable == nullptr ? std::nullopt : ShapeOfVariable(*variable);
  }
  const std::optional<MemberAccess> access = AsMemberAccess(expression);
  if (!access || access->key != "body") return std::nullopt;
  std::optional<Shape> object = ShapeOf(*access->object, context);
  if (!object || object->kind != Kind::kResponse) return std::nullopt;
  object->kind = Kind::kBody;
  return object;
}

}  // namespace hyperlocal::workflow
