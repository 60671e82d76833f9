/** `check list`: every name that the other commands take. */

import { defaultProtocol, protocols } from '../model/protocols/index.js';
import { properties } from '../properties/index.js';
import { clip, width } from '../traces/layout.js';
import { writeOut } from './output.js';

/** Prints protocols, properties, faults and guest choices with a line each. */
export async function list(): Promise<number> {
  const used = new Set(protocols.flatMap((protocol) => protocol.properties));
  const sections = [
    section(
      'Protocols',
      protocols.map(({ name, summary }) => [
        name,
        name === defaultProtocol ? `${summary} (the default)` : summary,
      ]),
    ),
    section(
      'Properties',
      properties.filter(({ name }) => used.has(name)).map(({ name, sentence }) => [name, sentence]),
    ),
    section('Faults', described(protocols.flatMap(({ faults }) => faults))),
    section('Guest choices', described(protocols.flatMap(({ guest }) => guest))),
    section('Guest profiles', described(protocols.flatMap(({ profiles }) => profiles))),
    section('Experiments', described(protocols.flatMap(({ experiments }) => experiments))),
  ].filter((text) => text !== '');
  await writeOut(`${sections.join('\n\n')}\n\ncheck explain NAME says more about each.\n`);
  return 0;
}

function described(things: readonly { readonly name: string; readonly sentence: string }[]): string[][] {
  return [...new Map(things.map(({ name, sentence }) => [name, sentence]))];
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const column = Math.max(...rows.map(([name = '']) => name.length)) + 4;
  return [
    title,
    ...rows.map(([name = '', text = '']) => `  ${name.padEnd(column - 2)}${clip(text, width - column)}`),
  ].join('\n');
}
