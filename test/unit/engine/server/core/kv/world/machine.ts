/** A cache that can crash, and the disk that outlives it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DiskTier } from '../../../../../../../src/engine/server/core/kv/diskTier.ts';
import { PAGE_TOKENS } from '../../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PageTiers } from '../../../../../../../src/engine/server/core/kv/tiers.ts';
import { SimulatedBackend } from '../../../../../../../src/engine/server/core/simulated/backend.ts';
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
  #lost: (key: string) => void = () => undefined;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'quire-kv-'));
  readonly #disks: DiskTier[] = [];

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
      ...(this.options.tiers ? { tiers: (onLost) => this.#open(onLost) } : {}),
    });
  }

  /** Keys of saved pages, as far as the cache knows them. */
  get savedKeys(): string[] {
    const keys = [...this.driver.cache.tree.nodes()].flatMap(({ key }) => key ?? []);
    return keys.filter((key) => this.tiers?.has(key));
  }

  /** A saved page is gone. */
  lose(key: string): void {
    this.tiers?.drop(key);
    this.#lost(key);
  }

  /** One bit of a saved page is another; of a page that is on disk only, in the copy that memory has from now on. */
  damage(key: string, bit: number): void {
    const bytes = this.tiers?.get(key);
    if (bytes) bytes[bit % bytes.length]! ^= 1;
  }

  dispose(): void {
    for (const disk of this.#disks) disk.close();
    rmSync(this.#folder, { recursive: true });
  }

  #open(onLost: (key: string) => void): PageTiers {
    const { ram, queue, disk: maxBytes } = this.options.tiers!;
    const log = (_level: string, message: string): void => assert.fail(message);
    const disk = new DiskTier({ folder: this.#folder, model: 'simulated', maxBytes, log });
    this.#disks.push(disk);
    this.#lost = onLost;
    this.tiers = new PageTiers({ ramBytes: ram, queueBytes: queue, disk, onLost });
    return this.tiers;
  }
}
