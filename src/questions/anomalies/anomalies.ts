/**
 * anomalies: what is out of the ordinary in a window, held against the days before it. Requests are counted where they are
 * read, by who, what and from where (count-round.ts); what was counted makes up a History, in which tests look for what is
 * new, rare or too much (find.ts); of what they find, the requests are read again, for their addresses and audit IDs.
 */
import type { Inputs, Question, Round } from '../question.ts';
import { type AnomaliesParams, AnomaliesState } from './anomalies-state.ts';
import { CountRound } from './count-round.ts';

export const anomalies: Question<AnomaliesParams> = {
  name: 'anomalies',
  needs: [],
  begin: (params: AnomaliesParams, inputs: Inputs, _nowUs: number): Round => {
    const state = new AnomaliesState(params, inputs.rereads !== true);
    return state.isOnePass ? new CountRound(state, 'all') : new CountRound(state, 'tested');
  },
};
