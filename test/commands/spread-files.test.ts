import { describe, expect, it } from 'vitest';
import { assertQuoted } from '../../src/commands/spread-files.ts';

describe('assertQuoted', () => {
  it.each([
    [['deploy/api', 'b.log'], 'a.log'],
    [['deploy', 'api', '/var/log/audit/audit-2026-11-22T10.log.gz'], '/var/log/audit/audit.log'],
    [['logs/kube-apiserver-1.json'], 'logs/kube-apiserver.json'],
  ])('finds the file that the shell put among %j', (words, file) => {
    expect(() => assertQuoted(words, [file])).toThrow(/is one more file/);
  });

  it.each([
    [['deploy/api'], 'audit.log'],
    [['deployments.apps', 'api'], 'audit.log'],
    [['pod/audit'], 'audit.log'],
    [['/metrics'], '/var/log/audit/audit.log'],
    [['widgets.example.com/x'], '-'],
    [['pods'], ''],
    [[], 'audit.log'],
  ])('takes %j for an object', (words, file) => {
    expect(() => assertQuoted(words, [file])).not.toThrow();
  });
});
