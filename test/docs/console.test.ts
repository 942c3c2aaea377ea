/** What the pages show is what the program prints, to the letter. `npm run docs` writes it anew. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pagePaths } from './pages.ts';
import { playedPage } from './play.ts';
import { shellWords } from './shell-words.ts';

const shown = pagePaths().filter((path) => readFileSync(path, 'utf8').includes('```console\n'));

describe('what a page shows', () => {
  it.each(shown)('%s: is what the program prints', async (path) => {
    const page = readFileSync(path, 'utf8');
    expect(await playedPage(page)).toBe(page);
  });

  it('is looked at on every page that shows something', () => {
    expect(shown.length).toBeGreaterThan(15);
  });

  it('cannot hide a command that fails', async () => {
    const failing = '```console\n$ kubectl audit who-did delet cm/x --demo\n```';
    await expect(playedPage(failing)).rejects.toThrow('ends with 2');
    expect(await playedPage(failing.replace('--demo\n', '--demo\n$ echo $?\n'))).toContain(
      '[AUDIT_UNKNOWN_WORD]\nhint: kubectl audit who-did delete cm/x\n$ echo $?\n2\n',
    );
    await expect(playedPage('```console\n$ rm -rf /\n```')).rejects.toThrow('can only show kubectl audit');
  });

  it('is typed as a shell reads it', () => {
    expect(
      shellWords(`cat a 'b c' | kubectl -n "x\\"y" --code '>=400' --z='a|b' 2>/dev/null | head -3`),
    ).toEqual([
      ['cat', 'a', 'b c'],
      ['kubectl', '-n', 'x"y', '--code', '>=400', '--z=a|b', '2>/dev/null'],
      ['head', '-3'],
    ]);
  });
});
