/**
 * audit.k8s.io/v1alpha1 (Kubernetes 1.7) and v1beta1 (1.8 to 1.23) as v1 JSON, and items of an EventList, which carry
 * neither kind nor version. What the fields then mean is decode.ts's.
 */
import type { Json } from './decode.ts';
import { formatMicros, parseMicros } from './micros.ts';

/** The value itself when it is v1 already. The original's fields, in its order; never throws. */
export function toV1(json: Json): Json {
  const isV1 = json.apiVersion === V1 && json.kind === 'Event';
  const lacksTimes = json.requestReceivedTimestamp === undefined || json.stageTimestamp === undefined;
  if (isV1 && !(lacksTimes && oldTimeOf(json) !== null)) return json;
  const { metadata: _metadata, timestamp: _timestamp, kind: _kind, apiVersion: _version, ...fields } = json;
  const v1: Record<string, unknown> = { kind: 'Event', apiVersion: V1, ...fields };
  const groupAndVersion = refOfV1alpha1(json);
  if (groupAndVersion !== null) v1.objectRef = groupAndVersion;
  const time = lacksTimes ? oldTimeOf(json) : null;
  if (time !== null) {
    v1.requestReceivedTimestamp ??= time;
    v1.stageTimestamp ??= time;
  }
  return v1;
}

const V1 = 'audit.k8s.io/v1';

/** `timestamp` of v1beta1 and v1alpha1; before it (1.7) there was the metadata's creation alone. Microseconds at most. */
function oldTimeOf(json: Json): string | null {
  const { metadata } = json;
  const created =
    typeof metadata === 'object' && metadata !== null && Object.hasOwn(metadata, 'creationTimestamp')
      ? (metadata as Json).creationTimestamp
      : null;
  for (const text of [json.timestamp, created]) {
    const us = typeof text === 'string' ? parseMicros(text) : null;
    if (us !== null) return formatMicros(us);
  }
  return null;
}

/** v1alpha1 wrote group and version in one: `apps/v1beta2`, `v1` for the core group. */
function refOfV1alpha1(json: Json): Json | null {
  const ref = json.objectRef;
  if (typeof ref !== 'object' || ref === null || Array.isArray(ref)) return null;
  const { apiGroup, apiVersion, ...rest } = ref as Json;
  if (apiGroup !== undefined || typeof apiVersion !== 'string') return null;
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return null;
  return { ...rest, apiGroup: apiVersion.slice(0, slash), apiVersion: apiVersion.slice(slash + 1) };
}
