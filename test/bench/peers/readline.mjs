/** What one would write in Node in half an hour: readline and JSON.parse. Usage: readline.mjs QUESTION < LOG */
import { createInterface } from 'node:readline';

const code = (event) => event.responseStatus?.code;

const QUESTIONS = {
  deletes: ({ verb, objectRef }) =>
    verb === 'delete' &&
    objectRef?.resource === 'deployments' &&
    objectRef.namespace === 'prod' &&
    objectRef.name === 'api',
  refused: (event) => code(event) === 401 || code(event) === 403,
  // Requests, by the event that tells their outcome.
  counts: (event) => event.stage === 'ResponseComplete' || code(event) === 401,
};

const question = process.argv[2];
const isAsked = QUESTIONS[question];
const counts = new Map();
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const event = JSON.parse(line);
  if (!isAsked(event)) continue;
  if (question === 'counts') {
    const group = `${event.user.username ?? ''}\t${event.verb}\t${event.objectRef?.resource ?? ''}`;
    counts.set(group, (counts.get(group) ?? 0) + 1);
  } else process.stdout.write(`${event.auditID}\n`);
}
for (const [group, count] of counts) process.stdout.write(`${count}\t${group}\n`);
