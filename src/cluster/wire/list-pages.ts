/** A list, page by page (client-go tools/pager/pager.go). */
import type { UserError } from '../../errors.ts';

/** kubectl's --chunk-size. */
const PAGE = 500;

export interface Page {
  readonly status: number;
  readonly json: unknown;
  /** The error that this answer means. */
  readonly refuse: () => UserError;
}

/**
 * All items. When the pages expire on the way (410: a minute or so after the first, or compaction), the list is read once
 * more and at one go, so that it never mixes two states.
 */
export async function listPages(
  path: string,
  ask: (path: string) => Promise<Page>,
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let token = '';
  for (;;) {
    const page = await ask(pagePath(path, token));
    if (page.status === 410 && token !== '') return itemsOf(await asked(path, ask));
    if (page.status !== 200) throw page.refuse();
    for (const item of itemsOf(page.json)) items.push(item);
    token = continueOf(page.json);
    if (token === '') return items;
  }
}

async function asked(path: string, ask: (path: string) => Promise<Page>): Promise<unknown> {
  const page = await ask(path);
  if (page.status !== 200) throw page.refuse();
  return page.json;
}

function pagePath(path: string, token: string): string {
  const query = new URLSearchParams({ limit: String(PAGE), ...(token === '' ? {} : { continue: token }) });
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

function itemsOf(json: unknown): readonly unknown[] {
  const items = typeof json === 'object' && json !== null && 'items' in json ? json.items : null;
  return Array.isArray(items) ? items : [];
}

function continueOf(json: unknown): string {
  const metadata = typeof json === 'object' && json !== null && 'metadata' in json ? json.metadata : null;
  const token =
    typeof metadata === 'object' && metadata !== null && 'continue' in metadata ? metadata.continue : null;
  return typeof token === 'string' ? token : '';
}
