/** `tokens/count` of every client, with any model that is open. */
import { countTokensRequest } from '../../../protocol/index.ts';
import type { Models } from '../../core/models.ts';
import type { ServedClient, Service } from '../../service.ts';
import { countTokens } from './counts.ts';

export class TokensService implements Service {
  readonly #models: Models;

  constructor(models: Models) {
    this.#models = models;
  }

  serve(client: ServedClient): void {
    client.onRequest(countTokensRequest, (params, signal) =>
      this.#models.uses.during(params.model, () => countTokens(this.#models.any(params.model).handle, params, signal)),
    );
  }
}
