/** The tests' reading of CloudWatch's languages, held against the examples of its documentation. */
import { describe, expect, it } from 'vitest';
import { passesPattern, rowsOf } from '../support/cloudwatch-language.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html, "JSON log events". */
const EVENT = JSON.stringify({
  ...{ eventType: 'UpdateTrail', sourceIPAddress: '111.111.111.111', arrayKey: ['value', 'another value'] },
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  ...{ SomeObject: null, ThisFlag: true },
});
/** The same, "compound expressions". */
const USERS = JSON.stringify({
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [
    { id: 2, email: 'John.Doe@example.com' },
    { id: 3, email: 'Jane.Doe@example.com' },
  ],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
});

describe('filter patterns, as AWS documents them', () => {
  it.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ['{ $.sourceIPAddress != 123.123.* }', true],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.objectList[1].id = 2 }', true],
    ['{ $.SomeObject IS NULL }', true],
    ['{ $.SomeOtherObject NOT EXISTS }', true],
    ['{ $.ThisFlag IS TRUE }', true],
    ['{ $.eventType = "*Trail" }', true],
    ['{ $.eventType = "Up*" }', true],
    ['{ $.eventType = "Up*ail" }', false],
    // "If it points to an array or object, the filter will not be applied".
    ['{ $.arrayKey = 1 }', false],
    ['{ $.arrayKey != 1 }', false],
  ])('%s: %s', (pattern, passes) => {
    expect(passesPattern(EVENT, pattern)).toBe(passes);
  });

  it.each([
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    [
      '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }',
      true,
    ],
    [
      '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }',
      false,
    ],
  ])('%s: %s', (pattern, passes) => {
    expect(passesPattern(USERS, pattern)).toBe(passes);
  });

  it('see nothing in what is no JSON, but a phrase', () => {
    const cut = `${EVENT.slice(0, -10)}[Truncated...]`;
    expect(passesPattern(cut, '{ $.eventType = "UpdateTrail" }')).toBe(false);
    expect(passesPattern(cut, '"[Truncated...]"')).toBe(true);
    expect(passesPattern(EVENT, '"[Truncated...]"')).toBe(false);
  });
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Filter.html */
it('queries filter by patterns, sort and limit', () => {
  const rows = ['an Exception', 'an exception', 'nothing', 'Exceptions'].map((message, timestamp) => ({
    ...{ message, timestamp, logStream: 's' },
  }));
  const of = (filter: string) =>
    rowsOf(`fields @timestamp, @message | filter ${filter} | sort @timestamp desc | limit 2`, rows).map(
      ({ timestamp }) => timestamp,
    );
  expect(of('@message like /Exception/')).toEqual([3, 0]);
  expect(of('@message not like /Exception/')).toEqual([2, 1]);
  expect(of('@message like /[eE]xception/ and toMillis(@timestamp) <= 1')).toEqual([1, 0]);
});
