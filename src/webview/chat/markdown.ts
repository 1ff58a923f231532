/**
 * Draws Markdown that grows: a piece at a time, where only the pieces that changed are made anew, which is the last one.
 * Blocks of code keep their elements while they grow.
 */
import { clean } from '../../chat/markdown/clean.ts';
import { type FencedBlock, Splitter } from '../../chat/markdown/split.ts';
import type { BlockState } from '../../chat/view/protocol.ts';
import { CodeBlock } from './codeBlock.ts';
import { proseHtml } from './prose.ts';
import { sanitized } from './sanitize.ts';

/** As much of a message is drawn; the rest when asked for, as plain text. */
const SHOWN = 200_000;

interface Drawn {
  /** Of prose: its HTML. */
  html: string | null;
  /** Of code: its number. */
  block: number | null;
  element: HTMLElement;
}

export class MarkdownView {
  readonly element = document.createElement('div');
  readonly #message: string;
  readonly #splitter = new Splitter();
  readonly #blocks = new Map<number, CodeBlock>();
  #drawn: Drawn[] = [];
  #source: string | undefined;
  #states: Record<number, BlockState> | undefined;
  #running: boolean | undefined;
  #rest: HTMLElement | undefined;
  readonly #sources = new WeakMap<object, { html: string }>();

  constructor(message: string) {
    this.#message = message;
    this.element.className = 'markdown';
  }

  /** @param running more is to come. */
  update(source: string, states: Record<number, BlockState> | undefined, running: boolean): void {
    if (source === this.#source && states === this.#states && running === this.#running) return;
    this.#source = source;
    this.#states = states;
    this.#running = running;
    const pieces = this.#splitter.split(source.length > SHOWN ? source.slice(0, SHOWN) : source);
    for (const [at, piece] of pieces.entries()) {
      if (piece.kind === 'code') {
        const old = this.#drawn[at];
        const block = this.#block(piece.block);
        if (old?.element !== block) this.#place(at, { html: null, block: piece.block.index, element: block });
      } else {
        this.#prose(at, piece.text, piece.blocks, piece);
      }
    }
    for (const left of this.#drawn.splice(pieces.length)) left.element.remove();
    this.#drawRest(source);
  }

  #block(block: FencedBlock): HTMLElement {
    let view = this.#blocks.get(block.index);
    if (!view) {
      view = new CodeBlock(this.#message);
      this.#blocks.set(block.index, view);
    }
    view.update(block, this.#states?.[block.index], this.#running ?? false);
    return view.element;
  }

  #prose(at: number, text: string, blocks: readonly FencedBlock[], piece: object): void {
    const old = this.#drawn[at];
    // A piece that is the same object says the same.
    const known = this.#sources.get(piece)?.html;
    const html = known ?? proseHtml(clean(text));
    if (known === undefined) this.#sources.set(piece, { html });
    const byIndex = new Map(blocks.map((block) => [block.index, block]));
    if (old?.html === html) {
      for (const block of blocks) this.#block(block);
      return;
    }
    const element = document.createElement('div');
    element.className = 'piece';
    element.append(sanitized(html));
    for (const place of element.querySelectorAll<HTMLElement>('div[data-block]')) {
      const block = byIndex.get(Number(place.dataset.block));
      if (block) place.replaceWith(this.#block(block));
    }
    this.#place(at, { html, block: null, element });
  }

  #place(at: number, drawn: Drawn): void {
    const old = this.#drawn[at];
    // An element that stood elsewhere moves: it must not be drawn twice.
    if (old) old.element.replaceWith(drawn.element);
    else this.element.insertBefore(drawn.element, this.#rest ?? null);
    this.#drawn[at] = drawn;
  }

  #drawRest(source: string): void {
    if (source.length <= SHOWN) {
      this.#rest?.remove();
      this.#rest = undefined;
      return;
    }
    if (!this.#rest) {
      this.#rest = document.createElement('div');
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'more';
      button.addEventListener('click', () => this.#showRest());
      this.#rest.append(button);
      this.element.append(this.#rest);
    }
    const button = this.#rest.querySelector('button');
    if (button) button.textContent = `Show all (${(source.length - SHOWN).toLocaleString('en-US')} more characters)`;
  }

  #showRest(): void {
    const text = clean((this.#source ?? '').slice(SHOWN));
    const parts: HTMLElement[] = [];
    for (let at = 0; at < text.length; at += 5000) {
      const part = document.createElement('pre');
      part.className = 'plain';
      part.textContent = text.slice(at, at + 5000);
      parts.push(part);
    }
    this.#rest?.replaceChildren(...parts);
  }
}
