/**
 * Lets bundled text take Node's own modules by `process.getBuiltinModule`. An import statement makes Node read every export
 * of the module, and some are loaded by being read: of `node:fs` its promises and streams, 6 ms; of `node:util` 5.
 */
import { isBuiltin } from 'node:module';

/** As esbuild writes it, minified or not: `import a from"fs"`, `import*as a from"fs"`, `import{a as b,c}from"node:fs"`. */
const STATEMENT =
  /\bimport\s*(?:(?<whole>\*\s*as\s+[\w$]+|[\w$]+)|\{(?<names>[^{}]*)\})\s*from\s*"(?<from>[\w:/]+)";?/g;

/** `bundled`: what esbuild wrote. Names that a module lacks are undefined, where an import would fail: tsc knows them. */
export function leanBuiltins(bundled: string): string {
  const lean = bundled.replace(STATEMENT, (statement, ...found) => {
    const { whole, names, from } = found.at(-1) as Readonly<Record<string, string | undefined>>;
    if (from === undefined || !isBuiltin(from)) return statement;
    const taken =
      whole?.replace(/^\*\s*as\s+/, '') ?? `{${names?.replaceAll(/([\w$]+)\s+as\s+([\w$]+)/g, '$1:$2')}}`;
    return `const ${taken}=process.getBuiltinModule("${from}");`;
  });
  return /\brequire\b/.test(lean) ? lean.replace(/^(?:#!.*\n)?/, (first) => `${first}${REQUIRE}\n`) : lean;
}

/** For what is packed from CommonJS and asks for them by `require`. */
const REQUIRE = "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);";
