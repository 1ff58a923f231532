import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Find, KeptContext } from '../../../../src/completion/context/kept.ts';
import type { Piece, Source } from '../../../../src/completion/context/piece.ts';

const piece = (source: Source, text: string): Piece => ({ source, path: 'p.ts', text: `${text}\n` });

/** Sources that find some texts each, and how often each was asked. */
function desk() {
  const found: Partial<Record<Source, string[]>> = {};
  const asked: Source[] = [];
  const find =
    (source: Source): Find =>
    () => {
      asked.push(source);
      return (found[source] ?? []).map((text) => piece(source, text));
    };
  const sources = {
    outlines: find('outlines'),
    visited: find('visited'),
    similar: find('similar'),
    definitions: find('definitions'),
    edits: find('edits'),
  };
  return { found, asked, sources };
}

const at = (line: number, shown: string[] = []) => ({ key: 'f', line, shown, units: 4_000, deadlineMs: 1_000 });
const texts = (kept: KeptContext) => kept.of('f').map(({ text }) => text.trim());

describe('KeptContext', () => {
  it('says what was found at the last rest, at once, and whether that is something new', async () => {
    const kept = new KeptContext();
    const { found, sources } = desk();
    assert.deepEqual(kept.of('f'), []);
    assert.equal(await kept.rest(at(3), sources), false);
    found.edits = ['+e'];
    found.outlines = ['o'];
    assert.equal(await kept.rest(at(40), sources), true);
    assert.deepEqual(texts(kept), ['o', '+e']);
    assert.deepEqual(kept.of('another'), []);
  });

  it('asks what is steady only where the cursor went elsewhere, and changes nothing before what changed', async () => {
    const kept = new KeptContext();
    const { found, asked, sources } = desk();
    Object.assign(found, { outlines: ['o'], similar: ['s'], definitions: ['d1'], edits: ['+e'] });
    await kept.rest(at(30), sources);
    asked.length = 0;
    Object.assign(found, { similar: ['s2'], definitions: ['d2'] });
    assert.equal(await kept.rest(at(34), sources), true);
    assert.deepEqual(asked, ['definitions', 'edits']);
    assert.deepEqual(texts(kept), ['o', 's', 'd2', '+e']);
    assert.equal(await kept.rest(at(60), sources), true);
    assert.deepEqual(texts(kept), ['o', 's2', 'd2', '+e']);
  });

  it('stays as it is where nothing came to it', async () => {
    const kept = new KeptContext();
    const { found, sources } = desk();
    Object.assign(found, { definitions: ['d1', 'd2'], edits: ['+e'] });
    await kept.rest(at(30), sources);
    const before = kept.of('f');
    found.definitions = ['d2'];
    assert.equal(await kept.rest(at(31), sources), false);
    assert.equal(kept.of('f'), before);
    found.definitions = ['d2', 'd3'];
    assert.equal(await kept.rest(at(31), sources), true);
    assert.deepEqual(texts(kept), ['d2', 'd3', '+e']);
  });

  it('leaves out a source that is late or fails, and tells it that it is', async () => {
    const kept = new KeptContext();
    const { found, sources } = desk();
    found.edits = ['+e'];
    let told = false;
    const late: Find = (signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          told = true;
        });
      });
    const broken: Find = () => {
      throw new Error('no');
    };
    await kept.rest({ ...at(1), deadlineMs: 20 }, { ...sources, definitions: late, similar: broken });
    assert.deepEqual(texts(kept), ['+e']);
    assert.ok(told);
  });

  it('shows nothing that is forgotten', async () => {
    const kept = new KeptContext();
    const { found, sources } = desk();
    found.outlines = ['o'];
    await kept.rest(at(1), sources);
    kept.forget('another');
    assert.equal(kept.of('f').length, 1);
    kept.forget();
    assert.deepEqual(kept.of('f'), []);
  });

  it('does not bring back what was forgotten while it was asked', async () => {
    const kept = new KeptContext();
    const { sources } = desk();
    const gate = Promise.withResolvers<Piece[]>();
    const resting = kept.rest(at(1), { ...sources, similar: () => gate.promise });
    kept.forget();
    gate.resolve([piece('similar', 's')]);
    assert.equal(await resting, false);
    assert.deepEqual(kept.of('f'), []);
  });
});
