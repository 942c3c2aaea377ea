/**
 * Holds the kernel against the prefilter for as long as one likes, with new odd logs and broken lines of a real one.
 *   node test/scan/kernel-fuzz.ts [MINUTES] [SEED]
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { equals, type Predicate } from '../../src/query/predicate.ts';
import { INSTANTS } from '../support/arbitrary.ts';
import { leafPredicate, predicate } from '../support/arbitrary-predicate.ts';
import { passedOver } from './against-prefilter.ts';
import { someSieve } from './asked.ts';
import { brokenLines, oddLog } from './odd-lines.ts';

const minutes = Number(process.argv[2] ?? 1);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const shop = readFileSync(new URL('../fixtures/shop/audit.log', import.meta.url));

/** Broken lines show in what is passed over: hardly any real line may match. */
const unlikely = fc
  .constantFrom('verb', 'user.username', 'session', 'objectRef.name', 'requestPath', 'responseStatus.reason')
  .map((field) => equals(field as 'verb', 'nothing has it'));
const asked: fc.Arbitrary<Predicate> = fc.oneof(predicate(), leafPredicate(), unlikely);
const sieves = someSieve(INSTANTS, asked);
const log = fc.oneof(
  brokenLines(shop),
  oddLog().map((text) => Buffer.from(text)),
);

let [logs, byKernel, byPrefilter] = [0, 0, 0];
fc.assert(
  fc.property(log, sieves, (bytes, known) => {
    const passed = passedOver(bytes, known);
    logs++;
    byKernel += passed.byKernel;
    byPrefilter += passed.byPrefilter;
  }),
  { seed, numRuns: 1e9, interruptAfterTimeLimit: minutes * 60_000 },
);
process.stdout.write(`seed ${seed}: ${logs} logs, ${byKernel} lines passed over of ${byPrefilter}\n`);
