/** Whom a certificate signing request is for: the common name and the organizations of its subject (PKCS #10), which are user and groups. */

const MAX_BYTES = 64 * 1024;
/** 2.5.4.3 and 2.5.4.10, as DER writes an object identifier. */
const COMMON_NAME = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x03]);
const ORGANIZATION = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x0a]);

/** `request`: `spec.request` of a CertificateSigningRequest, base64 of PEM. Empty for what cannot be read; never throws. */
export function certificateNames(request: unknown): readonly string[] {
  if (typeof request !== 'string' || request.length > MAX_BYTES * 2) return [];
  const pem = Buffer.from(request, 'base64').toString('latin1');
  const block = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END /.exec(pem);
  const subject = block === null ? null : subjectOf(Buffer.from(block[1] ?? '', 'base64'));
  return subject === null ? [] : [...valuesOf(subject, COMMON_NAME), ...valuesOf(subject, ORGANIZATION)];
}

/** SEQUENCE { SEQUENCE { INTEGER version, SEQUENCE subject, … }, … } */
function subjectOf(der: Buffer): Buffer | null {
  const outer = contentOf(der, 0);
  const info = outer === null ? null : contentOf(der, outer.from);
  const version = info === null ? null : contentOf(der, info.from);
  const subject = version === null ? null : contentOf(der, version.to);
  return subject === null ? null : der.subarray(subject.from, subject.to);
}

/** The value that stands right after each such identifier. */
function valuesOf(subject: Buffer, identifier: Buffer): string[] {
  const found: string[] = [];
  for (let at = subject.indexOf(identifier); at >= 0; at = subject.indexOf(identifier, at + 1)) {
    const value = contentOf(subject, at + identifier.length);
    if (value !== null) found.push(subject.toString('utf8', value.from, value.to));
  }
  return found;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function contentOf(der: Buffer, at: number): Span | null {
  const first = der[at + 1];
  if (first === undefined) return null;
  const sizeBytes = first < 0x80 ? 0 : first & 0x7f;
  if (sizeBytes > 3 || (first >= 0x80 && sizeBytes === 0)) return null;
  const from = at + 2 + sizeBytes;
  const length =
    sizeBytes === 0 ? first : from <= der.length ? der.readUIntBE(at + 2, sizeBytes) : Number.NaN;
  return from + length <= der.length ? { from, to: from + length } : null;
}
