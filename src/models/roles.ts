/** What models are chosen for: how each role is told to the user, and what a model needs for it. */
import type { ModelCapabilities, ModelRole } from '../engine/protocol/index.ts';

export const ROLES: readonly ModelRole[] = ['completion', 'chat', 'embedding'];

export const ROLE_WORDS: Record<ModelRole, { icon: string; title: string; what: string; needs: string }> = {
  completion: {
    icon: '$(edit)',
    title: 'Completion',
    what: 'Suggests code while you type.',
    needs: 'a model with fill-in-the-middle tokens, such as Qwen2.5-Coder, or a chat model',
  },
  chat: {
    icon: '$(comment-discussion)',
    title: 'Chat',
    what: 'Answers questions, in words and code.',
    needs: 'an instruct model, whose file has a chat template',
  },
  embedding: {
    icon: '$(search)',
    title: 'Embedding',
    what: 'Turns texts into vectors, to find what means the same.',
    needs: 'an embedding model, such as those of the kinds BERT or Nomic',
  },
};

/** @returns why a model is not fit for a role, in words that follow its name and a colon; undefined where it is. */
export function whyUnfit(capabilities: ModelCapabilities, role: ModelRole): string | undefined {
  const { generates, completes, chats, edits, embeds, pooling } = capabilities;
  if (role === 'embedding') {
    if (embeds) return undefined;
    return generates ? 'it writes text, and makes no vectors' : otherwise(pooling === 'rank');
  }
  if (!generates) return embeds ? 'it is an embedding model' : otherwise(pooling === 'rank');
  if (role === 'chat') return chats ? undefined : 'its file has no chat template';
  if (edits) return 'it is a next-edit model, which rewrites lines and completes nothing at the cursor';
  // A chat model without the tokens is asked in words.
  return completes || chats ? undefined : 'its file names no fill-in-the-middle tokens, and no chat template';
}

const otherwise = (ranks: boolean): string => (ranks ? 'it ranks texts' : 'it is no model for text by itself');
