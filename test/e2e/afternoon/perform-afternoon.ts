/**
 * By hand: `node perform-afternoon.ts OUT` plays the afternoon and leaves in OUT what others want to hold their answers
 * against: RequestResponse/, Request/ and Metadata/audit.log, states.jsonl, acts.jsonl.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster, whyNoNode } from '../support/cluster.ts';
import { atLevel, LEVELS, type LoggedEvent } from './levels.ts';
import { playAfternoon } from './play.ts';
import { isOfTheAfternoon } from './recording.ts';

const README = `An afternoon of kubectl on a real cluster, recorded by test/e2e/afternoon.

RequestResponse/, Request/, Metadata/audit.log
  The same requests, logged at each level. Lists, watches, leases and Events are not in the log; single gets are (with bodies at RequestResponse).
states.jsonl: the truth, one snapshot of all objects a line
  { number, atUs, untilUs, changed: [ { group, resource, namespace, name, object|null } ] }
  atUs is before, untilUs after the lists were read (microseconds since 1970). 'changed' has what differs from the snapshot
  before; null: gone. So an object that is in 'changed' of snapshot k and not of k+1 was exactly so from untilUs of k until
  atUs of k+1: compare the state at atUs of k+1, for objects that are not in 'changed' of k+1, with their latest entry.
  A request that was received before that moment and ended after it is in flight: no moment for its object.
  object: as from kubectl get -o json --show-managed-fields. Namespaces shop, lab, doomed, mutated, and what is cluster-scoped of
  the afternoon. node-1 is older than the log's beginning of interest, but its creation is in the log too.
acts.jsonl: what people did
  { atUs, untilUs, who, does: kubectl's words or "METHOD /path" of curl, stdin?, fails?, code, sent: [ { method, path, status, auditID } ] }
  Several people act at once (alice, bob, ci, carol, scaler). In a drain the paths of 'sent' may be mixed up, the IDs are right.
`;

const [out = '/tmp/afternoon'] = process.argv.slice(2);
const run = mkdtempSync(join(tmpdir(), 'afternoon-'));
try {
  const reason = await whyNoNode();
  if (reason !== null) process.stderr.write(`without a node: ${reason}\n`);
  const stage = await playAfternoon(run, reason === null, (line) => process.stderr.write(`${line}\n`));
  const { played, snapshots, surprises, auditLog } = await stage.afternoon();
  const events = readFileSync(auditLog, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LoggedEvent);
  for (const level of LEVELS) {
    mkdirSync(join(out, level), { recursive: true });
    writeFileSync(join(out, level, 'audit.log'), jsonl(events.map((event) => atLevel(event, level))));
  }
  const states = snapshots.map(({ number, atUs, untilUs, changed }) => ({
    number,
    atUs,
    untilUs,
    changed: changed.filter(isOfTheAfternoon),
  }));
  writeFileSync(join(out, 'states.jsonl'), jsonl(states));
  writeFileSync(
    join(out, 'acts.jsonl'),
    jsonl(
      played.map(({ deed, act, atUs, untilUs }) => ({
        atUs,
        untilUs,
        ...deed,
        code: act.code,
        sent: act.sent,
        stderr: act.stderr,
      })),
    ),
  );
  writeFileSync(join(out, 'README'), README);
  process.stderr.write(
    `${events.length} events, ${snapshots.length} snapshots\nSURPRISES ${surprises.length}\n${surprises.join('\n---\n')}\n`,
  );
} finally {
  await openCluster(run).stop();
  rmSync(run, { recursive: true, force: true });
}

function jsonl(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
