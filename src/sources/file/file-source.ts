/**
 * Log files on this machine: paths, globs, folders, standard input. Says which files are read and in which order; bytes
 * become events in scan/. Reads everything that the window leaves: order and limit are the question's.
 */
import { createReadStream } from 'node:fs';
import { UserError } from '../../errors.ts';
import type { EventBatch } from '../../event/batch.ts';
import type { Gap, Note } from '../../event/coverage.ts';
import type { Io } from '../../io.ts';
import { any, EVERYTHING } from '../../query/predicate.ts';
import type { Query } from '../../query/query.ts';
import { type Needles, needlesOf } from '../../scan/needles.ts';
import { scan } from '../../scan/scan.ts';
import { unwrap } from '../envelope.ts';
import type { SourceParams } from '../registry.ts';
import type { Capabilities, Findings, Source, SourcePlan } from '../source.ts';
import { chunksOf, nextLineStart, openByteFile } from './byte-file.ts';
import { explainReading } from './explain-reading.ts';
import { type Failure, failureOf, type Found, findFiles } from './find-files.ts';
import { groupLogs } from './log-groups.ts';
import { type ReadingStep, readingList } from './reading-list.ts';
import { ReadingTally } from './reading-tally.ts';
