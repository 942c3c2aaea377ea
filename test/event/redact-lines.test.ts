import { describe, expect, it } from 'vitest';
import { redactEvent } from '../../src/event/redact.ts';

function shown(text: string): unknown {
  return redactEvent({ objectRef: { resource: 'configmaps' }, requestObject: text }).requestObject;
}

describe('texts of lines', () => {
  it.each([
    [
      'a manifest of a Secret',
      'kind: Secret\ndata:\n  pin: eA==\n',
      'kind: Secret\ndata:\n  pin: <redacted>\n',
    ],
    [
      'a block, and goes on after it',
      'kind: Secret\nstringData:\n  pin: |\n    one\n\n    two\nmetadata:\n  name: x\n',
      'kind: Secret\nstringData:\n  pin: <redacted>\nmetadata:\n  name: x\n',
    ],
    [
      'lines as Windows ends them',
      'kind: Secret\r\ndata:\r\n  a: x\r\nb: c\r\n',
      'kind: Secret\r\ndata:\r\n  a: <redacted>\r\nb: c\r\n',
    ],
    ['JSON over lines that is cut', '{\n  "dbPass":\n    "x",\n', '{\n  "dbPass":\n    "<redacted>",\n'],
    [
      'an environment in JSON that is cut',
      '{"env":[{"name":"X",\n "value":"x"}',
      '{"env":[{"name":"X",\n "value":"<redacted>"}',
    ],
    ['a folded password', 'password: >-\n  x y\nb: c', 'password: <redacted>\nb: c'],
    [
      'words to the end of the line',
      '[db]\npassword = two words\nhost = x\n',
      '[db]\npassword = <redacted>\nhost = x\n',
    ],
    [
      'an environment',
      'env:\n- name: X\n  value: s3\n- name: Y\n  valueFrom:\n    secretKeyRef:\n      key: password\nimage: v1\n',
      'env:\n- name: X\n  value: <redacted>\n- name: Y\n  valueFrom:\n    secretKeyRef:\n      key: password\nimage: v1\n',
    ],
    ['a list', 'tokens:\n- a1\n- b2\nnames:\n- c3\n', 'tokens:\n- <redacted>\n- <redacted>\nnames:\n- c3\n'],
    [
      'a kubeconfig',
      'users:\n- name: a\n  user:\n    client-key-data: xyz\n    token: t\n',
      'users:\n- name: a\n  user:\n    client-key-data: <redacted>\n    token: <redacted>\n',
    ],
    [
      'a variable and a template',
      'a:\npassword: $(PW)\ntoken: "{{ .t }}"\n',
      'a:\npassword: $(PW)\ntoken: "{{ .t }}"\n',
    ],
    ['a label', 'labels:\n  env: prod\n  app: x\n', 'labels:\n  env: prod\n  app: x\n'],
    [
      'a Secret of last-applied in YAML',
      'a:\n  b: |\n    {"kind":"Secret","data":{"pin":"x"}}\n',
      '<redacted>',
    ],
  ])('%s', (_, text, expected) => {
    expect(shown(text)).toBe(expected);
    expect(shown(expected)).toBe(expected);
  });
});
