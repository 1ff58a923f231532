/** The sample project, and the steps that its walkthrough promises. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { SAMPLE } from '../../src/welcome/sample.ts';

const root = path.join(import.meta.dirname, '../..');
const folder = path.join(root, SAMPLE.folder);

export interface Step {
  /** The line at whose end Enter is pressed, as it stands in the file. */
  line: string;
  /** The grey text on the new line. */
  promised: string;
}

/** Names below the folder of the sample, and what the files hold. */
export function sampleFiles(): Record<string, string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    statSync(path.join(folder, name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}

/** The steps of a page with the table of them, in order. */
function stepsOf(page: string): Step[] {
  const rows = [...page.matchAll(/^\| (.*?) +\| `Enter` +\| `(.*)` +\| `Tab`/gm)];
  const lines = sampleFiles()[SAMPLE.file]!.split('\n');
  return rows.map(([, place = '', promised = '']) => {
    const [head = '', tail = ''] = /`(.*)`/.exec(place)![1]!.split('…');
    // The last such line is the one of the last function; a lone bracket that is indented ends its loop.
    const line = lines.findLast((one) => (head === '}' ? one === '  }' : one.includes(head) && one.endsWith(tail)));
    if (line === undefined) throw new Error(`the sample has no line as in: ${place}`);
    return { line, promised };
  });
}

/** What the walkthrough and the sample's own page promise; both pages say the same. */
export const walkthroughSteps = (): Step[] =>
  stepsOf(readFileSync(path.join(root, 'media/walkthrough/see.md'), 'utf8'));
export const readmeSteps = (): Step[] => stepsOf(sampleFiles()['README.md']!);
