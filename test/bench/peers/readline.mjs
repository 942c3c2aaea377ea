/** What one would write in Node in five minutes: readline and JSON.parse. Usage: readline.mjs QUESTION < LOG */
import { createInterface } from 'node:readline';

const QUESTIONS = {
  selective: (event) =>
    event.verb === 'delete' &&
    event.objectRef?.resource === 'deployments' &&
    event.objectRef.namespace === 'prod' &&
    event.objectRef.name === 'api',
  refused: (event) => event.responseStatus?.code === 403,
  computed: (event) => event.user.groups?.length === 2 && event.responseStatus?.code >= 400,
};
const isAsked = QUESTIONS[process.argv[2]];
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const event = JSON.parse(line);
  if (isAsked(event)) process.stdout.write(`${event.auditID}\n`);
}
