/** What a property reads: the state of any protocol in which a guest's thread clones a child. */
import { MEMORY, type GuestState } from '../model/protocols/guest.js';
import type { EventualProperty, Property, StateProperty, StepProperty } from '../model/system.js';

export type Judged = GuestState;

export function always(property: Omit<StateProperty<Judged>, 'kind'>): Property<Judged> {
  return { kind: 'always', ...property };
}

/** Judged in the states in which no task can move. */
export function atTheEnd(property: Omit<StateProperty<Judged>, 'kind'>): Property<Judged> {
  return { kind: 'finally', ...property };
}

/** Owed from the states on in which `when` is true. */
export function inTheEnd(property: Omit<EventualProperty<Judged>, 'kind'>): Property<Judged> {
  return { kind: 'eventually', ...property };
}

export function step(property: Omit<StepProperty, 'kind'>): Property<Judged> {
  return { kind: 'step', ...property };
}

/** The guest's children: each clone is named after its child. */
export function children(s: Judged): string[] {
  return Object.keys(s.guest);
}

/** The first child for which a predicate names an object, as `Property.broken` wants it. */
export function firstBroken(s: Judged, broken: (child: string) => string): string {
  for (const child of children(s)) {
    const object = broken(child);
    if (object !== '') return object;
  }
  return '';
}

/** A predicate of each child by itself: the whole, and its parts. */
export function ofEachChild(
  broken: (s: Judged, child: string) => string,
): Required<Pick<StateProperty<Judged>, 'broken' | 'parts'>> {
  return {
    broken: (s) => firstBroken(s, (child) => broken(s, child)),
    parts: (s) => children(s).map((child) => ({ broken: (now) => broken(now, child) })),
  };
}

/** Does the task run guest code, rather than the emulator's or the kernel's? */
export function inGuestCode(s: Judged, task: string): boolean {
  return s.task[task]!.state === 'running' && s.task[task]!.pc.startsWith('guest.');
}

/** Will the task run user code again, if nothing else happens to it? Not once its group is being killed. */
export function isAlive(s: Judged, name: string): boolean {
  const task = s.task[name];
  return task?.state === 'running' && s.signal[task.group_leader]!.group_exit === '';
}

/** Who is no helper of an emulator's, but runs the guest's code. */
export function guestTasks(s: Judged): string[] {
  const helpers = Object.values(s.guest).flatMap((guest) => guest.helpers);
  return Object.keys(s.task).filter((name) => !helpers.includes(name));
}

/** The threads of a process of the guest's that will run user code again. */
export function livingThreads(s: Judged, leader: string): string[] {
  return guestTasks(s).filter((name) => isAlive(s, name) && s.task[name]!.group_leader === leader);
}

/** May a child still use the memory it was cloned into? True until mm_release is done with (K7d), by exit or by exec. */
export function holdsMemory(s: Judged, child: string): boolean {
  const { state, mm, vfork_waiter, pc } = s.task[child]!;
  if (vfork_waiter !== '') return true;
  return state === 'running' && mm === MEMORY && pc !== 'guest.execve/K7e';
}

/** Has somebody stopped a task, for good as it seems? Whoever waits for it then is not to blame. */
export function somebodyIsStopped(s: Judged): boolean {
  return Object.values(s.signal).some(({ stop }) => stop === 'stopped');
}
