/** Ready views of top, and what each shows: the command line, help and completions are made from this list. */
export const VIEW_MEANS = {
  noise: 'what fills the log, and the audit policy rule that would stop it (--suggest-policy prints it)',
  deprecated: 'deprecated APIs in use: which version, by whom, with what, and the release that is without it',
  slow: 'how long requests took, by verb and type: median, 95th percentile, slowest, and what took the time',
  conflicts:
    'conflicts and retries: writes that lost against another (409), requests told to come back later (429)',
  trends: 'what is created, deleted, evicted and scaled, by namespace and type, day by day',
  'failing-open': 'admission webhooks that were down and passed over: what went by them unchecked',
} as const;

export type ViewName = keyof typeof VIEW_MEANS;
