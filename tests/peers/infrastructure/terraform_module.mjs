// A Terraform module as text: what it declares, and what is wrong with it. HCL is parsed by HashiCorp's own parser
// (npm @cdktf/hcl2json, WebAssembly); resources are held against provider_facts.mjs.

import { getExpressionAst, parse } from "@cdktf/hcl2json";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const metaArguments = new Set(["count", "depends_on", "for_each", "provider"]);
const lifecycleArguments = new Set([
  "create_before_destroy",
  "ignore_changes",
  "postcondition",
  "precondition",
  "prevent_destroy",
  "replace_triggered_by",
]);

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isExpression = (value) => typeof value === "string" && /(^|[^$])\$\{|(^|[^%])%\{/.test(value);

// {file, kind, type, name, body}[] of every block at the top.
export async function readModule(directory) {
  const declarations = [];
  const texts = {};
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".tf")).sort()) {
    texts[file] = readFileSync(join(directory, file), "utf8");
    const tree = await parse(file, texts[file]);
    for (const [kind, content] of Object.entries(tree)) {
      if (Array.isArray(content)) {
        for (const body of content) declarations.push({ file, kind, type: "", name: "", body });
        continue;
      }
      for (const [label, inner] of Object.entries(content)) {
        if (Array.isArray(inner)) {
          for (const body of inner) declarations.push({ file, kind, type: "", name: label, body });
        } else {
          for (const [name, bodies] of Object.entries(inner)) {
            for (const body of bodies) declarations.push({ file, kind, type: label, name, body });
          }
        }
      }
    }
  }
  return { declarations, texts };
}

// What is wrong, one line each: "service.tf:31: resource google_x.y: …". Nothing: the module is as it should be.
export async function checkModule(directory, facts) {
  let module;
  try {
    module = await readModule(directory);
  } catch (error) {
    return [String(error.message).trim()];
  }
  const problems = [];
  const tell = (declaration, word, text) => {
    problems.push(`${declaration.file}:${lineOf(module.texts[declaration.file], declaration, word)}: ${title(declaration)}: ${text}`);
  };
  const declared = collect(module.declarations, tell);
  for (const declaration of module.declarations) {
    if (declaration.kind === "resource") checkResource(declaration, facts, tell);
    await checkReferences(declaration, declared, facts, tell);
  }
  for (const [name, declaration] of declared.variables) {
    if (!declared.used.has(`var.${name}`)) tell(declaration, name, "nothing uses it");
  }
  for (const [name, declaration] of declared.locals) {
    if (!declared.used.has(`local.${name}`)) tell(declaration, name, `nothing uses local.${name}`);
  }
  return problems;
}

function title({ kind, type, name }) {
  return [kind, type ? `${type}.${name}` : name].filter(Boolean).join(" ");
}

// The parser keeps no places: the first line with the word after the line that begins the block.
function lineOf(text, { kind, type, name }, word) {
  const lines = text.split("\n");
  const labels = [type, name].filter(Boolean).map((label) => ` "${label}"`).join("");
  const begin = Math.max(0, lines.findIndex((line) => line.startsWith(`${kind}${labels} {`)));
  const at = lines.findIndex((line, index) => index >= begin && new RegExp(`(^|\\W)${word}(\\W|$)`).test(line));
  return (at < 0 ? begin : at) + 1;
}

function collect(declarations, tell) {
  const declared = { variables: new Map(), locals: new Map(), resources: new Map(), used: new Set() };
  for (const declaration of declarations) {
    const { kind, type, name, body } = declaration;
    if (kind === "variable") {
      declared.variables.set(name, declaration);
      for (const word of ["type", "description"]) if (!body[word]) tell(declaration, name, `has no ${word}`);
    } else if (kind === "output") {
      for (const word of ["value", "description"]) if (!body[word]) tell(declaration, name, `has no ${word}`);
    } else if (kind === "locals") {
      for (const local of Object.keys(body)) declared.locals.set(local, declaration);
    } else if (kind === "resource") {
      if (declared.resources.has(`${type}.${name}`)) tell(declaration, name, "is declared twice");
      declared.resources.set(`${type}.${name}`, declaration);
    } else if (kind !== "terraform" && kind !== "provider") {
      tell(declaration, kind, `this test knows no blocks of the kind ${kind}`);
    }
  }
  return declared;
}

