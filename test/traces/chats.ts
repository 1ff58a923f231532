/** Questions about the code, asked while it is typed; some go on where an earlier answer ended. */
import type { TraceEvent } from '../../src/cli/trace.ts';
import type { ChatMessage } from '../../src/engine/protocol/index.ts';
import type { Random } from './random.ts';
import type { Recorder } from './recorder.ts';

const SYSTEM = 'You are a programming assistant. Answer briefly, with code where it helps.';
const QUESTIONS = [
  'What does this code do, step by step?',
  'Is there a mistake in this code?',
  'Write unit tests for this code.',
  'How could this code be made shorter without changing what it does?',
  'Write documentation comments for this code.',
];
const FOLLOW_UPS = [
  'Show that with an example.',
  'Why is that better?',
  'Write it once more, with every error handled.',
  'What happens when the input is empty?',
];
/** Stands for what the model answered: a trace is the same for every model. */
const ANSWER =
  'It reads its input, checks it and returns a new value; nothing outside is changed. The names say what each step is for, and the last line gives the result to the caller.';
/** An excerpt, in UTF-16 units: with the answer it fits a context of 1,024 tokens. */
const EXCERPT = 900;
const ANSWER_TOKENS = { least: 200, most: 400 };
const FOLLOW_UP_SHARE = 0.4;
/** Share of the chats beside which a second one, of another panel, is asked. */
const PAIR_SHARE = 0.35;
const LONGEST_MESSAGES = 2_000;

/** Appoints chats with `perMinute` first questions a minute on average, until `endMs`. */
export function appointChats(recorder: Recorder, random: Random, perMinute: number, endMs: number): void {
  if (perMinute <= 0) return;
  let conversation: ChatMessage[] = [];
  const ask = (): TraceEvent | undefined => {
    conversation = next(conversation, excerptOf(recorder, random), random);
    const { least, most } = ANSWER_TOKENS;
    const messages = [...conversation];
    return { t: recorder.now, type: 'chat', messages, maxTokens: random.integer(least, most) };
  };
  const mean = 60_000 / perMinute;
  for (let at = random.exponential(mean); at < endMs; at += random.exponential(mean)) {
    recorder.appoint(at, ask);
    if (random.chance(PAIR_SHARE)) recorder.appoint(at + random.integer(20, 300), ask);
  }
}

function next(before: ChatMessage[], excerpt: string, random: Random): ChatMessage[] {
  const length = before.reduce((sum, { content }) => sum + content.length, 0);
  if (before.length > 0 && length < LONGEST_MESSAGES - ANSWER.length && random.chance(FOLLOW_UP_SHARE)) {
    const answer: ChatMessage = { role: 'assistant', content: ANSWER };
    return [...before, answer, { role: 'user', content: random.choice(FOLLOW_UPS) }];
  }
  return [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: `${random.choice(QUESTIONS)}\n\n\`\`\`\n${excerpt}\n\`\`\`` },
  ];
}

/** Whole lines of an open document. */
function excerptOf(recorder: Recorder, random: Random): string {
  const text = recorder.textOf(random.choice(recorder.paths)).replaceAll('\r', '');
  const from = text.lastIndexOf('\n', random.integer(0, Math.max(0, text.length - EXCERPT))) + 1;
  const end = text.lastIndexOf('\n', from + EXCERPT);
  return text.slice(from, end > from ? end : from + EXCERPT).trimEnd();
}
