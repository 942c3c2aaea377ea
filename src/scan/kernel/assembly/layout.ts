/** Where things lie in the kernel's memory. ../layout.ts knows where the texts go too. */

/** Pairs of place and length of the texts that are compared with, as ../texts.ts numbers them. */
export const TEXTS: usize = 0x1000;
/** From and to of each head key's value. */
export const SPANS: usize = 0x800;
/** What was found in the user, and in the impersonated one. */
export const USER_SLOT: usize = 0x900;
export const IMPERSONATED_SLOT: usize = 0x940;
/** The values of objectRef's keys. */
export const REF_SLOT: usize = 0x980;
