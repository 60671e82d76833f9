/** Small systems by hand, without the ceremony. */
import type {
  EventualProperty,
  Move,
  Property,
  Slot,
  State,
  StateProperty,
  System,
} from '../../model/system.js';

/** A state whose fields a test may use as it likes. */
// oxlint-disable-next-line typescript/no-explicit-any -- each test has a state of its own shape
export type Loose = any;

export type Step = (s: Loose, move: Move) => void;

export function toy(initial: State, steps: Record<string, Step>, ...properties: Property[]): System {
  const slots = Object.entries(steps).map(([name, step]): Slot => {
    return { name, kind: name.startsWith('env') ? 'environment' : 'task', step };
  });
  return { name: 'toy', initial, slots, properties, steps: [], faults: struckIn };
}

function struckIn({ struck }: Loose): string[] {
  return struck ?? [];
}

export function step(name: string, witness = 'tested'): Property {
  return { kind: 'step', name, sentence: `${name} does not happen`, witness };
}

export function always(name: string, broken: (s: Loose) => string, witness = 'tested'): StateProperty {
  return { kind: 'always', name, sentence: `${name} in every state`, witness, broken };
}

export function inTheEnd(name: string, broken: (s: Loose) => string, witness = 'tested'): StateProperty {
  return { kind: 'finally', name, sentence: `${name} in the end`, witness, broken };
}

/** `when`: owed from these states on; without it, from the start. */
export function inGoodTime(
  name: string,
  broken: (s: Loose) => string,
  when?: (s: Loose) => boolean,
): EventualProperty {
  const asked = when && { when };
  return { kind: 'eventually', name, sentence: `${name} comes`, witness: 'tested', broken, ...asked };
}

/** A step that counts a field up to a bound and then blocks. */
export function countTo(bound: number, field: string): Step {
  return (s, move) => {
    move.at(`count-${field}`, 'row 1');
    if (s[field] >= bound) move.block();
    move.event('tested');
    s[field]++;
  };
}
