/** Who we are to AWS, asked once, and again when it is about to end or was refused. */
import type { AwsIdentity } from './credentials.ts';

/** Credentials that end so soon are renewed before they are used. */
const ENDS_SOON_MS = 60_000;

export class KnownIdentity {
  readonly #ask: () => Promise<AwsIdentity>;
  readonly #now: () => number;
  #known: Promise<AwsIdentity> | null = null;

  /** `now`: milliseconds since the epoch. */
  constructor(ask: () => Promise<AwsIdentity>, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  /** `isRenewed`: what was told last was refused. Rejects as asking does; a failure is asked for again. */
  async whoWeAre(isRenewed: boolean): Promise<AwsIdentity> {
    if (isRenewed) this.#known = null;
    const identity = await this.#asked();
    const endsMs = identity.credentials?.expiresMs ?? Number.POSITIVE_INFINITY;
    if (isRenewed || endsMs - this.#now() >= ENDS_SOON_MS) return identity;
    this.#known = null;
    return await this.#asked();
  }

  #asked(): Promise<AwsIdentity> {
    if (this.#known !== null) return this.#known;
    const asking = this.#ask();
    this.#known = asking;
    asking.catch(() => {
      this.#known = null;
    });
    return asking;
  }
}
