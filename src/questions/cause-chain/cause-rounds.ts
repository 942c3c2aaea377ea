/** Takes a chain of causes through its rounds, for any question: what they read only explains what was found. */
import type { Coverage } from '../../event/coverage.ts';
import type { Outcome } from '../question.ts';
import type { CauseChain } from './cause-chain.ts';

/** `then`: with all that could be read. Called once. */
export function throughCauses(
  chain: CauseChain,
  coverage: Coverage,
  canGoOn: boolean,
  then: (coverage: Coverage) => Outcome,
): Outcome {
  const query = canGoOn ? chain.nextQuery() : null;
  if (query === null) return then(coverage);
  return {
    kind: 'ask',
    round: {
      query,
      isContext: true,
      add: (request) => {
        chain.add(request);
        return 'go on';
      },
      end: (soFar, mayGoOn) => throughCauses(chain, soFar, mayGoOn, then),
    },
  };
}
