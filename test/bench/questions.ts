/** What is asked, of us and of our peers: each question in everybody's language. */

export interface BenchQuestion {
  readonly name: string;
  readonly title: string;
  /** Ours, without the file. */
  readonly ours: string;
  readonly jq: string;
  /** A line without this text cannot be an answer: what a grep before jq looks for. Null: there is no such text. */
  readonly literal: string | null;
}

/** peers/readline.mjs and peers/scan.go know them by their names. */
export const QUESTIONS: readonly BenchQuestion[] = [
  {
    name: 'selective',
    title: 'One object: `who-did delete deploy/api -n prod`',
    ours: 'who-did delete deploy/api -n prod',
    jq: '.verb == "delete" and .objectRef.resource == "deployments" and .objectRef.namespace == "prod" and .objectRef.name == "api"',
    literal: '"name":"api"',
  },
  {
    name: 'refused',
    title: 'Some of everything: `who-did touch -A --code 403`',
    ours: 'who-did touch -A --code 403',
    jq: '.responseStatus.code == 403',
    literal: '"code":403',
  },
  {
    name: 'computed',
    title:
      "Every event decoded: `who-did touch -A --where 'size(user.groups) == 2 && responseStatus.code >= 400'`",
    ours: "who-did touch -A --where 'size(user.groups) == 2 && responseStatus.code >= 400'",
    jq: '(.user.groups | length) == 2 and .responseStatus.code >= 400',
    literal: null,
  },
];
