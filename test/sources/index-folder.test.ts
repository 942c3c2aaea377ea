import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../src/scan/index/build-index.ts';
import { clearIndexes, findIndex, writeIndex } from '../../src/sources/file/index-folder.ts';

const shop = readFileSync(new URL('../fixtures/shop/audit.log', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'index-folder-'));
const folder = join(root, 'cache', 'index');
const { signal } = new AbortController();

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function indexed(name: string): Promise<string> {
  const path = join(root, name);
  writeFileSync(path, shop);
  const fd = openSync(path, 'r');
  await writeIndex(fd, await buildIndex({ fd, from: 0, to: shop.length }, null, { signal }), folder);
  closeSync(fd);
  return path;
}

async function foundFor(path: string): Promise<string> {
  const fd = openSync(path, 'r');
  const { kind } = await findIndex(fd, folder);
  closeSync(fd);
  return kind;
}

describe('the folder of indexes', () => {
  it('keeps them from others, and removes them when asked', async () => {
    await indexed('private.log');
    const [name = ''] = readdirSync(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(await clearIndexes(folder)).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('gives the index of a log that has grown', async () => {
    const path = await indexed('grown.log');
    expect(await foundFor(path)).toBe('usable');
    appendFileSync(path, 'one more line\n');
    expect(await foundFor(path)).toBe('usable');
  });

  it.each([
    ['cut', () => shop.subarray(0, -2000)],
    ['written anew', () => Buffer.concat([shop.subarray(2000), shop])],
    ['changed in the middle', () => Buffer.from(shop).fill('x', 500_000, 500_100)],
  ])('gives none of a log that was %s', async (how, changed) => {
    const path = await indexed(`${how}.log`);
    writeFileSync(path, changed());
    expect(await foundFor(path)).toBe('stale');
  });

  it('gives none that is damaged', async () => {
    await clearIndexes(folder);
    const path = await indexed('damaged.log');
    const [name = ''] = readdirSync(folder);
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(folder, name), bytes.subarray(0, -100));
    expect(await foundFor(path)).toBe('damaged');
    bytes[4] = 99;
    writeFileSync(join(folder, name), bytes);
    expect(await foundFor(path)).toBe('damaged');
  });
});
