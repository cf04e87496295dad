// A Dockerfile as text, and what is wrong with it. Knows as much of the format as ours needs, and refuses the rest.

const instructionNames = new Set([
  "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "RUN", "SHELL", "STOPSIGNAL", "USER", "WORKDIR",
]);

// {name, text, line}[]: continued lines are joined, comments between them left out.
export function readInstructions(text) {
  const instructions = [];
  let open;
  text.split("\n").forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) return;
    if (!open) {
      open = { line: index + 1, name: line.trim().split(/\s/)[0].toUpperCase(), text: "" };
      line = line.trim().slice(open.name.length);
      instructions.push(open);
    }
    const continued = line.endsWith("\\");
    open.text += continued ? `${line.slice(0, -1)} ` : line;
    if (!continued) {
      open.text = open.text.trim();
      open = undefined;
    }
  });
  return instructions;
}

// The rules of .dockerignore: the last one that matches decides; a path below an excluded folder can be let in again.
export function ignoredBy(rules, path) {
  let ignored = false;
  for (const rule of rules.split("\n").map((line) => line.trim())) {
    if (rule === "" || rule.startsWith("#")) continue;
    const pattern = rule.replace(/^!/, "").replace(/^\//, "").replace(/\/$/, "");
    const expression = pattern.split("/").map((part) => part.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*")).join("/");
    if (new RegExp(`^${expression}(/|$)`).test(path)) ignored = !rule.startsWith("!");
  }
  return ignored;
}

// `files`: what is under version control; `listed`: the packages of dependencies/debian.txt; `folders`: what CMake goes
// into; `ignore`: .dockerignore. One line for each thing that is wrong.
export function checkDockerfile(text, { files, listed, folders, ignore }) {
  const problems = [];
  const instructions = readInstructions(text);
  const stages = [];
  const argumentDefaults = new Map();
  const copied = new Set();
  let user;
  const tell = (instruction, what) => problems.push(`Dockerfile:${instruction.line}: ${instruction.name}: ${what}`);

  for (const instruction of instructions) {
    const words = instruction.text.split(/\s+/);
    switch (instruction.name) {
      case "ARG": {
        const [name, value] = instruction.text.split(/=(.*)/s);
        argumentDefaults.set(name, value);
        break;
      }
      case "FROM": {
        const image = words[0].replace(/\$\{?(\w+)\}?/g, (_, name) => argumentDefaults.get(name) ?? "");
        if (!stages.includes(image) && !/^debian:bookworm-\d{8}-slim@sha256:[0-9a-f]{64}$/.test(image)) {
          tell(instruction, `${image || words[0]} is not a Debian 12 slim image with its date and digest`);
        }
        if (words[1]?.toUpperCase() !== "AS") tell(instruction, "a stage has a name");
        stages.push(words[2]);
        user = "root";
        break;
      }
      case "COPY": {
        const from = words[0].match(/^--from=(.*)$/)?.[1];
        if (from !== undefined) {
          if (!stages.slice(0, -1).includes(from)) tell(instruction, `there is no stage ${from} before this one`);
          break;
        }
        for (const source of words.slice(0, -1)) {
          if (source.startsWith("--")) tell(instruction, `${source} is not known here`);
          const found = files.filter((file) => file === source || file.startsWith(`${source}/`));
          if (found.length === 0) tell(instruction, `${source} is not under version control`);
          const missing = found.find((file) => ignoredBy(ignore, file));
          if (missing) tell(instruction, `.dockerignore keeps ${missing} out of the build`);
          copied.add(source);
        }
        break;
      }
      case "RUN":
        checkRun(instruction, listed, tell);
        break;
      case "USER":
        user = instruction.text;
        break;
      case "ENTRYPOINT":
      case "CMD":
        if (!instruction.text.startsWith("[")) tell(instruction, "in the form of a list: a shell in between takes the signals");
        break;
      case "ENV":
        if (/(PASSWORD|SECRET|TOKEN|CREDENTIALS|_KEY)\w*=/.test(instruction.text)) tell(instruction, "a secret would be in the image");
        break;
      default:
        if (!instructionNames.has(instruction.name)) tell(instruction, "not one that is used here (ADD fetches and unpacks, COPY does not)");
    }
  }

  const last = instructions.at(-1) ?? { line: 1, name: "" };
  for (const folder of folders) {
    if (![...copied].some((source) => `${folder}/CMakeLists.txt` === source || folder === source || folder.startsWith(`${source}/`))) {
      tell(last, `CMakeLists.txt goes into ${folder}, which is not copied`);
    }
  }
  if (!/^[1-9]\d*(:[1-9]\d*)?$/.test(user ?? "root")) tell(last, `the service runs as ${user}; USER is a number other than 0, which needs no look-up`);
  for (const name of ["HEALTHCHECK", "ENTRYPOINT"]) {
    if (!instructions.some((one) => one.name === name)) tell(last, `there is no ${name}`);
  }
  return problems;
}

function checkRun(instruction, listed, tell) {
  const text = instruction.text;
  if (/\b(curl|wget|git clone|pip3? install|npx)\b|https?:\/\//.test(text)) tell(instruction, "fetches something that is neither Debian's nor in package-lock.json");
  if (/\bnpm\b/.test(text) && !/\bnpm ci\b.*--ignore-scripts/.test(text)) tell(instruction, "npm ci with --ignore-scripts, and no other npm");
  if (/\bsudo\b|chmod (-R )?(0?777|a\+w)/.test(text)) tell(instruction, "gives away more than is needed");
  for (const [, rest] of text.matchAll(/apt-get install([^&;|]*)/g)) {
    if (!/(^| )-y( |$)/.test(rest) || !/--no-install-recommends/.test(rest)) tell(instruction, "apt-get install takes -y --no-install-recommends");
    const named = rest.split(/\s+/).filter((word) => word !== "" && !word.startsWith("-"));
    for (const name of named) {
      tell(instruction, listed.includes(name) ? `${name}: the list names it already` : `${name} is not in dependencies/debian.txt`);
    }
  }
  if (/apt-get (install|upgrade)/.test(text) && !/apt-get update/.test(text)) tell(instruction, "apt-get install without apt-get update in the same layer");
  if (/apt-get upgrade/.test(text) && !/rm -rf \/var\/lib\/apt\/lists/.test(text)) tell(instruction, "leaves the package lists in the image");
}
