// The grammar as VS Code runs it: with its own tokeniser and its own engine of regular expressions.
// `npm install && npm test`; nothing here needs VS Code.
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const { before, test } = require("node:test");
const oniguruma = require("vscode-oniguruma");
const { INITIAL, Registry, parseRawGrammar } = require("vscode-textmate");

const GRAMMAR = path.join(__dirname, "syntaxes", "rewoo.tmLanguage.json");
const EXAMPLES = path.join(__dirname, "..", "..", "specs", "examples");
let grammar;

before(async () => {
  const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm);
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => parseRawGrammar(fs.readFileSync(GRAMMAR, "utf8"), GRAMMAR),
  });
  grammar = await registry.loadGrammar("source.rewoo");
});

// Every piece of the text with the innermost scope it has.
function tokens(text) {
  let state = INITIAL;
  const found = [];
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    for (const one of result.tokens) {
      found.push([line.slice(one.startIndex, one.endIndex), one.scopes.at(-1).replace(/\.rewoo$/, ""), one.scopes]);
    }
  }
  return found;
}

function scopeOf(text, piece) {
  return tokens(text).find(([written]) => written.trim() === piece)?.[1];
}

const CASES = [
  ["Plan: why #E1", "Plan:", "keyword.control.plan"],
  ["Plan: why #E1", "why #E1", "markup.italic.rationale"],
  ["// #E1 = no", "// #E1 = no", "comment.line.double-slash"],
  ['#E1: list[{a: str}] = f(x="a")', "E1", "variable.other.definition.evidence"],
  ['#E1: list[{a: str}] = f(x="a")', "list", "storage.type"],
  ['#E1: list[{a: str}] = f(x="a")', "f", "entity.name.function.tool"],
  ['#E1: list[{a: str}] = f(x="a")', "x", "variable.parameter.argument"],
  ["#E1 = Wikipedia[Port of #E4[0].port]", "Wikipedia", "entity.name.function.tool"],
  ["#E1 = Wikipedia[Port of #E4[0].port]", "Port of", "string.unquoted.raw"],
  ["#E1 = Wikipedia[Port of #E4[0].port]", "E4", "variable.other.evidence"],
  ["#E1 = Wikipedia[Port of #E4[0].port] retry 3", "retry", "keyword.control.clause"],
  ['#E1 = f(x="#{region}")', "region", "variable.other.evidence"],
  ['#E1 = f(x="#incidents")', "#incidents", "string.quoted.double"],
  ["#E1 = len(#E2[*].title)", "len", "support.function.builtin"],
  ["#E1 = len(#E2[*].title)", "[*].title", "variable.other.member"],
  ["#E1 = [#s for #s in #E2 if #s.a == null]", "for", "keyword.control.clause"],
  ["#E1 = [#s for #s in [1]]", "in", "keyword.control.clause"],
  ["#E1 = [#s for #s in #E2 if #s.a == null]", "null", "constant.language"],
  ["#E1 = f(x=1) timeout 1.5h", "1.5h", "constant.numeric"],
  ['input mode: "draft" | "send" = "draft"', "mode", "variable.parameter.input"],
  ['use "lib/a.rewoo" as a', "a", "entity.name.function.sub-plan"],
  ["Solve: say #E1.a", "E1", "variable.other.evidence"],
  ["return {a: #E1}", "return", "keyword.control.return"],
  ["#E1 = Tool[never closed\n#E2 = f()", "E2", "variable.other.definition.evidence"],
];

for (const [text, piece, scope] of CASES) {
  test(`${piece} in ${text}`, () => assert.strictEqual(scopeOf(text, piece), scope));
}

for (const file of fs.readdirSync(EXAMPLES, { recursive: true }).filter((name) => name.endsWith(".rewoo"))) {
  test(`${file} has a scope for every word`, () => {
    const text = fs.readFileSync(path.join(EXAMPLES, file), "utf8");
    const plain = tokens(text).filter(([written, , scopes]) => written.trim() && scopes.length === 1);
    assert.deepStrictEqual(plain.map(([written]) => written), []);
    assert.ok(!tokens(text).some(([, scope]) => scope.startsWith("invalid")));
  });
}
