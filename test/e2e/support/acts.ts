/** What tests do on a cluster over and over: act as somebody who must succeed, and learn under which audit ID. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type AskedRow, logged } from './ask.ts';
import { type Act, openCluster } from './cluster.ts';

export function actsOn(run: string) {
  const cluster = openCluster(run);
  const logs = cluster.audit();

  /** kubectl as somebody, who must succeed. Words of the command hold no spaces. */
  async function kubectl(who: string, command: string, stdin?: string): Promise<Act> {
    const act = await cluster.kubectl(who, command.split(' '), stdin === undefined ? {} : { stdin });
    expect(act, `${who}: kubectl ${command}\n${act.stderr}`).toMatchObject({ code: 0 });
    return act;
  }

  /** The audit IDs of the requests with this method, in the order sent, once the log holds them. */
  async function idsOf(act: Act, method: string): Promise<string[]> {
    const ids = act.sent.filter((one) => one.method === method).map((one) => one.auditID);
    expect(ids, JSON.stringify(act)).not.toEqual([]);
    for (const auditID of ids) await logged(auditID, logs);
    return ids;
  }

  /** The audit ID of the one request with this method. */
  async function idOf(act: Act, method: string): Promise<string> {
    const ids = await idsOf(act, method);
    expect(ids, JSON.stringify(act)).toHaveLength(1);
    return ids[0] ?? '';
  }

  /** Controllers act in their own time: asks again until the condition holds, and gives the last answer. */
  async function until<T>(ask: () => Promise<T>, isEnough: (answer: T) => boolean): Promise<T> {
    let answer = await ask();
    for (let tries = 0; tries < 60 && !isEnough(answer); tries++, await sleep(500)) answer = await ask();
    return answer;
  }

  /** Until kubectl finds it no more. */
  async function gone(who: string, object: string): Promise<void> {
    const look = () => cluster.kubectl(who, ['get', ...object.split(' ')]);
    const { stderr } = await until(look, (act) => act.code !== 0);
    expect(stderr, object).toContain('NotFound');
  }

  return { cluster, logs, kubectl, idOf, idsOf, until, gone };
}

export function rowOf(rows: readonly AskedRow[], auditID: string): AskedRow | undefined {
  return rows.find((row) => row.auditID === auditID);
}
