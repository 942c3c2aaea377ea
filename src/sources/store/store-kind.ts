/** What a kind of log store gives to be one: what can be set, and how it is opened. */
import type * as z from 'zod';
import type { HttpServer, Io } from '../../io.ts';
import type { Login } from '../../reach/reach-server.ts';
import type { ReachSettings, Secret } from '../../reach/reach-settings.ts';
import type { Source } from '../source.ts';

export interface StoreKind<Settings = unknown> {
  /** A strict object. */
  readonly settings: z.ZodType<Settings>;
  /**
   * The settings that a URL stands for: what its address and path say; those in its query are put to them by the caller.
   * `url`: without the kind's own scheme (`loki+http://…` → `http://…`), where it has another one.
   */
  settingsOf(url: URL): Readonly<Record<string, unknown>>;
  /** `name`: as it was asked for. Asks nothing yet. */
  open(name: string, settings: Settings, means: StoreMeans): Promise<Source>;
}

/** What a store is opened with. */
export interface StoreMeans {
  readonly io: Io;
  /** The server that the settings say, however it is reached. Dialled when the first request is sent. `login`: who we are, where they do not say it. */
  serverAt(settings: ReachSettings, login?: Login): Promise<HttpServer>;
  /** A secret that goes elsewhere than where `serverAt` puts it. `isStale`: what was read before was refused. Rejects with a UserError. */
  secret(of: Secret, isStale: boolean): Promise<string>;
  /** Bytes at most, of answers, and of what is paid for as far as that is known before; null: no bound. */
  readonly maxBytes: number | null;
}
