import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Recall } from '../../../../../src/engine/server/lines/recall.ts';
import { lineContext, Projects } from '../../../../../src/engine/server/ngram/projects.ts';
import { simulatedTokenizer } from '../../../../../src/engine/server/simulated/tokenizer.ts';
import { BYTE_VOCABULARY, byteSpelling, bytesOf } from './scopes.ts';

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
    projects.open('w', 'new.ts', place.replace('|', ''));
    assert.ok(!recalledIn(projects, 'new.ts', place).includes(READ));
    projects.open('other', 'old.ts', around(READ));
    assert.ok(!recalledIn(projects, 'new.ts', place).includes(READ));
    projects.open('w', 'old.ts', around(READ));
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
    projects.open('w', 'new.ts', document.replace('|', ''));
    // The prompt may begin later than the document does: rows are counted in the document.
    const shown = document.slice(document.indexOf('and()'));
    const found = recalledIn(projects, 'new.ts', document, shown);
    assert.deepEqual(found, [READ]);
    // Nobody told of the document: what the prompt has is all that is known of it.
    const unknown = new Projects(simulatedTokenizer, BYTE_VOCABULARY);
    assert.deepEqual(recalledIn(unknown, undefined, document), [READ]);
  });
});
