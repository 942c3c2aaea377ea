/** `-o html` in a real browser that runs no scripts: what it shows, in light and dark, and what it tells those who cannot see. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { run } from './support/ask.ts';
import { type AxNode, findBrowser, openBrowser, type Page } from './support/browser.ts';

const program = await findBrowser();
const SHOP = 'test/fixtures/shop/audit.log';

// Where no browser is on the machine, and none can be installed (not root, or no apt), there is nothing to look at a page with.
describe.skipIf(program === null)('a page', () => {
  let folder = '';
  let browser: Awaited<ReturnType<typeof openBrowser>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    browser = await openBrowser(program ?? '');
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function pageOf(args: readonly string[], scheme: 'light' | 'dark'): Promise<Page> {
    const { stdout, stderr } = await run([...args, '-o', 'html', '--utc']);
    expect(stdout, stderr).toMatch(/^<!DOCTYPE html>/);
    const file = join(folder, `page-${Math.random()}.html`);
    await writeFile(file, stdout);
    return browser.open(pathToFileURL(file).href, scheme);
  }

  const MALLORY = ['timeline', '-A', '--by', 'mallory', '--since', '2026-11-23T00:00Z', '--file', SHOP];

  it.each([
    ['light', [0x1b, 0x7f, 0x3b], [0xff, 0xff, 0xff]],
    ['dark', [0x5f, 0xcf, 0x80], [0x14, 0x17, 0x1a]],
  ] as const)('is drawn in %s', async (scheme, done, paper) => {
    const page = await pageOf(MALLORY, scheme);
    expect(await page.middleOf('svg circle.good')).toEqual(done);
    expect(await page.middleOf('h1 + .meta + figure svg circle.muted')).toEqual(paper);
    expect(page.asked).toEqual([]);
    // What is too wide scrolls by itself; the page does not.
    const [pageWidth, windowWidth] = await page.widths();
    expect(pageWidth).toBeLessThanOrEqual(windowWidth);
  });

  it('tells those who cannot see what it draws, row by row', async () => {
    const nodes = await (await pageOf(MALLORY, 'light')).accessible();
    const named = (role: string) => nodes.filter((node) => node.role === role).map(({ name }) => name);
    expect(named('heading')[0]).toMatch(
      /^anything: 12 requests from .* by mallory and sa:kube-system\/backup-agent/,
    );
    expect(imagesIn(nodes)).toEqual(['12 rows in the order of time']);
    expect(named('columnheader').slice(0, 5)).toEqual(['WHEN', 'ORIGIN', 'WHO', 'WHAT', 'FROM']);
    expect(named('row')).toHaveLength(13);
    expect(named('cell')).toContain('clusterrolebinding/helper-binding created');
    expect(named('region').toSorted()).toEqual(['Drawing', 'Rows']);
    expect(named('StaticText').some((text) => text.includes('was issued to mallory'))).toBe(true);
  });

  it('of any other question is its rows', async () => {
    const nodes = await (await pageOf(['failed-auth', '-A', '--demo'], 'light')).accessible();
    expect(imagesIn(nodes)).toEqual([]);
    expect(nodes.filter(({ role }) => role === 'row').length).toBeGreaterThan(5);
  });

  it('shows hostile text as text', async () => {
    const events = HOSTILE_TEXTS.map((text, n) => ({
      ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID: `h-${n}` },
      ...{ stage: 'ResponseComplete', verb: 'delete', requestURI: '/api/v1/namespaces/x/configmaps/x' },
      user: { username: `${text}<script>alert(1)</script><img src="http://127.0.0.1:9/x">` },
      ...{ sourceIPs: ['10.0.0.1'], userAgent: text, responseStatus: { code: 200 } },
      objectRef: { resource: 'configmaps', namespace: 'x', name: text, apiVersion: 'v1' },
      requestReceivedTimestamp: '2026-11-23T08:00:00.000000Z',
      stageTimestamp: '2026-11-23T08:00:00.000000Z',
    }));
    const file = join(folder, 'hostile.log');
    await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const page = await pageOf(['timeline', '-A', '--since', '2026-11-23T00:00Z', '--file', file], 'light');
    const nodes = await page.accessible();
    expect(page.asked).toEqual([]);
    // And the gap before the log begins.
    expect(imagesIn(nodes)).toEqual([`${events.length + 1} rows in the order of time`]);
    expect(nodes.filter(({ role }) => role === 'row')).toHaveLength(events.length + 2);
    expect(nodes.filter(({ role }) => role === 'link')).toEqual([]);
  });
});

function imagesIn(nodes: readonly AxNode[]): readonly string[] {
  return nodes.filter(({ role }) => ['image', 'img', 'SvgRoot'].includes(role)).map(({ name }) => name);
}
