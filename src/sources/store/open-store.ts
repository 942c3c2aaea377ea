/** A store from its settings: its server is reached as they say, and what that leaves in doubt is among what the source found. */
import type { Note } from '../../event/coverage.ts';
import { reachServer } from '../../reach/reach-server.ts';
import { readSecret, type SecretMeans } from '../../reach/secret.ts';
import type { Source } from '../source.ts';
import type { StoreKind, StoreMeans } from './store-kind.ts';
import { unprovenNote } from './unproven.ts';

export interface OpenStoreMeans extends Omit<StoreMeans, 'serverAt' | 'secret'> {
  readonly secrets: SecretMeans;
}

/** `name`: as messages and coverage call it; `settings`: as the kind's schema has them. Asks nothing yet. */
export async function openStore<Settings>(
  name: string,
  kind: StoreKind<Settings>,
  settings: Settings,
  { secrets, ...means }: OpenStoreMeans,
): Promise<Source> {
  const notes: Note[] = [];
  const source = await kind.open(name, settings, {
    ...means,
    secret: (of, isStale) => readSecret(of, secrets, isStale),
    serverAt: async (reach, login) => {
      const note = unprovenNote(name, reach);
      if (note !== null) notes.push(note);
      return await reachServer(`the store ${name}`, reach, secrets, login);
    },
  });
  return withNotes(source, notes);
}

/** `notes` may grow: an archive's server is known when the archive is first asked. */
function withNotes(source: Source, notes: readonly Note[]): Source {
  const { name, capabilities } = source;
  return {
    ...{ name, capabilities },
    plan: (query, signal) => source.plan(query, signal),
    read: (plan, signal) => source.read(plan, signal),
    ...(source.follow === undefined ? {} : { follow: source.follow.bind(source) }),
    findings: () => {
      const found = source.findings();
      return { ...found, notes: [...notes, ...found.notes] };
    },
    close: () => source.close(),
  };
}
