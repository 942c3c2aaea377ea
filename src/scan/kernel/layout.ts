/** Where things lie in the kernel's memory; assembly/layout.ts knows where the texts are too. */

export const TEXTS_AT = 0x1000;
/** The characters that the texts point to. */
export const CHARACTERS_AT = 0x2000;
export const PROGRAM_AT = 0x1_0000;
export const PROGRAM_BYTES = 0x3f_0000;
/** A page behind each of these stays free: whatever the kernel reads beyond a chunk lies there. */
export const WINDOW_AT = 0x40_0000;
export const CHUNKS_AT = [0x51_0000, 0x62_0000] as const;
/** Of the window, and of each chunk. */
export const CHUNK_BYTES = 0x10_0000;

/** Stages that are told of, and what is counted: assembly/{passed-stages,groups}.ts write it. Where each list of stages ends, and begins. */
export const STAGE_LIST_ENDS_AT = 0xa40;
export const STAGE_LISTS_AT = [0x73_0000, 0x74_0000, 0x75_0000, 0x76_0000] as const;
export const GROUPS_AT = 0x7f_0000;
const GROUPS_BYTES = 0x80_0000;
export const GROUPS_END = GROUPS_AT + GROUPS_BYTES;

/** While lines are indexed: entries that came up, and rows. */
export const NEWS_AT = STAGE_LISTS_AT[0];
export const ROWS_AT = 0xef_0000;

const PAGE_BYTES = 0x1_0000;
export const PAGES = GROUPS_END / PAGE_BYTES;
