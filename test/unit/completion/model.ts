import type { ModelInfo } from '../../../src/engine/protocol/index.ts';

/** A description of a model, as the engine gives it. */
export const modelInfo = (changes: Partial<ModelInfo> = {}): ModelInfo => ({
  id: 'm1',
  path: '/models/tiny.gguf',
  name: 'tiny-code-fim',
  architecture: 'llama',
  parameters: 500_000_000,
  sizeBytes: 5_911_000,
  contextTokens: 1024,
  trainedContextTokens: 1024,
  vocabularyTokens: 8192,
  specialTokens: ['fimPrefix', 'fimSuffix', 'fimMiddle', 'fimSeparator'],
  capabilities: { generates: true, completes: true, chats: false, embeds: false },
  device: 'cpu',
  ...changes,
});
