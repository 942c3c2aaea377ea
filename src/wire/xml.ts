/** The XML of answers such as S3's: elements and texts, without anything that could be more than that. */

export interface Element {
  readonly name: string;
  /** Of itself, without its children's. */
  readonly text: string;
  readonly children: readonly Element[];
}

interface Open {
  readonly name: string;
  text: string;
  readonly children: Element[];
}

/** How deep it may nest: answers of S3 and Azure take 4. */
const MAX_DEPTH = 16;

/** The element that is the whole answer. Null: it is no XML of that kind, or breaks off. */
export function readXml(xml: string): Element | null {
  const root: Open = { name: '', text: '', children: [] };
  const open = [root];
  let at = 0;
  for (const { index, 0: tag, groups } of xml.matchAll(TAG)) {
    const here = open.at(-1);
    const text = textOf(xml.slice(at, index));
    if (here === undefined || text === null) return null;
    here.text += text;
    at = index + tag.length;
    if (groups?.declaration !== undefined) continue;
    const name = groups?.name ?? '';
    if (groups?.end === '/') {
      if (open.pop()?.name !== name || open.length === 0) return null;
    } else {
      const element: Open = { name, text: '', children: [] };
      here.children.push(element);
      if (groups?.empty !== '/') open.push(element);
      if (open.length > MAX_DEPTH) return null;
    }
  }
  const [only, ...others] = root.children;
  const isWhole = open.length === 1 && xml.slice(at).trim() === '' && root.text.trim() === '';
  return isWhole && only !== undefined && others.length === 0 ? only : null;
}

/** A declaration, or a tag; names of namespaces are left out, attributes passed over. */
const TAG =
  /<(?:(?<declaration>\?xml[^<>]*\?)|(?<end>\/?)(?:[\w.-]+:)?(?<name>[A-Za-z_][\w.-]*)(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(?<empty>\/?))>/g;

/** Null: there is something in it that belongs to no text, such as a comment or an entity of its own. */
function textOf(raw: string): string | null {
  if (raw.includes('<')) return null;
  let isKnown = true;
  const text = raw.replaceAll(/&([^;]*);?/g, (entity, name: string) => {
    const plain = entity.endsWith(';') ? plainOf(name) : null;
    if (plain === null) isKnown = false;
    return plain ?? '';
  });
  return isKnown ? text : null;
}

function plainOf(entity: string): string | null {
  if (Object.hasOwn(ENTITIES, entity)) return ENTITIES[entity] ?? null;
  const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(entity) ?? [];
  const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
  return code <= 0x10ffff ? String.fromCodePoint(code) : null;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Of the first child of that name; null: there is none. */
export function childText({ children }: Element, name: string): string | null {
  return children.find((child) => child.name === name)?.text ?? null;
}
