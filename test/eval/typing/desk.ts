/** An engine with a project open in it, as an editor would have it: a folder that is indexed, open documents, one in front. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CompletionRequest, OtherFile } from '../../../src/completion/request.ts';
import type { EngineClient } from '../../../src/engine/client/client.ts';
import {
  changeDocumentNotification,
  closeDocumentNotification,
  type ModelInfo,
  openDocumentNotification,
  readWorkspaceNotification,
} from '../../../src/engine/protocol/index.ts';
import type { SourceFile } from '../places.ts';
import { type Script, withoutPassages } from './script.ts';

/** What is known beside the file: nothing, some open files, or also the folder. */
export type Known = 'file' | 'open' | 'project';
/** Other documents that are open. */
const OPEN = 5;
const OTHER_FILE_LINES = 400;
const POLL_MS = 100;

export class Desk {
  readonly #client: EngineClient;
  readonly #model: ModelInfo;
  readonly #known: Known;
  #folder: string | undefined;
  #corpus: Script['corpus'] | undefined;
  #workspace = '';
  #opened = new Map<string, number>();
  #others: SourceFile[] = [];
  #path = '';
  #text = '';

  constructor(client: EngineClient, model: ModelInfo, known: Known) {
    this.#client = client;
    this.#model = model;
    this.#known = known;
  }

  get workspace(): string {
    return this.#workspace;
  }
  get text(): string {
    return this.#text;
  }
  get path(): string {
    return this.#path;
  }

  /** Opens the file of a script without its lines; its project, where that is another. */
  async open(script: Script): Promise<void> {
    const { corpus, file } = script;
    this.#text = withoutPassages(script);
    this.#path = file.path;
    if (this.#corpus !== corpus) await this.#enter(script);
    else if (this.#folder) this.#write(file.path, this.#text);
    for (const key of [...this.#opened.keys()]) this.#close(key);
    this.#others = this.#known === 'file' ? [] : nearest(corpus.files, file.path);
    for (const other of this.#others) this.#open(other.path, other.content);
    this.#open(file.path, this.#text);
    if (this.#folder) await this.#indexed();
  }

  /** Puts `text` in the place of the units [start, end). */
  edit(start: number, end: number, text: string): void {
    const from = this.#opened.get(this.#path)!;
    this.#opened.set(this.#path, from + 1);
    this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
    const edits = [{ start, end, text }];
    const { workspace } = this;
    this.#client.tell(changeDocumentNotification, { workspace, key: this.#path, from, version: from + 1, edits });
  }

  /** What the editor would ask at a place of the document. */
  requestAt(offset: number): CompletionRequest {
    const named = (key: string) => ({ key, version: this.#opened.get(key)! });
    const others = this.#others.map((other): OtherFile => {
      const content = other.content.split('\n', OTHER_FILE_LINES).join('\n');
      return { path: other.path, content, document: named(other.path) };
    });
    const [prefix, suffix] = [this.#text.slice(0, offset), this.#text.slice(offset)];
    return { path: this.#path, prefix, suffix, others, document: named(this.#path) };
  }

  dispose(): void {
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #enter({ corpus, file }: Script): Promise<void> {
    this.#corpus = corpus;
    this.#opened.clear();
    if (this.#workspace !== '') this.#client.closeWorkspace(this.#workspace);
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    if (this.#known !== 'project') {
      this.#workspace = await this.#client.openWorkspace({ folder: null, name: corpus.name, trusted: false });
      return;
    }
    this.#folder = mkdtempSync(path.join(tmpdir(), 'quire-typing-'));
    for (const { path: name, content } of corpus.files) this.#write(name, name === file.path ? this.#text : content);
    this.#workspace = await this.#client.openWorkspace({ folder: this.#folder, name: corpus.name, trusted: true });
    this.#client.tell(readWorkspaceNotification, { workspace: this.#workspace, on: true });
  }

  #write(name: string, content: string): void {
    const file = path.join(this.#folder!, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  async #indexed(): Promise<void> {
    // A project of open files alone has nothing to read.
    for (let polls = 0, quiet = 0; quiet < 2; polls++) {
      await sleep(POLL_MS);
      const { models } = await this.#client.status();
      const ngram = models.find(({ info }) => info.id === this.#model.id)?.ngram;
      quiet = ngram && (ngram.pending > 0 || (ngram.files === 0 && polls < 10)) ? 0 : quiet + 1;
    }
  }

  #open(key: string, text: string): void {
    this.#opened.set(key, 1);
    this.#client.tell(openDocumentNotification, { workspace: this.#workspace, key, path: key, version: 1, text });
  }

  #close(key: string): void {
    this.#opened.delete(key);
    this.#client.tell(closeDocumentNotification, { workspace: this.#workspace, key });
  }
}

/** The files that somebody who works on `file` would have open: those of the nearest folders. */
function nearest(files: readonly SourceFile[], file: string): SourceFile[] {
  const common = (other: string): number => {
    const [a, b] = [file.split('/'), other.split('/')];
    let i = 0;
    while (i < a.length - 1 && a[i] === b[i]) i++;
    return i;
  };
  return files
    .filter((other) => other.path !== file)
    .sort((a, b) => common(b.path) - common(a.path) || (a.path < b.path ? -1 : 1))
    .slice(0, OPEN);
}
