/** What the menu of the draft offers: pure, from the text before the cursor. */
import type { ChatSnapshot, MentionKind, Suggestion } from '../../chat/view/protocol.ts';

export type Trigger =
  /** `/ex` at the beginning of the draft. */
  | { kind: 'command'; from: number; query: string }
  /** `@que`, or `@file:que` where `of` is known. */
  | { kind: 'mention'; from: number; query: string; of: MentionKind | null };

const LONGEST = 200;

/** What is being named right before the cursor at `at`; null: nothing. */
export function triggerAt(text: string, at: number, kinds: readonly MentionKind[]): Trigger | null {
  const before = text.slice(Math.max(0, at - LONGEST), at);
  const command = /^\/([\w.:-]*)$/.exec(before);
  if (command && at <= LONGEST) return { kind: 'command', from: 0, query: command[1] ?? '' };
  const mention = /(?:^|[\s(])@([^\s@]*)$/.exec(before);
  if (!mention) return null;
  const word = mention[1] ?? '';
  const from = at - word.length - 1;
  const colon = word.indexOf(':');
  const of = colon < 0 ? undefined : kinds.find(({ name, takesName }) => takesName && name === word.slice(0, colon));
  return { kind: 'mention', from, query: of ? word.slice(colon + 1) : word, of: of ?? null };
}

export interface Choice {
  label: string;
  detail: string;
  icon: 'command' | Suggestion['kind'];
  alreadyRead: boolean;
  pick:
    | { kind: 'insert'; text: string }
    /** Attached at once: what named it leaves the draft. */
    | { kind: 'attach'; of: Suggestion['kind']; value: string };
}

/** The lines of the menu. `found`: what the extension answered to this query. */
export function choices(
  trigger: Trigger,
  shown: Pick<ChatSnapshot, 'commands' | 'mentions'>,
  found: readonly Suggestion[],
): Choice[] {
  const query = trigger.query.toLowerCase();
  if (trigger.kind === 'command') {
    return shown.commands
      .filter(({ name }) => name.toLowerCase().startsWith(query))
      .map(({ name, description }) => ({
        label: `/${name}`,
        detail: description,
        icon: 'command' as const,
        alreadyRead: false,
        pick: { kind: 'insert' as const, text: `/${name} ` },
      }));
  }
  const kinds = trigger.of ? [] : shown.mentions.filter(({ name }) => name.startsWith(query));
  return [
    ...kinds.map(
      ({ name, description, takesName }): Choice => ({
        label: `@${name}`,
        detail: description,
        icon: name,
        alreadyRead: false,
        pick: takesName ? { kind: 'insert', text: `@${name}:` } : { kind: 'attach', of: name, value: '' },
      }),
    ),
    ...found.map(
      (it): Choice => ({
        label: it.label,
        detail: it.detail ?? '',
        icon: it.kind,
        alreadyRead: it.alreadyRead ?? false,
        pick: { kind: 'attach', of: it.kind, value: it.value },
      }),
    ),
  ].slice(0, 50);
}
