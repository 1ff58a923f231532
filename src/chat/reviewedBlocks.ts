/** Code blocks that are being reviewed in the editor, by their message. Not kept: a review ends with the window. */
import type { BlockState, ShownMessage } from './view/protocol.ts';

export class ReviewedBlocks {
  readonly #blocks = new Map<string, Record<number, BlockState>>();

  begin(message: string, block: number, words: string): void {
    this.#blocks.set(message, { ...this.#blocks.get(message), [block]: { kind: 'review', words } });
  }

  end(message: string, block: number): void {
    delete this.#blocks.get(message)?.[block];
  }

  /** The message with what is open of it. */
  shown(message: ShownMessage): ShownMessage {
    const blocks = this.#blocks.get(message.id);
    return blocks ? { ...message, blocks: { ...message.blocks, ...blocks } } : message;
  }
}
