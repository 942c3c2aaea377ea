/** `-o html`: the same tags whatever the texts, nothing that is fetched or run, and a drawing for what brings one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer, Drawing } from '../../src/answer.ts';
import { html } from '../../src/render/html.ts';
import { answerWith, EMPTY, OPTIONS, ORDINARY, textOf } from '../support/answers.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

const drawing: Drawing = {
  lanes: ['alice', 'garbage-collector'],
  marks: [
    { at: null, lane: null, text: 'a gap', tone: 'bad', under: null, isLikely: false },
    {
      at: '2026-11-23T02:58:11.120000Z',
      lane: 0,
      text: 'deploy/web deleted',
      tone: 'good',
      under: null,
      isLikely: false,
    },
    {
      at: '2026-11-23T02:58:12.120000Z',
      lane: 1,
      text: 'rs/web deleted',
      tone: 'good',
      under: 1,
      isLikely: false,
    },
    {
      at: '2026-11-23T03:58:13.120000Z',
      lane: 1,
      text: 'pod/web tried',
      tone: 'bad',
      under: 2,
      isLikely: true,
    },
    {
      at: '2026-11-23T03:58:14.120000Z',
      lane: 0,
      text: 'dry run',
      tone: 'muted',
      under: null,
      isLikely: false,
    },
    {
      at: '2026-11-23T03:58:15.120000Z',
      lane: 0,
      text: 'who knows',
      tone: 'plain',
      under: null,
      isLikely: false,
    },
  ],
};

const pageOf = (answer: Answer) => textOf(html.render(answer, OPTIONS));
/** Tags with the names of their attributes; what they hold is text. */
const tagsOf = (page: string) =>
  [...page.matchAll(/<([^>]*)>/g)].map(([, tag = '']) => tag.replaceAll(/="[^"]*"/g, '="…"'));

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    ...HOSTILE_TEXTS,
    '<script>',
    '"><img src=x onerror=a()>',
    "' x='",
    '&lt;',
    '</title>',
    '-->',
    ']]>',
  ),
);

describe('-o html', () => {
  it('has the same tags whatever the texts', () => {
    const many = fc.array(texts, { minLength: 46, maxLength: 46 });
    fc.assert(
      fc.property(many, (all) => {
        const of = (pick: (n: number) => string): Answer => ({
          ...answerWith(pick),
          drawing: {
            lanes: [pick(40), pick(41)],
            marks: drawing.marks.map((mark, n) => ({ ...mark, text: pick(n) })),
          },
        });
        expect(tagsOf(pageOf(of((n) => all[n] ?? '')))).toEqual(tagsOf(pageOf(of(() => 'x'))));
      }),
    );
  });

  it('closes what it opens', () => {
    for (const answer of [ORDINARY, EMPTY, { ...ORDINARY, drawing }]) {
      const open: string[] = [];
      for (const tag of tagsOf(pageOf(answer))) {
        const name = /^\/?(\w+)/.exec(tag)?.[1] ?? '';
        if (tag.startsWith('!') || tag.endsWith('/') || name === 'meta') continue;
        if (tag.startsWith('/')) expect(open.pop()).toBe(name);
        else open.push(name);
      }
      expect(open).toEqual([]);
    }
  });

  it('fetches nothing and runs nothing', () => {
    const page = pageOf({ ...ORDINARY, drawing });
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|\bon\w+=|\bsrc=|\bhref=|url\(|@import/i);
  });

  it('says before all else that something could be missing', () => {
    expect(pageOf(ORDINARY)).toContain('<strong>Incomplete:</strong>');
    expect(pageOf({ ...ORDINARY, coverage: { ...ORDINARY.coverage, complete: true } })).not.toContain(
      'Incomplete:',
    );
  });

  it('draws a mark for each row, its shape by what came of it, and a tie for each cause', () => {
    const page = pageOf({ ...ORDINARY, drawing });
    const count = (pattern: RegExp) => [...page.matchAll(pattern)].length;
    expect(count(/<circle class="good"/g)).toBe(2);
    expect(count(/<path class="bad"/g)).toBe(1);
    expect(count(/<circle class="muted"/g)).toBe(1);
    expect(count(/<rect class="plain"/g)).toBe(1);
    expect(count(/<rect class="gap"/g)).toBe(1);
    expect(count(/<path class="tie"/g)).toBe(1);
    expect(count(/<path class="tie likely"/g)).toBe(1);
    // The hour in which nothing happened.
    expect(count(/<line class="pause"/g)).toBe(1);
  });

  it('draws the newest of very many, and says so', () => {
    const marks = Array.from({ length: 1000 }, (_, n) => ({
      ...(drawing.marks[1] as Drawing['marks'][0]),
      under: n - 1,
    }));
    const page = pageOf({ ...ORDINARY, drawing: { lanes: ['alice'], marks } });
    expect([...page.matchAll(/<circle class="good"/g)]).toHaveLength(400);
    expect([...page.matchAll(/<path class="tie"/g)]).toHaveLength(399);
    expect(page).toContain('The newest 400 of 1000 rows.');
  });
});
