/**
 * Hostile text made harmless, one function for each place it is printed: everything in an event is chosen by somebody
 * else. Redaction is not done here; it is done before an answer is built.
 */

/**
 * What acts on a terminal or on the reader instead of being seen: C0 and C1 controls, bidi controls, line and paragraph
 * separators, zero-width and other format characters, variation selectors of tags, unpaired surrogates; and combining
 * marks on nothing, or piled up so that they cover the lines above (writing needs no more than four).
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\u115f\u1160\u3164\uffa0\p{Variation_Selector}]|(?<=^|[\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]/gu;

/** Most texts. Fast path: `UNSEEN` takes 5 ms to be compiled. */
const ASCII = /^[ -~]*$/;
const ASCII_LINES = /^[ -~\n]*$/;

/** For terminals: what cannot be seen is written out as `\u{1b}`. Never changes the number of lines. */
export function escapeTerminal(text: string): string {
  return ASCII.test(text) ? text : text.replace(UNSEEN, (char) => `\\u{${codeOf(char)}}`);
}

/** For a cell between cells: only blanks of the table's own stand side by side, or at its ends. */
export function escapeCell(text: string): string {
  return escapeTerminal(text).replace(/(?<=^| ) | $/g, '\\u{20}');
}

/** Inside JSON text that is already valid: what cannot be seen becomes `\u001b`, which means the same to every reader. */
export function escapeJson(json: string): string {
  return ASCII_LINES.test(json) ? json : json.replace(UNSEEN, (char) => (char === '\n' ? char : utf16(char)));
}

/** Inside a double-quoted string of YAML, the same. */
export function escapeYaml(yaml: string): string {
  return yaml.replace(UNSEEN, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (char === '\n') return char;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : utf16(char);
  });
}

/** Whether `escapeTerminal` would change it. */
export function holdsUnseen(text: string): boolean {
  return text.search(UNSEEN) >= 0;
}

/** RFC 4180; and no cell that a spreadsheet would take for a formula (OWASP, CSV injection). */
export function escapeCsv(text: string): string {
  const seen = escapeTerminal(text);
  const safe = /^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(seen) ? `'${seen}` : seen;
  return /[",\n\r;]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** For a cell of a markdown table. Nothing in it becomes a link: GitHub makes one of any address, without brackets. */
export function escapeMarkdown(text: string): string {
  return escapeTerminal(text)
    .replace(/[\\`*_{}[\]()#+!|<>&~$-]/g, (char) => MARKDOWN[char] ?? `\\${char}`)
    .replace(/:(?=\/\/)/g, '&#58;')
    .replace(/(?<=\bwww)\./gi, '&#46;');
}

const MARKDOWN: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '|': '\\|' };

/** For the text of an HTML element, or an attribute in double quotes. Nothing in it becomes a tag, an attribute or a link. */
export function escapeHtml(text: string): string {
  return escapeTerminal(text).replace(/[&<>"']/g, (char) => HTML[char] ?? '');
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function codeOf(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16);
}

/** As JSON writes it: a pair of surrogates beyond the basic plane. */
function utf16(char: string): string {
  let text = '';
  for (let i = 0; i < char.length; i++) text += `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return text;
}
