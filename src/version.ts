/** The program's version, from package.json: read at run time from source, put in by the bundler. */
import manifest from '../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;
