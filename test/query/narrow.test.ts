import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOutcome } from '../../src/event/assembler.ts';
import { parseBy } from '../../src/query/by.ts';
import { isAny } from '../../src/query/event-test.ts';
import { matches } from '../../src/query/matches.ts';
import { type CanTest, narrow } from '../../src/query/narrow.ts';
import { all, any, equals, not, type Predicate } from '../../src/query/predicate.ts';
import { requestJson } from '../support/arbitrary.ts';
import { leafPredicate, predicate } from '../support/arbitrary-predicate.ts';
import { decodeJson } from '../support/decode-json.ts';
import { holds } from '../support/event-test-holds.ts';

const everything = (): boolean => true;

/** Stores that can make some tests only. */
const someStore = fc.constantFrom<CanTest>(
  everything,
  ({ kind }) => kind !== 'missing',
  ({ kind }) => kind !== 'like',
  ({ path }) => path.startsWith('objectRef.') || path === 'verb',
  ({ kind }, isNegated) => kind === 'is' && !isNegated,
);

describe('narrow', () => {
  it('never loses a request, and never leaves an earlier stage of one that it drops', () => {
    const counts = { wanted: 0, dropped: 0 };
    fc.assert(
      fc.property(
        fc.array(requestJson(), { minLength: 1, maxLength: 4 }),
        fc.oneof(predicate(), leafPredicate(), leafPredicate().map(not)),
        someStore,
        (requests, wanted, can) => {
          const { test } = narrow(wanted, can);
          for (const stages of requests) {
            const events = stages.map((json) => decodeJson(json));
            const outcome = events.findIndex((event) => isOutcome(event));
            if (outcome < 0) continue;
            const isFetched = holds(stages[outcome], test);
            const event = events[outcome];
            if (event !== undefined && matches(event, wanted)) {
              counts.wanted++;
              expect(isFetched).toBe(true);
            }
            if (!isFetched) {
              counts.dropped++;
              const earlier = stages.filter((_, at) => at !== outcome);
              expect(earlier.filter((json) => holds(json, test))).toEqual([]);
            }
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(counts.wanted).toBeGreaterThan(300);
    expect(counts.dropped).toBeGreaterThan(300);
  });

  it('is exact where it says so', () => {
    let exact = 0;
    fc.assert(
      fc.property(
        fc.array(requestJson(), { minLength: 1, maxLength: 4 }),
        fc.oneof(predicate(), leafPredicate(), leafPredicate().map(not)),
        someStore,
        (requests, wanted, can) => {
          const { test, isExact } = narrow(wanted, can);
          if (!isExact) return;
          for (const stages of requests) {
            for (const json of stages) {
              const event = decodeJson(json);
              if (!isOutcome(event)) continue;
              exact++;
              expect(holds(json, test)).toBe(matches(event, wanted));
            }
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(exact).toBeGreaterThan(300);
  });

  it('says what it asks for, and that the rest makes up the whole', () => {
    fc.assert(
      fc.property(
        fc.array(requestJson(), { minLength: 1, maxLength: 4 }),
        predicate(),
        someStore,
        (requests, wanted, can) => {
          const { pushed, residual } = narrow(wanted, can);
          for (const json of requests.flat()) {
            const event = decodeJson(json);
            if (!isOutcome(event)) continue;
            expect(matches(event, all(pushed, residual))).toBe(matches(event, wanted));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('asks for what people ask for most', () => {
    const object = all(
      equals('objectRef.resource', 'deployments'),
      equals('objectRef.apiGroup', 'apps'),
      equals('objectRef.namespace', 'prod'),
      equals('objectRef.name', 'api'),
      equals('verb', 'delete'),
    );
    const asked = (wanted: Predicate) => narrow(wanted, everything).test;
    expect(asked(object)).toMatchInlineSnapshot(`
      {
        "kind": "all",
        "of": [
          {
            "kind": "is",
            "path": "objectRef.resource",
            "values": [
              "deployments",
            ],
          },
          {
            "kind": "is",
            "path": "objectRef.apiGroup",
            "values": [
              "apps",
            ],
          },
          {
            "kind": "is",
            "path": "objectRef.namespace",
            "values": [
              "prod",
            ],
          },
          {
            "kind": "any",
            "of": [
              {
                "kind": "is",
                "path": "objectRef.name",
                "values": [
                  "api",
                ],
              },
              {
                "kind": "all",
                "of": [
                  {
                    "kind": "missing",
                    "path": "objectRef.name",
                  },
                  {
                    "kind": "not",
                    "of": {
                      "kind": "is",
                      "path": "stage",
                      "values": [
                        "RequestReceived",
                      ],
                    },
                  },
                  {
                    "kind": "is",
                    "path": "verb",
                    "values": [
                      "create",
                    ],
                  },
                  {
                    "kind": "not",
                    "of": {
                      "kind": "is",
                      "path": "level",
                      "values": [
                        "Metadata",
                      ],
                    },
                  },
                  {
                    "kind": "missing",
                    "path": "objectRef.subresource",
                  },
                ],
              },
            ],
          },
          {
            "kind": "is",
            "path": "verb",
            "values": [
              "delete",
            ],
          },
        ],
      }
    `);
    expect(asked(parseBy('alice'))).toMatchInlineSnapshot(`
      {
        "kind": "any",
        "of": [
          {
            "kind": "is",
            "path": "user.username",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "impersonatedUser.username",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "user.extra.sessionName",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "user.extra.username",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "user.extra.preferred_username",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "user.extra.email",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "user.extra.upn",
            "values": [
              "alice",
            ],
          },
          {
            "ignoreCase": false,
            "kind": "like",
            "path": "user.extra.arn",
            "pattern": "*/alice",
          },
          {
            "kind": "is",
            "path": "impersonatedUser.extra.sessionName",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "impersonatedUser.extra.username",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "impersonatedUser.extra.preferred_username",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "impersonatedUser.extra.email",
            "values": [
              "alice",
            ],
          },
          {
            "kind": "is",
            "path": "impersonatedUser.extra.upn",
            "values": [
              "alice",
            ],
          },
          {
            "ignoreCase": false,
            "kind": "like",
            "path": "impersonatedUser.extra.arn",
            "pattern": "*/alice",
          },
        ],
      }
    `);
    expect(isAny(asked(any(object, equals('dryRun', true))))).toBe(true);
  });
});
