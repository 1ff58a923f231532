/** What the model saw, as a page to read: the prompt to the letter, part by part, and what became of the answer. Pure. */
import type { SeenSegment, SpecialToken } from '../../engine/protocol/index.ts';
import type { PartName } from '../prompt.ts';
import { explain, silenceOf } from '../silence.ts';
import type { LastAnswer } from './records.ts';

export const NOTHING_SEEN = `Nothing was suggested in this window yet, or the model has changed since.

Type where suggestions come, then run Quire: Show What the Model Saw again.
`;

/** What a part is called. */
const PARTS: Record<PartName, string> = {
  before: 'this file, before the cursor',
  after: 'this file, after the cursor',
  path: 'the path of this file',
  repository: 'the name of the repository',
  open: 'an open file, from its beginning',
  memory: "notes of the project's memory",
  outlines: 'what an imported file declares',
  visited: 'a place visited before',
  similar: 'code like what is near the cursor',
  definitions: 'the definition of a name near the cursor',
  edits: 'a recent edit',
};

/** A mark of the model's own, which is one token and no text. */
const MARKS: Record<SpecialToken, string> = {
  bos: 'beginning of text',
  fimPrefix: 'what is before the cursor follows',
  fimSuffix: 'what is after the cursor follows',
  fimMiddle: 'what is between the two is asked for',
  fimRepo: 'a repository follows',
  fimSeparator: 'a file follows',
};

export function renderSaw(last: LastAnswer | undefined): string {
  if (last === undefined) return NOTHING_SEEN;
  const { answer } = last;
  const { outcome } = answer;
  const { result } = outcome;
  const seen = result.seen ?? [];
  const spans = spansOf(seen, result.cachedTokens);
  const head = [
    `What ${answer.model} saw`,
    '',
    `${answer.where}, asked ${answer.explicit ? 'by a command' : 'while typing'}, answered at ${answer.at.toLocaleTimeString()}.`,
    becameOf(last),
    '',
    `The prompt has ${tokens(result.promptTokens)}: ${count(result.cachedTokens)} had been read before, ${count(result.computedTokens)} were read for this answer.` +
      (result.cutTokens > 0 ? ` ${tokens(result.cutTokens)} of the request had no room in it.` : ''),
    `The answer has ${tokens(result.generatedTokens)}; its first one took ${ms(result.firstTokenMs)}, all of it ${ms(result.totalMs)}.`,
    `Memory: ${answer.memory}`,
  ];
  const table = [
    heading('The parts of the prompt'),
    'tokens  read before  part',
    ...spans.map(
      ({ part, known }) =>
        `${count(part.tokens).padStart(6)}  ${knownText(part.tokens, known).padEnd(11)}  ${nameOf(part)}`,
    ),
  ];
  const prompt = [heading('The prompt, to the letter'), seen.map(letters).join('')];
  const generated = [heading('The answer as it was generated'), result.text];
  const after =
    outcome.shown === null
      ? [heading('After the filters'), '(nothing)']
      : [heading('After the filters, as it goes into the file'), shownText(outcome)];
  return `${[...head, ...table, ...prompt, ...generated, ...after].join('\n')}\n`;
}

/** What became of the answer, in a sentence. */
function becameOf({ answer: { outcome, explicit }, typed }: LastAnswer): string {
  if (outcome.shown === null) {
    const silence = silenceOf(outcome);
    const why = silence ? explain(silence)?.sentence : undefined;
    return `It was not shown: ${why ?? 'the request was ended'}.`;
  }
  const sure = `It is right with a likelihood of ${percent(outcome.right)}`;
  const needed = explicit
    ? '; whoever asks by a command is shown what there is'
    : `, shown from ${percent(outcome.needed)}`;
  const rest = typed ? ` ${typed} of its characters had been typed when it was shown last.` : '';
  return `It was shown. ${sure}${needed}.${rest}`;
}

interface Span {
  part: SeenSegment;
  /** Tokens of it that had been read before. */
  known: number;
}

/** What had been read before is the beginning of the prompt. */
function spansOf(seen: readonly SeenSegment[], cachedTokens: number): Span[] {
  let left = cachedTokens;
  return seen.map((part) => {
    const known = Math.min(left, part.tokens);
    left -= known;
    return { part, known };
  });
}

const knownText = (all: number, known: number): string => (known === all ? 'all' : known === 0 ? 'none' : count(known));

function nameOf({ of, text }: SeenSegment): string {
  if (of in MARKS) return `<${of}>  ${MARKS[of as SpecialToken]}`;
  const name = PARTS[of as PartName] ?? of;
  const isFile = of !== 'before' && of !== 'after' && of !== 'path' && of !== 'repository';
  return isFile ? `${name}: ${text.slice(0, text.indexOf('\n') + 1).trim()}` : name;
}

const letters = ({ of, text }: SeenSegment): string => (of in MARKS ? `<${of}>` : text);

function shownText({ shown, over, tail }: LastAnswer['answer']['outcome']): string {
  if (over === 0) return shown ?? '';
  const stays =
    over === 1
      ? 'The character behind the cursor stays, and behind it'
      : `The ${over} characters behind the cursor stay, and behind them`;
  return `${shown}\n\n(${stays} comes:)\n\n${tail}`;
}

const heading = (text: string): string => `\n──── ${text} ${'─'.repeat(Math.max(0, 72 - text.length))}\n`;
const count = (value: number): string => value.toLocaleString('en-US');
const tokens = (value: number): string => `${count(value)} ${value === 1 ? 'token' : 'tokens'}`;
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const ms = (value: number | null): string => (value === null ? 'no time' : `${value.toFixed(0)} ms`);
