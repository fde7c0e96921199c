// Starts `rewoo lsp` and hands it what VS Code knows: the settings, and whether the workspace is trusted.
// Everything else is the server's.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function makeClient() {
  const settings = vscode.workspace.getConfiguration("rewoo");
  const [command, ...args] = settings.get("command");
  return new LanguageClient(
    "rewoo",
    "rewoo plans",
    { command, args: [...args, "lsp"] },
    {
      documentSelector: [{ language: "rewoo" }],
      initializationOptions: { trusted: vscode.workspace.isTrusted },
      synchronize: {
        configurationSection: "rewoo",
        fileEvents: [
          vscode.workspace.createFileSystemWatcher("**/*.rewoo"),
          vscode.workspace.createFileSystemWatcher("**/pyproject.toml"),
          vscode.workspace.createFileSystemWatcher("**/*tools*.{json,py}"),
        ],
      },
    },
  );
}

async function start() {
  client = makeClient();
  try {
    await client.start();
  } catch (error) {
    const how = "Is it installed (`pip install 'rewoo-dsl[lsp]'`) and named in the setting `rewoo.command`?";
    vscode.window.showErrorMessage(`The language server of rewoo does not start. ${how} ${error.message ?? error}`);
  }
}

async function stop() {
  const ending = client;
  client = undefined;
  if (ending?.isRunning()) {
    await ending.stop();
  }
  await ending?.dispose().catch(() => undefined); // one that never started has nothing to dispose of
}

async function restart() {
  await stop();
  await start();
}

function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("rewoo.restart", restart),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("rewoo.command")) {
        return restart();
      }
    }),
  );
  return start();
}

module.exports = { activate, deactivate: stop };
