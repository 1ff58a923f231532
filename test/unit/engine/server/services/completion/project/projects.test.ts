import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { Recall } from '../../../../../../../src/engine/server/services/completion/lines/recall.ts';
import {
  lineContext,
  near,
  Projects,
} from '../../../../../../../src/engine/server/services/completion/project/projects.ts';
import { codeOf, Greedy, sampler } from './samplers.ts';
import { BYTE_VOCABULARY, byteSpelling, bytesOf } from './scopes.ts';

const open = (projects: Projects, workspace: string, path: string, text: string) =>
  projects.open(workspace, { id: path, path, text });
const recall = new Recall(byteSpelling);
const around = (line: string) => `const file = await open(path);\n${line}\nawait file.close();\n`;
const READ = 'const text = await file.read();';

/** Lines that are recalled at a bar in a document of the workspace `w`; `shown`: as much of it as the prompt has. */
function recalledIn(projects: Projects, key: string | undefined, document: string, shown = document): string[] {
  const [before, after] = shown.split('|').map(bytesOf) as [Int32Array, Int32Array];
  const cursor = { before, after, beginning: new Uint8Array(), brokenOff: 0 };
  const { at, scopes, own } = lineContext(byteSpelling, projects.of('w').index, key, document.indexOf('|'), cursor);
  return recall.candidates(at, scopes, own).map(({ text }) => text);
}

describe('the lines that Projects look for', () => {
  it('are those of open documents and files of the same workspace', () => {
    const projects = new Projects(simulatedTokenizer, BYTE_VOCABULARY);
    const place = around('|');
    open(projects, 'w', 'new.ts', place.replace('|', ''));
    assert.ok(!recalledIn(projects, 'new.ts', place).includes(READ));
    open(projects, 'other', 'old.ts', around(READ));
    assert.ok(!recalledIn(projects, 'new.ts', place).includes(READ));
    open(projects, 'w', 'old.ts', around(READ));
    assert.equal(recalledIn(projects, 'new.ts', place)[0], READ);
    projects.close('w', 'old.ts');
    assert.ok(!recalledIn(projects, 'new.ts', place).includes(READ));
    projects.of('w').index.setFile('old.ts', bytesOf(around(READ)));
    assert.equal(recalledIn(projects, 'new.ts', place)[0], READ);
  });

  it('are those of the document itself, but for the line that the cursor is in', () => {
    const projects = new Projects(simulatedTokenizer, BYTE_VOCABULARY);
    const far = 'more();\nand();\nagain();\n';
    const document = `${around(READ)}${far}${around('const t|ext = await file.size();')}`;
    open(projects, 'w', 'new.ts', document.replace('|', ''));
    // The prompt may begin later than the document does: rows are counted in the document.
    const shown = document.slice(document.indexOf('and()'));
    const found = recalledIn(projects, 'new.ts', document, shown);
    assert.deepEqual(found, [READ]);
    // Nobody told of the document: what the prompt has is all that is known of it.
    const unknown = new Projects(simulatedTokenizer, BYTE_VOCABULARY);
    assert.deepEqual(recalledIn(unknown, undefined, document), [READ]);
  });

  it('are heard by the sampler of a completion beside the n-grams, unless the project is not to be heard', () => {
    const projects = new Projects(simulatedTokenizer, BYTE_VOCABULARY);
    const place = around('|');
    open(projects, 'w', 'new.ts', place.replace('|', ''));
    for (const key of ['a.ts', 'b.ts', 'c.ts']) open(projects, 'w', key, around(READ));
    const [before, after] = place.split('|').map(bytesOf) as [Int32Array, Int32Array];
    const cursor = { before, after, beginning: new Uint8Array(), brokenOff: 0 };
    const offset = place.indexOf('|');
    const flat = {
      logits: (_row: number, target = new Float32Array(BYTE_VOCABULARY)) => target.fill(0),
    };
    /** Probability of the first byte of what is recalled. */
    const chance = (ngram: boolean) => {
      const drawer = new Greedy();
      const params = { document: 'new.ts', offset, ngram, oneLine: true };
      projects.choose(flat, 'w', params, cursor, drawer).sampler.sample(0);
      return drawer.shown[codeOf('c')]!;
    };
    const drawer = new Greedy();
    const scopes = [near(cursor, false), ...projects.of('w').index.scopes('new.ts', offset)];
    sampler([new Float32Array(BYTE_VOCABULARY)], { drawer, scopes, context: before, following: after }).sample(0);
    const ngrams = drawer.shown[codeOf('c')]!;
    assert.ok(chance(true) > ngrams + 0.01, `${chance(true)} and ${ngrams} without lines`);
    assert.ok(Math.abs(chance(false) - 1 / BYTE_VOCABULARY) < 1e-6);
  });
});

describe('what is asked ahead', () => {
  const flat = {
    logits: (_row: number, target = new Float32Array(BYTE_VOCABULARY)) => target.fill(0),
  };

  /** A request behind text that is there or not yet, and what was then written and asked. @returns how many tokens were learned from. */
  function learnedFrom(ahead: boolean): number {
    const projects = new Projects(simulatedTokenizer, BYTE_VOCABULARY);
    const text = `${'const alpha = beta;\n'.repeat(4)}const `;
    open(projects, 'w', 'a.ts', text);
    const ask = (before: string, more: { ahead?: boolean } = {}) => {
      const cursor = { before: bytesOf(before), after: new Int32Array(), beginning: new Uint8Array(), brokenOff: 0 };
      const params = { document: 'a.ts', offset: before.length, ngram: true, oneLine: true, ...more };
      projects.choose(flat, 'w', params, cursor, undefined).sampler.sample(0);
    };
    ask(ahead ? `${text}alpha = ` : text, { ahead });
    projects.edit('w', 'a.ts', [{ start: text.length, end: text.length, text: 'alpha' }]);
    ask(`${text}alpha`);
    return projects.status({ pending: 0 } as never).seen;
  }

  it('tells nothing of who was right, also behind the end of the document', () => {
    assert.equal(learnedFrom(false), 1);
    assert.equal(learnedFrom(true), 0);
  });
});
