import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { parseCodes } from '../../src/query/codes.ts';
import { matches } from '../../src/query/matches.ts';
import { anEvent, aStatus } from '../event/an-event.ts';

const CODES = [101, 200, 201, 299, 300, 399, 400, 403, 404, 499, 500, 599];

function hits(text: string): number[] {
  const predicate = parseCodes(text);
  return CODES.filter((code) => matches(anEvent({ responseStatus: aStatus(code) }), predicate));
}

describe('parseCodes', () => {
  it.each([
    ['403', [403]],
    ['==403', [403]],
    ['4xx', [400, 403, 404, 499]],
    ['4XX', [400, 403, 404, 499]],
    ['400-403', [400, 403]],
    ['>=400', [400, 403, 404, 499, 500, 599]],
    ['> 404', [499, 500, 599]],
    ['<200', [101]],
    ['<=200', [101, 200]],
    ['403,404', [403, 404]],
    ['403, 5xx', [403, 500, 599]],
    ['!2xx', [101, 300, 399, 400, 403, 404, 499, 500, 599]],
    ['!=200', [101, 201, 299, 300, 399, 400, 403, 404, 499, 500, 599]],
    ['4xx,!403', [400, 404, 499]],
    ['!2xx,!4xx', [101, 300, 399, 500, 599]],
  ])('%s', (text, expected) => {
    expect(hits(text)).toEqual(expected);
  });

  it('matches no request whose code is not known, negated or not', () => {
    const open = anEvent({ stage: 'ResponseStarted', responseStatus: null });
    expect([matches(open, parseCodes('!200')), matches(open, parseCodes('4xx'))]).toEqual([false, false]);
  });

  it('needs no negation, so that every store can be asked', () => {
    expect(JSON.stringify(parseCodes('!2xx,!404'))).not.toContain('not');
  });

  it.each([
    '',
    'forbidden',
    '40',
    '4000',
    '6xx',
    '499-400',
    '099',
    '>=',
    '403,',
    '2xx 4xx',
    '!',
    '>599',
    '<100',
    '4xx,!4xx',
  ])('refuses %j', (text) => {
    expect(() => parseCodes(text)).toThrow(UserError);
    expect(() => parseCodes(text)).toThrow(JSON.stringify(text));
  });

  it('splits the codes into those named and the others', () => {
    const code = fc.integer({ min: 100, max: 599 });
    fc.assert(
      fc.property(code, code, code, (a, b, tried) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const range = `${from}-${to}`;
        const event = anEvent({ responseStatus: aStatus(tried) });
        const isAll = from === 100 && to === 599;
        fc.pre(!isAll);
        expect(matches(event, parseCodes(range))).toBe(!matches(event, parseCodes(`!${range}`)));
      }),
    );
  });
});
