/**
 * Sieve → the program that the kernel judges lines by: nodes in the order in which prefilter.ts tests them, behind the texts
 * they need, and what is done with the verdicts. Read by assembly/{needles,groups,sieve}.ts.
 */
import type { Aggregation } from '../../query/query.ts';
import { type Decision, decisionOf } from '../decision.ts';
import type { Sieve } from '../sieve.ts';
import { PROGRAM_BYTES } from './layout.ts';
import { bytesOf, Tail, Texts } from './program-bytes.ts';
import { FIELDS, NO_NODE, type Node, nodeOf } from './program-nodes.ts';

export interface Program {
  /** To be put at PROGRAM_AT. */
  readonly bytes: Uint8Array;
  /** Address of the sieve in it. */
  readonly start: number;
  /** Fields of the groups that are counted. */
  readonly countedBy: Aggregation | null;
  readonly tellsEachWitness: boolean;
}

/** What coverage counts witnesses by: event/target.ts's `resourceKey`, the level, and perhaps which request it was. */
export const WITNESSED_BY: Aggregation = {
  by: ['objectRef.apiGroup', 'objectRef.resource', 'objectRef.subresource', 'level'],
  bucketUs: null,
};
const EACH_WITNESS: Aggregation = { by: [...WITNESSED_BY.by, 'auditID'], bucketUs: 1 };

const programs = new WeakMap<Sieve, Program | null>();

/** Null: it cannot be put into a program, or only into one that is too long. Made once for all files that are read by the sieve. */
export function toProgram(sieve: Sieve): Program | null {
  const known = programs.get(sieve);
  if (known !== undefined) return known;
  const program = programOf(sieve);
  programs.set(sieve, program);
  return program;
}

function programOf(sieve: Sieve): Program | null {
  const { aggregation, settles, tellsStages, window } = sieve;
  const texts = new Texts();
  const made = new Map<Decision, Node | null>();
  const nodes = [sieve.stage, sieve.anyStage, sieve.outcome, sieve.witness].map((needles) =>
    needles === null ? NO_NODE : nodeOf(decisionOf(needles), texts, made),
  );
  const specs = [aggregation, sieve.mayRepeat ? EACH_WITNESS : WITNESSED_BY].map((by) =>
    by === null ? NO_SPEC : specOf(by),
  );
  const tail = new Tail(texts.end);
  const places = nodes.map((node) => (node === null ? null : tail.addNode(node)));
  const [countedBy, witnessedBy] = specs.map((spec) => (spec === null ? null : tail.add(spec)));
  const [stage, anyStage, outcome, witness] = places;
  const parts = [
    stage,
    anyStage,
    outcome,
    witness,
    settles ? 1 : 0,
    tellsStages ? 1 : 0,
    countedBy,
    witnessedBy,
  ];
  if (!parts.every((part) => typeof part === 'number')) return null;
  const start = tail.add(
    Buffer.concat([
      bytesOf(Uint32Array.from(parts)),
      bytesOf(
        Float64Array.from([
          window.sinceUs ?? Number.NEGATIVE_INFINITY,
          window.untilUs ?? Number.POSITIVE_INFINITY,
        ]),
      ),
    ]),
  );
  const bytes = Buffer.concat([texts.bytes(), tail.bytes()]);
  return bytes.length > PROGRAM_BYTES
    ? null
    : { bytes, start, countedBy: aggregation, tellsEachWitness: sieve.mayRepeat };
}

/** Null: a field has no number. */
function specOf({ by, bucketUs }: Aggregation): Uint8Array | null {
  const fields = by.map((field) => FIELDS.indexOf(field));
  if (fields.includes(-1)) return null;
  return Buffer.concat([
    bytesOf(Float64Array.of(bucketUs ?? 0)),
    bytesOf(Uint32Array.from([fields.length, ...fields])),
  ]);
}

/** Nothing is to be counted. */
const NO_SPEC = new Uint8Array(0);
