/**
 * The secrets of a text of lines: YAML (manifests, settings, kubeconfigs), properties, INI. By indentation and names alone:
 * it need not be valid, and may be cut.
 */
import { REDACTED } from './secret-names.ts';
import { type Hidden, hiddenUnder, hidesText } from './secret-places.ts';

interface Outer {
  readonly column: number;
  readonly hidden: Hidden;
}

/** Indentation, dashes, the key with its quotes, what parts it from the value, the value. */
const LINE = /^([ \t]*)((?:-[ \t]+)*)(["']?)([\w.$/-]{1,128})\3([ \t]*(?:=|:(?=[ \t\r]|$))[ \t]*)(.*)$/s;
const ITEM = /^([ \t]*-[ \t]+)(.+)$/s;
const BLOCK = /^[|>][+\d-]{0,2}[ \t]*(?:#.*)?$/s;
const SECRET_MANIFEST = /^[ \t]*(?:-[ \t]+)?["']?kind["']?:[ \t]*["']?Secret(?:List)?["']?[ \t\r]*$/m;
/** Nothing is told by these; templates and references are filled in elsewhere. */
const PLAIN = /^["']?(?:true|false|null|~|\{\{.*\}\}|\$\(\w+\)|\$\{\w+\})?["']?,?$/s;

export function redactLines(text: string): string {
  if (!text.includes('\n')) return text;
  const isSecret = SECRET_MANIFEST.test(text);
  const outer: Outer[] = [];
  const shown: string[] = [];
  let hiddenBlock: number | null = null;
  const lines = text.split('\n');
  for (const [n, line] of lines.entries()) {
    const column = line.search(/[^ \t\r]/);
    const isBlank = column === -1 && n < lines.length - 1;
    if (hiddenBlock !== null && (isBlank || column > hiddenBlock)) continue;
    hiddenBlock = null;
    const found = LINE.exec(line);
    if (found === null) {
      shown.push(redactItem(line, outer.at(-1)));
      continue;
    }
    const [, indent = '', dashes = '', , key = '', , value = ''] = found;
    const place = indent.length + dashes.length;
    while ((outer.at(-1)?.column ?? -1) >= place) outer.pop();
    const above = outer.at(-1)?.hidden ?? 'nothing';
    const hidden = isSecret && (key === 'data' || key === 'stringData') ? 'all' : hiddenUnder(above, key);
    const plain = value.trimEnd();
    if (plain === '' || BLOCK.test(plain)) outer.push({ column: place, hidden });
    if (plain !== '' && hidesText(hidden) && !PLAIN.test(plain)) {
      shown.push(`${line.slice(0, line.length - value.length)}${REDACTED}${line.endsWith('\r') ? '\r' : ''}`);
      // A block, and whatever else goes on in deeper lines.
      hiddenBlock = place;
    } else shown.push(line);
  }
  return shown.join('\n');
}

/** `- x`, of a list that is hidden. */
function redactItem(line: string, outer: Outer | undefined): string {
  const found = ITEM.exec(line);
  if (found === null || outer === undefined || outer.hidden === 'nothing' || outer.hidden === 'text')
    return line;
  const [, dash = ''] = found;
  return dash.length > outer.column ? `${dash}${REDACTED}` : line;
}
