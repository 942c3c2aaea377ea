/** A request as the generator makes it. */
import type { Body } from './bodies.ts';
import type { User } from './inhabitants.ts';

/** What differs from one request to the next; the rest of the event is write-log.ts's. */
export interface Request {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: User;
  readonly userAgent: string;
  readonly objectRef?: Readonly<Record<string, string>>;
  /** Default 200. */
  readonly code?: number;
  /** Of the Status, where it is a refusal. */
  readonly failed?: { readonly reason: string; readonly message: string };
  readonly decision?: 'forbid' | 'none';
  readonly impersonatedUser?: User;
  /** Logged with bodies where the policy asks for them. */
  readonly requestObject?: Body;
  readonly responseObject?: Body;
  /** It is logged when it starts, too. Default: it takes some milliseconds. */
  readonly long?: { readonly seconds: number };
}
