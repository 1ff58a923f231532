/** Documents of several workspaces that begin alike, and how they are edited. */
import { mix } from '../../../../../../../src/engine/server/core/simulated/cells.ts';

export const WORKSPACES = ['one', 'two', 'three'];
export const DOCUMENTS = ['a', 'b', 'c', 'd'];

/** One of few texts, so that the same is written at many places; of few letters, so that texts begin alike. */
export const text = (which: number, length: number): number[] =>
  Array.from({ length }, (_, i) => 1 + (mix(which % 8, i) % (1 + (which % 3))));

export class Texts {
  /** Tokens of the longest text. */
  readonly most: number;
  readonly #documents = new Map<string, readonly number[]>();

  constructor(most: number) {
    this.most = most;
  }

  /** A document as it is after another edit; `how` and `where` choose it. */
  edit(workspace: string, document: string, how: number, where: number): number[] {
    const id = `${workspace}/${document}`;
    const tokens = this.#documents.get(id) ?? [...text(0, 70), ...text(how, where % 400)];
    const at = where % (tokens.length + 1);
    const typed = text(how, 1 + (where % 70));
    const edits = [
      () => tokens,
      () => [...tokens.slice(0, at), ...typed, ...tokens.slice(at)],
      () => [...tokens.slice(0, at), ...typed, ...tokens.slice(at + typed.length)],
      () => tokens.slice(0, 1 + Math.floor((at + tokens.length) / 2)),
      () => [...text(0, 100), ...typed],
    ];
    const appended = () => [...tokens, ...typed];
    const edited = (edits[how % 9] ?? appended)().slice(0, this.most);
    this.#documents.set(id, edited);
    return [...edited];
  }
}
