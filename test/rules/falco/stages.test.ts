/** Falco sees each stage's event; here a request is judged once, and no detection is lost by it. */
import { describe, expect, it } from 'vitest';
import { holds, type Json } from './judging.ts';

const EXEC: Json = {
  verb: 'get',
  requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=sh',
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
  responseStatus: { code: 101 },
  requestObject: undefined,
  responseObject: undefined,
};
const STILL_OPEN: Json = { ...EXEC, stage: 'ResponseStarted' };
const UNAUTHENTICATED: Json = { stage: 'ResponseStarted', user: {}, responseStatus: { code: 401 } };
const PANICKED: Json = { stage: 'Panic', responseStatus: { code: 500 } };

describe('stages in Falco conditions', () => {
  it.each<[string, Json, boolean]>([
    ['ka.stage = ResponseComplete', {}, true],
    ['ka.stage = ResponseStarted', {}, false],
    ['ka.stage = RequestReceived', {}, true],
    ['ka.stage = ResponseStarted', EXEC, true],
    ['ka.stage = ResponseComplete', EXEC, true],
    ['ka.stage in (ResponseStarted)', EXEC, true],
    ['ka.stage in (ResponseStarted, ResponseComplete)', EXEC, true],
    ['jevt.value[/stage] = ResponseStarted', EXEC, true],
    ['jevt.value[/stage] in (ResponseComplete)', EXEC, true],
    ['ka.stage = ResponseStarted', STILL_OPEN, true],
    ['ka.stage = ResponseComplete', STILL_OPEN, false],
    ['not ka.stage = RequestReceived', {}, true],
    ['ka.stage != RequestReceived', {}, true],
    ['ka.stage != ResponseComplete', EXEC, true],
    ['ka.stage = ResponseComplete', UNAUTHENTICATED, true],
    ['ka.stage = ResponseStarted', UNAUTHENTICATED, true],
    ['ka.stage = Panic', PANICKED, true],
    ['ka.stage = Panic', {}, false],
    ['ka.stage = ResponseComplete', PANICKED, false],
    ['ka.stage = ResponseStarted and ka.target.subresource = exec and ka.response.code = 101', EXEC, true],
    ['ka.stage = ResponseStarted and ka.stage = ResponseComplete', EXEC, false],
    ['ka.stage = ResponseStarted or ka.verb = get', EXEC, true],
    ['ka.stage exists', {}, true],
    ['ka.stage contains Response', {}, true],
    ['tolower(ka.stage) = responsecomplete', {}, true],
  ])('%s of %j: %s', async (condition, over, expected) => {
    expect(await holds(condition, over)).toBe(expected);
  });
});
