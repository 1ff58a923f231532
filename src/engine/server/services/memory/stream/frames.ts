/**
 * Whether a newer sentence takes the place of an older one by its form alone, whatever its verb and its language: in the same words
 * it denies what was said, or says that one thing in it is another now. Where it might be said of something else, both stay.
 */
import { stem } from '../../search/words.ts';
import { contracted, sentencesOf, tellingStems } from './wording.ts';

/** It has changed: in English, German, French and Spanish. */
const NOW =
  /(?<!\p{L})(?:now|from now on|these days|as of (?:now|today)|jetzt|nun|ab (?:jetzt|sofort)|inzwischen|ahora|maintenant|désormais)(?!\p{L})/giu;
const DENIED =
  /(?<!\p{L})(?:no longer|not (?:\p{L}+ )??any ?more|not|never|nicht mehr|nicht|nie|niemals|kein(?:e[nmrs]?)?|ya no|nunca|ne|plus|pas|jamais)(?!\p{L})|(?<!\p{L})n['’](?=\p{L})/giu;
/** Says how sure or since when. */
const ASIDE =
  /(?<!\p{L})(?:actually|already|currently|always|again|any ?more|just|please|btw|immer|bitte|siempre|toujours|do|does|did)(?!\p{L})/giu;
/** It is said besides. */
const BESIDES = /(?<!\p{L})(?:also|too|as well|additionally|another|auch|zusätzlich|también|aussi)(?!\p{L})/iu;
/** Of these a thing may have many. */
const MANY =
  /^(?:us|own|hav|has|support|includ|contain|handl|cover|review|maintain|lik|prefer|want|know|call|import|need|requir|provid|offer|add|verwend|benutz|nutz|hab|usamo|utilis)/;
/** What follows says of which of several it is so. */
const LIMITS = new Set('for when if while during of für wenn bei von para si de pour quand'.split(' '));
const LINKS = new Set(
  'is are was were in on at to for with by from of than and or ist sind es son est sont'.split(' '),
);
const PLACES_OF_WORK =
  /^(?:prod(?:uction)?|staging|dev(?:elopment)?|tests?|testing|ci|local(?:ly)?|qa|preview|debug)$/i;
/** One at a time has it. */
const ROLE = /^(?:owns|leads|maintains|is (?:the|our) (?:\w+ )?(?:owner|lead|maintainer|manager|contact))\b/i;
const COUNT = /^\d+(?:\.\d+)?(?:ms|s|m|min|h|d|[kmg]b|px|%)?$/i;
const UNIT =
  /^(?:ms|milliseconds?|s|secs?|seconds?|min|minutes?|h|hours?|days?|weeks?|months?|times|spaces|[kmg]i?b|bytes?|px|pixels|percent|char(?:acter)?s|lines|columns|retries|attempts|approvals|replicas|workers|threads|connections|requests|rows|items|tokens|mal|leerzeichen|sekunden|minuten|veces|espacios|fois)$/i;
const VERSION = /^v?\d+(?:\.\d+)+$/;
const MOST_WORDS = 3;

interface Frame {
  words: string[];
  negated: boolean;
  isNow: boolean;
}

function frameOf(sentence: string): Frame {
  const said = contracted(sentence);
  const words = said
    .replace(DENIED, ' ')
    .replace(NOW, ' ')
    .replace(ASIDE, ' ')
    .split(/\s+/)
    .map((word) => word.replace(/^[\p{P}]+(?=[\p{L}\p{N}])|[.,;:!]+$/gu, ''))
    .filter((word) => word !== '' && !/^(?:the|a|an)$/i.test(word));
  return { words, negated: said.search(DENIED) >= 0, isNow: said.search(NOW) >= 0 };
}

/** @param older of one sentence: of several, others may still be true. */
export function takesPlaceOf(newer: string, older: string): boolean {
  const [one, ...others] = sentencesOf(older);
  if (one === undefined || others.length > 0 || one.endsWith('?')) return false;
  const before = frameOf(one);
  return sentencesOf(newer).some(
    (sentence) => !sentence.endsWith('?') && replaces(sentence, frameOf(sentence), before),
  );
}

function replaces(sentence: string, newer: Frame, older: Frame): boolean {
  const [to, from] = [newer.words.map(formOf), older.words.map(formOf)];
  let start = 0;
  while (start < Math.min(to.length, from.length) && to[start] === from[start]) start++;
  let end = 0;
  while (end < Math.min(to.length, from.length) - start && to.at(-1 - end) === from.at(-1 - end)) end++;
  const [now, was] = [newer, older].map(({ words }) => words.slice(start, words.length - end)) as [string[], string[]];
  const ahead = newer.words.slice(0, start);
  const behind = newer.words.slice(newer.words.length - end);
  if (newer.negated !== older.negated) return now.length === 0 && was.length === 0 && tells(ahead);
  if (now.length === 0 || was.length === 0 || Math.max(now.length, was.length) > MOST_WORDS) return false;
  if (!tells([...ahead, ...behind])) return false;
  if (isCount(now, behind) && isCount(was, behind)) return true;
  if (!newer.isNow || newer.negated || BESIDES.test(sentence)) return false;
  if ([now, was].some(isOther)) return false;
  if ([now, was].every((words) => VERSION.test(words.join(' ')))) return true;
  if (ahead.length === 0) return ROLE.test(behind.join(' ')) || ROLE.test(behind.join(' ').replace(/^is /, 'is the '));
  const last = formOf(ahead.at(-1)!);
  return !tells(behind) && !MANY.test(last) && !LIMITS.has(last);
}

const formOf = (word: string): string => stem(word.toLowerCase());
const tells = (words: readonly string[]): boolean => tellingStems(words.join(' ')).size > 0;
const isCount = (words: readonly string[], behind: readonly string[]): boolean =>
  words.length === 1 && COUNT.test(words[0]!) && (/\D$/.test(words[0]!) || UNIT.test(behind[0] ?? ''));

/** It says where or that something is done, or has a sentence in it: no other value of the same thing. */
const isOther = (words: readonly string[]): boolean =>
  words.some((word, at) => (at > 0 && LINKS.has(word.toLowerCase())) || PLACES_OF_WORK.test(word)) ||
  LINKS.has(words[0]!.toLowerCase()) ||
  isState(words.join(' '));

const STATE =
  /^(?:\w+ )?(?:\w{2,}ed|done|made|written|built|shown|kept|broken|hidden|frozen|run|sent|in|at|on|behind|inside|outside|under|too|very|fast|slow|big|small|large|huge|old|new|strict|flaky|stable|unstable|safe|easy|hard|ready|\w+(?:able|ible|ful|ous|less|ive))\b/i;
/** It says how something is, and not what: nothing else is denied by it. */
export const isState = (value: string): boolean => STATE.test(value) && !/^(?:enabled|disabled)\b/i.test(value);
