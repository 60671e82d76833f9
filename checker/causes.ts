/**
 * Violations, grouped by cause: for each one the simplest place where it was seen.
 *
 * A cause that needs faults says nothing new where fewer of the same faults break the same property at the same
 * step, on the same object; such causes are dropped.
 */
import type { Cause } from './result.js';

/** The simplest violation of a cause so far, and where it is, in the terms of the engine that found it. */
export interface Sighting<Where> extends Breach {
  readonly turns: number;
  readonly steps: number;
  readonly where: Where;
}

export class Sightings<Where> {
  private readonly byKey = new Map<string, Sighting<Where>>();

  /** Takes note of a violation; of two that are equally simple the first stays. Answers the one kept. */
  note(next: Sighting<Where>): Sighting<Where> {
    const { label, object, faults } = next.cause;
    const key = JSON.stringify([next.property, label, object, faults]);
    const known = this.byKey.get(key);
    if (known !== undefined && !isSooner(next.turns, next.steps, known)) return known;
    this.byKey.set(key, next);
    return next;
  }

  /** All causes that say something of their own, simplest first. */
  simplest(): Sighting<Where>[] {
    return telling([...this.byKey.values()]).toSorted(bySimplicity);
  }
}

/** What breaks a property, and how. */
export interface Breach {
  readonly property: string;
  readonly cause: Cause;
}

/** Those that say something of their own. */
export function telling<Some extends Breach>(all: readonly Some[]): Some[] {
  return all.filter((one) => !all.some((other) => isCoveredBy(one, other)));
}

export function isSooner(turns: number, steps: number, than: { turns: number; steps: number }): boolean {
  return turns < than.turns || (turns === than.turns && steps < than.steps);
}

function isCoveredBy({ property, cause }: Breach, other: Breach): boolean {
  return (
    other.property === property &&
    other.cause.label === cause.label &&
    other.cause.object === cause.object &&
    other.cause.faults.length < cause.faults.length &&
    isWithin(other.cause.faults, cause.faults)
  );
}

/** Whether each fault of `few` strikes at least as often in `many`. */
function isWithin(few: readonly string[], many: readonly string[]): boolean {
  const rest = [...many];
  return few.every((fault) => {
    const at = rest.indexOf(fault);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

function bySimplicity(a: Sighting<unknown>, b: Sighting<unknown>): number {
  const text = ({ cause }: Sighting<unknown>) => JSON.stringify([cause.label, cause.object, cause.faults]);
  return (
    a.cause.faults.length - b.cause.faults.length ||
    a.turns - b.turns ||
    a.steps - b.steps ||
    (text(a) < text(b) ? -1 : Number(text(a) > text(b)))
  );
}
