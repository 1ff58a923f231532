/** Entries for tests, with as little said as each test needs. */
import type {
  AssistantEntry,
  CompactionEntry,
  KeptAttachment,
  PieceEntry,
  UserEntry,
} from '../../../../src/chat/conversation/entries.ts';

export const user = (id: string, parent: string | null, more: Partial<UserEntry> = {}): UserEntry => ({
  type: 'user',
  id,
  parent,
  at: 1,
  text: `question ${id}`,
  attachments: [],
  ...more,
});

export const answer = (id: string, parent: string, more: Partial<AssistantEntry> = {}): AssistantEntry => ({
  type: 'assistant',
  id,
  parent,
  at: 2,
  text: `answer ${id}`,
  state: 'whole',
  ...more,
});

export const piece = (id: string, parent: string, text: string, more: Partial<PieceEntry> = {}): PieceEntry => ({
  type: 'piece',
  id,
  parent,
  at: 3,
  text,
  reasoning: '',
  ...more,
});

export const compaction = (
  id: string,
  parent: string,
  keepsFrom: string | null,
  more: Partial<CompactionEntry> = {},
): CompactionEntry => ({
  type: 'compaction',
  id,
  parent,
  at: 4,
  keepsFrom,
  text: `in short ${id}`,
  before: 100,
  after: 10,
  ...more,
});

export const attachment = (label: string, text: string, more: Partial<KeptAttachment> = {}): KeptAttachment => ({
  id: label,
  kind: 'file',
  label,
  text,
  ...more,
});
