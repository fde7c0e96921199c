// The extension without VS Code: `vscode` and the client are small stand-ins that remember what they are told.
// Like test.js, run by `npm test`.
"use strict";

const assert = require("node:assert");
const Module = require("node:module");
const { afterEach, test } = require("node:test");

const told = { clients: [], errors: [], commands: {}, onTrust: null, onConfiguration: null, startsWell: true };

class LanguageClient {
  constructor(id, name, server, options) {
    Object.assign(this, { id, name, server, options, running: false, disposed: false });
    told.clients.push(this);
  }
  async start() {
    if (!told.startsWell) throw new Error("no such file");
    this.running = true;
  }
  isRunning() {
    return this.running;
  }
  async stop() {
    this.running = false;
  }
  async dispose() {
    this.disposed = true;
  }
}

const vscode = {
  workspace: {
    isTrusted: false,
    getConfiguration: (section) => ({ get: (name) => ({ "rewoo.command": ["python", "-m", "x"] })[`${section}.${name}`] }),
    createFileSystemWatcher: (pattern) => ({ pattern }),
    onDidGrantWorkspaceTrust: (listener) => ((told.onTrust = listener), {}),
    onDidChangeConfiguration: (listener) => ((told.onConfiguration = listener), {}),
  },
  commands: { registerCommand: (name, run) => ((told.commands[name] = run), {}) },
  window: { showErrorMessage: (message) => told.errors.push(message) },
};

const load = Module._load;
Module._load = (name, ...rest) =>
  ({ vscode, "vscode-languageclient/node": { LanguageClient } })[name] ?? load(name, ...rest);
const extension = require("./extension.js");
Module._load = load;

const started = async () => {
  const context = { subscriptions: [] };
  await extension.activate(context);
  return context;
};

afterEach(async () => {
  await extension.deactivate();
  Object.assign(told, { clients: [], errors: [], startsWell: true });
  vscode.workspace.isTrusted = false;
});

test("it starts the command of the settings and tells whether the workspace is trusted", async () => {
  const context = await started();
  const [client] = told.clients;
  assert.deepStrictEqual(client.server, { command: "python", args: ["-m", "x", "lsp"] });
  assert.deepStrictEqual(client.options.documentSelector, [{ language: "rewoo" }]);
  assert.deepStrictEqual(client.options.initializationOptions, { trusted: false });
  assert.strictEqual(context.subscriptions.length, 3);
  assert.ok(client.running);
});

test("a server that does not start is told with what to do", async () => {
  told.startsWell = false;
  await started();
  assert.match(told.errors[0], /pip install 'rewoo-dsl\[lsp\]'.*no such file/);
});

test("trust, another command and the person's wish start it anew, other settings do not", async () => {
  await started();
  vscode.workspace.isTrusted = true;
  await told.onTrust();
  await told.onConfiguration({ affectsConfiguration: (name) => name === "rewoo.command" });
  await told.onConfiguration({ affectsConfiguration: () => false });
  await told.commands["rewoo.restart"]();
  assert.strictEqual(told.clients.length, 4);
  assert.deepStrictEqual(told.clients.map((one) => one.running), [false, false, false, true]);
  assert.ok(told.clients.slice(0, 3).every((one) => one.disposed));
  assert.deepStrictEqual(told.clients[3].options.initializationOptions, { trusted: true });
});

test("it ends with VS Code, also when nothing runs", async () => {
  await started();
  await extension.deactivate();
  await extension.deactivate();
  assert.ok(told.clients[0].disposed);
});
