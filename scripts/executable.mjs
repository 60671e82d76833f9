// tsc writes files without the execute bit, and npx refuses to run a bin that lacks it.
import { chmodSync } from 'node:fs';

chmodSync(new URL('../dist/check.js', import.meta.url), 0o755);
