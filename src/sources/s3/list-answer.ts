/** What ListObjectsV2 answers. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
import { parseMicros } from '../../event/micros.ts';
import { childText, type Element, readXml } from '../../wire/xml.ts';
import type { ListPage, StoredObject } from '../archive/archive.ts';

/** Null: it is no such answer, or not a whole one. */
export function readListAnswer(xml: string): ListPage | null {
  const answer = readXml(xml);
  if (answer?.name !== 'ListBucketResult') return null;
  const isEncoded = childText(answer, 'EncodingType') === 'url';
  const objects: StoredObject[] = [];
  for (const element of answer.children) {
    if (element.name !== 'Contents') continue;
    const object = toObject(element, isEncoded);
    if (object === null) return null;
    objects.push(object);
  }
  const isTruncated = childText(answer, 'IsTruncated') === 'true';
  const next = isTruncated ? childText(answer, 'NextContinuationToken') : null;
  return isTruncated && next === null ? null : { objects, next };
}

function toObject(contents: Element, isEncoded: boolean): StoredObject | null {
  const key = childText(contents, 'Key');
  const modifiedUs = parseMicros(childText(contents, 'LastModified') ?? '');
  const size = childText(contents, 'Size') ?? '';
  if (key === null || key === '' || modifiedUs === null || !/^\d+$/.test(size)) return null;
  const tag = childText(contents, 'ETag') ?? '';
  const plain = isEncoded ? decoded(key) : key;
  if (plain === null) return null;
  // The tag of one that was uploaded in parts ends with their number.
  return { key: plain, bytes: Number(size), modifiedUs, isInParts: /-\d+"?$/.test(tag), tag };
}

/** As forms are encoded: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html#API_ListObjectsV2_RequestSyntax */
function decoded(key: string): string | null {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
