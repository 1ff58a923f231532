/** What is asked of a model to see what drafts bring: rest of line, block, rewrite, chat. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { PromptSegment } from '../../../src/engine/protocol/index.ts';
import type { DecodeBackend, Drawer } from '../../../src/engine/server/core/backend.ts';
import type { ModelHandle } from '../../../src/engine/server/core/modelHandle.ts';
import { TextSource } from '../../../src/engine/server/core/speculation/textSource.ts';
import type { Choosing, Projects } from '../../../src/engine/server/services/completion/project/projects.ts';
import { type Cursor, fitPrompt } from '../../../src/engine/server/services/completion/prompt.ts';
import { repository } from '../../helpers/engine.ts';
import { Random } from '../../traces/random.ts';
import { corpus } from '../corpus.ts';
import { type Ask, Scripted, Synthetic } from './rig.ts';

const SEED = 3;
/** Tokens of a prompt around a cursor. */
const ROOM = 400;
/** Of the lines of the file that is written anew, one in so many is changed. */
const CHANGED = 20;

/** A question, and the answer that is given whatever the model says: with random weights it would say nothing of the kind. */
export interface Said {
  prompt: number[];
  script: Int32Array;
}

/**
 * The model is asked to say its file again with some lines renamed, put in or taken out.
 */
export function rewrite({ tokenizer }: Pick<ModelHandle, 'tokenizer'>, count: number): Said {
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
  return { prompt, script };
}

/** An explanation in prose of some code. */
export function chat({ tokenizer }: Pick<ModelHandle, 'tokenizer'>, length: number): Said {
  const prose = readFileSync(path.join(repository, 'README.md'), 'utf8').replace(/^[|#`].*$/gm, '');
  const from = Math.floor(prose.length / 2);
  const code = corpus().split('\n').slice(200, 240).join('\n');
  const prompt = [...tokenizer.encode(`Explain this:\n\n\`\`\`ts\n${code}\n\`\`\`\n\n`)];
  const script = tokenizer.encode(prose.slice(from, from + 2_000)).subarray(0, length);
  return { prompt, script };
}

/** A cursor in a file that goes on there as is written; what is behind it is not there yet, other files of the project are. */
export interface Place {
  workspace: string;
  offset: number;
  block: boolean;
  prompt: number[];
  cursor: Cursor;
  /** What really stands there, with what is written of the word at the cursor. */
  script: Int32Array;
}

/** Cursors all over a file. @returns none where the model cannot fill in. */
export function places(
  handle: Pick<ModelHandle, 'info' | 'tokenizer'>,
  projects: Projects,
  { block, count }: { block: boolean; count: number },
): Place[] {
  if (!handle.info.specialTokens.includes('fimMiddle')) return [];
  const random = new Random(SEED);
  const text = corpus().slice(0, 12_000);
  return Array.from({ length: count }, (_, place) => {
    let at = random.integer(2_000, 10_000);
    while (!/^\w+[ .(]\w/.test(text.slice(at, at + 12))) at++;
    const end = block ? at + 400 : text.indexOf('\n', at) + 1;
    const workspace = `${block ? 'block' : 'line'} ${place}`;
    projects.open(workspace, { id: workspace, path: null, text: text.slice(0, at) + text.slice(end) });
    projects.open(workspace, { id: 'others', path: null, text: corpus().slice(12_000) });
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
    return { workspace, offset: at, block, prompt: tokens, cursor: cursor!, script };
  });
}

/** What chooses the tokens at a place, and what guesses them. @param drawer absent: the likeliest token is taken. */
export function choosing(
  projects: Projects,
  backend: Pick<DecodeBackend, 'logits'>,
  { workspace, offset, block, cursor }: Place,
  drawer: Drawer | undefined,
): Choosing {
  return projects.choose(
    backend,
    workspace,
    { document: workspace, offset, ngram: true, oneLine: !block },
    cursor,
    drawer,
  );
}

/** Completions at places. @param scripted true: what really stands there is said; false: what the model chooses. */
export function completions(projects: Projects, found: readonly Place[], said: boolean): Ask[] {
  return found.map((place): Ask => {
    const { block, prompt, cursor, script } = place;
    return {
      class: 'keystroke',
      prompt,
      maxTokens: said ? script.length : 48,
      skipBytes: cursor.beginning.length,
      ...(block ? {} : { stop: ['\n'] }),
      make: (backend: DecodeBackend) =>
        choosing(projects, backend, place, said ? new Scripted(backend.createSampler({}), script) : undefined),
    };
  });
}

/** Prose of which a source knows every token with the same probability. */
export function synthetic({ tokenizer }: Pick<ModelHandle, 'tokenizer'>, acceptance: number, length: number): Ask[] {
  const script = tokenizer.encode(corpus().slice(20_000, 26_000)).subarray(0, length);
  const prompt = [...tokenizer.encode(corpus().slice(0, 400))];
  let seed = SEED;
  return [
    {
      ...asked({ prompt, script }),
      make: (backend) => ({
        sampler: new Scripted(backend.createSampler({}), script),
        sources: [new Synthetic(script, acceptance, seed++)],
      }),
    },
  ];
}

export function asked({ prompt, script }: Said): Ask {
  return {
    class: 'chat',
    prompt,
    maxTokens: script.length,
    make: (backend) => ({
      sampler: new Scripted(backend.createSampler({}), script),
      sources: [new TextSource('text', prompt)],
    }),
  };
}
