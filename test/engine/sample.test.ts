/** The first minute: what the walkthrough of the sample promises is what the bundled model suggests. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Completer } from '../../src/completion/completer.ts';
import { prudenceOf } from '../../src/completion/eagerness.ts';
import {
  changeDocumentNotification,
  closeDocumentNotification,
  type ModelInfo,
  openDocumentNotification,
  readWorkspaceNotification,
} from '../../src/engine/protocol/index.ts';
import { SAMPLE } from '../../src/welcome/sample.ts';
import { bundledModel } from '../helpers/engine.ts';
import { readmeSteps, type Step, sampleFiles, walkthroughSteps } from '../helpers/sample.ts';
import { ownEngine } from './ownEngine.ts';

/** Of the logarithmic odds: some hundredths of a probability. */
const MARGIN = 0.3;

const client = ownEngine();
const completer = new Completer(client);
const folder = mkdtempSync(path.join(tmpdir(), 'quire-sample-'));
const files = sampleFiles();
const steps = walkthroughSteps();
let model: ModelInfo;

before(async () => {
  model = await client.openModel({ path: bundledModel, contextTokens: 0 });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
});
after(() => rmSync(folder, { recursive: true }));

/** A document that is typed in, as the editor tells the engine of it. */
class Writing {
  readonly #key = 'report';
  readonly #workspace: string;
  #version = 1;
  text: string;

  constructor(workspace: string) {
    this.#workspace = workspace;
    this.text = files[SAMPLE.file]!;
    const told = { workspace, key: this.#key, path: SAMPLE.file, version: 1, text: this.text };
    client.tell(openDocumentNotification, told);
  }

  insert(at: number, typed: string): void {
    const edits = [{ start: at, end: at, text: typed }];
    const from = this.#version++;
    const { text } = this;
    this.text = text.slice(0, at) + typed + text.slice(at);
    const change = { workspace: this.#workspace, key: this.#key, from, version: this.#version, edits };
    client.tell(changeDocumentNotification, change);
  }

  /** What is shown at a place with the defaults, and to spare: what an editor adds to the prompt moves how sure it is. */
  async shownAt(cursor: number): Promise<string | null> {
    const request = {
      path: SAMPLE.file,
      languageId: 'typescript',
      prefix: this.text.slice(0, cursor),
      suffix: this.text.slice(cursor),
      before: 0,
      document: { key: this.#key, version: this.#version },
      indentation: { tabs: false, width: 2 },
    };
    const options = { workspace: this.#workspace, prudence: prudenceOf('balanced', MARGIN) };
    return (await completer.complete(model, request, options)).shown;
  }

  close(): void {
    client.tell(closeDocumentNotification, { workspace: this.#workspace, key: this.#key });
  }
}

/** Follows a step as a person does: Enter, and the suggestion is taken. @returns what is shown. */
async function follow(writing: Writing, { line, promised }: Step): Promise<string | null> {
  const end = writing.text.lastIndexOf(`${line}\n`) + line.length;
  const entered = `\n${/^ */.exec(line)![0]}${line.endsWith('{') ? '  ' : ''}`;
  writing.insert(end, entered);
  const shown = await writing.shownAt(end + entered.length);
  writing.insert(end + entered.length, promised);
  return shown;
}

describe('the walkthrough of the sample', () => {
  it('has three steps, the same ones on both of its pages', () => {
    assert.deepEqual(readmeSteps(), steps);
    assert.equal(steps.length, 3);
  });

  for (const read of [true, false]) {
    it(`keeps its promises where the project is ${read ? 'read' : 'not trusted, and so not read'}`, async () => {
      const spec = { folder, name: read ? 'read' : 'not read', trusted: read };
      const workspace = await client.openWorkspace(spec);
      client.tell(readWorkspaceNotification, { workspace, on: read });
      await settled();
      const writing = new Writing(workspace);
      for (const step of steps) assert.equal(await follow(writing, step), step.promised);
      assert.match(writing.text, /return rows;\n\}\n$/);
      writing.close();
    });
  }
});

async function settled(): Promise<void> {
  do await sleep(50);
  while ((await client.status()).models.some(({ ngram }) => ngram !== null && ngram.pending > 0));
}
