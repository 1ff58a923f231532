/** A commit message: what a model is asked, and what of its answer lands in the box. */
import type { ChatMessage } from '../../engine/protocol/index.ts';
import { type FileDiff, joinDiffs } from '../context/diff.ts';

/** Characters of the diff that are told: about 3,000 tokens, which fits the windows of small models. */
export const MOST_TOLD = 9_000;
export const MOST_TOKENS = 200;
const FIRST_LINE = 72;

/** @returns the messages, and the names of files whose changes did not fit: the model hears of these by name only. */
export function commitPrompt(
  files: readonly FileDiff[],
  most = MOST_TOLD,
): { messages: ChatMessage[]; left: string[] } {
  const { text, left } = joinDiffs(files, most);
  const others = left.length > 0 ? `\nAlso changed, not shown: ${left.slice(0, 20).join(', ')}\n` : '';
  return {
    left,
    messages: [
      {
        role: 'system',
        content:
          'You write git commit messages. Answer with the message only: one line of at most 72 characters in the imperative that says what the change does; where the reason is not plain, an empty line and one short paragraph. No quotes, no code block, no list of files.',
      },
      { role: 'user', content: `The changes:\n\n${text}${others}\nThe commit message:` },
    ],
  };
}

/** @param answer of the model, without its reasoning. '' where nothing in it is a message. */
export function cleanMessage(answer: string): string {
  let text = answer.replaceAll('\r\n', '\n').trim();
  const fence = /^(`{3,}|~{3,})[^\n]*\n([\s\S]*?)(?:\n?^\1|(?![\s\S]))/m.exec(text);
  if (fence) text = fence[2]!.trim();
  text = text
    .replace(/^[*_#\s]*(?:here(?:'s| is)[^\n]*?:|(?:git )?commit message\s*:?|subject\s*:)[*_]*(?=\s|["'`])\s*/i, '')
    .replace(/^#+\s*/, '');
  text = unquoted(text.trim());
  const [head = '', ...others] = text.split('\n');
  const title = unquoted(
    head
      .replace(/^[-*]\s+/, '')
      .replace(/^\*\*(.*)\*\*$/, '$1')
      .trim(),
  ).replace(/\.$/, '');
  const first = short(title);
  const body = others
    .join('\n')
    .replace(/^(`{3,}|~{3,}).*$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return body === '' ? first : `${first}\n\n${body}`;
}

function unquoted(text: string): string {
  const [, inside] =
    /^(?:"([\s\S]*)"|'([\s\S]*)'|`([\s\S]*)`|“([\s\S]*)”)$/
      .exec(text)
      ?.filter((part, at) => at === 0 || part !== undefined) ?? [];
  return inside?.trim() ?? text;
}

/** Cut behind a word; a word that is longer than the line, anywhere. */
function short(line: string): string {
  if (line.length <= FIRST_LINE) return line;
  const cut = line.slice(0, FIRST_LINE + 1);
  const space = cut.lastIndexOf(' ');
  const kept = space > 0 ? cut.slice(0, space) : cut.slice(0, FIRST_LINE);
  return kept
    .replace(/[\s,;:–-]*(?:\s+(?:and|or|to|for|of|in|with|the|a|an|by|from|on))*[\s,;:–-]*$/i, '')
    .replace(/[\uD800-\uDBFF]$/, '');
}
