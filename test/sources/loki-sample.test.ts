/** How events lie in Loki's lines, told by a few. */
import { expect, it } from 'vitest';
import { sampledFrom } from '../../src/sources/loki/lines-sample.ts';

const EVENT = {
  ...{
    kind: 'Event',
    level: 'Metadata',
    auditID: 'a',
    stage: 'ResponseComplete',
    requestURI: '/api',
    verb: 'get',
  },
  ...{
    user: { username: 'alice' },
    sourceIPs: ['10.0.0.1'],
    userAgent: 'kubectl',
    objectRef: { resource: 'pods' },
  },
  ...{ responseStatus: { code: 200 }, requestReceivedTimestamp: '2026-11-22T10:00:00.000000Z' },
  stageTimestamp: '2026-11-22T10:00:00.000001Z',
};
const shapeOf = (json: object) => sampledFrom([{ atNs: 0n, record: JSON.stringify(json) } as never]).shape;

it('ends with the bodies as the API server writes it, whether or not those few have any', () => {
  expect(shapeOf(EVENT).endsWithBodies).toBe(true);
  const sorted = Object.fromEntries(Object.entries(EVENT).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  expect(shapeOf(sorted).endsWithBodies).toBe(false);
  expect(shapeOf({ log: sorted }).endsWithBodies).toBe(false);
});
