/**
 * `node test/eval/typing/editor.ts [--lines N] [--per-file N] [--seed N] [--gap MS] [--verbose] PROJECT`: the same lines as
 * `eval:typing`, typed in a real VS Code in a real browser on the whole project, with Quire as it is installed. What is
 * shown is read from the screen; what is right is taken with Tab, what begins rightly by words, and anything else is typed
 * on over. Each line is opened with Enter behind the line before it, and is the only one of its file unless `--per-file`
 * says otherwise.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Editor, startEditor } from '../../e2e/editor.ts';
import type { EditorWindow } from '../../e2e/window.ts';
import { Random } from '../../traces/random.ts';
import { corpusOf } from './corpus.ts';
import { processorMs } from './processor.ts';
import { scriptsOf } from './script.ts';
import { agrees, MANNER } from './typist.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lines: { type: 'string', default: '12' },
    'per-file': { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    gap: { type: 'string', default: '130' },
    settings: { type: 'string', default: '{}' },
    verbose: { type: 'boolean' },
    vsix: { type: 'string' },
  },
});

/** What the editor calls a word in most languages. */
const WORD = /(-?\d*\.\d\w*)|([^`~!@#%^&*()\-=+[{\]}\\|;:'",.<>/?\s]+)/;

/** Columns of a tab, as the editor has it by default. */
const TAB = 4;

interface Line {
  path: string;
  /** Where it stood, the lines before it that are typed too left out. */
  row: number;
  text: string;
}

/** Seen on the screen. */
interface Ghost {
  /** The cursor's line as it would be with the grey text, and as it is. */
  full: string;
  line: string;
  /** There are lines below it. */
  more: boolean;
  /** From the latest key to the grey text, ms. */
  delay: number;
}

interface Tally {
  lines: number;
  characters: number;
  keys: number;
  saved: number;
  shown: number;
  wrong: number;
  delays: number[];
}

const corpus = await corpusOf(positionals[0]!);
const files = Object.fromEntries(corpus.files.map(({ path, content }) => [path, content]));
const lines = linesOf(Number(values.lines), Number(values['per-file']));
for (const { path, row } of lines) files[path] = files[path]!.split('\n').toSpliced(row, 1).join('\n');

const editor = await startEditor('typing', {
  files,
  settings: {
    'quire.engine.idleMinutes': 5,
    ...JSON.parse(values.settings),
  },
  ...(values.vsix === undefined ? {} : { vsix: values.vsix }),
});
try {
  const window = await editor.openWindow();
  await window.waitForStatus(/^Quire: (?!loading|starting)/);
  await untilRead(editor);
  await watch(window);
  const gap = Number(values.gap);
  const random = new Random(Number(values.seed));
  const total: Tally = { lines: 0, characters: 0, keys: 0, saved: 0, shown: 0, wrong: 0, delays: [] };
  const before = { engine: spent(editor.enginePids()), host: spent(editor.extensionHostPids()) };
  for (const line of lines) await typed(window, line, gap, random, total);
  const engine = spent(editor.enginePids()) - before.engine;
  const host = spent(editor.extensionHostPids()) - before.host;
  const { characters, keys, saved, shown, wrong, delays } = total;
  delays.sort((a, b) => a - b);
  console.log(
    `${gap} ms a key: ${total.lines} lines, ${characters} characters, ${keys} keys; saved ${percent(saved / characters)}, ` +
      `shown ${shown}, wrong ${wrong} (${((100 * wrong) / keys).toFixed(1)} in 100 keys), ` +
      `key to text p50 ${delays[delays.length >> 1]?.toFixed(0)} ms, p95 ${delays[Math.floor(0.95 * delays.length)]?.toFixed(0)} ms; ` +
      `processor time in 100 keys: engine ${((100 * engine) / keys).toFixed(0)} ms, extension host ${((100 * host) / keys).toFixed(0)} ms`,
  );
} finally {
  await editor.stop();
}
process.exit(0);

/** At most `most` lines, and `perFile` of a file, which follow each other from its first to its last. */
function linesOf(most: number, perFile: number): Line[] {
  const rows = new Map<string, Set<number>>();
  let left = most;
  for (const { file, passages } of scriptsOf([corpus], 16 * most, new Random(Number(values.seed)))) {
    const known = rows.get(file.path) ?? new Set();
    for (const { row, count } of passages) {
      if (left === 0 || count > 1 || row === 0 || known.has(row) || known.size >= perFile) continue;
      known.add(row);
      left--;
    }
    if (known.size > 0) rows.set(file.path, known);
  }
  return [...rows].flatMap(([path, found]) =>
    [...found]
      .sort((a, b) => a - b)
      .map((row, before) => ({ path, row: row - before, text: files[path]!.split('\n')[row]! })),
  );
}

/** The project is read, for suggestions and for memory: the engine computes nothing more. */
async function untilRead(editor: Editor): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    const before = spent(editor.enginePids());
    await sleep(1_000);
    quiet = before > 0 && spent(editor.enginePids()) - before < 50 ? quiet + 1 : 0;
  }
}

/** Processor time of processes, ms. */
function spent(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (processorMs(pid) ?? 0), 0);
}

/** Has the page note what grey text it shows, and when. */
async function watch({ page }: EditorWindow): Promise<void> {
  await page.evaluate(() => {
    const seen = { ghost: '', at: 0, key: 0 };
    Object.assign(globalThis, { quireSeen: seen });
    const look = () => {
      const ghost = [...document.querySelectorAll('.monaco-editor .ghost-text-decoration')]
        .map((e) => e.textContent)
        .join('');
      if (ghost !== seen.ghost) [seen.ghost, seen.at] = [ghost, performance.now()];
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    addEventListener('keydown', () => (seen.key = performance.now()), { capture: true });
  });
}

async function typed(
  window: EditorWindow,
  { path, row, text: line }: Line,
  gap: number,
  random: Random,
  total: Tally,
): Promise<void> {
  const text = line.trimStart();
  if (!(await beginLine(window, path, row, line.slice(0, line.length - text.length)))) return;
  total.lines++;
  total.characters += text.length;
  let at = 0;
  let seen = '';
  let wait = MANNER.thought;
  while (at < text.length) {
    await sleep(wait);
    wait = random.logNormal(gap, MANNER.spread);
    const ghost = await seenIn(window);
    // What the editor put behind the cursor stays there.
    const rest = ghost?.line.slice(at) ?? '';
    const full = ghost?.full ?? '';
    const whole = agrees(text, full) ? full : full.slice(0, full.length - rest.length);
    const from = at;
    if (ghost !== undefined && whole !== seen && !seen.startsWith(whole)) {
      seen = whole;
      const right = agrees(text, whole) && !ghost.more;
      total.shown++;
      total.delays.push(ghost.delay);
      if (!right) total.wrong++;
      if (values.verbose)
        console.error(
          JSON.stringify({ typed: text.slice(0, at), shown: whole.slice(at), right, wanted: text.slice(at) }),
        );
      if (right && total.shown <= 6) await window.screenshot(`${gap}-${total.shown}`);
      await sleep(MANNER.glance);
      if (right) {
        await take('Tab', whole.length - at);
      } else {
        for (let word = nextWord(whole, at); word > 0 && agrees(text, whole.slice(0, at + word)); ) {
          await take('Control+ArrowRight', word);
          word = nextWord(whole, at);
        }
      }
    }
    if (at > from) continue;
    await window.page.keyboard.press(text[at] === ' ' ? 'Space' : text[at]!);
    at++;
    total.keys++;
  }
  await window.page.keyboard.press('Escape');
  await window.runCommand('File: Revert File');

  async function take(key: string, characters: number): Promise<void> {
    await window.page.keyboard.press(key);
    total.keys++;
    total.saved += characters;
    at += characters;
    await sleep(gap);
  }
}

/** Opens a new line before row `row` of the file, as a person does. @returns false where the editor would not indent it so. */
async function beginLine(window: EditorWindow, path: string, row: number, indentation: string): Promise<boolean> {
  await window.openFile(path, { line: row });
  await window.page.keyboard.press('End');
  await sleep(MANNER.rest);
  await window.page.keyboard.press('Enter');
  const wanted = 1 + [...indentation].reduce((sum, unit) => sum + (unit === '\t' ? TAB : 1), 0);
  for (let tries = 0; tries < 4; tries++) {
    const column = Number(/Col (\d+)/.exec(await window.cursorText())?.[1]);
    if (column === wanted) return true;
    await window.page.keyboard.press(column < wanted ? 'Control+BracketRight' : 'Control+BracketLeft');
  }
  await window.runCommand('File: Revert File');
  return false;
}

/** Characters that `Accept Next Word` of the editor puts in; 0 where nothing is left. */
function nextWord(whole: string, at: number): number {
  const left = whole.slice(at);
  const word = WORD.exec(left);
  const end = word === null ? left.length : word.index === 0 ? word[0].length : word.index;
  const space = /\s+/.exec(left);
  return space !== null && space.index > 0 && space.index < end ? space.index + space[0].length : end;
}

async function seenIn({ page }: EditorWindow): Promise<Ghost | undefined> {
  return page.evaluate(() => {
    const { ghost, at, key } = (globalThis as unknown as { quireSeen: { ghost: string; at: number; key: number } })
      .quireSeen;
    if (ghost === '') return undefined;
    const decorated = document.querySelector('.monaco-editor .ghost-text-decoration')?.closest('.view-line');
    if (!decorated) return undefined;
    const text = (element: Element) => (element.textContent ?? '').replaceAll('\u00a0', ' ');
    const bare = decorated.cloneNode(true) as Element;
    for (const part of bare.querySelectorAll('.ghost-text-decoration')) part.remove();
    // Tabs are drawn as spaces.
    const more = document.querySelector('.suggest-preview-additional-widget') !== null;
    return { full: text(decorated).trim(), line: text(bare).trim(), more, delay: at - key };
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
