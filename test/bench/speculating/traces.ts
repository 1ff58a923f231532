/** What is asked of a model to see what drafts bring: rest of line, block, rewrite, chat. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { PromptSegment } from '../../../src/engine/protocol/index.ts';
import type { DecodeBackend } from '../../../src/engine/server/core/backend.ts';
import type { ModelHandle } from '../../../src/engine/server/core/modelHandle.ts';
import { TextSource } from '../../../src/engine/server/core/speculation/textSource.ts';
import type { Projects } from '../../../src/engine/server/services/completion/project/projects.ts';
import { fitPrompt } from '../../../src/engine/server/services/completion/prompt.ts';
import { repository } from '../../helpers/engine.ts';
import { Random } from '../../traces/random.ts';
import { corpus } from '../corpus.ts';
import { type Ask, Scripted, Synthetic } from './rig.ts';

const SEED = 3;
/** Tokens of a prompt around a cursor. */
const ROOM = 400;
/** Of the lines of the file that is written anew, one in so many is changed. */
const CHANGED = 20;

/**
 * The model is asked to say its file again with some lines renamed, put in or taken out. What it says is scripted: with
 * random weights it would say nothing of the kind.
 */
export function rewrite({ tokenizer }: Pick<ModelHandle, 'tokenizer'>, count: number): Ask[] {
  const random = new Random(SEED);
  const lines = corpus().split('\n').slice(0, count);
  const changed = [...lines];
  for (let edit = 0; edit < count / CHANGED; edit++) {
    const at = Math.min(lines.length - 1, Math.floor((edit + 0.5) * CHANGED) + random.integer(-5, 5));
    const kind = edit % 3;
    if (kind === 0) changed[at] = changed[at]!.replace(/[A-Za-z]{3,}/, 'somethingElse');
    else if (kind === 1) changed[at] = `${changed[at]}\n  const extra${edit} = measure(${edit}, 'put in');`;
    else changed[at] = '';
  }
  const prompt = [...tokenizer.encode(`Rename and tidy this file:\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n\n`)];
  const script = tokenizer.encode(`\`\`\`ts\n${changed.join('\n')}\n\`\`\`\n`);
  return [scripted('chat', prompt, script)];
}

/** An explanation in prose of some code. */
export function chat({ tokenizer }: Pick<ModelHandle, 'tokenizer'>, length: number): Ask[] {
  const prose = readFileSync(path.join(repository, 'README.md'), 'utf8').replace(/^[|#`].*$/gm, '');
  const from = Math.floor(prose.length / 2);
  const code = corpus().split('\n').slice(200, 240).join('\n');
  const prompt = [...tokenizer.encode(`Explain this:\n\n\`\`\`ts\n${code}\n\`\`\`\n\n`)];
  const script = tokenizer.encode(prose.slice(from, from + 2_000)).subarray(0, length);
  return [scripted('chat', prompt, script)];
}

/**
 * Completions at cursors all over a file.
 * @param scripted true: what really stands there is said; false: what the model chooses.
 * @returns none where the model cannot fill in.
 */
export function completions(
  handle: ModelHandle,
  projects: Projects,
  { block, count, scripted: said }: { block: boolean; count: number; scripted: boolean },
): Ask[] {
  if (!handle.info.specialTokens.includes('fimMiddle')) return [];
  const random = new Random(SEED);
  const text = corpus().slice(0, 12_000);
  return Array.from({ length: count }, (_, place) => {
    let at = random.integer(2_000, 10_000);
    while (!/^\w+[ .(]\w/.test(text.slice(at, at + 12))) at++;
    const end = block ? at + 400 : text.indexOf('\n', at) + 1;
    // What is asked for is not written yet; other files of the project are there.
    const id = `${block ? 'block' : 'line'} ${place}`;
    projects.open(id, { id, path: null, text: text.slice(0, at) + text.slice(end) });
    projects.open(id, { id: 'others', path: null, text: corpus().slice(12_000) });
    const segments: PromptSegment[] = [
      { special: 'fimPrefix' },
      { text: text.slice(0, at), cut: 'start', cursor: 'before' },
      { special: 'fimSuffix' },
      { text: text.slice(end), cut: 'end', cursor: 'after' },
      { special: 'fimMiddle' },
    ];
    const { tokens, cursor } = fitPrompt(handle.tokenizer, segments, ROOM, () => []);
    const beginning = Buffer.from(cursor!.beginning).toString('utf8');
    const script = handle.tokenizer.encode(beginning + text.slice(at, end));
    return {
      class: 'keystroke',
      prompt: tokens,
      maxTokens: said ? script.length : 48,
      skipBytes: cursor!.beginning.length,
      ...(block ? {} : { stop: ['\n'] }),
      make: (backend: DecodeBackend) => {
        const options = { document: id, offset: at, ngram: true, oneLine: !block };
        const drawer = said ? new Scripted(backend.createSampler({}), script) : undefined;
        return projects.choose(backend, id, options, cursor!, drawer);
      },
    } satisfies Ask;
  });
}

/** Prose of which a source knows every token with the same probability. */
export function synthetic({ tokenizer }: Pick<ModelHandle, 'tokenizer'>, acceptance: number, length: number): Ask[] {
  const script = tokenizer.encode(corpus().slice(20_000, 26_000)).subarray(0, length);
  const prompt = [...tokenizer.encode(corpus().slice(0, 400))];
  let seed = SEED;
  return [
    {
      ...scripted('chat', prompt, script),
      make: (backend) => ({
        sampler: new Scripted(backend.createSampler({}), script),
        sources: [new Synthetic(script, acceptance, seed++)],
      }),
    },
  ];
}

function scripted(kind: Ask['class'], prompt: number[], script: Int32Array): Ask {
  return {
    class: kind,
    prompt,
    maxTokens: script.length,
    make: (backend) => ({
      sampler: new Scripted(backend.createSampler({}), script),
      sources: [new TextSource('text', prompt)],
    }),
  };
}
