/**
 * The same protocol with a decision of the model's taken back, to see what the decision is worth and that it changes no
 * verdict.
 */
import { open } from '../../model/kernel/late.js';
import type { Move, State, System } from '../../model/system.js';

/** Every open choice is made in the first step of the run, instead of where it is first read. */
export function early(late: System): System {
  const paths = openLeaves(late.initial, []);
  const first = late.slots[0]!;
  const decided = (s: State): boolean => paths.every((path) => open(String(read(s, path))).length === 1);
  return {
    ...late,
    slots: late.slots.map((slot) => ({
      ...slot,
      step(draft: State, move: Move): void {
        if (decided(draft)) return slot.step(draft, move);
        if (slot.name !== first.name) return move.block();
        move.at('chooses', 'guest');
        for (const path of paths) {
          const alternatives = open(String(read(draft, path)));
          write(draft, path, alternatives[move.choose(alternatives.length)]!);
        }
        return undefined;
      },
    })),
  };
}

/** The ghosts are wiped after each step, as if no property read them. */
export function withoutGhosts(seeing: System): System {
  return {
    ...seeing,
    properties: [],
    slots: seeing.slots.map((slot) => ({
      ...slot,
      step(draft: State, move: Move): void {
        slot.step(draft, move);
        const { guest, seen } = draft as {
          guest: Record<string, Record<string, unknown>>;
          seen: Record<string, unknown>;
        };
        for (const one of Object.values(guest))
          Object.assign(one, { notice: '', notice_sig: '', waited: '' });
        Object.assign(seen, { notices: [], waits: [] });
      },
    })),
  };
}

type Path = readonly string[];

function openLeaves(value: unknown, path: Path): Path[] {
  if (typeof value === 'string') return value.startsWith('?') ? [path] : [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([field, inner]) => openLeaves(inner, [...path, field]));
}

function read(s: State, path: Path): unknown {
  return path.reduce<unknown>((value, field) => (value as Record<string, unknown>)[field], s);
}

function write(s: State, path: Path, value: string): void {
  const holder = read(s, path.slice(0, -1)) as Record<string, unknown>;
  holder[path.at(-1)!] = value;
}
