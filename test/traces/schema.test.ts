import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatJson } from '../../traces/json.js';
import { faultsOf, type Schema } from '../schema.js';
import { broken, sound, whole } from './sample.js';

const schema: Schema = JSON.parse(readFileSync(new URL('../../traces/schema.json', import.meta.url), 'utf8'));

describe('the JSON Schema', () => {
  it('accepts what check writes', () => {
    expect(faultsOf(schema, JSON.parse(formatJson([broken, sound, whole])))).toEqual([]);
    const huge = { ...broken, result: { ...broken.result, states: 2 ** 60 } };
    expect(faultsOf(schema, JSON.parse(formatJson([huge])))).toEqual([]);
  });

  it('refuses a report with a field missing, a wrong word or a wrong type', () => {
    expect(spoil((run) => delete run['states'])).toEqual(['runs.0.states is missing']);
    expect(spoil((run) => (run['stopped'] = 'tired'))).toHaveLength(1);
    expect(spoil((run) => (run['depth'] = 'deep'))).toHaveLength(1);
    expect(spoil((run) => (run['states'] = 1.5))).toHaveLength(1);
  });

  it('names every field that check writes', () => {
    expect(faultsOf(closed(schema), JSON.parse(formatJson([broken, whole])))).toEqual([]);
  });
});

/** The schema, but refusing fields it does not name: readers allow new fields, and this test wants them described. */
function closed(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (_key, value) =>
    typeof value === 'object' && value !== null && 'required' in value
      ? { ...value, additionalProperties: false }
      : value,
  );
}

/** What is wrong with a report whose run was changed. */
function spoil(change: (run: Record<string, unknown>) => void): string[] {
  const report = JSON.parse(formatJson([broken]));
  change(report.runs[0]);
  return faultsOf(schema, report);
}
