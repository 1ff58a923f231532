/**
 * What a sentence claims: of a subject, that it is, uses or lies in something. Read by patterns, for one decision alone: whether
 * a newer text says otherwise than an older one. What is not read claims nothing, and then both stay: two that stand side by
 * side are seen and put right, one that was put away wrongly is missed.
 */
import { isState, takesPlaceOf } from './frames.ts';
import { canonical, contracted, sentencesOf, tellingStems } from './wording.ts';

/** `any`: it was changed, whatever was said of it. */
export type Relation = 'be' | 'on' | 'place' | 'use' | 'any';

export interface Claim {
  /** Its words in a form in which they meet, with what limits it (`in production`); '': the project. */
  subject: string;
  relation: Relation;
  value: string;
  /** The value as it was told, in lower case. */
  told: string;
  /** Of which sort it is: two of the same sort cannot both be true. */
  sort: 'number' | 'path' | 'code' | 'day' | 'answer' | 'words';
  negated: boolean;
  /** It says of itself that something has changed. */
  isUpdate: boolean;
  /** What it says was so before; '': nothing. */
  before: string;
}

const UPDATE =
  /\b(?:now|no longer|any ?more|instead|rather than|from now on|as of|since|switched|changed|moved|renamed|migrated|bumped|upgraded|raised|lowered|replaced|actually|correction|scratch that|nope|wait)\b/i;
