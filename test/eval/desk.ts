/** What an editor would do before a completion: it opens files, and asks. */
import type { CompletionCase } from '../../src/cli/cases.ts';
import { Completer } from '../../src/completion/completer.ts';
import type { LlamaModel } from '../../src/engine/server/core/llama/model.ts';
import type { Projects } from '../../src/engine/server/services/completion/project/projects.ts';
import { type FittedPrompt, fitPrompt } from '../../src/engine/server/services/completion/prompt.ts';

/** The documents that are open in a workspace. */
export class Desk {
  readonly #projects: Projects;
  readonly #workspace: string;
  readonly #told = new Map<string, string>();

  constructor(projects: Projects, workspace: string) {
    this.#projects = projects;
    this.#workspace = workspace;
  }

  /** Opens the files of a place and no others; what is open already, and says the same, stays. */
  show({ path, prefix, suffix, others = [] }: Omit<CompletionCase, 'id'>): void {
    const texts = new Map(others.map((other) => [other.path, other.content]));
    texts.set(path, prefix + suffix);
    for (const key of this.#told.keys()) {
      if (!texts.has(key) && this.#told.delete(key)) this.#projects.close(this.#workspace, key);
    }
    for (const [key, text] of texts) {
      if (this.#told.get(key) === text) continue;
      this.#projects.open(this.#workspace, { id: key, path: key, text });
      this.#told.set(key, text);
    }
  }
}

/** Cases are asked with their texts. */
export const noRanges = (): never => {
  throw new Error('no document is known by reference');
};

/** The prompt that a completion would be asked with. */
export async function promptOf(place: CompletionCase, { info, tokenizer }: LlamaModel): Promise<FittedPrompt> {
  const { promise, resolve } = Promise.withResolvers<FittedPrompt>();
  const completer = new Completer({
    async complete({ segments, maxTokens }) {
      resolve(fitPrompt(tokenizer, segments, info.contextTokens - maxTokens - 64, noRanges));
      throw new Error('only the prompt is wanted');
    },
  });
  completer.complete(info, place, { workspace: 'desk' }).catch(() => undefined);
  return promise;
}
