/** What a property asks of a state, learned like a step. */
import type { StateProperty, System } from '../model/system.js';
import { PredicateFootprint } from './footprint.js';
import type { Schema } from './schema.js';

/** The parts of a property, in order: what it answers is what the first of them answers that does not answer `''`. */
export function predicatesOf(property: StateProperty, system: System, schema: Schema): PredicateFootprint[] {
  const parts = property.parts?.(system.initial) ?? [property];
  return parts.map(
    (part) => new PredicateFootprint(schema, `property ${property.name}`, (state) => part.broken(state)),
  );
}
