/** What came of a request, in the words of a table. */
import type { Cell } from '../../answer.ts';
import { assertNever } from '../../errors.ts';
import type { Fact } from '../fact/fact.ts';
import type { Deed } from './deed.ts';

export interface EffectWords {
  /** For the RESULT column: `done 200`, `refused RBAC`, `failed 429`. */
  readonly text: string;
  /** The same with the code, and the server's reason of a failure: `refused RBAC 403`, `failed 429 TooManyRequests`. */
  readonly full: string;
  readonly tone: Extract<Cell, { kind: 'status' }>['tone'];
  /** For the DID column: what kind of delete, what it was scaled to; null for nothing to add. */
  readonly detail: string | null;
}

const DENIED: Readonly<Record<string, string>> = {
  unauthenticated: 'not logged in',
  rbac: 'RBAC',
  escalation: 'escalation',
  admission: 'admission',
  other: '',
};

export function effectWords(deed: Deed): EffectWords {
  const words = wordsOf(deed);
  const { code, reason } = deed.fact.row.result;
  const more = deed.fact.effect === 'failed' ? reason : isClassEnough(deed.fact) ? code : null;
  return { ...words, full: more === null ? words.text : `${words.text} ${more}` };
}

/** Who refused it says more than the code, which is 403 as a rule. */
function isClassEnough({ effect, row }: Fact): boolean {
  return effect === 'refused' && (DENIED[row.result.deniedBy ?? 'other'] ?? '') !== '';
}

function wordsOf({ fact, link, word }: Deed): Omit<EffectWords, 'full'> {
  const code = fact.row.result.code === null ? '' : ` ${fact.row.result.code}`;
  const detail = detailOf(fact, word);
  const sure = link === 'likely' ? ' (likely)' : '';
  switch (fact.effect) {
    case 'done':
      return { text: `${isHeld(fact) ? 'accepted' : 'done'}${code}${sure}`, tone: 'good', detail };
    case 'open':
      return { text: `still open${code}`, tone: 'good', detail };
    case 'dry run':
      return {
        text: `no effect${code}`,
        tone: 'muted',
        detail: detail === null ? 'DRY RUN' : `${detail}, DRY RUN`,
      };
    case 'refused': {
      const by = isClassEnough(fact) ? ` ${DENIED[fact.row.result.deniedBy ?? 'other']}` : code;
      return { text: `refused${by}`, tone: 'bad', detail };
    }
    case 'not found':
      return { text: `not found${code}`, tone: 'muted', detail };
    case 'failed':
      return { text: `failed${code}`, tone: 'bad', detail };
    case 'unknown':
      return { text: `outcome unknown${code}`, tone: 'plain', detail };
    default:
      return assertNever(fact.effect);
  }
}

/** A delete that was taken and waits: for a finalizer, for its dependants. A pod's grace period is no such wait. */
function isHeld(fact: Fact): boolean {
  return (
    fact.row.did.verb === 'delete' &&
    fact.after !== null &&
    fact.after.isTerminating &&
    fact.after.finalizers > 0
  );
}

function detailOf(fact: Fact, word: string): string | null {
  if (isHeld(fact)) return 'held by a finalizer';
  if (fact.row.did.verb === 'deletecollection') {
    if (fact.took !== null) return `took ${fact.took.length}`;
    return fact.selector === null ? null : `selector ${fact.selector}`;
  }
  if (word === 'scale' && fact.asked.replicas !== undefined) return `to ${fact.asked.replicas}`;
  return null;
}
