/** The form of our own rule files, as a schema: what the program holds them against, and docs/rules.schema.json is made from. */
import * as z from 'zod';
import { didYouMean } from '../../query/nearest.ts';
import { SEVERITIES } from '../rule.ts';
import { VALUE_NAMES } from './rule-values.ts';

export const API_VERSION = 'kubectl-audit/v1';

/** Refuses unknown keys with the one that was meant. */
function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const [key = ''] = issue.keys;
      return `there is no such key${didYouMean(key, keys) || `; there are ${keys.join(', ')}`}`;
    },
  });
}

const text = z.string().min(1, { error: 'an empty text' });
/** YAML makes numbers of `403` and `v: 1`. */
const value = z.union([text, z.number(), z.boolean()], { error: 'a text is wanted' }).transform(String);
const values = z
  .union([value, z.array(value).min(1)], { error: 'a text, or a list of texts, is wanted' })
  .transform((of): readonly string[] => (Array.isArray(of) ? of : [of]));
const texts = z.array(text);
const duration = text.describe('30s, 5m, 1h30m, 7d');
const atLeast = z.int({ error: 'a whole number is wanted' }).min(1, { error: 'one at least' });
const bounds = z
  .union([atLeast, strict({ atLeast, atMost: atLeast.optional() })], {
    error: 'a number is wanted, or { atLeast: 3, atMost: 50 }',
  })
  .transform((of) =>
    typeof of === 'number'
      ? { atLeast: of, atMost: null }
      : { atLeast: of.atLeast, atMost: of.atMost ?? null },
  );
const names = z
  .union([text, z.array(text)], { error: 'a name, or a list of names, is wanted' })
  .transform((of): readonly string[] => (typeof of === 'string' ? [of] : of))
  .describe(`any of ${VALUE_NAMES.join(', ')}`);

const OUTCOMES = ['done', 'refused', 'failed', 'any'] as const;
export const REFUSERS = ['rbac', 'escalation', 'unauthenticated', 'admission'] as const;

export interface ConditionText {
  readonly did?: readonly string[] | undefined;
  readonly verb?: readonly string[] | undefined;
  readonly resource?: readonly string[] | undefined;
  readonly namespace?: readonly string[] | undefined;
  readonly name?: readonly string[] | undefined;
  readonly namespaced?: boolean | undefined;
  readonly named?: boolean | undefined;
  readonly path?: readonly string[] | undefined;
  readonly by?: readonly string[] | undefined;
  readonly notBy?: readonly string[] | undefined;
  readonly humans?: true | undefined;
  readonly controlPlane?: 'exclude' | undefined;
  readonly code?: readonly string[] | undefined;
  readonly outcome?: (typeof OUTCOMES)[number] | undefined;
  readonly deniedBy?: readonly (typeof REFUSERS)[number][] | undefined;
  readonly fromIP?: readonly string[] | undefined;
  readonly userAgent?: readonly string[] | undefined;
  readonly dryRun?: 'include' | 'only' | undefined;
  readonly annotation?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly where?: string | undefined;
  readonly any?: readonly ConditionText[] | undefined;
  readonly all?: readonly ConditionText[] | undefined;
  readonly not?: ConditionText | readonly ConditionText[] | undefined;
}

const refuser = z.enum(REFUSERS, { error: `one of ${REFUSERS.join(', ')}` });
const inner = z.lazy(() => condition);
const conditions = z.array(inner).min(1, { error: 'a list with nothing in it' });

