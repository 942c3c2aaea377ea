/** who-did, followed: each request that did it, or tried to, when it happens, judged by itself and by those just before it. */
import type { Gap } from '../../event/coverage.ts';
import type { AuditRequest } from '../../event/request.ts';
import { matches } from '../../query/matches.ts';
import { matchesName } from '../../query/object-query.ts';
import type { Query } from '../../query/query.ts';
import { byEnd, byTime, type Fact, factOf } from '../fact/fact.ts';
import { KeptFacts } from '../fact/kept-facts.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { RowStream, StreamedRow } from '../row-stream.ts';
import type { Deed } from './deed.ts';
import { deedsOf } from './deeds.ts';
import { isEachAlone } from './verdicts.ts';
import type { WhoDidParams } from './who-did.ts';
import { wanted, witnessOf } from './who-did-query.ts';
import { columnsFor, nameOfRow, whoDidRow } from './who-did-row.ts';

/** Requests of the same kind that the next is judged by, at most: a drain's evictions, a delete and what completes it. */
const RECENT = 200;

export class WhoDidStream implements RowStream {
  readonly query: Query;
  readonly columns;
  readonly nameOf = nameOfRow;
  readonly #params: WhoDidParams;
  /** In the order of their ends; false: it only explains others. */
  readonly #recent = new Map<string, { readonly fact: Fact; readonly passes: boolean }>();
  /** Of the recent ones: those that were told, and whether they had ended. */
  readonly #told = new Map<string, boolean>();
  readonly #unsure = new Set<string>();
  #unsureCount = 0;
  #earlier = new KeptFacts();
  #dropped = 0;

  constructor(params: WhoDidParams) {
    this.#params = params;
    const { sinceUs, untilUs } = params.window;
    this.columns = columnsFor(params.object, []).filter((column) => column.name !== 'AGE');
    this.query = {
      window: { sinceUs, untilUs },
      predicate: wanted(params),
      witness: witnessOf(params),
      fields: REQUEST_FIELDS,
      order: 'oldest',
      limit: null,
      aggregation: null,
    };
  }

  addEarlier(request: AuditRequest): void {
    this.#earlier.add(this.#factOf(request), matches(request.event, this.#params.filters));
  }

  earlierRows(): readonly StreamedRow[] {
    const { word, object } = this.#params;
    const facts = this.#earlier.inOrder(byEnd);
    const { deeds, unsure } = deedsOf(word, object, facts);
    const passing = deeds.filter((deed) => this.#earlier.passes(deed.fact));
    this.#unsureCount += unsure.filter((fact) => this.#earlier.passes(fact)).length;
    this.#dropped = this.#earlier.dropped;
    for (const fact of facts.slice(-RECENT)) this.#keep(fact, this.#earlier.passes(fact));
    this.#earlier = new KeptFacts();
    return passing.sort((a, b) => byTime(a.fact, b.fact)).map((deed) => this.#tell(deed));
  }

  add(requests: readonly AuditRequest[]): readonly StreamedRow[] {
    const { object, word, filters } = this.#params;
    const fresh = requests.map((request) => {
      const fact = this.#factOf(request);
      this.#keep(fact, matches(request.event, filters));
      return fact;
    });
    const facts = isEachAlone(word) ? fresh : [...this.#recent.values()].map((recent) => recent.fact);
    const found = deedsOf(word, object, facts);
    this.#countUnsure(found.unsure);
    const order = new Map([...this.#recent.keys()].map((key, n) => [key, n]));
    const placeOf = ({ fact }: Deed): number => order.get(fact.key) ?? 0;
    const rows = found.deeds
      .filter((deed) => this.#isNews(deed.fact))
      .sort((a, b) => placeOf(a) - placeOf(b))
      .map((deed) => this.#tell(deed));
    this.#letGo();
    return rows;
  }

  findings() {
    const count = this.#unsureCount;
    const text = `${count} could have been it: the log does not hold what ${count === 1 ? 'it' : 'they'} changed, or what was there before`;
    const gaps: Gap[] = count === 0 ? [] : [{ code: 'level-too-low', text, source: null }];
    if (this.#dropped > 0) {
      const dropped = `of what was there before, ${this.#dropped} older requests were let go: ask for them without --follow`;
      gaps.push({ code: 'rows-bound', text: dropped, source: null });
    }
    return { gaps, notes: [] };
  }

  #factOf(request: AuditRequest): Fact {
    const { object, keepsEvents, isRevealed } = this.#params;
    const name = object.kind === 'resource' ? object.name : null;
    const isWanted = name === null ? null : (named: string) => matchesName(named, name);
    return factOf(request, { events: keepsEvents, isRevealed, isWanted });
  }

  #tell(deed: Deed): StreamedRow {
    const { key, effect, event } = deed.fact;
    if (this.#recent.has(key)) this.#told.set(key, effect !== 'open');
    return { row: whoDidRow(deed), key, event };
  }

  #keep(fact: Fact, passes: boolean): void {
    // Behind the others, also when it was there while it was open.
    this.#recent.delete(fact.key);
    this.#recent.set(fact.key, { fact, passes });
  }

  #letGo(): void {
    for (const key of this.#recent.keys()) {
      if (this.#recent.size <= RECENT) break;
      this.#recent.delete(key);
      this.#told.delete(key);
      this.#unsure.delete(key);
    }
  }

  #isNews(fact: Fact): boolean {
    if (this.#recent.get(fact.key)?.passes !== true) return false;
    const hadEnded = this.#told.get(fact.key);
    return hadEnded === undefined || (!hadEnded && fact.effect !== 'open');
  }

  #countUnsure(unsure: readonly Fact[]): void {
    for (const { key } of unsure) {
      if (this.#unsure.has(key) || this.#recent.get(key)?.passes !== true) continue;
      this.#unsure.add(key);
      this.#unsureCount++;
    }
  }
}
