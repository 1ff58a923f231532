/** `quire`: the same engine, prompts and filters as the editor, for scripts and measurements. */
import { chat } from './chat.ts';
import { complete } from './complete.ts';
import { forget } from './forget.ts';
import { memory } from './memory.ts';
import { plan } from './plan.ts';
import { replay } from './replay.ts';
import { search } from './search.ts';
import { status } from './status.ts';
import { UsageError, usageOf } from './usage.ts';

const COMMANDS: Record<string, (argv: string[]) => Promise<void>> = {
  chat,
  complete,
  replay,
  search,
  memory,
  plan,
  status,
  forget,
};

async function main([name, ...argv]: string[]): Promise<number> {
  if (name === undefined || name === 'help' || asksForHelp([name, ...argv])) {
    (name === undefined ? process.stderr : process.stdout).write(usageOf(name));
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (!command) throw new UsageError(`there is no command '${name}'`);
    await command(argv);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
    process.stderr.write(`quire: ${message}\n`);
    if (!isUsageError(error)) return 1;
    process.stderr.write(usageOf(command && name));
    return 2;
  }
}

/** Anywhere, but behind `--`, where it is part of a question. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).some((argument) => argument === '--help' || argument === '-h');
}

function isUsageError(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return error instanceof UsageError || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'));
}

// Whoever reads the progress may leave first.
process.stderr.on('error', () => undefined);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`quire: what was found cannot be written: ${error.message}\n`);
  process.exit(1);
});
process.exitCode = await main(process.argv.slice(2));
