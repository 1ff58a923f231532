/**
 * Has a model work with tools: it is asked, what it calls is run, and it is asked again with the result, until it answers
 * without a call or a limit ends it. Everything that it does wrong is told to it in words; the third time the same, it ends.
 */

import { wordsOf } from '../errorWords.ts';
import { CallStream } from './callStream.ts';
import { cutToTokens } from './cut.ts';
import type { CallOutcome, ParsedCall, ToolSpec } from './tool.ts';

/** A message as it goes on: what the model wrote, calls and all, and what a tool gave. */
export interface LoopMessage {
  role: 'assistant' | 'tool';
  /** As the model wrote it. Of a tool: what it gave, or what was wrong. */
  content: string;
  /** The call that was made, or that is answered. */
  call?: ParsedCall & { id: string };
  /** What was done, for the person: Markdown, one line. */
  words?: string;
}

/** What a model writes next; `turned`: all before was thought aloud, and its answer begins with this. */
export type Piece = string | { turned: string };

export interface ToolRun {
  /** It did what was asked. Of an edit: as the applier says after it has read the file back. */
  ok: boolean;
  /** For the model. */
  text: string;
  /** For the person: Markdown, one line. */
  words?: string;
}

export interface LoopTool {
  spec: ToolSpec;
  /** Nothing of it is run before the user has agreed. */
  confirm: boolean;
  /** @param signal the person has stopped it: nobody waits for what comes of it. @param say what is being waited for. */
  run(args: Record<string, unknown>, signal: AbortSignal, say: (words: string) => void): Promise<ToolRun>;
}

export interface LoopNeeds {
  /** The answer to the user's message and all that came of it so far. An abort ends it. */
  ask(messages: readonly LoopMessage[], signal: AbortSignal): AsyncIterable<Piece>;
  /** Sorted, and the same in all of the conversation. */
  tools: readonly LoopTool[];
  /** Asks the user. */
  confirm(call: ParsedCall): Promise<boolean>;
  limits: { turns: number; contextTokens: number };
  /** Exact tokens of a text. */
  count(text: string): Promise<number>;
  signal: AbortSignal;
  /** Text to be shown. */
  onText(text: string): void;
  /** What was shown of this answer was none: it is shown no more. */
  onTurned?(): void;
  /** A message that has come to be, in order; that of an answer before its call is made. */
  onMessage?(message: LoopMessage): void;
  /** A tool waits for something. */
  onWait?(words: string): void;
  /** A tool begins, and ends. */
  onCall?(call: ParsedCall, outcome?: ToolRun & { refused?: boolean }): void;
}

export interface LoopResult {
  /** `answered`: it came to an end of its own. The others in `words`. */
  finish: 'answered' | 'turns' | 'repeats' | 'malformed' | 'cancelled';
  /** Why it ended, for the user; absent where it answered. */
  words?: string;
  messages: LoopMessage[];
  /** Edits that were really made, by their calls. */
  done: ParsedCall[];
}

/** Share of the window that one result may take. */
const RESULT_SHARE = 0.25;
/** The same call, or malformed ones behind each other: the second is told, the third ends it. */
const MOST_REPEATS = 3;
const STOPPED = 'The user stopped this.';

