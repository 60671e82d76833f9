#!/usr/bin/env node
/** The command: declares the flags, calls one subcommand, and turns how it ended into an exit code. */

import { existsSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ModelError } from './checker/outcome.js';
import { check, type CheckFlags, formats } from './commands/check.js';
import { codes } from './commands/codes.js';
import { conform, type ConformFlags, conformFormats } from './commands/conform.js';
import { engineNames } from './commands/engines.js';
import { explain } from './commands/explain.js';
import { init } from './commands/init.js';
import { list } from './commands/list.js';
import { litmus, type LitmusFlags, litmusFormats } from './commands/litmus.js';
import { oneOf } from './commands/names.js';
import { Problem } from './commands/problem.js';
import { defaults } from './commands/question.js';
import { replay, type ReplayFlags } from './commands/replay.js';
import { ansiPaint, noPaint, type Paint, wantsColour } from './traces/style.js';

const whole = `
A run that names no --faults, --max-faults or --guest explores every usual guest without faults, and the guest profiles
with each single fault.
`;

const exitCodes = `
Exit codes:
  0   every promise holds
  1   a promise is broken (for replay: the run still breaks it; for litmus and conform: the kernels differ)
  2   usage, or a file that cannot be read or written
  3   undecided or vacuous, or bounded under --require-exhausted; for conform: stopped before its last walk
  70  internal error`;

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  // A reader that goes away is noticed where the result is written; here it only must not end the program.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  let code: number = codes.fine;
  const program = declare((result) => (code = result));
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    return explainError(error);
  }
}

function declare(done: (code: number) => void): Command {
  const program = new Command('check')
    .description(
      'Explores every interleaving of a protocol built on clone(), and says whether its promises hold.',
    )
    .version(version(), '-V, --version')
    .helpOption('-h, --help')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ helpWidth: 110 })
    .argument(
      '[PROTOCOL...]',
      'what to check, by name, or a file of your own by path (default: qemu-clone-vm)',
    )
    .option('--depth <N>', 'at most N turns; a turn is a run of steps of one task')
    .option('--faults <LIST>', 'none, all, or NAME[:N],... (default: failing creations)')
    .option(
      '--max-faults <N>',
      `at most N faults a run, of all kinds together (default: ${defaults.maxFaults})`,
    )
    .option(
      '--guest <LIST>',
      `usual, all, or the guest choices or profiles NAME,... (default: ${defaults.guest})`,
    )
    .option('--property <NAME...>', 'check these promises only')
    .option('--engine <NAME>', engineNames.join(', '), 'auto')
    .option('--max-states <N>', 'stop at N states')
    .option('--max-memory <SIZE>', 'stop at so much memory: 512M, 4G (default: 80% of what there is)')
    .option('--timeout <SECONDS>', 'stop after so long')
    .option('--format <NAME>', `${formats.join(', ')} (default: text)`)
    .option('--graph', `draw the state graph instead of a trace, as dot or svg`)
    .option('--out <FILE>', 'write that to FILE; unless it is text, the text still goes to stdout')
    .option('--traces <WHICH>', 'all: print every counterexample, not only the simplest')
    .option('--require-exhausted', 'a promise that holds only up to the bound is no pass (exit code 3)')
    .option('--confirm', 'ask the running kernel about every trace: real tasks play it')
    .option('--quiet', 'no progress on stderr')
    .option('--color <WHEN>', 'auto, always, never', 'auto')
    .option('--platform <NAME>', 'the kernel rules', defaults.platform)
    .option('--kernel <RELEASE>', 'the release of the kernel', defaults.kernel)
    .option('--clones <N>', 'so many guest threads clone at the same time', defaults.clones)
    .option('--rounds <N>', 'each of them so many times in a row', defaults.rounds)
    .option('--without <NAME...>', 'the experiment: drop a flag or a step of the protocol')
    .addHelpText('after', whole + exitCodes)
    .action(async (names: string[], flags: CheckFlags & { color: string }) => {
      done(await check(names, flags, paintOf(flags.color)));
    });
  program
    .command('list')
    .description('every protocol, property, fault and guest choice')
    .action(async () => done(await list()));
  program
    .command('explain')
    .description('what a protocol, property, fault, guest choice or verdict means')
    .argument('<NAME>')
    .action(async (name: string) => done(await explain(name)));
  program
    .command('init')
    .description('writes a small protocol to begin with, for a file of your own')
    .argument('<FILE>', 'mine.ts, say; then: check mine.ts')
    .action((file: string) => done(init(file)));
  program
    .command('litmus')
    .description('asks the kernel of the model what each litmus test asks, and compares the answers')
    .argument('[FILE...]', 'tests of your own (default: those that come with the package)')
    .option(
      '--on-kernel',
      'ask the running kernel, too: real tasks are made to take each outcome of the model',
    )
    .option('--free <N>', 'with --on-kernel: how often each test also runs without a tracer', '20')
    .option('--format <NAME>', litmusFormats.join(', '), 'text')
    .action(async (files: string[], flags: LitmusFlags) => done(await litmus(files, flags)));
  program
    .command('conform')
    .description(
      'small programs of kernel calls, by the model and by real tasks of the running kernel in lock step',
    )
    .option('--walks <N>', 'so many programs; with --systematic also "all"', '1000')
    .option('--seed <S>', 'of the first; each further one has the next (default: by the clock)')
    .option(
      '--systematic',
      'not random programs but all there are up to some size; the seed is a number, from 0',
    )
    .option('--format <NAME>', conformFormats.join(', '), 'text')
    .action(async (flags: ConformFlags) => done(await conform(flags)));
  program
    .command('replay')
    .description('play a run again, from the line at the end of its trace')
    .argument('<LINE...>')
    .option('--on-kernel', 'let real tasks play it on the running kernel, and compare after each turn')
    .option('--format <NAME>', 'text, dot, svg', 'text')
    .option('--out <FILE>', 'write to FILE instead of stdout')
    .option('--color <WHEN>', 'auto, always, never', 'auto')
    .action(async (words: string[], flags: ReplayFlags & { color: string }) => {
      done(await replay(words, flags, paintOf(flags.color)));
    });
  return program;
}

function paintOf(flag: string): Paint {
  const when = oneOf('value of --color', flag, ['auto', 'always', 'never'] as const);
  return wantsColour(when, process.stdout.isTTY, process.env) ? ansiPaint : noPaint;
}

function explainError(error: unknown): number {
  // Commander has said its piece already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? codes.fine : codes.problem;
  if (error instanceof Problem) {
    process.stderr.write(`error: ${error.message}\n`);
    return codes.problem;
  }
  const what = error instanceof ModelError ? 'the built-in model is at fault: ' : '';
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`internal error: ${what}${message.split('\n')[0]}; please report it\n`);
  if (process.env['CLONECHECK_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return codes.internal;
}

/** From dist/ or from the sources, whichever runs. */
function version(): string {
  const found = ['../package.json', './package.json'].map((path) => {
    const file = new URL(path, import.meta.url);
    return existsSync(file) ? /"version": *"([^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  });
  return found.find((each) => each !== undefined) ?? 'unknown';
}
