import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../src/alerts/alert.ts';
import { Book, type Debtee } from '../../src/alerts/book.ts';
import { finding } from '../support/findings.ts';

const HOUR = 3_600_000;
const slack: Debtee = { key: 'slack', keeps: false, least: 'info' };
const manager: Debtee = { key: 'am', keeps: true, least: 'info' };
const due = (book: Book, key: string) => [...book.due(key, () => true)];

describe('Book', () => {
  it('owes an alert once to each receiver, however often it is found', () => {
    const book = new Book([slack, manager], HOUR);
    for (let n = 0; n < 5; n++) book.note(finding(), n);
    expect([book.owedTo('slack'), book.owedTo('am'), book.owedCount]).toEqual([1, 1, 2]);
    expect(due(book, 'slack')[0]?.finding.count).toBe(5);
    book.settle('slack', due(book, 'slack'), 10);
    book.note(finding(), 20);
    expect([book.owedTo('slack'), book.owedTo('am')]).toEqual([0, 1]);
  });

  it('gives the gravest first, of those the longest owed', () => {
    const book = new Book([slack], HOUR);
    for (const [n, severity] of (['low', 'critical', 'low', 'high', 'critical'] as const).entries())
      book.note(finding({ severity, rule: severity, name: `n${n}` }), n);
    expect(due(book, 'slack').map((alert) => [alert.finding.severity, alert.finding.object?.name])).toEqual([
      ['critical', 'n1'],
      ['critical', 'n4'],
      ['high', 'n3'],
      ['low', 'n0'],
      ['low', 'n2'],
    ]);
  });

  it('owes a receiver nothing that is less grave than it asks for', () => {
    const book = new Book([{ ...slack, least: 'high' }, manager], HOUR);
    book.note(finding({ severity: 'medium' }), 0);
    expect([book.owedTo('slack'), book.owedTo('am')]).toEqual([0, 1]);
    const nobody = new Book([{ ...slack, least: 'high' }], HOUR);
    nobody.note(finding({ severity: 'medium' }), 0);
    expect(nobody.records()).toEqual([]);
  });

  it('tells again what still happens an hour after it was told, as another message', () => {
    const book = new Book([slack], HOUR);
    book.note(finding(), 0);
    const [first] = due(book, 'slack');
    book.settle('slack', due(book, 'slack'), 1);
    for (let at = 600_000; at < HOUR; at += 600_000) book.note(finding(), at);
    expect(book.owedTo('slack')).toBe(0);
    book.note(finding(), HOUR + 1);
    const [second] = due(book, 'slack');
    expect(second?.fingerprint).toBe(first?.fingerprint);
    expect(second?.beganMs).not.toBe(first?.beganMs);
    expect(second?.finding.count).toBe(7);
  });

  it('begins anew when it was quiet for an hour', () => {
    const book = new Book([slack, manager], HOUR);
    book.note(finding(), 0);
    for (const { key } of [slack, manager]) book.settle(key, due(book, key), 1);
    book.note(finding(), 3 * HOUR);
    expect(due(book, 'am')[0]).toMatchObject({ beganMs: 3 * HOUR, finding: { count: 1 } });
  });

  it('lets an alert stand for an hour from when its receiver was told, if that was late', () => {
    const book = new Book([manager], HOUR);
    book.note(finding(), 0);
    const [alert] = due(book, 'am');
    if (alert === undefined) throw new Error('owed');
    expect(book.standsUntil('am', alert, 5 * HOUR)).toBe(6 * HOUR);
    book.settle('am', [alert], 5 * HOUR);
    expect(book.standing('am', 5.5 * HOUR)).toEqual([alert]);
    expect(book.standing('am', 6 * HOUR)).toEqual([]);
  });

  it('forgets what is over and owed to nobody', () => {
    const book = new Book([slack], HOUR);
    book.note(finding({ user: 'a' }), 0);
    book.note(finding({ user: 'b' }), 0);
    book.settle('slack', due(book, 'slack').slice(0, 1), 0);
    book.prune(2 * HOUR);
    expect(book.records().map(({ alert }) => alert.finding.who?.user)).toEqual(['b']);
  });

  it('is the same when it is restored, but for receivers that there are no longer', () => {
    const book = new Book([slack, manager], HOUR);
    for (const user of ['a', 'b', 'c']) book.note(finding({ user }), 0);
    book.settle('am', due(book, 'am').slice(0, 1), 5);
    const records = JSON.parse(JSON.stringify(book.records()));
    const other = new Book([manager], HOUR);
    expect([...other.restore(records)]).toEqual([['slack', 3]]);
    expect(other.owedTo('am')).toBe(2);
    const same = new Book([slack, manager], HOUR);
    same.restore(records);
    expect(same.records()).toEqual(book.records());
  });

  it('never loses a fingerprint, and never owes one that was settled, in any order of things', () => {
    const step = fc.oneof(
      fc.record({ note: fc.integer({ min: 0, max: 8 }) }),
      fc.record({ settle: fc.integer({ min: 1, max: 4 }) }),
      fc.constant({ restart: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let book = new Book([slack], HOUR);
        const noted = new Set<string>();
        const settled: string[] = [];
        for (const [at, does] of steps.entries()) {
          if ('note' in does) {
            const one = finding({ user: `u${does.note}` });
            noted.add(fingerprintOf(one));
            book.note(one, at);
          } else if ('settle' in does) {
            const some = due(book, 'slack').slice(0, does.settle);
            settled.push(...some.map(({ fingerprint }) => fingerprint));
            book.settle('slack', some, at);
          } else {
            const next = new Book([slack], HOUR);
            next.restore(JSON.parse(JSON.stringify(book.records())));
            book = next;
          }
        }
        expect(new Set(settled).size).toBe(settled.length);
        expect(new Set([...settled, ...due(book, 'slack').map(({ fingerprint }) => fingerprint)])).toEqual(
          noted,
        );
      }),
    );
  });
});
