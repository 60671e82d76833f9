/** Where two searches of the same system, under the same bounds, disagree. Empty if they do not. */
import type { PropertyResult, SearchResult } from './result.js';

export function differences(a: SearchResult, b: SearchResult): string[] {
  const counts = (['states', 'transitions', 'turns', 'deadlocks', 'failures', 'stopped'] as const).map(
    (name) => differ(name, a[name], b[name]),
  );
  const names = (['taken', 'events'] as const).map((name) => differ(name, a[name].join(), b[name].join()));
  const verdicts = a.properties.flatMap((property, i) => {
    const other = b.properties[i];
    return [
      differ(`verdict of ${property.name}`, property.verdict, other?.verdict),
      differ(`causes of ${property.name}`, causesOf(property), other && causesOf(other)),
    ];
  });
  return [
    ...counts,
    ...names,
    differ('properties', a.properties.length, b.properties.length),
    ...verdicts,
  ].filter((line) => line !== '');

  function differ(what: string, one: unknown, other: unknown): string {
    return one === other ? '' : `${what}: ${a.engine} ${String(one)}, ${b.engine} ${String(other)}`;
  }
}

/** Causes with the size of their runs. The runs themselves may differ: each engine has its own order among equals. */
function causesOf({ counterexamples }: PropertyResult): string {
  return counterexamples
    .map(
      ({ cause: { label, object, faults }, turns, steps }) =>
        `${label} ${object} [${faults.join()}] in ${turns} turns, ${steps} steps`,
    )
    .join('; ');
}
