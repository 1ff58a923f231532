/**
 * Has a model work with tools: it is asked, what it calls is run, and it is asked again with the result, until it answers
 * without a call or a limit ends it. Everything that it does wrong is told to it in words; the third time the same, it ends.
 */
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
}

export interface ToolRun {
  /** It did what was asked. Of an edit: as the applier says after it has read the file back. */
  ok: boolean;
  /** For the model. */
  text: string;
}

export interface LoopTool {
  spec: ToolSpec;
  /** Nothing of it is run before the user has agreed. */
  confirm: boolean;
  run(args: Record<string, unknown>, signal: AbortSignal): Promise<ToolRun>;
}

export interface LoopNeeds {
  /** The answer to the user's message and all that came of it so far. An abort ends it. */
  ask(messages: readonly LoopMessage[], signal: AbortSignal): AsyncIterable<string>;
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

/** @throws what `ask` throws. What a tool throws is told to the model. */
export async function runTools(needs: LoopNeeds): Promise<LoopResult> {
  const { ask, tools, limits, signal } = needs;
  const specs = tools.map(({ spec }) => spec);
  const messages: LoopMessage[] = [];
  const done: ParsedCall[] = [];
  const made = new Map<string, number>();
  let malformed = 0;
  const end = (finish: LoopResult['finish'], words?: string): LoopResult => ({
    finish,
    ...(words === undefined ? {} : { words }),
    messages,
    done,
  });
  for (let turn = 1; turn <= limits.turns; turn++) {
    const { raw, outcomes } = await answer(needs, specs, messages, ask);
    if (signal.aborted) return end('cancelled', 'Stopped.');
    const [first, ...others] = outcomes;
    if (first === undefined) {
      messages.push({ role: 'assistant', content: raw });
      return end('answered');
    }
    const id = `call${turn}`;
    if ('problem' in first) {
      messages.push({ role: 'assistant', content: raw }, { role: 'tool', content: first.problem });
      if (++malformed >= MOST_REPEATS) {
        return end('malformed', 'The model did not manage to call a tool. Ask in other words, or without tools.');
      }
      continue;
    }
    malformed = 0;
    const { call } = first;
    messages.push({ role: 'assistant', content: raw, call: { ...call, id } });
    const key = JSON.stringify([call.name, Object.entries(call.arguments).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const times = (made.get(key) ?? 0) + 1;
    made.set(key, times);
    if (times >= MOST_REPEATS) {
      return end(
        'repeats',
        `The model went in circles: it called ${call.name} ${times} times with the same arguments.`,
      );
    }
    const run: ToolRun =
      times > 1
        ? { ok: false, text: 'You have made this very call before; its result is above. Go on from it, or answer.' }
        : await execute(needs, call, done);
    if (signal.aborted) return end('cancelled', 'Stopped.');
    const note = others.length > 0 ? '\n[Only the first call was made: write one call in a message.]' : '';
    const cut = await cutToTokens(run.text + note, Math.floor(RESULT_SHARE * limits.contextTokens), needs.count);
    messages.push({ role: 'tool', content: cut.text, call: { ...call, id } });
  }
  return end(
    'turns',
    `The model has used tools ${limits.turns} times, as often as it may. Say "go on" to let it go on.`,
  );
}

/** One answer, as it was written and as it is shown. It is ended behind its first call. */
async function answer(
  { signal, onText }: LoopNeeds,
  specs: readonly ToolSpec[],
  messages: readonly LoopMessage[],
  ask: LoopNeeds['ask'],
): Promise<{ raw: string; outcomes: CallOutcome[] }> {
  const enough = new AbortController();
  const stream = new CallStream(specs);
  const outcomes: CallOutcome[] = [];
  let raw = '';
  const take = ({ text, calls }: { text: string; calls: CallOutcome[] }) => {
    if (text !== '') onText(text);
    outcomes.push(...calls);
  };
  for await (const piece of ask(messages, AbortSignal.any([signal, enough.signal]))) {
    raw += piece;
    take(stream.push(piece));
    if (outcomes.length > 0) break;
    if (signal.aborted) break;
  }
  enough.abort();
  // What is left of a call when the user stops it is not a call.
  if (!signal.aborted && outcomes.length === 0) take(stream.end());
  return { raw, outcomes };
}

async function execute({ tools, confirm, signal, onCall }: LoopNeeds, call: ParsedCall, done: ParsedCall[]) {
  const tool = tools.find(({ spec }) => spec.name === call.name)!;
  if (tool.confirm && !(await confirm(call))) {
    const refused = { ok: false, text: 'The user did not agree to this call. Nothing was done. Ask what they want.' };
    onCall?.(call, { ...refused, refused: true });
    return refused;
  }
  if (signal.aborted) return { ok: false, text: '' };
  onCall?.(call);
  let run: ToolRun;
  try {
    run = await tool.run(call.arguments, signal);
  } catch (error) {
    run = { ok: false, text: `It failed: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (run.ok && tool.spec.body !== undefined) done.push(call);
  onCall?.(call, run);
  return run;
}
