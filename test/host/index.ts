/**
 * The suite that runs inside the extension host: the editor calls `run` of the bundle (`extensionTestsPath`).
 * Counts are left in the file named by QUIRE_TEST_RESULTS; any failure is also an error for the editor. A test that fails
 * is tried once more, since a real editor on a busy machine loses a key or a command now and then; it is named all the same.
 */
import { writeFileSync } from 'node:fs';
import { format } from 'node:util';

/** Begins each line of the report: much else is written on an editor's console. */
const MARK = '[suite] ';

export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const grep = process.env.QUIRE_TEST_GREP || undefined;
  const options = { ui: 'bdd', timeout: 60_000, retries: 1, color: false, reporter: 'spec' } as const;
  const mocha = new Mocha({ ...options, ...(grep ? { grep } : {}) });
  Mocha.reporters.Base.consoleLog = (...words: unknown[]) => {
    for (const line of format(...words).split('\n')) console.log(MARK + line);
  };
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('./suites/activation.ts');
  await import('./suites/completion.ts');
  await import('./suites/suggestions.ts');
  await import('./suites/projectCode.ts');
  await import('./suites/lifecycle.ts');
  await import('./suites/models.ts');
  await import('./suites/reviews.ts');
  await import('./suites/nativeChat.ts');
  await import('./suites/chatPanel.ts');
  await import('./suites/engine.ts');
  await import('./suites/chatContext.ts');
  await import('./suites/chatTools.ts');
  await import('./suites/memory.ts');
  const failures: { name: string; why: string }[] = [];
  const triedAgain: { name: string }[] = [];
  const { passed, failed } = await new Promise<{ passed: number; failed: number }>((resolve) => {
    const runner = mocha.run((failures) => resolve({ passed: runner.stats?.passes ?? 0, failed: failures }));
    runner.on('fail', (test, { message }) => failures.push({ name: test.fullTitle(), why: message }));
    runner.on('retry', (test, { message }) => {
      triedAgain.push({ name: test.fullTitle() });
      console.log(`${MARK}  once more: ${test.title}, since ${message}`);
    });
  });
  const saved = triedAgain.filter(({ name }) => failures.every((failure) => failure.name !== name));
  const file = process.env.QUIRE_TEST_RESULTS;
  if (file) writeFileSync(file, JSON.stringify({ passed, failed, failures, triedAgain: saved }));
  if (failed > 0) throw new Error(`${failed} of ${passed + failed} tests failed inside the extension host`);
}
