/** What can be set about ClickHouse. */
import * as z from 'zod';
import { storeShape } from '../../reach/reach-settings.ts';

export const clickHouseSettings = z.strictObject({
  ...storeShape,
  database: z.string().min(1).optional().describe("default: the user's own, mostly default"),
  table: z.string().min(1).optional().describe('table or view; default: found by its name'),
  column: z
    .string()
    .min(1)
    .optional()
    .describe('what holds the event, as JSON, as text or as a map; default: found by looking'),
  time: z
    .string()
    .min(1)
    .optional()
    .describe('the DateTime or DateTime64 column to go by; default: found by looking'),
});

export type ClickHouseSettings = z.infer<typeof clickHouseSettings>;
