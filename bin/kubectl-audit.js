#!/usr/bin/env node
// The npm entry: checks the Node version, imports the bundle; nothing else. Plain enough for an old Node to read.
// npm builds the bundle when it installs from git, unless its scripts are switched off.
var needed = [22, 19];
var found = process.versions.node.split('.').map(Number);
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error('error: kubectl-audit needs Node ' + needed.join('.') + ' or newer; this is Node ' + process.versions.node + ' [AUDIT_OLD_NODE]');
  console.error('hint: install a newer Node (https://nodejs.org), or the plugin with krew, which brings its own');
  process.exit(1);
} else {
  import('../dist/cli.js').catch(function (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND' && /\/dist\/cli\.js$/.test(error.url)) {
      console.error('error: kubectl-audit is installed, but was not built: dist/cli.js is missing [AUDIT_NOT_BUILT]');
      console.error('hint: in a checkout, npm ci && npm run build; from git, npm install without --ignore-scripts');
    } else {
      console.error(error);
    }
    process.exit(1);
  });
}
