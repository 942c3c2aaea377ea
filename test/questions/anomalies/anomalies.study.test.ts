/**
 * Worlds of several seeds and settings: what is planted strongly is found, and little else is. Few days tell this roughly:
 * the large study is npm run anomalies-study, and docs/questions/anomalies.md has its figures.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Study, study } from '../../support/world/study.ts';
import { makeWorld } from '../../support/world/world.ts';

const HALF = { people: 60, programs: 30, nodes: 4, days: 14 };
const WORLDS = [
  { ...HALF, seed: 21 },
  // A restless one: much overtime, travelling, hiring and deploying.
  { ...HALF, seed: 22, late: 0.15, roaming: 0.05, hiresPerWeek: 3, deploysPerDay: 3, burst: 0.8 },
  // A quiet one, with a holiday in the baseline.
  { ...HALF, seed: 23, holidays: [4], incidents: 0, servicesPerWeek: 0 },
];

describe('anomalies in generated worlds', () => {
  let studies: readonly Study[] = [];

  beforeAll(() => {
    studies = WORLDS.map((settings) =>
      study(makeWorld(settings), { baseline: 7, budget: 1, from: 9, to: 12, strengths: [4] }),
    );
  }, 60_000);

  it('finds nine in ten of what is planted strongly', () => {
    const counts = studies.flatMap(({ recall }) => [...recall.values()]);
    const planted = counts.reduce((sum, [, each]) => sum + each, 0);
    expect(planted).toBeGreaterThan(60);
    expect(counts.reduce((sum, [found]) => sum + found, 0) / planted).toBeGreaterThanOrEqual(0.9);
  });

  it('finds at most two things a day where nothing is planted', () => {
    const days = studies.flatMap(({ quiet }) => quiet);
    const findings = days.reduce((sum, day) => sum + day.findings.length, 0);
    expect(findings / days.length).toBeLessThanOrEqual(2);
  });
});
