/** fast-check arbitraries: events as the API server writes them into its log, and every way in which a log differs from that. */
import fc from 'fast-check';
import { type EventJson, logJson } from '../support/arbitrary.ts';

/** As Go writes it: only such lines are ever passed over. */
export function inServerOrder(json: EventJson): EventJson {
  const order = [
    ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'impersonatedUser'],
    ...['authenticationMetadata', 'sourceIPs', 'userAgent', 'objectRef', 'responseStatus', 'requestObject'],
    ...['responseObject', 'requestReceivedTimestamp', 'stageTimestamp', 'annotations'],
  ];
  return Object.fromEntries(order.flatMap((key) => (json[key] === undefined ? [] : [[key, json[key]]])));
}

/** Up to three logs one behind the other, each odd in a way of its own. `real`: lines of a real one, to be broken. */
export function anyLogs(real: Buffer): fc.Arbitrary<Buffer> {
  const own = logJson().map((jsons) => jsons.map((json) => asGoWrites(inServerOrder(json))));
  const anyLog = fc.oneof(
    oddLog().map((text) => Buffer.from(text)),
    brokenLines(real),
    own.map((lines) => Buffer.from(lines.map((line) => `${line}\n`).join(''))),
    // Lines that look whole, within what is one record.
    own.map((lines) => Buffer.from(`[\n${lines.join('\n,\n')}\n]\n`)),
  );
  return fc.array(anyLog, { minLength: 1, maxLength: 3 }).map((logs) => Buffer.concat(logs));
}

/** Lines with their newlines; most of them as they should be. */
export function oddLog(): fc.Arbitrary<string> {
  return fc
    .array(
      logJson().chain((jsons) =>
        fc.array(oddity(), { minLength: 1, maxLength: 2 }).map((odd) => [jsons, odd] as const),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) =>
      parts
        .map(([jsons, odd]) => jsons.map((json, at) => written(json, odd[at % odd.length])).join(''))
        .join(''),
    );
}

type Oddity = (line: string, json: EventJson) => string;

function written(json: EventJson, odd: Oddity | undefined): string {
  const line = asGoWrites(inServerOrder(json));
  return odd === undefined ? `${line}\n` : odd(line, json);
}

/** Go's encoder escapes what HTML could take for its own. */
export function asGoWrites(json: EventJson): string {
  return JSON.stringify(json).replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

function oddity(): fc.Arbitrary<Oddity> {
  const at = fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true });
  const plain = fc.constant<Oddity>((line) => `${line}\n`);
  const placed = (change: (line: string, at: number, json: EventJson) => string): fc.Arbitrary<Oddity> =>
    at.map((part) => (line, json) => change(line, Math.floor(part * line.length), json));
  return fc.oneof(
    { weight: 6, arbitrary: plain },
    fc.constantFrom<Oddity>(
      (line) => `${line}\r\n`,
      (line) => `${line}\0\0\0\n`,
      (line) => `\0\0${line}\n`,
      (line) => `\ufeff${line}\n`,
      (line) => ` ${line} \n`,
      (line) => `${line},\n`,
      (line) => `\n${line}\n\n`,
      (line) => `${line}${line}\n`,
      (line) => `2026-11-22T10:00:00.1Z stdout F ${line}\n`,
      (line) => `host ${line}\n`,
      (line) => `${JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2026-11-22T10:00:00Z' })}\n`,
      (line) => `[${line}]\n`,
      (line) => `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${line}]}\n`,
      (line) => `${line.replace('audit.k8s.io/v1"', 'audit.k8s.io/v1beta1"')}\n`,
      (line) => `${line.replace('"stage":', '"another":1,"stage":')}\n`,
      (line) => `${line.replace('"verb":', '"verb":"get","verb":')}\n`,
      (line) => `${line.replace('"objectRef":{', '"objectRef":{"name":"first",')}\n`,
      (line) => `${line.replace('"objectRef":{', '"objectRef":{"n\\u0061me":"first",')}\n`,
      (line) => `${line.replaceAll('"username":"', '"username":"o\\"neil\\\\')}\n`,
      (line) => `${line.replaceAll('"username":"', '"username":"o\\u0027\\"neil')}\n`,
      (line) => `${line.replace('"user":{', '"user":{"extra":{"email":["bob"]},')}\n`,
      (line) => `${line.replace('"code":', '"code":1,"code":')}\n`,
      (line) => `${line.replace(/"code":(\d+)/, '"code":$1.0')}\n`,
      (line) => `${line.replace('"annotations":{', '"annotations":{"requestReceivedTimestamp":"x",')}\n`,
      (line) => `${line.slice(0, -1)},"more":{"requestReceivedTimestamp":""}}\n`,
      (line) =>
        `${line.replace(/"(alice|prod|api|get|create)"/g, (text) => `"\\u00${text.charCodeAt(1).toString(16)}${text.slice(2)}`)}\n`,
      (_line, json) => `${JSON.stringify(json)}\n`,
      (_line, json) => `${JSON.stringify(Object.fromEntries(Object.entries(json).reverse()))}\n`,
      (_line, json) => `${JSON.stringify(inServerOrder(json), null, 1).replaceAll('\n', '')}\n`,
      (_line, json) => `${JSON.stringify(json, null, 2)}\n`,
    ),
    placed((line, place) => `${line.slice(0, place)}\n`),
    placed((line, place) => `${line.slice(0, place)}${line}\n`),
    placed((line, place) => `${line.slice(0, place)}${line.slice(place + 1)}\n`),
    placed((line, place) => `${line.slice(0, place)} ${line.slice(place)}\n`),
    placed((line, place) => `${line.slice(0, place)}\\${line.slice(place)}\n`),
    placed((line, place) => `${line.slice(0, place)}"${line.slice(place)}\n`),
    placed((line, place) => `${line.slice(0, place)}\t${line.slice(place)}\n`),
    placed(
      (line, place) =>
        `2026-01-02T15:04:05Z stdout P ${line.slice(0, place)}\n2026-01-02T15:04:05Z stdout F ${line.slice(place)}\n`,
    ),
  );
}

/** One or two lines of a log, with bytes of them broken. */
export function brokenLines(log: Buffer): fc.Arbitrary<Buffer> {
  const starts: number[] = [];
  for (let at = 0; at < log.length; at = log.indexOf(0x0a, at) + 1) starts.push(at);
  const byte = fc.oneof(fc.constantFrom(...Buffer.from('"\\{}[],:\n\r\0 \u00e9')), fc.nat(255));
  const changes = fc.array(fc.tuple(fc.nat(), byte), { minLength: 1, maxLength: 4 });
  return fc.tuple(fc.nat({ max: starts.length - 3 }), changes).map(([first, changed]) => {
    const lines = Buffer.from(log.subarray(starts[first], starts[first + 2]));
    for (const [place, to] of changed) lines[place % lines.length] = to;
    return lines;
  });
}
