/**
 * Questions to the services that cannot be started here: Splunk and Cloud Logging by their recorded contracts, CloudWatch Logs by
 * moto's store behind the tests' own reading of AWS's languages.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { parseMicros } from '../../../src/event/micros.ts';
import type { EventJson } from '../../support/arbitrary.ts';
import { type CloudLogging, startCloudLogging } from '../../support/cloud-logging.ts';
import { CLUSTER, gkeEntries, PROJECT } from '../../support/gke-entry.ts';
import { type SplunkServer, startSplunk } from '../../support/splunk.ts';
import { describeFaults } from './describe-faults.ts';
import { describeQuestions } from './describe-questions.ts';

import { groupWith, KEYS, type LikeAws, NOW_MS, startLikeAws } from './log-groups.ts';
import { type StoreProcess, startStore } from './start-store.ts';

let splunk: SplunkServer;
let logging: CloudLogging;
let moto: StoreProcess;
let aws: LikeAws;
let folder: string;

beforeAll(async () => {
  [splunk, logging, moto] = await Promise.all([startSplunk(), startCloudLogging(), startStore('moto')]);
  aws = await startLikeAws(moto.url);
  folder = await mkdtemp(join(tmpdir(), 'contracts-'));
});

afterAll(async () => {
  await Promise.all([splunk.stop(), logging.stop(), aws.stop()]);
  await moto.stop();
  await rm(folder, { recursive: true });
});

async function inSplunk(events: readonly EventJson[]) {
  splunk.events = events.map((json) => ({
    ...{ index: 'k8s', sourcetype: 'kube:apiserver-audit', raw: JSON.stringify(json) },
    timeUs: parseMicros(String(json.requestReceivedTimestamp)) ?? 0,
  }));
  return { url: splunk.url, index: 'k8s' };
}

describeQuestions('Splunk, by its recorded contract', 'splunk', inSplunk);
describeFaults('Splunk, by its recorded contract', 'splunk', inSplunk);

async function inCloudLogging(events: readonly EventJson[]) {
  logging.entries = gkeEntries(events);
  const token = join(folder, 'token');
  await writeFile(token, 'a-token');
  return { project: PROJECT, cluster: CLUSTER, url: logging.url, auth: { bearer: { file: token } } };
}

describeQuestions('Cloud Logging, by its recorded contract', 'gcl', inCloudLogging, { keeps: gkeEntries });
describeFaults('Cloud Logging, by its recorded contract', 'gcl', inCloudLogging, {
  saysNone: ['an empty object'],
});

for (const read of ['filter', 'insights']) {
  const inCloudWatch = async (events: readonly EventJson[]) => {
    const logged = events.map((json) => ({
      timestamp: Math.floor(Date.parse(String(json.stageTimestamp))),
      message: JSON.stringify(json),
    }));
    return { endpoint: aws.url, region: 'eu-west-1', group: await groupWith(moto.url, logged), read };
  };
  describeFaults(`CloudWatch Logs, by ${read}`, 'cloudwatch', inCloudWatch, {
    env: KEYS,
    now: () => NOW_MS,
    // Twenty are looked through for a page.
    count: read === 'filter' ? 120 : 2_500,
  });
  describeQuestions(`CloudWatch Logs, by ${read}`, 'cloudwatch', inCloudWatch, {
    begin: '2026-11-22T08:00:00Z',
    env: KEYS,
    isReadOnce: read === 'insights',
  });
}
