/** What makes a right dangerous, each with one sentence. Which right has which is risks-of.ts's. */
export const RISKS = {
  'self-granted': 'given to themselves, or to a group of their own, by who gained it',
  'cluster-admin':
    'may do everything, or is bound to the role cluster-admin: owns the cluster, or the namespace',
  wildcard: '`*` for verbs, groups or resources: also what will be installed tomorrow',
  everybody:
    'given to everybody: anonymous, whoever has logged in, or every service account of the cluster or a namespace',
  escalate: 'may put rights into roles that its holder does not have',
  bind: 'may bind roles that allow more than its holder may do',
  impersonate: 'may act as other users, groups or service accounts',
  rbac: 'may write roles or bindings: hands on what its holder has, and takes away what others have',
  aggregated: 'flows by the labels of one role into others, such as view, edit and admin',
  secrets: 'may read secrets; list and watch show their content as get does',
  tokens: 'may issue tokens of service accounts, and so be them',
  exec: 'may run commands in containers, or open connections to them',
  workloads:
    'may make or change what runs: with it come the service accounts, secrets and volumes of the namespace',
  'node-proxy':
    'may reach the kubelet through the API server: runs commands in any container of the node, unaudited',
  nodes: 'may change or remove nodes, and so where everything runs',
  webhooks:
    'may set up what sees and changes every request (admission webhooks and policies, aggregated APIs, CRDs’ converters)',
  certificates: 'may approve or sign certificates, and so make logins of any name and group',
  volumes: 'may make persistent volumes, whose hostPath is the node’s disk',
  namespaces: 'may change namespaces: their labels decide on Pod Security and on which policies hold there',
  'unknown-role': 'what the role allows is not in the log',
} as const;

export type Risk = keyof typeof RISKS;
