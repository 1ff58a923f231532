/** A store in memory, and summaries that are a function of the file, for tests of the indexer alone. */
import { createHash } from 'node:crypto';
import type { MemoryItem } from '../../../../../../../src/engine/protocol/index.ts';
import type {
  FileSummary,
  IndexedFile,
  ItemFilter,
  NewItem,
  SourceText,
  Store,
  Summariser,
} from '../../../../../../../src/engine/server/services/memory/items.ts';

export class MapStore implements Store {
  readonly items = new Map<number, MemoryItem>();
  readonly rows = new Map<string, IndexedFile>();
  readonly values = new Map<string, string>();
  transactions = 0;
  #ids = 0;
  #writes = 0;

  put(item: NewItem): MemoryItem {
    const old = this.byKey(item.key);
    const summary = item.summary ?? item.text;
    const at = ++this.#writes;
    const put: MemoryItem = {
      ...item,
      id: old?.id ?? ++this.#ids,
      summary,
      tokens: item.text.length,
      summaryTokens: summary.length,
      created: old?.created ?? at,
      changed: at,
      activated: old?.activated ?? null,
      activations: old?.activations ?? 0,
      pinned: old?.pinned ?? false,
      supersededBy: null,
      recalled: item.recalled ?? [],
      embedder: null,
    };
    this.items.set(put.id, put);
    return put;
  }
  get(id: number): MemoryItem | undefined {
    return this.items.get(id);
  }
  byKey(key: string): MemoryItem | undefined {
    return [...this.items.values()].find((item) => item.key === key);
  }
  list({ kinds, path, offset = 0, limit = 200 }: ItemFilter): { items: MemoryItem[]; total: number } {
    const found = [...this.items.values()].filter(
      (item) =>
        (kinds === undefined || kinds.includes(item.kind)) &&
        (path === undefined || item.path === path || item.path?.startsWith(`${path}/`)),
    );
    return { items: found.slice(offset, offset + limit), total: found.length };
  }
  readonly bodies = new Map<number, string>();
  setBody(id: number, stems: string): void {
    this.bodies.set(id, stems);
  }
  body(id: number): string {
    return this.bodies.get(id) ?? '';
  }
  change(id: number, fields: Parameters<Store['change']>[1]): MemoryItem | undefined {
    const old = this.items.get(id);
    if (!old) return undefined;
    const changed = { ...old, ...fields, changed: ++this.#writes };
    this.items.set(id, changed);
    return changed;
  }
  remove(ids: readonly number[]): number {
    return ids.filter((id) => this.items.delete(id)).length;
  }
  activated(): void {}
  byWords(): [] {
    return [];
  }
  byVector(): [] {
    return [];
  }
  withoutVector(): [] {
    return [];
  }
  setVectors(): void {}
  file(path: string): IndexedFile | undefined {
    return this.rows.get(path);
  }
  files(): IndexedFile[] {
    return [...this.rows.values()];
  }
  putFile(file: IndexedFile): void {
    this.rows.set(file.path, file);
  }
  removeFiles(paths: readonly string[]): void {
    for (const path of paths) this.rows.delete(path);
  }
  value(name: string): string | undefined {
    return this.values.get(name);
  }
  setValue(name: string, value: string | undefined): void {
    if (value === undefined) this.values.delete(name);
    else this.values.set(name, value);
  }
  inTransaction<T>(work: () => T): T {
    this.transactions++;
    return work();
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Of files with lines `function name() {...} // comment`, and `/// what the file is for` at the top. */
export class PlainSummariser implements Summariser {
  /** Paths of the files and folders that were summarised, in their order. */
  readonly asked: string[] = [];
  readonly texts: string[] = [];

  async file({ path, text }: SourceText): Promise<FileSummary> {
    this.asked.push(path);
    this.texts.push(text);
    const code = text
      .split('\n')
      .map((line) => line.replace(/\/\/.*/, '').replace(/\s+/g, ''))
      .filter((line) => line !== '');
    const treeHash = hashOf(path.endsWith('.md') ? text : code.join('\n'));
    if (code.length === 0) return { treeHash, items: [] };
    const purpose = /^\/\/\/ (.*)$/m.exec(text)?.[1] ?? '';
    const functions = code.flatMap((line) => {
      const name = /^function(\w+)/.exec(line)?.[1];
      return name === undefined ? [] : [{ name, hash: hashOf(line) }];
    });
    const whole = itemOf('file', `file:${path}`, path, [
      `${path} has ${functions.map(({ name }) => name).join(', ')}. ${purpose}`,
      null,
      treeHash,
    ]);
    const symbols = functions.map(({ name, hash }) =>
      itemOf('symbol', `symbol:${path}#${name}`, path, [`${name} of ${path}`, name, hash]),
    );
    return { treeHash, items: [whole, ...symbols] };
  }

  folder(path: string, children: readonly MemoryItem[], readme: SourceText | undefined): NewItem | undefined {
    this.asked.push(`${path}/`);
    if (children.length === 0) return undefined;
    const text = `${path} has ${children.map((child) => child.text).join('; ')}. ${readme?.text ?? ''}`;
    const sentences = children.flatMap((child) => child.sentences.slice(0, 1));
    const [kind, key] = path === '' ? (['workspace', 'workspace'] as const) : (['folder', `folder:${path}`] as const);
    return { ...itemOf(kind, key, path === '' ? null : path, [text, null, '']), sentences };
  }
}

function itemOf(
  kind: NewItem['kind'],
  key: string,
  path: string | null,
  [text, symbol, hash]: [string, string | null, string],
): NewItem {
  const sentences = [{ text, anchors: [{ path: path ?? '', symbol, hash }] }];
  return {
    kind,
    source: 'code',
    made: 'extracted',
    key,
    title: key.slice(key.indexOf(':') + 1),
    path,
    text,
    sentences,
  };
}

/** What is stored, without ids, times and what is counted. */
export function contentOf(store: Store): Record<string, unknown>[] {
  const { items } = store.list({ limit: 1_000_000, superseded: true });
  return items
    .map(({ kind, source, made, key, title, path, text, summary, sentences }) => ({
      kind,
      source,
      made,
      key,
      title,
      path,
      text,
      summary,
      sentences,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
