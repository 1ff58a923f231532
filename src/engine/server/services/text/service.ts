/** Plain generation: text, or messages for the model's own chat template, in the words of no feature. */
import {
  type GenerateParams,
  type GenerateResult,
  generateProgress,
  generateRequest,
} from '../../../protocol/index.ts';
import { checkCopy, checkRequest, tooLong } from '../../core/checks.ts';
import { samplersOf } from '../../core/copy/copySampler.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { Models } from '../../core/models.ts';
import type { ServedClient, Service } from '../../service.ts';
import type { Workspaces } from '../../workspaces/workspaces.ts';

export class TextService implements Service {
  readonly #models: Models;
  readonly #workspaces: Workspaces;

  constructor(models: Models, workspaces: Workspaces) {
    this.#models = models;
    this.#workspaces = workspaces;
  }

  serve(client: ServedClient): void {
    client.onRequest(generateRequest, async (params, signal) => {
      checkRequest(params);
      checkCopy(params.sampling ?? {});
      this.#workspaces.of(client, params.workspace);
      return this.generate(params, signal, (text) => client.progress(generateProgress, params.progressToken, { text }));
    });
  }

  /** As {@link generateRequest}, for another service. @throws EngineFailure */
  generate(
    params: GenerateParams,
    signal: AbortSignal,
    onText: (delta: string) => void = () => undefined,
  ): Promise<GenerateResult> {
    return this.#models.uses.during(params.model, () => this.#generate(params, signal, onText));
  }

  async #generate(
    params: GenerateParams,
    signal: AbortSignal,
    onText: (delta: string) => void,
  ): Promise<GenerateResult> {
    const { handle } = this.#models.get(params.model);
    const { prompt, sampling = {} } = params;
    const { tokenizer, info } = handle;
    const maxTokens = Math.min(params.maxTokens, info.contextTokens - 1);
    const tokens =
      'messages' in prompt
        ? tokenizer.encodeTemplate(await handle.renderChat(prompt.messages))
        : tokenizer.encode(prompt.text);
    const room = info.contextTokens - maxTokens;
    const cutTokens = 'messages' in prompt ? 0 : Math.max(0, tokens.length - room);
    if (tokens.length - cutTokens > room) throw tooLong(tokens.length - room, room);
    if (tokens.length === 0) throw new EngineFailure('promptInvalid', 'The prompt is empty.');
    const { class: kind, workspace, supersedes, stop, reuse } = params;
    const createSampler = await samplersOf(handle, sampling);
    // A template takes its time, and the model may have been unloaded meanwhile.
    const model = this.#models.get(params.model);
    const sampler = createSampler(model.backend);
    const input = { class: kind, workspace, supersedes, stop, reuse, maxTokens, sampler };
    const prefix = [...tokens.subarray(cutTokens)];
    return { ...(await this.#models.run(model, { ...input, prompt: prefix }, signal, { onText })), cutTokens };
  }
}