// ── Resources against the provider ───────────────────────────────────────────────────────────────────

function checkResource(declaration, facts, tell) {
  const known = facts.resources[declaration.type];
  if (!known) {
    tell(declaration, declaration.type, `${facts.provider.name} ${facts.provider.version} has no such resource, or google_provider.json does not know it yet (provider_facts.mjs --accept)`);
    return;
  }
  const { lifecycle, ...rest } = declaration.body;
  for (const part of lifecycle ?? []) {
    for (const word of Object.keys(part)) {
      if (!lifecycleArguments.has(word)) tell(declaration, word, `lifecycle has no ${word}`);
    }
  }
  const body = Object.fromEntries(Object.entries(rest).filter(([word]) => !metaArguments.has(word)));
  checkBody(body, known, "", (word, text) => tell(declaration, word, text));
}

function checkBody(body, known, path, tell) {
  const { dynamic = {}, ...given } = body;
  const present = new Map(Object.entries(given));
  for (const [name, parts] of Object.entries(dynamic)) {
    if (!known.blocks[name]) tell(name, `${path}there is no block ${name}`);
    for (const part of parts) {
      if (part.for_each === undefined) tell(name, `${path}dynamic ${name} has no for_each`);
      const unknown = Object.keys(part).filter((word) => !["for_each", "iterator", "labels", "content"].includes(word));
      if (unknown.length > 0) tell(unknown[0], `${path}dynamic ${name} has no ${unknown[0]}`);
      present.set(name, [...(present.get(name) ?? []), ...(part.content ?? [])]);
    }
  }
  for (const [name, value] of present) {
    const block = known.blocks[name];
    const attribute = known.attributes[name];
    if (block) {
      if (!Array.isArray(value) || !value.every(isObject)) {
        tell(name, `${path}${name} is a block: no = before its {`);
        continue;
      }
      if (value.length > (block.most ?? Infinity)) tell(name, `${path}${name} can be there only once`);
      for (const part of value) checkBody(part, block, `${path}${name}: `, tell);
    } else if (attribute) {
      checkValue(name, value, attribute, path, tell);
    } else if (known.computed?.[name]) {
      tell(name, `${path}${name} is set by the provider and by nobody else`);
    } else {
      tell(name, `${path}there is no argument ${name}; there are ${[...Object.keys(known.attributes), ...Object.keys(known.blocks)].join(", ")}`);
    }
  }
  for (const [name, part] of [...Object.entries(known.attributes), ...Object.entries(known.blocks)]) {
    if (part.required && !present.has(name)) tell("", `${path}${name} is missing`);
  }
}

// As far as a value stands in the text: Terraform makes strings of numbers and numbers of strings that are one.
function checkValue(name, value, { type, values }, path, tell) {
  const literal = typeof value === "string" && !isExpression(value);
  if (literal && values && !values.includes(value)) {
    tell(name, `${path}${name} cannot be "${value}"; it can be ${values.join(", ")}`);
  }
  if (isExpression(value)) return;
  const fits = {
    string: () => ["string", "number", "boolean"].includes(typeof value),
    number: () => typeof value === "number" || (literal && value.trim() !== "" && Number.isFinite(Number(value))),
    bool: () => typeof value === "boolean" || value === "true" || value === "false",
    "list(string)": () => Array.isArray(value),
    "list(number)": () => Array.isArray(value),
    "map(string)": () => isObject(value),
  };
  if (!fits[type]()) tell(name, `${path}${name} takes a ${type}, and not ${JSON.stringify(value)}`);
}

// ── References ───────────────────────────────────────────────────────────────────────────────────────

