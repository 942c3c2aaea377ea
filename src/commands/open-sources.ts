/** From the flags that say where from to open sources: log files, stores, the demo, else the cluster's own logs. */
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type ClusterReach, openSource } from '../sources/registry.ts';
import type { Source } from '../sources/source.ts';
import { boolFlag, type FlagValues, listFlag, textFlag } from './flags.ts';

export async function openSources(
  flags: FlagValues,
  io: Io,
  cluster: ClusterReach | null,
): Promise<Source[]> {
  const given = [...listFlag(flags, 'file'), ...listFlag(flags, 'source')];
  const isDemo = boolFlag(flags, 'demo') === true;
  if (isDemo && given.length > 0) {
    throw new UserError('AUDIT_USAGE', `--demo and ${JSON.stringify(given[0])} are two logs, not one`, {
      hint: 'leave one of them out',
    });
  }
  if (given.includes('')) {
    throw new UserError('AUDIT_USAGE', 'an empty name of a log', { hint: 'is a variable not set?' });
  }
  const files = isDemo ? [`${io.demoFolder}/audit`] : listFlag(flags, 'file');
  const urls = listFlag(flags, 'source');
  if (files.includes('-') && io.inIsTTY) {
    throw new UserError('AUDIT_STDIN_IS_TERMINAL', 'standard input is a terminal, and --file - reads it', {
      hint: `ssh NODE sudo cat /var/log/kubernetes/audit/audit.log | ${io.calledAs} … --file -`,
    });
  }
  const maxBytes = parseSize(textFlag(flags, 'max-bytes'));
  if (cluster !== null) return [await openSource('node', { patterns: [], maxBytes }, io, cluster)];
  const opened: Source[] = [];
  if (files.length > 0) opened.push(await openSource('file', { patterns: files, maxBytes }, io, null));
  for (const url of urls)
    opened.push(await openSource(schemeOf(url), { patterns: [url], maxBytes }, io, null));
  return opened;
}

function schemeOf(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1];
  if (scheme === undefined)
    throw new UserError('AUDIT_UNKNOWN_SOURCE', `"${url}" is not a source's URL`, {
      hint: 'log files are given with --file',
    });
  return scheme.toLowerCase();
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

function parseSize(text: string | null): number | null {
  if (text === null) return null;
  const parts = /^(\d{1,15}(?:\.\d{1,6})?)\s?([kmgt]i?)?b?$/i.exec(text);
  const unit = UNITS[(parts?.[2] ?? '').toLowerCase()];
  const bytes = Math.floor(Number(parts?.[1]) * (unit ?? Number.NaN));
  if (!(bytes > 0)) {
    throw new UserError('AUDIT_USAGE', `--max-bytes "${text}" is not a size`, { hint: 'say 500MB or 2GiB' });
  }
  return bytes;
}
