/** `check explain NAME`: what a name means, whatever kind of name it is. */

import { type Profile, type Protocol, protocols } from '../model/protocols/index.js';
import { properties } from '../properties/index.js';
import { either, width, wrap } from '../traces/layout.js';
import { unknown } from './names.js';
import { writeOut } from './output.js';
import { loadedProtocol, loadProtocols } from './own.js';

/** Prints every meaning of the name. */
export async function explain(name: string): Promise<number> {
  await loadProtocols([name]);
  const own = loadedProtocol(name);
  if (own !== undefined) {
    await writeOut(`${explainProtocol(own)}\n`);
    return 0;
  }
  const all = [
    ...protocols.map((protocol) => ({ name: protocol.name, text: () => explainProtocol(protocol) })),
    ...properties.map((property) => ({ name: property.name, text: () => explainProperty(property) })),
    ...described('fault', ({ faults }) => faults),
    ...described('guest choice', ({ guest }) => guest),
    ...described('guest profile', ({ profiles }) => profiles.map(withChoices)),
    ...described('experiment (--without)', ({ experiments }) => experiments),
    ...Object.entries(words).map(([word, text]) => ({
      name: word,
      text: () => paragraph(`${word}: ${text}`),
    })),
  ];
  const found = all.filter((each) => each.name === name);
  if (found.length === 0) {
    const names = [...new Set(all.map((each) => each.name))];
    throw unknown(
      'protocol, property, fault, guest choice, guest profile, experiment or verdict',
      name,
      names,
      'check list shows all',
    );
  }
  await writeOut(`${found.map(({ text }) => text()).join('\n\n')}\n`);
  return 0;
}

const words: Readonly<Record<string, string>> = {
  violated:
    'a run is known that breaks the promise; the report has the simplest one for each cause. Exit code 1.',
  holds:
    'every state that can be reached was seen, and the promise holds in all of them. A proof for these options.',
  'holds-to-depth':
    'the promise holds in every run of at most as many turns as --depth says; longer runs exist and were not looked at. ' +
    'Exit code 0, or 3 under --require-exhausted.',
  vacuous:
    'the promise was never put to the test: what it speaks about did not happen in any run. No pass; exit code 3.',
  undecided:
    'a limit of states, memory or time, or a signal, ended the search first; or --depth cut the runs of which a promise ' +
    "of kind 'eventually' speaks. No pass; exit code 3.",
  task: 'a task of the kernel: a thread or a process.',
  slot: 'whoever can move: a task, or an actor of the environment, which is never obliged to.',
  step: 'one atomic move of one slot, as fine as another task can observe.',
  turn: 'a run of consecutive steps of one slot, until another one moves. --depth counts turns.',
  fault:
    'what the environment does: a creation that fails, a SIGKILL, a stop, a stray wake-up. Never obliged to happen.',
  cause:
    'a property, the step that broke it, the object concerned and the faults used. One trace is shown for each.',
  eventually:
    'a kind of promise: what is owed comes, on every run that is weakly fair, which means that a task that can move all the ' +
    'time does move. The environment owes nothing, and a choice may always go the same way. It is broken by a run that ' +
    'ends without it, or by one that goes round for ever; of such a run the trace has the way to the cycle and one round.',
};

function explainProtocol({ name, summary, description, ...known }: Protocol): string {
  const { faults, guest, profiles, experiments, properties, promises = [] } = known;
  return [
    `${name}: ${summary}`,
    '',
    ...(description === summary ? [] : [paragraph(description.replaceAll('\n', ' ')), '']),
    ...section(
      'Faults',
      faults.map(({ name: fault, sentence, impossible, needs }) => ({
        name: fault,
        sentence: `${sentence}${remark(impossible)}${needs ? ` (needs --guest ${needs})` : ''}`,
      })),
    ),
    ...section('Promises of its own', promises),
    ...section(
      'Guest choices',
      guest.map((choice) => ({ ...choice, sentence: choice.sentence + remark(choice.onRequest) })),
    ),
    ...section('Guest profiles, explored with every fault', profiles.map(withChoices)),
    ...section('Experiments, for --without', experiments),
    'Properties',
    ...wrap(properties.join(', '), width - 2).map((line) => `  ${line}`),
  ].join('\n');
}

/** What no run includes that does not name it. */
function remark(special: true | undefined): string {
  return special ? ' (only when named)' : '';
}

function explainProperty({ name, kind, sentence, witness, onRequest }: (typeof properties)[number]): string {
  const where = {
    step: 'no step may break it',
    always: 'judged in every state',
    finally: 'judged in every state in which no task can move',
    eventually:
      'no run waits for it for ever, if each task that can move all the time does move (weak fairness); faults need not strike',
  }[kind];
  const users = protocols
    .filter((protocol) => protocol.properties.includes(name))
    .map((protocol) => protocol.name);
  return [
    paragraph(`${name}: ${sentence}.`),
    '',
    `A property of kind '${kind}': ${where}.`,
    `It is put to the test when this happens: ${witness}. Until then it is vacuous.`,
    ...(onRequest ? [`Judged only when it is asked for: --property ${name}.`] : []),
    users.length === 0 ? 'No protocol names it yet.' : `Checked on ${either(users, 'and')}.`,
  ].join('\n');
}

/** A profile with the choices it stands for. */
function withChoices({ name, sentence, choices }: Profile): { name: string; sentence: string } {
  return { name, sentence: `${sentence}: ${choices.join(', ')}` };
}

function section(
  title: string,
  things: readonly { readonly name: string; readonly sentence: string }[],
): string[] {
  if (things.length === 0) return [];
  return [title, ...things.map(({ name, sentence }) => item(name, sentence)), ''];
}

/** Faults or guest choices, each name once, with the protocols that know it. */
function described(kind: string, of: (protocol: Protocol) => readonly { name: string; sentence: string }[]) {
  const names = [...new Set(protocols.flatMap(of).map(({ name }) => name))];
  return names.map((name) => ({
    name,
    text: () => {
      const users = protocols.filter((protocol) => of(protocol).some((each) => each.name === name));
      const sentence = users.flatMap(of).find((each) => each.name === name)?.sentence ?? '';
      return paragraph(
        `${name}: ${sentence}. A ${kind} of ${either(
          users.map((user) => user.name),
          'and',
        )}.`,
      );
    },
  }));
}

function item(name: string, text: string): string {
  const column = 26;
  return wrap(text, width - column)
    .map(
      (line, index) => (index === 0 ? `  ${name}`.padEnd(column - 1) : ' '.repeat(column - 1)) + ` ${line}`,
    )
    .join('\n');
}

function paragraph(text: string): string {
  return wrap(text, width).join('\n');
}
