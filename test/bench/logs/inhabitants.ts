/** Who and what there is in the cluster whose log is made: nodes, namespaces, workloads, people, programs. */
import type { Random } from './random.ts';

export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const NODES = Array.from(
  { length: 60 },
  (_, n) => `ip-10-${n % 4}-${(n * 37) % 250}-${(n * 101) % 250}.eu-west-1.compute.internal`,
);

export const NAMESPACES = [
  ...['prod', 'staging', 'kube-system', 'monitoring', 'argocd', 'ingress', 'ci', 'data'],
  ...Array.from({ length: 32 }, (_, n) => `team-${String(n).padStart(2, '0')}`),
];

export const WORKLOADS = [
  ...['web', 'worker', 'frontend', 'redis', 'postgres', 'api-gateway', 'payments-api', 'rapid'],
  ...Array.from({ length: 80 }, (_, n) => `svc-${String(n).padStart(2, '0')}`),
];

const OPERATORS = 150;

/** Some write their names as JSON must escape them, or in more bytes than letters. */
const SURNAMES = ['smith', 'jones', "o'neil", 'müller', 'lee', 'd"arc'];
export const PEOPLE = Array.from({ length: 120 }, (_, n) => {
  const first = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank'][n % 6] ?? '';
  return `${first}.${SURNAMES[Math.floor(n / 6) % SURNAMES.length]}${n}@example.com`;
});

export function person(random: Random): User {
  const username = random.pick(PEOPLE);
  return {
    username,
    uid: `aws-iam-authenticator:123456789012:AROA${random.hex(16).toUpperCase()}`,
    groups: ['devs', 'system:authenticated'],
    extra: { arn: [`arn:aws:sts::123456789012:assumed-role/dev/${username}`] },
  };
}

export function serviceAccount(random: Random, namespace: string, name: string): User {
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    uid: random.uuid(),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${random.uuid()}`],
      'authentication.kubernetes.io/pod-name': [`${name}-${random.hex(9)}-${random.hex(5)}`],
      'authentication.kubernetes.io/pod-uid': [random.uuid()],
    },
  };
}

/** Each runs in a few namespaces. */
export function operator(random: Random): User {
  const n = random.below(OPERATORS);
  const namespace = NAMESPACES[(n * 7 + random.below(3)) % NAMESPACES.length] ?? '';
  return serviceAccount(random, namespace, `operator-${String(n).padStart(3, '0')}`);
}

export function kubelet(node: string): User {
  return { username: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] };
}

export function component(name: string): User {
  return { username: `system:${name}`, groups: ['system:authenticated'] };
}
