/**
 * Sessions of weeks, made from templates, each with a question at its end: LongMemEval's five abilities (arXiv 2410.10813),
 * about a project instead of a life. The same from the same number.
 */
import { generator } from '../retrieval/interval.ts';
import { ATTRIBUTES, chatter, PREFERENCES, REPLIES, REQUESTS, SERVICES } from './templates.ts';

export const ABILITIES = ['extraction', 'several sessions', 'update', 'abstention', 'preference'] as const;
export type Ability = (typeof ABILITIES)[number];

/** One thing that happens. `evidence`: what it tells is asked for, and in which order it was told. */
export interface Event {
  /** Days since the beginning. */
  day: number;
  conversation: string;
  question: string;
  answer: string;
  /** Asked to be remembered, in place of being said in a turn. */
  fact?: string;
  evidence?: 'wanted' | 'outdated';
}

export interface History {
  ability: Ability;
  events: Event[];
  query: string;
  /** Words of what is wanted: a prompt that has all of them can be answered. */
  needles: string[];
  days: number;
}

const CONVERSATIONS = 12;
const DAYS = 60;
/** Things told that are not asked for: of the same service, and of the same sort. */
const DISTRACTORS = 14;
const CHATTER = 14;
/** Share of looked up answers that go on for pages. */
const LONG = 0.4;
const LONG_WORDS = 700;
const SYLLABLES = ['ba', 'de', 'fi', 'go', 'ku', 'la', 'me', 'ni', 'po', 'ru', 'sa', 'ti', 'vo', 'zu'];

/** Words that nobody asks for, others in each answer. */
const atLength = (random: () => number): string =>
  Array.from(
    { length: LONG_WORDS },
    () =>
      SYLLABLES[Math.floor(random() * 14)]! +
      SYLLABLES[Math.floor(random() * 14)]! +
      SYLLABLES[Math.floor(random() * 14)]!,
  ).join(' ');

export function history(seed: number): History {
  const random = generator(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const shuffled = <T>(from: readonly T[]): T[] =>
    from
      .map((one) => ({ one, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
  const ability = ABILITIES[seed % ABILITIES.length]!;
  const services = shuffled(SERVICES).slice(0, 6);
  const [service, second] = services as [string, string];
  const names = shuffled(Object.keys(ATTRIBUTES));
  const name = names[0]!;
  const attribute = ATTRIBUTES[name]!;
  const [value, newer] = shuffled(attribute.values) as [string, string];
  const preference = pick(PREFERENCES);
  const events: Event[] = [];
  const day = (from = 0, to = DAYS) => from + Math.floor(random() * (to - from));
  const told = (text: string, at: number, evidence?: Event['evidence']): Event => ({
    day: at,
    conversation: `c${Math.floor((at * CONVERSATIONS) / DAYS)}`,
    question: `${text} ${pick(REQUESTS)}`,
    answer: pick(REPLIES),
    ...(evidence && { evidence }),
  });
  const tell = (
    what: string,
    v: string,
    of: string,
    at: number,
    evidence?: Event['evidence'],
    change = false,
  ): Event => {
    const from = ATTRIBUTES[what]!;
    const text = pick(change ? from.change : from.tell)(of, v);
    const way = random();
    if (way < 0.25) return { ...told(text, at, evidence), fact: text };
    if (way < 0.5 && !change)
      return {
        ...told(text, at, evidence),
        question: `Can you look up the ${what} of the ${of}?`,
        answer: random() < LONG ? `${from.answer(of, v)} ${atLength(random)}` : from.answer(of, v),
      };
    return told(text, at, evidence);
  };
  const asked = new Set([`${service}/${name}`]);
  let query = pick(attribute.ask)(service);
  let needles = [value];
  if (ability === 'extraction') events.push(tell(name, value, service, day(), 'wanted'));
  if (ability === 'several sessions') {
    events.push(tell(name, value, service, day(0, 30), 'wanted'), tell(name, newer, second, day(31), 'wanted'));
    asked.add(`${second}/${name}`);
    query = pick([
      `What is the ${name} of the ${service} and that of the ${second}?`,
      `Compare the ${name} of the ${service} and of the ${second}`,
    ]);
    needles = [value, newer];
  }
  if (ability === 'update') {
    events.push(
      tell(name, value, service, day(0, 25), 'outdated'),
      tell(name, newer, service, day(35), 'wanted', true),
    );
    needles = [newer];
  }
  if (ability === 'preference') {
    events.push(told(pick(preference.tell), day(), 'wanted'));
    query = pick(preference.ask);
    needles = [preference.needle];
  }
  if (ability === 'abstention') needles = [];
  // The service that is asked for with other things, and other services with what is asked for.
  for (let n = 0; n < DISTRACTORS; n++) {
    const of = n % 3 === 0 ? service : pick(services.slice(1));
    const what = n % 3 === 1 ? name : pick(names);
    if (asked.has(`${of}/${what}`)) continue;
    asked.add(`${of}/${what}`);
    events.push(tell(what, pick(ATTRIBUTES[what]!.values), of, day()));
  }
  for (const other of shuffled(PREFERENCES).slice(0, 3))
    if (ability !== 'preference' || other !== preference) events.push(told(pick(other.tell), day()));
  for (let n = 0; n < CHATTER; n++) {
    const at = day();
    events.push({ ...told('', at), ...chatter(pick) });
  }
  return { ability, events: events.sort((a, b) => a.day - b.day), query, needles, days: DAYS };
}
