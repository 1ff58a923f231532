import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FEATURES, type Feature } from '../../../../../../../src/engine/server/services/completion/lines/likeness.ts';
import { LineTable } from '../../../../../../../src/engine/server/services/completion/lines/lineTable.ts';
import { type LineScope, Recall } from '../../../../../../../src/engine/server/services/completion/lines/recall.ts';
import { surroundingsOf } from '../../../../../../../src/engine/server/services/completion/lines/surroundings.ts';
import { UNFOUND } from '../../../../../../../src/engine/server/services/completion/weights.ts';
import { byteSpelling, bytesOf } from '../project/scopes.ts';

const recall = new Recall(byteSpelling);

/** The surroundings of a bar in a document, and where lines are looked for: other texts, and the document itself. */
function setting(document: string, ...others: string[]) {
  const [before, after] = document.split('|').map(bytesOf) as [Int32Array, Int32Array];
  const at = surroundingsOf(byteSpelling, before, after, new Uint8Array());
  const own = bytesOf(document.replace('|', ''));
  const scopes = [own, ...others.map(bytesOf)].map((tokens, index): LineScope => {
    const table = new LineTable(byteSpelling);
    table.add(0, tokens);
    return { table, own: index === 0 };
  });
  return { at, scopes, own: [own] };
}

function candidates(document: string, ...others: string[]) {
  const { at, scopes, own } = setting(document, ...others);
  return recall.candidates(at, scopes, own);
}
const textsOf = (document: string, ...others: string[]) => candidates(document, ...others).map(({ text }) => text);

function featuresOf(document: string, other: string, text: string): Record<Feature, number> {
  const { at, scopes, own } = setting(document, other);
  const places = recall.places(at, scopes);
  const index = places.findIndex((place) => place.text === text);
  const values = recall.features(at, places, own)[index]!;
  return Object.fromEntries(FEATURES.map((feature, i) => [feature, values[i]!])) as Record<Feature, number>;
}

const OPENED = 'const file = await open(path);\n';
const CLOSED = 'await file.close();\n';

describe('Recall', () => {
  it('finds what stands between lines like those at the cursor', () => {
    const other = `${OPENED}const text = await file.read();\n${CLOSED}`;
    const [best] = candidates(`${OPENED}|\n${CLOSED}`, other);
    assert.equal(best!.text, 'const text = await file.read();');
    assert.equal(best!.breakToken, 0x0a);
    assert.ok(best!.share > 0.2, `${best!.share}`);
    const unlike = textsOf('nothing();\n|\nalike();\n', other);
    assert.ok(!unlike.some((text) => other.includes(text)));
  });

  it("finds only lines that begin as the cursor's line does, and are not at their end", () => {
    const other = `${OPENED}const text = await file.read();\n${CLOSED}${OPENED}const size = await file.size();\n${CLOSED}`;
    assert.deepEqual(textsOf(`${OPENED}const t|\n${CLOSED}`, other), ['const text = await file.read();']);
    assert.deepEqual(textsOf(`${OPENED}const text = await file.read();|\n${CLOSED}`, other), []);
    assert.deepEqual(textsOf(`other();\n  const size = |\nlines();\n`, other), ['const size = await file.size();']);
  });

  it('does not find the line that the cursor is in, nor comments, nor short ones', () => {
    assert.ok(!textsOf(`${OPENED}const text| = 1;\n${CLOSED}`).includes('const text = 1;'));
    const other = `${OPENED}// a comment of some length\n${CLOSED}${OPENED}return;\n${CLOSED}`;
    const found = textsOf(`${OPENED}|\n${CLOSED}`, other);
    assert.deepEqual([found.some((text) => text.startsWith('//')), found.includes('return;')], [false, false]);
  });

  it('adds up what the same line has at several places', () => {
    const once = `${OPENED}const text = await file.read();\n${CLOSED}`;
    const shares = (...others: string[]) => {
      const all = candidates(`${OPENED}|\n${CLOSED}`, ...others);
      const rest = all.reduce((left, { share }) => left - share, 1);
      return { read: all.find(({ text }) => text.includes('read'))!.share, rest };
    };
    const [one, two] = [shares(once), shares(once, once)];
    const gain = two.read / two.rest / (one.read / one.rest);
    assert.ok(gain > 1.8 && gain < 2.2, `${gain}`);
  });

  it('gives shares that leave room for a line that was not found', () => {
    const other = Array.from({ length: 30 }, (_, i) => `${OPENED}const text = await file.read(${i});\n${CLOSED}`).join(
      '',
    );
    const all = candidates(`${OPENED}|\n${CLOSED}`, other);
    assert.equal(all.length, 5);
    assert.ok(all.reduce((sum, { share }) => sum + share, 0) < 1);
    assert.deepEqual(
      all.map(({ share }) => share),
      all.map(({ share }) => share).sort((a, b) => b - a),
    );
    assert.ok(UNFOUND.constant > 0);
  });

  it('compares neighbours, blocks, names and places', () => {
    const document = `function f() {\n  ${OPENED}  |\n  ${CLOSED}}\n`;
    const alike = featuresOf(document, `function f() {\n  ${OPENED}  read(file);\n  ${CLOSED}}\n`, 'read(file);');
    assert.deepEqual(
      [alike.own, alike.aboveSame, alike.belowSame, alike.bothSame, alike.headerSame, alike.indentSame],
      [0, 1, 1, 1, 1, 1],
    );
    assert.deepEqual([alike.aboveShared, alike.belowShared, alike.headerShared, alike.distance], [1, 1, 1, 0]);
    const less = featuresOf(document, `try {\n${OPENED}read(XYZ);\nawait file.quit();\n}\n`, 'read(XYZ);');
    assert.deepEqual(
      [less.aboveSame, less.belowSame, less.bothSame, less.headerSame, less.indentSame],
      [1, 0, 0, 0, 0],
    );
    assert.ok(less.belowShared > 0.5 && less.belowShared < 1);
    assert.equal(less.belowBegin, Math.log1p('await file.'.length));
    assert.equal(less.unknown, [...'rdXYZ'].length);
    assert.ok(less.nearShare < alike.nearShare);
  });

  it('knows lines of its own document, how far away they are, and those beside the cursor', () => {
    const document = `${OPENED}read(file, once);\n${CLOSED}more();\nand();\n${OPENED}|\n${CLOSED}`;
    const own = featuresOf(document, '', 'read(file, once);');
    assert.deepEqual([own.own, own.distance, own.beside], [1, Math.log1p(5), 0]);
    const twice = featuresOf(`${OPENED}read(file, once);\nmore();\n${OPENED}|\nx();\n`, '', 'read(file, once);');
    assert.equal(twice.beside, 1);
  });

  it('gives lines that end in any letter whole', () => {
    // In UTF-8 its last byte is what a string takes for a space.
    const other = `${OPENED}const name = 'voilà\n${CLOSED}`;
    const [best] = candidates(`${OPENED}|\n${CLOSED}`, other);
    assert.equal(Buffer.from(best!.text, 'latin1').toString(), "const name = 'voilà");
  });
});
