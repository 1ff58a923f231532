/** Which tools a conversation has: decided at its first turn by the model, and the same until that is another one. */
import type { ModelInfo } from '../engine/protocol/index.ts';
import type { AssistantEntry, ToolsEntry } from './conversation/entries.ts';
import type { Branch, Conversation } from './conversation/tree.ts';
import { abilitiesOf } from './tools/specs.ts';
import type { ToolSpec } from './tools/tool.ts';

/**
 * Those that the model is told of, in the order of `available`. Nothing is decided by this: before the first turn they are
 * those that it would be.
 */
export function toolsOf(
  { tools }: Conversation,
  model: Pick<ModelInfo, 'name' | 'parameters'>,
  available: readonly ToolSpec[],
): ToolSpec[] {
  const names = tools?.model === model.name ? tools.names : abilitiesOf(model.parameters).tools.map(({ name }) => name);
  return available.filter(({ name }) => names.includes(name));
}

export interface Decided {
  /** To be appended; absent: it stays as it was. */
  entry?: ToolsEntry;
  /** To be said to the person: the list is another one now. */
  words?: string;
}

/** What a turn that begins decides. */
export function decideTools(
  { tools }: Conversation,
  model: Pick<ModelInfo, 'name'>,
  now: readonly ToolSpec[],
): Decided {
  if (tools?.model === model.name) return {};
  const names = now.map(({ name }) => name);
  const entry: ToolsEntry = { type: 'tools', model: model.name, names, at: Date.now() };
  if (tools === undefined || tools.names.join() === names.join()) return { entry };
  const words =
    names.length === 0
      ? 'From here on another model answers, which uses no tools.'
      : `From here on another model answers, which has other tools: ${names.join(', ')}.`;
  return { entry, words };
}

/** A model without tools does not see how others called them: it would do as they did, and nothing would come of it. */
export function withoutCalls(branch: Branch): Branch {
  return {
    ...branch,
    messages: branch.messages.map((entry) => {
      if (entry.type !== 'assistant' || entry.raw === undefined) return entry;
      // Told in part, or with the space that it began with: there is no call in it.
      if (entry.text.startsWith(entry.raw.trim())) return entry;
      const { raw: _, ...spoken }: AssistantEntry = entry;
      return spoken;
    }),
  };
}
