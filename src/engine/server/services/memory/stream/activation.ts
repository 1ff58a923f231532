/** What a prompt is given of the memory: decided, found, checked, made to fit. */
import type { ActivateParams, ActivateResult, MemoryHit, MemoryItem, MemoryKind } from '../../../../protocol/index.ts';
import { FRAME } from './asPrompt.ts';
import { leansOnTurnBefore, type Need, needOf, subjectOf, summarySuffices } from './controller.ts';
import { type Candidate, fitted } from './fit.ts';
import { isVerbatim, turnBefore } from './flash.ts';
import { EVERY_PART, estimateTokens, type StreamParts } from './parts.ts';
import { floorFor } from './relevance.ts';
import { newestFirst, scored, withoutOutdated } from './scoring.ts';
import { checked, truthOf } from './truths.ts';
import { coverage, tellingStems } from './wording.ts';

const FOR_CHAT: readonly MemoryKind[] = ['symbol', 'file', 'folder', 'workspace', 'turn', 'session', 'fact'];
/** A model that completes code reads few and short ones: what is meant for it, and what is said of files beside it. */
const FOR_COMPLETION: readonly MemoryKind[] = ['symbol', 'file', 'fact'];
const COMPLETION = { most: 3, tokens: 60 };
/** Share of a fact's words that stand around the cursor. */
const NEAR_FACT = 0.5;
/** At most so many memories, by the room for them: SCM's k. */
const LEAST_K = 3;
const MOST_K = 10;
const TOKENS_EACH = 200;
/** In less room there is none worth its frame. */
const LEAST_ROOM = 24;
/** What is found for each that is used: some are left out. */
const SPARE = 3;
/** UTF-16 units of what stands around a cursor or is asked: what is behind says little more. */
const LONGEST_QUERY = 4_000;

const none = (decision: string, staleSentences = 0): ActivateResult => ({ memories: [], decision, staleSentences });

/** SCM's k: a cap, no quota. */
export const mostFor = (tokens: number): number =>
  Math.min(MOST_K, Math.max(LEAST_K, Math.round(tokens / TOKENS_EACH)));

/**
 * The memories for a prompt, the best first; `asPrompt` makes the text of it, which has at most `tokens` tokens.
 * They are recorded as used, but in a try without one of them, and where it is only asked what they would be.
 */