/** @throws what `ask` throws. What a tool throws is told to the model. */
export async function runTools(needs: LoopNeeds): Promise<LoopResult> {
  const { tools, limits, signal } = needs;
  const specs = tools.map(({ spec }) => spec);
  const messages: LoopMessage[] = [];
  const add = (message: LoopMessage): void => {
    messages.push(message);
    needs.onMessage?.(message);
  };
  const done: ParsedCall[] = [];
  const made = new Map<string, number>();
  let changes = 0;
  let malformed = 0;
  const end = (finish: LoopResult['finish'], words?: string): LoopResult => ({
    finish,
    ...(words === undefined ? {} : { words }),
    messages,
    done,
  });
  for (let turn = 1; turn <= limits.turns; turn++) {
    const { raw, outcomes } = await answer(needs, specs, messages);
    if (signal.aborted) return end('cancelled', 'Stopped.');
    const [first, ...others] = outcomes;
    if (first === undefined) {
      add({ role: 'assistant', content: raw });
      return end('answered');
    }
    const id = `call${turn}`;
    if ('problem' in first) {
      add({ role: 'assistant', content: raw });
      add({ role: 'tool', content: first.problem, words: 'A tool was called in a way that cannot be read.' });
      if (++malformed >= MOST_REPEATS) {
        return end('malformed', 'The model did not manage to call a tool. Ask in other words, or without tools.');
      }
      continue;
    }
    malformed = 0;
    const { call } = first;
    add({ role: 'assistant', content: raw, call: { ...call, id } });
    const key = JSON.stringify([call.name, Object.entries(call.arguments).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const times = (made.get(key) ?? 0) + 1;
    made.set(key, times);
    if (times >= MOST_REPEATS) {
      return end(
        'repeats',
        `The model went in circles: it called ${call.name} ${times} times with the same arguments.`,
      );
    }
    const run: ToolRun | undefined =
      times > 1
        ? {
            ok: false,
            text: 'You have made this very call before; its result is above. Go on from it, or answer.',
            words: `${call.name} was called again in the same way.`,
          }
        : await execute(needs, call, done);
    if (run === undefined) {
      add({ role: 'tool', content: STOPPED, call: { ...call, id }, words: `${call.name}: stopped` });
      return end('cancelled', 'Stopped.');
    }
    if (done.length > changes) {
      // What was read before may read differently now.
      changes = done.length;
      made.clear();
      made.set(key, times);
    }
    const note = others.length > 0 ? '\n[Only the first call was made: write one call in a message.]' : '';
    const cut = await cutToTokens(run.text + note, Math.floor(RESULT_SHARE * limits.contextTokens), needs.count);
    const words = run.words ?? `${call.name}: ${run.ok ? 'done' : 'failed'}`;
    const left = cut.leftOut > 0 ? `; ${cut.leftOut} lines left out: they do not fit` : '';
    add({ role: 'tool', content: cut.text, call: { ...call, id }, words: words + left });
  }
  return end(
    'turns',
    `The model has used tools ${limits.turns} times, as often as it may. Say "go on" to let it go on.`,
  );
}

/** One answer, as it was written and as it is shown. It is ended behind its first call. */
async function answer(
  needs: LoopNeeds,
  specs: readonly ToolSpec[],
  messages: readonly LoopMessage[],
): Promise<{ raw: string; outcomes: CallOutcome[] }> {
  const { signal, onText } = needs;
  const enough = new AbortController();
  let stream = new CallStream(specs);
  const outcomes: CallOutcome[] = [];
  let raw = '';
  const take = ({ text, calls }: { text: string; calls: CallOutcome[] }) => {
    if (text !== '') onText(text);
    outcomes.push(...calls);
  };
  for await (const piece of needs.ask(messages, AbortSignal.any([signal, enough.signal]))) {
    if (typeof piece !== 'string') {
      stream = new CallStream(specs);
      raw = '';
      needs.onTurned?.();
    }
    const text = typeof piece === 'string' ? piece : piece.turned;
    raw += text;
    take(stream.push(text));
    if (outcomes.length > 0) break;
    if (signal.aborted) break;
  }
  enough.abort();
  // What is left of a call when the user stops it is not a call.
  if (!signal.aborted && outcomes.length === 0) take(stream.end());
  return { raw, outcomes };
}

/** @returns undefined where the user stopped it: what it may still come to is not waited for. */
async function execute(
  { tools, confirm, signal, onCall, onWait }: LoopNeeds,
  call: ParsedCall,
  done: ParsedCall[],
): Promise<ToolRun | undefined> {
  const tool = tools.find(({ spec }) => spec.name === call.name)!;
  const agreed = tool.confirm ? await orStopped(confirm(call), signal) : true;
  if (signal.aborted || agreed === undefined) return undefined;
  if (!agreed) {
    const refused = {
      ok: false,
      text: 'The user did not agree to this call. Nothing was done. Ask what they want.',
      words: `${call.name}: refused`,
    };
    onCall?.(call, { ...refused, refused: true });
    return refused;
  }
  onCall?.(call);
  let run: ToolRun | undefined;
  try {
    run = await orStopped(
      tool.run(call.arguments, signal, (words) => onWait?.(words)),
      signal,
    );
  } catch (error) {
    run = { ok: false, text: `It failed: ${wordsOf(error)}` };
  }
  if (run === undefined) return undefined;
  if (run.ok && tool.spec.body !== undefined) done.push(call);
  onCall?.(call, run);
  return run;
}

/** What comes of the work, or undefined as soon as the signal ends it. */
function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
