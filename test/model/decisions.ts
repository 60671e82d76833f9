/**
 * The same protocol with a decision of the model's taken back, to see what the decision is worth and that it changes no
 * verdict.
 */
import { open } from '../../model/kernel/late.js';
import type { Task } from '../../model/kernel/state.js';
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

/**
 * Dead facts stay where they are: the writes that only forget are dropped. Whatever reads such a fact after all then reads
 * what was there, so that the verdicts would change.
 */
export function remembering(forgetful: System): System {
  return {
    ...forgetful,
    slots: forgetful.slots.map((slot) => ({
      ...slot,
      step(draft: State, move: Move): void {
        let label = '';
        const at = (name: string, row: string): void => move.at((label = name), row);
        const write: Write = (path, holder, field, value) => {
          if (forgets(draft, label, [...path, field], value)) return;
          if (path.join() === 'task' && (value as Task).state === 'absent')
            // A released task is gone, and its pid is given back; what else it was is forgotten.
            Object.assign(holder[field] as Task, { state: 'absent', pc: '', tid: 0 });
          else holder[field] = value;
        };
        slot.step(watched(draft, [], write) as State, { ...move, at });
      },
    })),
  };
}

/** Does this write only forget? `path` is where it goes. */
function forgets(s: State, label: string, path: Path, value: unknown): boolean {
  const [table = '', name = '', field = ''] = path;
  const atDeath = ['ret', 'claimed', 'pending', 'blocked', 'pdeath_signal', 'altstack', 'fsbase'];
  switch (table) {
    case 'signal':
      return path.length === 2;
    case 'task':
      return (
        (label === 'exit/K6' && atDeath.includes(field)) || (label === 'deliver.guest' && field === 'ret')
      );
    case 'guest':
      return ['waits', 'child', 'image'].includes(field) && value === '';
    case 'local':
      return field === 'managed_tid'
        ? label.startsWith('manager.wait')
        : label.startsWith('do_fork.return') && field !== '';
    case 'word':
    case 'set':
      // Freeing an object empties it; that the kernel clears a word of one that is there is no forgetting.
      return read(s, ['object', name.split('.')[0]!]) === '' && value === 0;
    default:
      return false;
  }
}

type Write = (path: Path, holder: Record<string, unknown>, field: string, value: unknown) => void;

/** A draft whose writes go through `write`. */
function watched(node: object, path: Path, write: Write): object {
  return new Proxy(node, {
    get(target, field) {
      const value: unknown = Reflect.get(target, field);
      const isNode = typeof value === 'object' && value !== null && !Array.isArray(value);
      return isNode && typeof field === 'string' ? watched(value, [...path, field], write) : value;
    },
    set(target, field, value) {
      write(path, target as Record<string, unknown>, String(field), value);
      return true;
    },
  });
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
