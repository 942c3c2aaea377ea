/**
 * What a file's name says about rotation: which live log it was part of, and when it was put aside. Names of lumberjack
 * (the API server's own rotation) and of logrotate, compressed or not.
 */

export interface Rotation {
  /** The file that is written to, in the same folder. */
  readonly liveName: string;
  /** Upper bound of the file's events, microseconds; only lumberjack's stamp (UTC) is one. Null: not known. */
  readonly stampUs: number | null;
  readonly isLive: boolean;
  /** By its name. */
  readonly isCompressed: boolean;
}

export function rotationOf(fileName: string): Rotation {
  const plain = fileName.replace(COMPRESSED, '');
  const isCompressed = plain !== fileName;
  const lumberjack = LUMBERJACK.exec(plain);
  if (lumberjack !== null) {
    const [, prefix = '', stamp = '', extension = ''] = lumberjack;
    const stampUs = stampMicros(stamp);
    if (stampUs !== null) return { liveName: prefix + extension, stampUs, isLive: false, isCompressed };
  }
  const [, name, , , extension = ''] = NUMBERED.exec(plain) ?? DATED.exec(plain) ?? [];
  if (name !== undefined) return { liveName: name + extension, stampUs: null, isLive: false, isCompressed };
  return { liveName: plain, stampUs: null, isLive: !isCompressed, isCompressed };
}

const COMPRESSED = /\.(?:gz|zst|zstd)$/;
/** lumberjack.go: prefix-2006-01-02T15-04-05.000.ext */
const LUMBERJACK = /^(.+)-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})(\.[^.]+)?$/;
/** logrotate: audit.log.1 */
const NUMBERED = /^(.+\.[^.]*[a-z][^.]*|[^.]+)\.(\d{1,4})$/i;
/**
 * logrotate with dateext: audit.log-20260102, audit.log-20260102-15, and with `extension`: audit-20260102.log; the kubelet:
 * 0.log.20260102-150405; others: audit.log.2026-01-02.
 */
const DATED = /^(.+?)[-.]((?:19|20)\d\d(-?)[01]\d\3[0-3]\d(?:[-T_]\d{1,10})?)(\.[a-z]{1,8})?$/i;

function stampMicros(stamp: string): number | null {
  const [date = '', time = ''] = stamp.split('T');
  const ms = Date.parse(`${date}T${time.slice(0, 8).replaceAll('-', ':')}${time.slice(8)}Z`);
  return Number.isNaN(ms) ? null : ms * 1000;
}
