import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRefusal } from '../../src/sources/archive/answers.ts';
import { readListAnswer } from '../../src/sources/s3/list-answer.ts';
import { readXml } from '../../src/wire/xml.ts';

function listed(key: string, more = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>logs</Name><Prefix/>${more}
<Contents><Key>${key}</Key><LastModified>2026-11-23T14:05:33.000Z</LastModified><ETag>&quot;0f-3&quot;</ETag>
<Size>1234</Size><StorageClass>STANDARD</StorageClass><Owner><ID>1</ID></Owner></Contents></ListBucketResult>`;
}

const escaped = (text: string): string => text.replaceAll(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

describe('what S3 answers', () => {
  it('a list', () => {
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken>';
    expect(readListAnswer(listed('a/b.gz', more))).toEqual({
      objects: [
        {
          key: 'a/b.gz',
          bytes: 1234,
          modifiedUs: Date.parse('2026-11-23T14:05:33Z') * 1000,
          isInParts: true,
          tag: '"0f-3"',
        },
      ],
      next: 'a&b',
    });
  });

  it('any key, encoded or not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        fc.pre(key.isWellFormed());
        const form = new URLSearchParams([['', key]]).toString().slice(1);
        const encoded = readListAnswer(listed(escaped(form), '<EncodingType>url</EncodingType>'));
        expect(encoded?.objects[0]?.key).toBe(key);
        expect(readListAnswer(listed(escaped(key)))?.objects[0]?.key).toBe(key);
      }),
    );
  });

  it('nothing that breaks off', () => {
    const whole = listed('a');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (at) => {
        expect(readListAnswer(whole.slice(0, at))).toBeNull();
      }),
    );
  });

  it('nothing else than elements and texts', () => {
    for (const xml of [
      ...['', 'text', '<a>', '</a>', '<a></b>', '<a/><b/>', '<a>&x;</a>', '<a>&amp</a>', '<a><!-- --></a>'],
      ...[
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<a><![CDATA[x]]></a>',
        '<a>&#x110000;</a>',
        '<a>1 < 2</a>',
      ],
      '<a>'.repeat(50) + '</a>'.repeat(50),
    ])
      expect([xml, readXml(xml)]).toEqual([xml, null]);
  });

  it('any text without a crash', () => {
    fc.assert(fc.property(fc.string(), (text) => void readListAnswer(text)));
  });

  it('a refusal', () => {
    expect(readRefusal('<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>')).toEqual({
      code: 'NoSuchKey',
      message: 'gone',
    });
    expect(readRefusal('<html></html>')).toBeNull();
  });
});
