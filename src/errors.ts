/**
 * Errors that a person can mend, the catalogue of their codes, and how one becomes two lines.
 * Anything that is not a UserError is a bug: cli.ts prints its stack and where to report it.
 */

/** Every code, with the exit status it leads to: 1 the run failed, 2 the command line was wrong. */
export const ERROR_CODES = {
  AUDIT_USAGE: 2,
  AUDIT_UNKNOWN_COMMAND: 2,
  AUDIT_UNKNOWN_WORD: 2,
  AUDIT_BAD_OBJECT: 2,
  AUDIT_BAD_TIME: 2,
  AUDIT_BAD_FILTER: 2,
  AUDIT_BAD_WHERE: 2,
  AUDIT_BAD_FORMAT: 2,
  AUDIT_BAD_TEMPLATE: 2,
  AUDIT_NO_SOURCE: 2,
  AUDIT_UNKNOWN_SOURCE: 2,
  AUDIT_FILE_NOT_FOUND: 1,
  AUDIT_FILE_UNREADABLE: 1,
  AUDIT_NOT_AN_AUDIT_LOG: 1,
  AUDIT_STDIN_IS_TERMINAL: 2,
  AUDIT_UNSUPPORTED_COMPRESSION: 1,
  AUDIT_BAD_WITH: 1,
  AUDIT_OLD_NODE: 1,
  AUDIT_NOT_BUILT: 1,
  AUDIT_INTERRUPTED: 1,
  AUDIT_BAD_KUBECONFIG: 1,
  AUDIT_NO_CREDENTIALS: 1,
  AUDIT_CLUSTER_UNREACHABLE: 1,
  AUDIT_FORBIDDEN: 1,
  AUDIT_STORE_UNREACHABLE: 1,
  AUDIT_STORE_REFUSED: 1,
  AUDIT_BAD_CONFIG: 2,
  AUDIT_BAD_RULE: 2,
  AUDIT_UNKNOWN_RULE: 2,
  AUDIT_BAD_BASELINE: 1,
  AUDIT_BAD_STATE: 1,
  AUDIT_UNKNOWN_RECEIVER: 2,
  AUDIT_NO_AUDIT_LOG: 1,
  AUDIT_NOT_CONFIRMED: 1,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Thrown for whatever the user, or whoever runs the machine, can mend. `hint` is the next thing to type. */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, more: { hint?: string; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.name = 'UserError';
    this.code = code;
    this.hint = more.hint;
  }
}

/**
 * In kubectl's form: `error: …` and `hint: …`; between them what points into the user's own text. Still to be escaped
 * for the terminal.
 */
export function errorLines(error: UserError): string[] {
  const [first = '', ...pointing] = error.message.split('\n');
  const lines = [`error: ${first} [${error.code}]`, ...pointing];
  if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  return lines;
}

export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