export async function activate(parts: StreamParts, params: Omit<ActivateParams, 'place'>): Promise<ActivateResult> {
  const { store, recall, anchors, countTokens = estimateTokens, now = Date.now } = parts;
  const switches = { ...EVERY_PART, ...parts.switches };
  const isChat = params.for === 'chat';
  const query = params.query.slice(0, LONGEST_QUERY);
  const room = Math.floor(params.tokens);
  if (room - countTokens(FRAME) < LEAST_ROOM) return none('There is no room for memories.');

  // A draft is weighed at every pause of typing.
  const judge = isChat && !params.peek ? parts.judge?.() : undefined;
  const decision =
    isChat && switches.controller
      ? await needOf(query, (name) => isTitle(name), judge)
      : {
          need: 'asked' as const,
          words: isChat ? 'Memory is always asked.' : 'Completion uses what is said of files beside it.',
        };
  if (decision.need === 'none') return none(`No memory: ${decision.words}`);

  const without = new Set(params.without);
  const leaveOut = new Set(params.leaveOut);
  const before =
    isChat && switches.flash && params.conversation !== undefined
      ? turnBefore(store, params.conversation, without)
      : undefined;
  const flash = before && !leaveOut.has(before.id) ? await flashOf(before) : undefined;

  const near = new Set((params.paths ?? []).map(moduleOf));
  const most = isChat ? mostFor(room) : COMPLETION.most;
  const found = switches.activation ? await hitsFor(most, decision.need) : { hits: [], outdated: 0 };
  let staleSentences = flash?.stale ?? 0;
  const candidates: Candidate[] = flash?.candidate ? [flash.candidate] : [];
  for (const hit of found.hits) {
    const truth = truthOf(hit.item, hit.sentences);
    staleSentences += truth.stale;
    if (truth.text === '' || candidates.filter((one) => !one.flash).length === most) continue;
    const candidate = candidateOf(hit, truth);
    if (candidate) candidates.push(candidate);
  }

  const memories = await fitted(candidates, {
    room,
    countTokens,
    suffices: async ({ item }) => !switches.controller || summarySuffices(query, item, judge),
  });
  if (leaveOut.size === 0 && !params.peek && memories.length > 0)
    store.activated(
      memories.map(({ item }) => item.id),
      now(),
    );
  return { memories, decision: inWords(), staleSentences };

  function isTitle(name: string): boolean {
    const lower = name.toLowerCase();
    return store.byWords(name, 5, FOR_CHAT).some(({ id }) => store.get(id)?.title.toLowerCase().includes(lower));
  }

  async function flashOf(item: MemoryItem): Promise<{ candidate: Candidate | undefined; stale: number }> {
    const { text, short, stale } = truthOf(item, await checked(item, anchors));
    if (text === '') return { candidate: undefined, stale };
    const inShort = switches.summaries && short !== undefined && !isVerbatim(countTokens(text));
    const score = { total: 0, words: 0, vector: 0, recency: 0, ranking: 0 };
    const candidate: Candidate = {
      item,
      text: inShort ? short : text,
      short: inShort || !switches.summaries ? undefined : short,
      tokens: 0,
      inShort,
      flash: true,
      score,
      why: ['the turn before'],
    };
    return { candidate, stale };
  }

  /** What is relevant, checked, and not in the prompt already. */
  async function hitsFor(most: number, need: Exclude<Need, 'none'>): Promise<{ hits: MemoryHit[]; outdated: number }> {
    const subject = isChat ? subjectOf(query) : query;
    const leaning = isChat && before && leansOnTurnBefore(query) ? `${subject}\n${before.title}` : subject;
    const kinds = isChat ? FOR_CHAT : FOR_COMPLETION;
    const { hits } = await recall({ query: leaning, top: SPARE * most, kinds: [...kinds], all: true, loose: true });
    const floor = isChat ? floorFor(store, leaning, need, kinds) : undefined;
    const fitting = hits.filter(
      (hit) =>
        hit.item.kind !== 'proposal' &&
        hit.item.supersededBy === null &&
        hit.item.id !== before?.id &&
        !without.has(hit.item.key) &&
        !leaveOut.has(hit.item.id) &&
        (isChat || (hit.item.path !== params.at && isNear(hit.item))) &&
        (!floor || floor.isRelevant(hit)),
    );
    const { hits: current, outdated } = withoutOutdated(scored(fitting, now(), switches.recency));
    return { hits: floor && switches.recency ? newestFirst(current, floor.answers) : current, outdated };
  }

  /** Completion is told of files that are imported or open, of the names it is about to write, and of facts about what stands there. */
  function isNear({ kind, path, title, text }: MemoryItem): boolean {
    if (kind === 'fact') return coverage(tellingStems(text), query) >= NEAR_FACT;
    return (path !== null && near.has(moduleOf(path))) || query.includes(title);
  }

  function candidateOf(
    { item, score, why }: MemoryHit,
    { text, short }: { text: string; short: string | undefined },
  ): Candidate | undefined {
    const told = { item, tokens: 0, flash: false, score, why };
    if (isChat) return { ...told, text, short: switches.summaries ? short : undefined, inShort: false };
    const brief = short ?? text;
    return countTokens(brief) > COMPLETION.tokens
      ? undefined
      : { ...told, text: brief, short: undefined, inShort: short !== undefined };
  }

  function inWords(): string {
    const used = memories.filter((memory) => !memory.flash).length;
    const said = [decision.words];
    said.push(
      used === 0 ? 'Nothing that is remembered fits well enough.' : `${counted(used, 'memory', 'memories')} used.`,
    );
    if (memories.some((memory) => memory.flash)) said.push('The turn before is told.');
    const short = memories.filter((memory) => memory.inShort).length;
    if (short > 0) said.push(`${short} of them in short.`);
    if (found.outdated > 0)
      said.push(`${counted(found.outdated, 'older one', 'older ones')} left out: something newer says otherwise.`);
    const dropped = candidates.length - memories.length;
    if (dropped > 0) said.push(`For ${dropped} there was no room.`);
    return said.join(' ');
  }
}

/** As imports name it: `./page.js` is page.ts, `./parts` is parts/index.ts. */
const moduleOf = (path: string): string => path.replace(/\.\w+$/, '').replace(/\/(?:index|mod|__init__)$/, '');

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
