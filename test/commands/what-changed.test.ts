import { expect, it } from 'vitest';
import { whatChangedCommand } from '../../src/commands/what-changed.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { NOW } from '../support/run-command.ts';

const ask = (flags: Record<string, unknown>) =>
  whatChangedCommand.run(['deploy/web'], flags as never, fixedIo({ nowMs: NOW }));

it.each([
  [{ at: 'nonsense' }, /"nonsense" is no time/, /^--at 2h/],
  [{ between: ['2h', 'nonsense'] }, /"nonsense" is no time/, /^--between 2h/],
  [{ at: '2027-01-01T00:00Z' }, /--at "2027-01-01T00:00Z" is in the future/, /--with-live/],
])('%j: says what is wrong with it, and what to type', async (flags, message, hint) => {
  const file = ['test/fixtures/shop/audit.log'];
  await expect(ask({ ...flags, file })).rejects.toMatchObject({
    ...{ code: 'AUDIT_BAD_TIME' },
    ...{ message: expect.stringMatching(message), hint: expect.stringMatching(hint) },
  });
});
