/**
 * Lets bundled text take Node's own modules by `process.getBuiltinModule`. An import statement makes Node read every export
 * of the module, and some are loaded by being read: of `node:fs` its promises and streams, 6 ms; of `node:util` 5.
 */
import { isBuiltin } from 'node:module';

/**
 * Taken when they are first used: of these everything that is taken by name is a function or a class. To load them all takes
 * a program 20 ms, and each of its threads as long.
 */
const LATE: ReadonlySet<string> = new Set(['crypto', 'net', 'vm', 'zlib']);

/** As esbuild writes it, minified or not: `import a from"fs"`, `import*as a from"fs"`, `import{a as b,c}from"node:fs"`. */
const STATEMENT =
  /\bimport\s*(?:(?<whole>\*\s*as\s+[\w$]+|[\w$]+)|\{(?<names>[^{}]*)\})\s*from\s*"(?<from>[\w:/]+)";?/g;

/** `bundled`: what esbuild wrote. Names that a module lacks are undefined, where an import would fail: tsc knows them. */
export function leanBuiltins(bundled: string): string {
  const lean = bundled.replace(STATEMENT, (statement, ...found) => {
    const { whole, names, from } = found.at(-1) as Readonly<Record<string, string | undefined>>;
    if (from === undefined || !isBuiltin(from)) return statement;
    if (names !== undefined && LATE.has(from.replace(/^node:/, ''))) return takenLate(names, from);
    const taken =
      whole?.replace(/^\*\s*as\s+/, '') ?? `{${names?.replaceAll(/([\w$]+)\s+as\s+([\w$]+)/g, '$1:$2')}}`;
    return `const ${taken}=process.getBuiltinModule("${from}");`;
  });
  const needed = [
    ...(/\brequire\b/.test(lean) ? [REQUIRE] : []),
    ...(lean.includes(LATELY) ? [DEFINITION] : []),
  ];
  return lean.replace(/^(?:#!.*\n)?/, (first) => [first, ...needed.map((line) => `${line}\n`)].join(''));
}

function takenLate(names: string, from: string): string {
  const taken = names.split(',').map((name) => {
    const [own = '', here = own] = name.trim().split(/\s+as\s+/);
    return `${here}=${LATELY}("${from}","${own}")`;
  });
  return `const ${taken.join()};`;
}

const LATELY = '__lately';
/** What stands for a function or a class until it is called, made, extended or looked into. */
const DEFINITION = `const ${LATELY}=(from,name)=>{let it;const taken=()=>it??=process.getBuiltinModule(from)[name];const late=new Proxy(function(){},{apply:(_,self,values)=>Reflect.apply(taken(),self,values),construct:(_,values,made)=>Reflect.construct(taken(),values,made===late?taken():made),get:(_,key)=>taken()[key]});return late};`;

/** For what is packed from CommonJS and asks for them by `require`. */
const REQUIRE = "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);";
