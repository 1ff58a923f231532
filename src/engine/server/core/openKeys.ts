/** Whose pages are held longer: the caches know one list for each workspace, and several services have something open. */
export class OpenKeys {
  readonly #apply: (workspace: string, keys: readonly string[]) => void;
  /** Of each workspace, by owner. */
  readonly #keys = new Map<string, Map<string, readonly string[]>>();

  /** @param apply tells the caches all that is open in a workspace. */
  constructor(apply: (workspace: string, keys: readonly string[]) => void) {
    this.#apply = apply;
  }

  /** What `owner`, a service, has open in the workspace now; in place of what it had. */
  set(owner: string, workspace: string, keys: readonly string[]): void {
    const owners = this.#keys.get(workspace) ?? new Map<string, readonly string[]>();
    this.#keys.set(workspace, owners);
    if (keys.length > 0) owners.set(owner, keys);
    else owners.delete(owner);
    this.#apply(workspace, this.of(workspace));
    if (owners.size === 0) this.#keys.delete(workspace);
  }

  /** Nothing of the workspace is open any more. */
  clear(workspace: string): void {
    if (this.#keys.delete(workspace)) this.#apply(workspace, []);
  }

  of(workspace: string): string[] {
    return [...(this.#keys.get(workspace)?.values() ?? [])].flat();
  }

  /** For a cache that comes later: everything that is open, by workspace. */
  get all(): [workspace: string, keys: string[]][] {
    return [...this.#keys.keys()].map((workspace) => [workspace, this.of(workspace)]);
  }
}
