/** A cache that can crash, and the disk that outlives it. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PAGE_TOKENS } from '../../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PageTiers } from '../../../../../../../src/engine/server/core/kv/tiers.ts';
import { SimulatedBackend } from '../../../../../../../src/engine/server/core/simulated/backend.ts';
import { SavedPages } from '../../../../../../../src/engine/server/storage/pages/savedPages.ts';
import { nodesOf } from '../../../../../../helpers/cacheIntegrity.ts';
import { LocalStorage } from '../../../storage/localStorage.ts';
import { Driver } from '../driver.ts';

export interface MachineOptions {
  pages: number;
  leases: number;
  /** Sequence ids of the tree. */
  branches: number;
  /** Bytes of each tier; absent: no tiers. */
  tiers?: { ram: number; queue: number; disk: number };
  /** Milliseconds to compute the first page; where that is less than saving takes, nothing is saved. */
  pageMs: number;
}

/** Cells that are no page: they may not be used. */
const ODD_CELLS = 7;

export class Machine {
  readonly options: MachineOptions;
  driver!: Driver<SimulatedBackend>;
  tiers: PageTiers | undefined;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'quire-kv-'));
  readonly #storages: LocalStorage[] = [];
  #saved: SavedPages | undefined;

  constructor(options: MachineOptions) {
    this.options = options;
    this.boot();
  }

  /** Begins anew with what is on disk. */
  boot(): void {
    const { pages, leases, branches, pageMs } = this.options;
    const backend = new SimulatedBackend({ cells: pages * PAGE_TOKENS + ODD_CELLS, sequences: leases + branches });
    this.driver = new Driver(backend, {
      leases,
      computeMs: (start) => pageMs * (1 + start / 100),
      ...(this.options.tiers ? { tiers: this.#open() } : {}),
    });
  }

  /** Keys of saved pages, as far as the cache knows them. */
  get savedKeys(): string[] {
    const keys = [...nodesOf(this.driver.cache.tree)].flatMap(({ key }) => key ?? []);
    return keys.filter((key) => this.tiers?.has(key));
  }

  /** A saved page is gone. */
  lose(key: string): void {
    this.tiers?.drop(key);
    this.tiers?.onLost(key);
  }

  /** One bit of a saved page is another; of a page that is on disk only, in the copy that memory has from now on. */
  damage(key: string, bit: number): void {
    const bytes = this.tiers?.get(key);
    if (bytes) bytes[bit % bytes.length]! ^= 1;
  }

  /** The storage does all that it was asked, and the cache hears of it. */
  async settle(): Promise<void> {
    await this.#storages.at(-1)?.settle();
  }

  /** Removes what is on disk of a workspace. @returns whether all of it went. */
  async erase(workspace: string): Promise<boolean> {
    const [erased] = await Promise.all([this.#saved?.forget(workspace) ?? true, this.settle()]);
    return erased;
  }

  /** Rows of a workspace that are on disk. */
  rowsOf(workspace: string): number {
    const file = path.join(this.#folder, 'pages.sqlite');
    if (!existsSync(file)) return 0;
    const database = new DatabaseSync(file);
    try {
      return Number(database.prepare('SELECT count(*) AS count FROM pages WHERE workspace = ?').get(workspace)?.count);
    } finally {
      database.close();
    }
  }

  async dispose(): Promise<void> {
    for (const storage of this.#storages) await storage.close();
    rmSync(this.#folder, { recursive: true });
  }

  #open(): PageTiers {
    const { ram, queue, disk: maxBytes } = this.options.tiers!;
    // What was on its way to the one before is lost; what it had is not.
    this.#storages.at(-1)?.kill();
    const local = new LocalStorage();
    this.#storages.push(local);
    const pages = new SavedPages(local.storage, { folder: this.#folder, maxBytes });
    this.#saved = pages;
    this.tiers = new PageTiers({ ramBytes: ram, queueBytes: queue, disk: pages.tier('simulated') });
    return this.tiers;
  }
}
