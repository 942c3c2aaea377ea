/**
 * The beginning of an executable: loads the program from what lies in it, each file when it is first wanted. They are plain
 * scripts (../program-files.ts): Node gives a script in an executable no way to import a module that lies beside it.
 */
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import { getAsset } from 'node:sea';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';

interface Module {
  exports: unknown;
}

const ownRequire = createRequire(process.execPath);
const ownURL = pathToFileURL(process.execPath).href;
const loaded = new Map<string, Module>();

function load(name: string): unknown {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module: Module = { exports: {} };
  loaded.set(name, module);
  const run = compileFunction(getAsset(name, 'utf8'), ['module', 'exports', 'require', '__url'], {
    filename: name,
  }) as (module: Module, exports: unknown, require: (wanted: string) => unknown, url: string) => void;
  const folder = posix.dirname(name);
  run(
    module,
    module.exports,
    (wanted) => (wanted.startsWith('.') ? load(posix.join(folder, wanted)) : ownRequire(wanted)),
    ownURL,
  );
  return module.exports;
}

load('cli.js');
