/** A binary heap of what may be evicted, the least worth keeping first; each item knows its place, so it can leave. */

export interface HeapItem {
  /** The smallest is evicted first. */
  priority: number;
  /** Place in the heap, -1 outside; kept by the heap. */
  heapIndex: number;
}

export class EvictionHeap<T extends HeapItem> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  has(item: T): boolean {
    return item.heapIndex >= 0;
  }

  /** Puts an item in, or moves it where its priority now belongs. O(log n). */
  put(item: T): void {
    if (item.heapIndex < 0) item.heapIndex = this.#items.push(item) - 1;
    this.#down(this.#up(item.heapIndex));
  }

  /** Takes an item out; nothing happens when it is not in. */
  remove(item: T): void {
    const at = item.heapIndex;
    if (at < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop()!;
    if (last === item) return;
    this.#items[at] = last;
    last.heapIndex = at;
    this.#down(this.#up(at));
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }

  #up(at: number): number {
    const items = this.#items;
    let index = at;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (items[parent]!.priority <= items[index]!.priority) break;
      this.#swap(index, parent);
      index = parent;
    }
    return index;
  }

  #down(at: number): void {
    const items = this.#items;
    let index = at;
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < items.length && items[child]!.priority < items[least]!.priority) least = child;
      }
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    [items[a], items[b]] = [items[b]!, items[a]!];
    items[a]!.heapIndex = a;
    items[b]!.heapIndex = b;
  }
}
