/** What the API server says when it does not give what was asked: a Status object (apimachinery, meta/v1/types.go). */

export interface Status {
  /** '' when it says nothing. */
  readonly message: string;
  readonly reason: string;
  readonly details: {
    readonly name: string;
    readonly group: string;
    readonly kind: string;
    readonly causes: readonly { readonly reason: string; readonly message: string }[];
  };
}

/** Of whatever was answered; a text in place of a Status is its message. */
export function toStatus(json: unknown): Status {
  const { message, reason, details } = mapOf(json);
  const { name, group, kind, causes } = mapOf(details);
  return {
    message: textOf(typeof json === 'string' ? json : message),
    reason: textOf(reason),
    details: {
      name: textOf(name),
      group: textOf(group),
      kind: textOf(kind),
      causes: (Array.isArray(causes) ? causes : []).map(mapOf).map((cause) => ({
        reason: textOf(cause.reason),
        message: textOf(cause.message),
      })),
    },
  };
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
