import { describe, expect, it } from 'vitest';
import { formatDot } from '../../traces/dot.js';
import { formatJson } from '../../traces/json.js';
import { type Run, violations } from '../../traces/report.js';
import { ansiPaint } from '../../traces/style.js';
import { renderSvg } from '../../traces/svg.js';
import { formatText } from '../../traces/text.js';
import { summarize } from '../../traces/verdicts.js';
import { expectGolden } from '../golden.js';
import { broken, sound, whole } from './sample.js';

describe('the text report', () => {
  it('shows a broken protocol with its simplest trace', () => {
    expectGolden('broken.txt', formatText([broken], { allTraces: false }));
  });

  it('shows every trace on request', () => {
    expectGolden('broken-all.txt', formatText([broken], { allTraces: true }));
  });

  it('shows a sound protocol', () => {
    expectGolden('sound.txt', formatText([sound], { allTraces: false }));
  });

  it('shows a union with what was explored and what was not', () => {
    expectGolden('union.txt', formatText([whole], { allTraces: false }));
  });

  it('keeps within 110 columns, but for the replay line', () => {
    const lines = formatText([broken, sound, whole], { allTraces: true }).split('\n');
    expect(lines.filter((line) => line.length > 110 && !line.includes('check replay'))).toEqual([]);
  });

  it('says the same in colour as without', () => {
    const coloured = formatText([broken], { allTraces: true, paint: ansiPaint });
    expect(coloured).toContain('\u001b[');
    // oxlint-disable-next-line no-control-regex -- the escapes are what is taken away.
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(formatText([broken], { allTraces: true }));
  });

  it('begins with a sentence that fits what was found', () => {
    expect(summarize(broken)).toBe(
      '2 of 5 promises are broken, 1 of them without any fault; the simplest in 8 turns',
    );
    expect(summarize(only('holds'))).toBe('The one promise holds');
    expect(summarize(only('vacuous', 'holds', 'undecided'))).toBe(
      'No promise is known to be broken; of 3 promises, 1 undecided and 1 never put to the test',
    );
  });
});

describe('the JSON report', () => {
  it('has the promised shape', () => {
    expectGolden('broken.json', formatJson([broken]));
  });

  it('has the parts of a union behind it', () => {
    const { runs } = JSON.parse(formatJson([whole, sound]));
    expect(runs.map((run: { profile: unknown; parts: unknown }) => [run.profile, run.parts])).toEqual([
      [null, 2],
      [null, 0],
      ['reaper', 0],
      [null, 0],
    ]);
    expect(runs[0].properties[0]).toEqual(runs[2].properties[0]);
  });

  it('writes counts over 2^53 as decimal strings', () => {
    const huge = { ...broken, result: { ...broken.result, states: 2 ** 60 } };
    expect(JSON.parse(formatJson([huge])).runs[0].states).toBe('1152921504606846976');
  });
});

describe('the picture', () => {
  it('has a lane for each task and a box for each turn', () => {
    expectGolden('broken.dot', formatDot(broken, violations(broken)[0]));
  });

  it('is one that Graphviz draws, with every hostile character in it', async () => {
    const hostile = '<b>&amp;"\'\\ \u0007 ✗ ]]> \\N';
    const run = {
      ...broken,
      trace: () => broken.trace([]).map((step) => ({ ...step, says: hostile, row: hostile, label: hostile })),
    };
    const svg = await renderSvg(formatDot(run, violations(run)[0]));
    expect(svg).toContain('</svg>');
    expect(svg).toContain('&lt;b&gt;');
  });

  it('says so when there is nothing to draw', () => {
    expect(formatDot(sound, undefined)).toContain('no broken promise to draw');
  });
});

/** The broken run with only the promises that got one of these verdicts. */
function only(...verdicts: string[]): Run {
  const properties = broken.result.properties.filter(({ verdict }) => verdicts.includes(verdict));
  return { ...broken, result: { ...broken.result, properties } };
}