/** All of its keys must hold, and one value of each. */
const condition: z.ZodType<ConditionText> = strict({
  did: values.optional().describe('words of the trade: exec, delete, bind, …'),
  verb: values.optional().describe('of the API: get, list, create, …'),
  resource: values
    .optional()
    .describe('TYPE: the object itself; TYPE/SUBRESOURCE, TYPE/*, TYPE.GROUP; *: any of all'),
  namespace: values.optional().describe('names, * and ? in them'),
  name: values.optional().describe('names, * and ? in them'),
  namespaced: z
    .boolean()
    .optional()
    .describe('false: a list over all namespaces, or an object that stands in none'),
  named: z.boolean().optional().describe('false: a whole collection'),
  path: values.optional().describe('of a URL that is no resource’s, * and ? in it'),
  by: values
    .optional()
    .describe('alice, sa:ci/*, node:*, group:ops, system:…; either name of who acts as another'),
  notBy: values.optional().describe('as by; of who acts as another, both names'),
  humans: z.literal(true, { error: 'true, or leave it out' }).optional(),
  controlPlane: z
    .literal('exclude', { error: 'exclude, or leave it out' })
    .optional()
    .describe('leaves out components, nodes and built-in controllers as themselves'),
  code: values.optional().describe('403, 2xx, 400-499, >=500, !404'),
  outcome: z
    .enum(OUTCOMES, { error: `one of ${OUTCOMES.join(', ')}` })
    .optional()
    .describe('default: done, unless code or deniedBy say another'),
  deniedBy: z
    .union([refuser, z.array(refuser).min(1)], { error: `one of ${REFUSERS.join(', ')}, or a list of them` })
    .transform((of): readonly (typeof REFUSERS)[number][] => (Array.isArray(of) ? of : [of]))
    .optional(),
  fromIP: values.optional().describe('addresses and networks, of the last source address'),
  userAgent: values.optional().describe('a part of it; with * or ?, the whole'),
  dryRun: z
    .enum(['include', 'only'], { error: 'include or only' })
    .optional()
    .describe('default: what is no dry run'),
  annotation: z.record(text, values).optional().describe('key: what it is, * and ? in it'),
  where: text.optional().describe('CEL over the event'),
  any: conditions.optional(),
  all: conditions.optional(),
  not: z.union([inner, conditions], { error: 'a condition is wanted, or a list of them' }).optional(),
});

const step = strict({
  name: text.optional(),
  when: condition,
  key: names.optional(),
  count: bounds.optional().describe('so many of it; default: one'),
});
export type StepText = z.output<typeof step>;

const testEvent = z.looseObject({
  at: text.optional().describe('so long after the first: 90s. Default: a second after the one before'),
});

const test = strict({
  name: text,
  before: z.array(testEvent).optional().describe('what the log held before'),
  events: z.array(testEvent),
  findings: z.union([z.int().min(0), z.array(z.record(text, value))], {
    error: 'how many is wanted, or a list of what each has: [{ who: alice }]',
  }),
});
export type TestText = z.output<typeof test>;

const rule = strict({
  id: z
    .string()
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, { error: 'an id of a-z, 0-9 and hyphens' })
    .describe('unique'),
  title: text,
  severity: z.enum(SEVERITIES, { error: `one of ${SEVERITIES.join(', ')}` }),
  level: z
    .enum(['Metadata', 'Request', 'RequestResponse'], { error: 'Metadata, Request or RequestResponse' })
    .describe('what the log must hold'),
  tags: texts.optional(),
  why: text,
  advice: texts.optional(),
  falsePositives: texts.optional(),
  references: texts.optional(),
  when: condition.optional(),
  within: duration.optional().describe('requests within this time, that have the key in common'),
  key: names.optional(),
  count: bounds.optional(),
  distinct: z.record(text, bounds).optional(),
  sequence: z.array(step).min(2, { error: 'two steps at least' }).optional().describe('in this order'),
  together: z.array(step).min(2, { error: 'two steps at least' }).optional().describe('in any order'),
  firstSeen: strict({ of: names, key: names.optional(), lookBack: duration }).optional(),
  tests: z.array(test).optional(),
});
export type RuleText = z.output<typeof rule>;

export const rulesSchema = strict({
  apiVersion: z.literal(API_VERSION, { error: `this program knows ${API_VERSION}` }),
  kind: z.literal('Rules', { error: 'Rules' }),
  rules: z.array(rule).min(1, { error: 'a list with nothing in it' }),
});
