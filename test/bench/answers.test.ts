import { describe, expect, it } from 'vitest';
import { assertSame, ourAnswer, peerAnswer } from './answers.ts';

function document(rows: readonly object[], gaps: readonly string[] = []): string {
  return JSON.stringify({ rows, coverage: { gaps: gaps.map((code) => ({ code })) } });
}

describe('the answers of the benchmark', () => {
  it('are the same whatever the order', () => {
    const ours = ourAnswer('ids', document([{ auditID: 'a' }, { auditID: 'b' }]));
    expect(() => assertSame(ours, peerAnswer('ids', 'b\na\n'), 'jq')).not.toThrow();
  });

  it('are not the same when one lacks a request, has another one, or tells one twice', () => {
    const ours = ourAnswer('ids', document([{ auditID: 'a' }, { auditID: 'b' }]));
    for (const theirs of ['a\n', 'a\nc\n', 'a\nb\nb\n', ''])
      expect(() => assertSame(ours, peerAnswer('ids', theirs), 'jq')).toThrow('we and jq answer differently');
  });

  it('prove nothing when nothing is found', () => {
    const nothing = ourAnswer('ids', document([]));
    expect(() => assertSame(nothing, peerAnswer('ids', ''), 'jq')).toThrow('both found nothing');
  });

  it('compare groups by every count, with no resource as an empty one', () => {
    const rows = [
      { group: { user: 'al ice', verb: 'get', resource: 'pods' }, count: 12 },
      { group: { user: '', verb: 'get', resource: null }, count: 3 },
    ];
    const ours = ourAnswer('groups', document(rows));
    const counted = '     12 al ice\tget\tpods\n      3 \tget\t\n';
    expect(() => assertSame(ours, peerAnswer('groups', counted), 'jq')).not.toThrow();
    expect(() =>
      assertSame(ours, peerAnswer('groups', '12\tal ice\tget\tpods\n3\t\tget\t\n'), 'Go'),
    ).not.toThrow();
    expect(() => assertSame(ours, peerAnswer('groups', counted.replace('12', '13')), 'jq')).toThrow(
      '12 against 13',
    );
    expect(() => peerAnswer('groups', 'al ice\tget\tpods\n')).toThrow('no count');
  });

  it('do not count when ours has a gap, but for what was before the log', () => {
    expect(() => ourAnswer('ids', document([], ['log-starts-late']))).not.toThrow();
    expect(() => ourAnswer('ids', document([], ['log-starts-late', 'cut-events']))).toThrow('cut-events');
  });
});
