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
/** How many entries each table of an index has. */
export const ENTRY_COUNTS: usize = 0x9c0;
/** Where the key of each table begins. */
export const KEYS_AT: usize = 0x9e0;
/** What a string says that stands in the line with backslashes. Behind the texts' characters: ../layout.ts. */
export const SAID: usize = 0x7000;
export const SAID_END: usize = 0x7ff0;
/** A group's key, while it is put together. */
export const KEY: usize = 0x8000;
export const KEY_END: usize = 0x1_0000;
/** Where each list of stages ends. */
export const STAGE_LIST_ENDS: usize = 0xa40;
/** The lists, one behind the other. */
export const PASSED_STAGES: usize = 0x73_0000;
export const STAGE_LIST: usize = 0x1_0000;
export const STAGE_LISTS: u32 = 4;
export const GROUP_SLOTS: usize = 0x77_0000;
export const GROUPS: usize = 0x7f_0000;
export const GROUPS_END: usize = 0xff_0000;

/** While lines are indexed, nothing is counted or told: slots and entries lie where groups do otherwise. */
export const NEWS: usize = PASSED_STAGES;
export const NEWS_END: usize = GROUP_SLOTS;
export const ROWS: usize = 0xef_0000;
export const ROWS_END: usize = GROUPS_END;