const NEGATED = /\b(?:not|never|no longer)\b|n['’]t\b/i;
/** Words that say when or how sure, and claim nothing. */
const ASIDE =
  /\b(?:now|currently|actually|always|already|again|today|yesterday|really|just|please|remember(?: that)?|note(?: that)?|from now on|as of \w+|correction:?|fyi:?|update:?|any ?more)\b,?/gi;
/** How people begin to tell or to correct something. */
const LEAD_IN =
  /^(?:[-*•]\s+|(?:no|yes|hey|ok|okay|well|so|and|but),?\s+|(?:nope|btw|by the way|scratch that|wait|sorry|actually|correction|heads up|psa|tl;dr)\b[\s,:.!…–—-]+)+/i;
const NEGATION = /\b(?:do|does|did)(?: not|n['’]t)\b|\b(?:not|never|no longer)\b|n['’]t\b/gi;
/** What comes behind limits the claim, and is a part of what it is about. */
const LIMIT = /\s+(?:in|on|for|when|if|while|during|under|at|within|of)\s+/i;
const REASON = /\s*(?:[,;(]|\s(?:because|since|so that|as|but|which|and then)\s|\.\s|\.$|[!?]$).*$/i;

const IS = /^(.{2,80}?)\s+(?:(is|are|was|were|equals?)|=)\s+(?:set to|called|named)?\s*(.+)$/i;
const ON =
  /^(.{2,80}?)\s+(?:listens?|runs?|deploys?|ships?|(?:is|are)\s+(?:listening|running))\s+(?:on|at|to)\s+(.+)$/i;
const PLACE =
  /^(.{2,80}?)\s+(?:(?:is|are)\s+)?(?:lives?|located|stored|kept|found|resides?)\s+(?:in|at|under)\s+(.+)$/i;
const DEFAULTS = /^(.{2,80}?)\s+(?:defaults?|points?|resolves?)\s+to\s+(.+)$/i;
const WAS_CHANGED =
  /^(.{2,80}?)\s+(?:has|have|was|were)?\s*(?:been\s+)?(?:moved|renamed|changed|bumped|upgraded|raised|lowered|set|switched|migrated)\s+(?:from\s+(.+?)\s+)?to\s+(.+)$/i;
const CHANGED =
  /^(?:we|i|they|somebody|someone)\s+(?:have\s+|just\s+)?(?:moved|renamed|changed|bumped|upgraded|raised|lowered|set|switched|migrated)\s+(?!from\s)(.{2,80}?)\s+(?:from\s+(.+?)\s+)?to\s+(.+)$/i;
const USE =
  /^(?:(?:we|they|i|the team|(?:this|the|our) (?:project|repo|repository|team|codebase))\s+)?(?:(?:should|must|will|have to|want to)\s+)?(?:uses?|prefers?|switched to|moved to|migrated to)\s+(.+)$/i;
/** `switched from yarn to pnpm`, `replaced jest with vitest`: old and new. */
const SWITCHED =
  /^(?:(?:we|i|they)\s+)?(?:have\s+|just\s+)*(?:(?:switched|moved|migrated|went)\s+(?:over\s+)?from\s+(.+?)\s+to|(?:replaced|swapped)\s+(.+?)\s+(?:with|by|for))\s+(.+)$/i;
/** What is not used any more. */
const DROPPED =
  /^(?:(?:we|i|they)\s+)?(?:(?:have|are|just|finally)\s+)*(?:(?:moved|migrated|switched|got|getting|moving)\s+(?:off|away from|rid of)(?: of)?|dropped|removed|ditched|retired|stopped using|done with)\s+(?:the\s+)?(.+?)(?:\s+(?:last|this|yesterday|today|completely|entirely)\b.*)?$/i;
/** `Node 22`: what it is, and its version. */
const VERSIONED = /^([A-Za-z][\w+#.-]*) v?(\d[\w.]*)$/;
const RUNS_ON =
  /^(?:we|i|the project)(?:\s+are|['’]re|\s+run|\s+upgraded|\s+moved)\s+(?:on|to)\s+([A-Za-z][\w+#.-]* v?\d[\w.]*)$/i;
/** `API port: 9090`. */
const LABEL = /^([\w`][\w `./-]{1,40}):\s+(\S.{0,60})$/;
const INSTEAD = /^(.+?)\s*,?\s+(?:instead of|rather than|and not|not|over)\s+(.+)$/i;

/** Nouns of which a thing has one, in the form in which subjects have them. */
const ATTRIBUTES = tellingStems(
  `port version branch name timeout limit default database owner deadline host url address folder directory path indentation indent
  language formatter linter runner framework manager maximum minimum size count interval budget license licence region model key day
  date time width color colour style format encoding prefix suffix registry maintainer lead reviewer target retention threshold
  retries retry level queue store`,
);

/** `port 8080`, `the region Tokyo`: what it is of, and the value. */
const NAMED_VALUE =
  /^(?:the )?(port|region|branch|version|day|owner|database|timeout|limit)(?: of)? ([`"']?[A-Z0-9][\w.-]*[`"']?)(?=$|[\s,.;])/;

/** Claims of the sentences of a text, in their order; questions claim nothing. */
export function claimsOf(text: string): Claim[] {
  return sentencesOf(text).flatMap((sentence) => {
    const claim = sentence.endsWith('?') ? undefined : claimOf(sentence);
    return claim ? [claim] : [];
  });
}

function claimOf(sentence: string): Claim | undefined {
  const negated = NEGATED.test(contracted(sentence));
  const isUpdate = UPDATE.test(sentence);
  const bare = sentence.replace(LEAD_IN, '').replace(ASIDE, ' ').replace(/\s+/g, ' ').trim();
  const plain = bare.replace(NEGATION, ' ').replace(/\s+/g, ' ').trim();
  const made = (subject: string, relation: Relation, whole: string, before = '', stays = false): Claim | undefined => {
    const value = whole.replace(/^(?:on|at) (?=port\b)/i, '');
    const [head, ...limits] = stays ? [value] : value.split(LIMIT);
    const named = NAMED_VALUE.exec(stays ? value : [head ?? '', ...limits].at(-1)!);
    const told = (named ? named[2]! : (head ?? '')).replace(REASON, '').trim();
    const rest = named ? [named[1]!, ...limits.slice(0, -1)] : limits;
    // `listens on 8080` is of its port.
    const isPort = relation === 'on' && !named && /^\d{2,5}$/.test(told);
    const about = wordsIn(`${subject} ${isPort ? 'port' : ''} ${rest.join(' ').replace(REASON, '')}`);
    if (told === '' || (about === '' && relation !== 'use')) return undefined;
    const versioned = relation === 'use' && before === '' ? VERSIONED.exec(told) : null;
    if (versioned) {
      const of = wordsIn(`${about} ${versioned[1]}`);
      return {
        subject: of,
        relation: 'be',
        value: versioned[2]!,
        told: versioned[2]!,
        sort: 'number',
        negated,
        isUpdate,
        before: '',
      };
    }
    const sort = sortOf(told);
    return {
      // `the version of Node is 22` says what `Node 22 is used` says.
      subject: (sort === 'number' && about.replace(/\s?\bversion\b\s?/, ' ').trim()) || about,
      // `listens on port 80` says what `the port is 80` says.
      relation: (named && relation !== 'any') || isPort ? 'be' : relation,
      value: (sort !== 'answer' && canonical(told)) || told.toLowerCase().replace(/ by default$/, ''),
      told: told.toLowerCase(),
      sort,
      // `tabs, not spaces` chooses, and denies nothing.
      negated: negated && before === '',
      isUpdate,
      before: before === '' ? '' : canonical(before.replace(REASON, '')),
    };
  };
  const runsOn = RUNS_ON.exec(plain);
  if (runsOn) return made('', 'use', runsOn[1]!);
  const switched = SWITCHED.exec(plain);
  if (switched) return made('', 'use', switched[3]!, switched[1] ?? switched[2]);
  const dropped = DROPPED.exec(plain.replace(REASON, ''));
  if (dropped) {
    const claim = made('', 'use', dropped[1]!);
    return claim && { ...claim, negated: true };
  }
  const changed = CHANGED.exec(plain) ?? WAS_CHANGED.exec(plain);
  if (changed) return made(changed[1]!, 'any', changed[3]!, changed[2]);
  const used = USE.exec(plain);
  if (used) {
    const chosen = INSTEAD.exec(USE.exec(bare)?.[1] ?? '');
    if (!chosen) return made('', 'use', used[1]!);
    const [old, ...limits] = chosen[2]!.split(LIMIT);
    return made(limits.join(' '), 'use', chosen[1]!, old);
  }
  const place = PLACE.exec(plain);
  if (place) return made(place[1]!, 'place', place[2]!);
  const on = ON.exec(plain);
  if (on) return made(on[1]!, 'on', on[2]!);
  const defaults = DEFAULTS.exec(plain);
  if (defaults) return made(defaults[1]!, 'be', defaults[2]!);
  const is = IS.exec(plain);
  // `there is`, `it is`, `this is`: of what, only the sentences around it know.
  if (is && !/^(?:there|it|this|that|these|those|he|she|they|we|i|you|what|which|who)$/i.test(is[1]!))
    return made(is[1]!, 'be', is[3]!);
  const label = LABEL.exec(plain);
  return label ? made(label[1]!, 'be', label[2]!) : undefined;
}

const wordsIn = (text: string): string => [...tellingStems(text)].sort().join(' ');

function sortOf(value: string): Claim['sort'] {
  if (/^v?\d/.test(value)) return 'number';
  if (/^`?[\w@.-]*\/[\w./-]+`?$|^`?[\w-]+(?:\.[\w-]+)+`?$/.test(value)) return 'path';
  if (/^`[^`]+`$/.test(value)) return 'code';
  if (
    /^(?:on )?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* \d+)/i.test(
      value,
    )
  )
    return 'day';
  if (
    /^(?:true|false|on|off|yes|no|enabled|disabled|required|optional|allowed|forbidden)(?: by default)?$/i.test(value)
  )
    return 'answer';
  return 'words';
}

/**
 * True where a newer claim cannot be true together with an older one: the same subject by its words, the same relation, and
 * another value of the same sort, or of an attribute of which a thing has one, or where the newer one says that it has changed.
 * A value that only says more than the other is no other value.
 */
export function contradicts(newer: Claim, older: Claim): boolean {
  if (newer.relation !== older.relation && newer.relation !== 'any' && older.relation !== 'any') return false;
  const sameSubject = newer.subject === older.subject;
  if (newer.before !== '' && !older.negated && newer.before === older.value)
    return sameSubject || (newer.relation === 'use' && (newer.subject === '' || older.subject === ''));
  // The other way around: `tabs, not spaces` after `spaces, not tabs`.
  if (newer.before !== '' && newer.before === older.value) return sameSubject;
  if (newer.relation === 'use' && older.relation === 'use' && newer.negated !== older.negated)
    return (sameSubject || (newer.negated && newer.subject === '')) && newer.value === older.value;
  if (newer.subject === '' || !sameSubject) return false;
  if (newer.negated !== older.negated) return newer.value === older.value;
  if (newer.negated || newer.value === older.value) return false;
  if (within(newer.value, older.value) || within(older.value, newer.value)) return false;
  // It runs on Node 22, and on AWS.
  if (newer.relation === 'on' && !newer.isUpdate) return /\d/.test(newer.value) === /\d/.test(older.value);
  if (newer.relation === 'use' || newer.relation === 'place' || newer.relation === 'on') return true;
  if (newer.sort !== 'words' && newer.sort === older.sort) return true;
  const [one, other] = [newer.told, older.told];
  if (newer.relation !== 'any' && (isState(one) || isState(other)) && one.split(' ')[0] !== other.split(' ')[0])
    return false;
  return newer.isUpdate || newer.subject.split(' ').some((word) => ATTRIBUTES.has(word));
}

/** Whether a newer text says otherwise than an older one, so that nothing of what the older one claims is true. */
export function saysOtherwise(newer: string, older: string): boolean {
  const [claims, theirs] = [claimsOf(newer), claimsOf(older)];
  if (theirs.length > 0 && theirs.every((claim) => claims.some((one) => contradicts(one, claim)))) return true;
  return takesPlaceOf(newer, older);
}

function within(part: string, whole: string): boolean {
  const words = new Set(whole.split(' '));
  return part.split(' ').every((word) => words.has(word));
}
