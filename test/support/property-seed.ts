/**
 * Property tests try the same cases each time, so that a change is what fails and not chance: whoever wants others says
 * `npm run fuzz`, or PROPERTY_SEED=NUMBER to see one again.
 */
import fc from 'fast-check';

const said = process.env.PROPERTY_SEED ?? '1';
const seed = said === 'random' ? Date.now() % 2 ** 31 : Number(said);
if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED=${said}: a whole number, or random`);
fc.configureGlobal({ seed });
