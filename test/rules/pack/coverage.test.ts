/** Our pack against what the others' rules detect. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRules } from '../../../src/rules/load-rules.ts';
import { packFiles } from '../../../src/rules/pack-files.ts';
import { PEER_DETECTIONS, PEERS } from './peer-detections.ts';

let ids: ReadonlySet<string> = new Set();
beforeAll(async () => {
  ids = new Set((await loadRules(packFiles())).rules.map(({ id }) => id));
});

describe.each(PEERS)('what %s detects', (peer) => {
  const theirs = PEER_DETECTIONS.filter((one) => one.peer === peer);

  it('is detected by rules that there are, or there is a reason', () => {
    expect(theirs.length).toBeGreaterThan(0);
    const missing = theirs.flatMap(({ name, rules }) =>
      rules.filter((id) => !ids.has(id)).map((id) => `${name}: ${id}`),
    );
    expect(missing).toEqual([]);
    const silent = theirs.filter(({ rules, remark }) => rules.length === 0 && remark === undefined);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('is named once each', () => {
    expect(new Set(theirs.map(({ name }) => name)).size).toBe(theirs.length);
  });
});
