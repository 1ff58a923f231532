import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Arbiter } from '../../../../../../../src/engine/server/core/arbiter.ts';
import { KvCache } from '../../../../../../../src/engine/server/core/kv/kvCache.ts';
import { Decisions } from '../../../../../../../src/engine/server/core/scheduler/decisions.ts';
import { LatencyProfile } from '../../../../../../../src/engine/server/core/scheduler/latencyProfile.ts';
import { Loop } from '../../../../../../../src/engine/server/core/scheduler/loop.ts';
import { SimulatedBackend } from '../../../../../../../src/engine/server/core/simulated/backend.ts';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import type { DraftSource } from '../../../../../../../src/engine/server/core/speculation/draft.ts';
import { Projects } from '../../../../../../../src/engine/server/services/completion/project/projects.ts';
import type { Cursor } from '../../../../../../../src/engine/server/services/completion/prompt.ts';
import { FixedDrafts } from '../../../../../../helpers/fixedDrafts.ts';
import { random } from '../../../core/scheduler/machine.ts';
import { BYTE_VOCABULARY, bytesOf } from './scopes.ts';

const DOCUMENT = 'shop.ts';
const READ = 'const text = await file.read();';
const CODE = `const file = await open(path);\n${READ}\nawait file.close();\n`.repeat(3);

/** The cursor at a bar; the bytes of the word before it are written anew. */
function cursorAt(text: string, broken = 0): Cursor {
  const [before, after] = text.split('|') as [string, string];
  const end = before.length - broken;
  return {
    before: bytesOf(before.slice(0, end)),
    after: bytesOf(after),
    beginning: Uint8Array.from(bytesOf(before.slice(end))),
    brokenOff: broken,
  };
}

function projectsWith(text: string): Projects {
  const projects = new Projects(simulatedTokenizer, BYTE_VOCABULARY);
  projects.open('w', { id: DOCUMENT, path: DOCUMENT, text: text.replace('|', '') });
  projects.open('w', { id: 'other.ts', path: 'other.ts', text: CODE });
  return projects;
}

const flat = { logits: (_row: number, target = new Float32Array(BYTE_VOCABULARY)) => target.fill(0) };

function sourcesOf(projects: Projects, text: string, cursor: Cursor, oneLine = true): Map<string, DraftSource> {
  const options = { document: DOCUMENT, offset: text.indexOf('|'), ngram: true, oneLine };
  const { sources } = projects.choose(flat, 'w', options, cursor, undefined);
  return new Map(sources.map((source) => [source.name, source]));
}

/** What a source guesses behind an answer so far. */
function said(source: DraftSource | undefined, made = ''): string | undefined {
  const guess = source?.guess([...bytesOf('prompt'), ...bytesOf(made)], 'prompt'.length);
  return guess && Buffer.from(Array.from(guess.tokens)).toString();
}

describe('draft sources of a completion', () => {
  it('go on as the code did, up to the end of an only line', () => {
    const text = 'const file = await open(path);\nconst text = a|\nawait file.close();\n';
    const sources = sourcesOf(projectsWith(text), text, cursorAt(text));
    assert.equal(said(sources.get('code')), 'wait file.read();');
    assert.equal(said(sources.get('code'), 'wait file.re'), 'ad();');
    assert.equal(said(sources.get('code'), 'wait file.read();'), undefined, 'the line ends');
    const block = sourcesOf(projectsWith(text), text, cursorAt(text), false);
    assert.ok(said(block.get('code'), 'wait file.read();')!.startsWith('\nawait'));
    assert.deepEqual([...sources.keys()], ['line', 'code']);
    assert.deepEqual([...block.keys()], ['line', 'text', 'code']);
  });

  it('know the line that is recalled', () => {
    const text = 'const file = await open(path);\n|\nawait file.close();\n';
    const sources = sourcesOf(projectsWith(text), text, cursorAt(text));
    assert.equal(said(sources.get('line')), READ);
  });

  it('hold to the word that is written anew at the cursor', () => {
    const text = 'const file = await open(path);\nconst text = awa|\nawait file.close();\n';
    const sources = sourcesOf(projectsWith(text), text, cursorAt(text, 3));
    assert.ok(said(sources.get('code'))!.startsWith('await file'));
    const other = text.replace('awa|', 'fro|');
    assert.equal(said(sourcesOf(projectsWith(other), other, cursorAt(other, 3)).get('code')), undefined);
  });

  it('go on with the answer before, behind what was typed of it', () => {
    const first = 'let total = |\n';
    const projects = projectsWith(first);
    projects.answered('w', DOCUMENT, cursorAt(first), [...bytesOf('price * amount;')]);
    const typed = 'let total = pri|\n';
    const sources = sourcesOf(projects, typed, cursorAt(typed, 3));
    assert.equal(said(sources.get('answer')), 'price * amount;');
    assert.equal(said(sources.get('answer'), 'price'), ' * amount;');
    const changed = 'let total = cou|\n';
    assert.equal(said(sourcesOf(projects, changed, cursorAt(changed, 3)).get('answer')), undefined);
    projects.close('w', DOCUMENT);
    assert.equal(sourcesOf(projects, typed, cursorAt(typed, 3)).get('answer'), undefined);
  });

  it('change no completion: with healing, whole lines and blocks, greedy and drawn', async () => {
    const draw = random(4);
    const lines = CODE.split('\n').slice(0, 3);
    let drafted = 0;
    for (let place = 0; place < 60; place++) {
      const line = lines[Math.floor(3 * draw())]!;
      const at = Math.floor(line.length * draw());
      const text = `const file = await open(path);\n${line.slice(0, at)}|\nawait file.close();\n`;
      const broken = /\w*$/.exec(line.slice(0, at))![0].length;
      const oneLine = draw() < 0.7;
      const temperature = draw() < 0.5 ? 0 : 0.7;
      const complete = async (nodes: number) => {
        const projects = projectsWith(text);
        const cursor = cursorAt(text, broken);
        projects.answered('w', DOCUMENT, cursor, [...bytesOf(line.slice(at - broken))]);
        const backend = new SimulatedBackend({ cells: 1024, sequences: 8, vocabularyTokens: BYTE_VOCABULARY });
        const profile = new LatencyProfile(backend);
        const speculation = nodes > 0 ? new FixedDrafts(profile, nodes) : undefined;
        const loop = new Loop({
          backend,
          tokenizer: simulatedTokenizer,
          cache: new KvCache(backend, { leases: 4, computeMs: () => 1 }),
          profile,
          policy: 'fcfs',
          decisions: new Decisions(() => backend.now()),
          speculation,
          device: new Arbiter(),
        });
        const options = { document: DOCUMENT, offset: text.indexOf('|'), ngram: true, oneLine };
        const drawer = temperature > 0 ? backend.createSampler({ temperature, seed: place }) : undefined;
        const { sampler, sources } = projects.choose(backend, 'w', options, cursor, drawer);
        const { text: answer, finish } = await loop.submit({
          workspace: 'w',
          class: 'keystroke',
          prompt: [...cursor.before],
          maxTokens: 40,
          stop: oneLine ? ['\n'] : [],
          skipBytes: cursor.beginning.length,
          sampler,
          sources,
          onText: () => undefined,
        }).done;
        backend.checkIntegrity();
        drafted += speculation?.status().right ?? 0;
        const { steps } = sampler.certainty;
        return { answer, finish, steps };
      };
      assert.deepEqual(await complete(8), await complete(0));
    }
    assert.ok(drafted > 300, `${drafted} drafted tokens were right`);
  });
});
