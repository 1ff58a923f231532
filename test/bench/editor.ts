/// <reference lib="dom" />
/**
 * What a person feels: from a key to ghost text on the screen, in a real VS Code in Chromium with the packaged
 * extension, and what the extension costs the editor's start.
 */
import type { Page } from 'playwright-core';
import { startEditor } from '../e2e/editor.ts';
import type { EditorWindow } from '../e2e/window.ts';
import { AT_ONCE, benchActivation, packPlainExtension } from './activation.ts';
import { percentile, type Row } from './report.ts';

/** Typed one after the other into a file of which the first half is there. */
const TYPED = [
  'export function cheapest(books: Book[]): Book | undefined {\nlet best: Book | undefined;\nfor (const book of books) {\nif (best === undefined || book.price < best.price) best = book;\n}\nreturn best;',
  'export function byAuthor(books: Book[], author: string): Book[] {\nreturn books.filter((book) => book.author === author);',
  'export function titles(books: Book[]): string[] {\nconst result: string[] = [];\nfor (const book of books) result.push(book.title);\nreturn result;',
];
const FILE = `export interface Book {
  title: string;
  author: string;
  year: number;
  price: number;
}

export function total(books: Book[]): number {
  let sum = 0;
  for (const book of books) {
    sum += book.price;
  }
  return sum;
}

export function oldest(books: Book[]): Book | undefined {
  let oldest: Book | undefined;
  for (const book of books) {
    if (oldest === undefined || book.year < oldest.year) oldest = book;
  }
  return oldest;
}

`;
/** Typed where another extension answers. */
const WORDS = 'nobody has to think of what comes next in a line that is of no use to anybody';
/** Between two keys; a fast typist's pace, long enough that each key has its own answer. */
const KEY_INTERVAL_MS = 180;

/** VS Code waits this long after a key before it asks any provider (its `InlineCompletionsDebounce`). */
const EDITOR_DEBOUNCE_MS = 50;

interface Sample {
  key: number;
  /** When grey text that was not there before stood in the page; absent: none came before the next key. */
  shown?: number;
}

export async function benchEditor(): Promise<Row[]> {
  const plain = await packPlainExtension();
  const editor = await startEditor('bench', {
    others: [plain.vsix],
    files: { 'books.ts': FILE, [`words.${AT_ONCE}`]: '\n' },
    settings: {
      'quire.completion.debounceMs': 0,
      'editor.quickSuggestions': { other: 'off' },
      '[plaintext]': { 'quire.enable': false },
    },
  });
  try {
    const window = await editor.openWindow();
    await window.waitForStatus(/ready/);
    await window.openFile('books.ts');
    const { samples, delays } = await typed(window, TYPED);
    await window.openFile(`words.${AT_ONCE}`);
    const atOnce = await typed(window, [WORDS]);
    await window.close();
    const note = `${delays.length} of ${samples.length} keys got new ghost text`;
    const apart = "the same, the editor's own debounce of 50 ms apart";
    const row = (name: string, p: number) =>
      ({ group: 'editor', name, value: percentile(delays, p), unit: 'ms', note }) as const;
    const without = (name: string, p: number, goal: string) => ({
      ...row(name, p),
      value: percentile(delays, p) - EDITOR_DEBOUNCE_MS,
      goal,
      note: apart,
    });
    return [
      row('key to ghost text, p50', 0.5),
      row('key to ghost text, p95', 0.95),
      without('debounce apart, p50', 0.5, '<= 100'),
      without('debounce apart, p95', 0.95, '<= 200'),
      {
        group: 'editor',
        name: 'the same of an extension that answers at once, p50',
        value: percentile(atOnce.delays, 0.5) - EDITOR_DEBOUNCE_MS,
        unit: 'ms',
        note: `${atOnce.delays.length} of ${atOnce.samples.length} keys; what is more is Quire's`,
      },
      ...(await benchActivation(editor)),
    ];
  } finally {
    await editor.stop();
    plain.remove();
  }
}

/** Types texts one after the other. @returns all keys, and how long new ghost text took to come, ms. */
async function typed(
  { page }: EditorWindow,
  texts: readonly string[],
): Promise<{ samples: Sample[]; delays: number[] }> {
  await watchKeys(page);
  for (const text of texts) {
    for (const character of text) {
      await page.keyboard.type(character);
      await page.waitForTimeout(KEY_INTERVAL_MS);
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\n\n');
  }
  const samples = await page.evaluate(() => (globalThis as unknown as { quireKeys: Sample[] }).quireKeys);
  return { samples, delays: samples.flatMap(({ key, shown }) => (shown === undefined ? [] : [shown - key])) };
}

/** Notes in the page when each key went down and when the grey text next changed on the screen. */
async function watchKeys(page: Page): Promise<void> {
  await page.evaluate(() => {
    const keys: Sample[] = [];
    Object.assign(globalThis, { quireKeys: keys });
    const shown = () =>
      [...document.querySelectorAll('.monaco-editor .ghost-text-decoration')].map((part) => part.textContent).join('');
    let before = '';
    document.addEventListener(
      'keydown',
      (event) => {
        if (event.key.length !== 1 && event.key !== 'Enter') return;
        before = shown();
        keys.push({ key: performance.now() });
      },
      { capture: true },
    );
    new MutationObserver(() => {
      const last = keys.at(-1);
      if (last === undefined || last.shown !== undefined) return;
      const now = shown();
      // While typing along a suggestion the rest of it just gets shorter: that is no new text.
      if (now === '' || before.endsWith(now)) return;
      requestAnimationFrame(() => {
        last.shown ??= performance.now();
      });
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
}
