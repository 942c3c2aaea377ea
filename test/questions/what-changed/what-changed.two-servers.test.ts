/** The questions of the sample of two API servers (test/fixtures/two-servers/FACTS.md) that what-changed can answer. */
import { describe, expect, it } from 'vitest';
import { briefChanges, whatChanged } from '../../support/run-command.ts';

const folder = 'test/fixtures/two-servers';
const both = { file: [`${folder}/cp-1/audit.log`, `${folder}/cp-2/audit.log`] };
const one = { file: [`${folder}/cp-1/audit.log`] };

describe('what-changed on the logs of two API servers', () => {
  it('[web] 2, 4, 3, whichever server each was sent to', async () => {
    const { rows, status } = await whatChanged('deploy/web', { ...both, namespace: 'shop' });
    expect(briefChanges(rows, 'spec.replicas').filter((text) => text.includes('→'))).toEqual([
      'ci-bot create →2',
      'bob scale 2→4',
      'bob scale 4→3',
    ]);
    expect(status).toBe(0);
  });

  it('[web] with one log only, says that a change is missing', async () => {
    const { rows, coverage, status } = await whatChanged('deploy/web', { ...one, namespace: 'shop' });
    const scales = rows.filter((row) => row.changes.some(({ path }) => path === 'spec.replicas'));
    expect(
      scales.map((row) => row.changes.find(({ path }) => path === 'spec.replicas')?.after).reverse(),
    ).toEqual([2, 3]);
    expect(rows.some((row) => (row.unlogged ?? 0) > 0)).toBe(true);
    expect(coverage.gaps.map(({ code }) => code)).toContain('unlogged');
    expect(status).toBe(3);
  });

  it('[prices] who set tea to what', async () => {
    const { rows } = await whatChanged('cm/prices', { ...both, namespace: 'shop' });
    const tea = rows.filter((row) => row.changes.length > 0).reverse();
    expect(
      tea.map((row) => [row.who.user, row.changes.find(({ path }) => path === 'data.tea')?.after]),
    ).toEqual([
      ['ci-bot', '2'],
      ['bob', '3'],
      ['bob', '4'],
    ]);
  });

  it('[flags] made, deleted, made, deleted; the repeated request changed nothing', async () => {
    const { rows } = await whatChanged('cm/flags', { ...both, namespace: 'shop' });
    expect(briefChanges(rows, 'data.beta')).toEqual([
      'ci-bot create →off',
      'bob delete',
      'ci-bot create →on',
      'bob delete',
    ]);
  });
});