async function checkReferences(declaration, declared, facts, tell) {
  const bound = new Set(["path", "terraform", "self"]);
  if (declaration.body.for_each !== undefined) bound.add("each");
  if (declaration.body.count !== undefined) bound.add("count");
  const skip = declaration.kind === "variable" ? ["type"] : [];
  for (const { expression, iterators } of expressions(declaration.body, skip)) {
    const found = await traversals(expression);
    if (found.error) {
      tell(declaration, "", `${JSON.stringify(expression)} cannot be read: ${found.error}`);
      continue;
    }
    const scope = new Set([...bound, ...iterators, ...found.variables]);
    for (const steps of found.traversals) checkTraversal(steps, scope, declaration, declared, facts, tell);
  }
}

// Every string with an expression in it, with the iterators of the dynamic blocks around it.
function* expressions(value, skip = [], iterators = []) {
  if (isExpression(value)) {
    yield { expression: value, iterators };
  } else if (Array.isArray(value)) {
    for (const item of value) yield* expressions(item, [], iterators);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (skip.includes(key)) continue;
      if (isExpression(key)) yield { expression: key, iterators };
      if (key === "dynamic" && isObject(item)) {
        for (const [label, parts] of Object.entries(item)) yield* expressions(parts, [], [...iterators, label]);
      } else {
        yield* expressions(item, [], iterators);
      }
    }
  }
}

// The names that an expression reads, as lists of steps ("[]" for an index), and those that its own loops bind.
async function traversals(expression) {
  const found = { traversals: [], variables: new Set() };
  let tree;
  try {
    tree = await getExpressionAst("expression", `<<END\n${expression}\nEND\n`);
  } catch (error) {
    return { error: String(error.message) };
  }
  const steps = (node) =>
    node.meta.traversal.map((step) => (step.type === "nameTraversal" ? step.segment : "[]"));
  const visit = (node) => {
    if (!node) return;
    if (node.type === "for") for (const name of [node.meta.keyVar, node.meta.valVar]) if (name) found.variables.add(name);
    if (node.type === "scopeTraversal") found.traversals.push(steps(node));
    if (node.type === "relativeTraversal" && node.children[0]?.type === "index") {
      // google_x.y[each.key].z: the parts lie apart.
      const collection = node.children[0].children[0];
      if (collection?.type === "scopeTraversal") {
        found.traversals.push([...steps(collection), "[]", ...steps(node)]);
        node.children[0].children.slice(1).forEach(visit);
        return;
      }
    }
    node.children?.forEach(visit);
  };
  visit(tree);
  return found;
}

function checkTraversal(steps, scope, declaration, declared, facts, tell) {
  const [root, name, ...rest] = steps;
  const written = steps.join(".").replaceAll(".[]", "[…]");
  if (root === "var" || root === "local") {
    // A variable's own rule is no use of it.
    if (declaration.kind !== "variable" || declaration.name !== name) declared.used.add(`${root}.${name}`);
    const there = root === "var" ? declared.variables : declared.locals;
    if (!there.has(name)) tell(declaration, name, `${written} is not declared`);
    return;
  }
  if (root.startsWith("google_")) {
    const target = declared.resources.get(`${root}.${name}`);
    if (!target) {
      tell(declaration, name, `${root}.${name} is not declared`);
      return;
    }
    const known = facts.resources[root];
    const many = target.body.for_each !== undefined || target.body.count !== undefined;
    const indexed = rest[0] === "[]";
    const attribute = indexed ? rest[1] : rest[0];
    if (attribute === undefined || !known) return;
    if (many !== indexed) tell(declaration, name, many ? `${written}: there are several, which one?` : `${written}: there is only one`);
    const there = { ...known.attributes, ...known.blocks, ...known.computed, id: {} };
    if (!there[attribute]) tell(declaration, attribute, `${written}: ${root} has no ${attribute}`);
    return;
  }
  if (!scope.has(root)) tell(declaration, root, `${written}: there is nothing called ${root} here`);
}
