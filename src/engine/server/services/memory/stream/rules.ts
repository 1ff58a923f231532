/** Rules that a person states or repeats in the chat become proposals: never rules, until the person has accepted them. */
import type { MemoryItem } from '../../../../protocol/index.ts';
import type { Store } from '../items.ts';
import { addFact, factHash } from './facts.ts';
import { secretIn } from './secrets.ts';
import { saidIn } from './turns.ts';
import { ownWordsOf, sentencesOf, tellingStems } from './wording.ts';

/** What is meant for every time, and says so: in English, German, French and Spanish. */
const STATED: readonly RegExp[] = [
  /^(?:always|never|from (?:now|here) on|going forward|as a rule|in (?:this|our) (?:project|repo|repository|codebase)|we (?:always|never|prefer|only use|don['’]?t use|do not use)|(?:our|the) (?:convention|rule|style|policy) is|do(?:n['’]?t| not) ever)\b/i,
  /^(?:immer|niemals|nie|ab (?:jetzt|sofort)|von (?:jetzt|nun) an|in (?:diesem|unserem) (?:projekt|repository)|wir (?:\p{L}+ )?(?:immer|niemals|nie)|(?:unsere|die) (?:konvention|regel) (?:ist|lautet)|\p{L}+e? (?:bitte )?(?:immer|niemals|nie))(?!\p{L})/iu,
  /^(?:toujours|jamais|désormais|dorénavant|à partir de maintenant|dans (?:ce|notre) (?:projet|dépôt)|(?:nous|on) (?:n['’]|ne )?\p{L}+ (?:toujours|jamais)|(?:notre|la) (?:convention|règle) est|(?:n['’]|ne )?\p{L}+ (?:toujours|jamais))(?!\p{L})/iu,
  /^(?:siempre|nunca|de ahora en adelante|a partir de ahora|en (?:este|nuestro) (?:proyecto|repositorio)|(?:nuestra|la) (?:convención|regla) es|(?:no )?\p{L}+ (?:siempre|nunca))(?!\p{L})/iu,
];
/** What may be meant for this time only: said twice, it is not. In English alone. */
const PREFERRED =
  /^(?:we use|use|prefer|stop using|stop \w+ing|don['’]?t|do not|avoid|i (?:prefer|want|like)|keep|write)\b/i;
/** What may stand before either. */
const POLITE = /^(?:(?:please|pls|plz|no|yes|and|but|well|ok|okay|also|make sure to|you should)\b[,!]?\s+)+/i;
/** What happened, or happens by itself: `never mind`, `we never got an answer`, `in this repo I get an error`. */
const EXPERIENCE =
  /^(?:we )?(?:always|never) (?:mind|again|(?!embed\b)\w{2,}[^e]ed|saw|seen|got|get a|had|was|were|did|went|came|happens|crashes|fails|works|breaks)\b|^in (?:this|our) \w+,? (?:i|there|it)\b/i;
const LONGEST_RULE = 200;
const CANDIDATES = 20;

/** @param statements what the person told in a turn that is new: nothing of attachments and memories is among it. */
export function proposeRules(store: Store, turn: MemoryItem, statements: readonly string[]): MemoryItem[] {
  return rulesIn(statements.join('\n')).flatMap(({ text, stated }) => {
    const hash = factHash(text);
    if (store.byKey(`fact:${hash}`) || secretIn(text) !== undefined) return [];
    if (!stated && !wasSaidBefore(store, turn, text)) return [];
    const { item, said } = addFact(store, { text, kind: 'proposal', source: 'chat' });
    return said ? [] : [item];
  });
}

interface Rule {
  text: string;
  stated: boolean;
}

/** Rules in a person's own prose: not in code, and not in what is quoted. */
export function rulesIn(text: string): Rule[] {
  return sentencesOf(ownWordsOf(text)).flatMap((told) => {
    const sentence = told.replace(POLITE, '');
    if (EXPERIENCE.test(sentence)) return [];
    if (sentence.endsWith('?') || sentence.length > LONGEST_RULE || tellingStems(sentence).size < 1) return [];
    const stated = STATED.some((words) => words.test(sentence));
    return stated || PREFERRED.test(sentence) ? [{ text: sentence, stated }] : [];
  });
}

/** In another turn, in these words or much the same. */
function wasSaidBefore(store: Store, turn: MemoryItem, text: string): boolean {
  const hash = factHash(text);
  return store
    .byWords(text, CANDIDATES, ['turn'])
    .map(({ id }) => store.get(id))
    .some(
      (item) => item && item.id !== turn.id && rulesIn(saidIn(item.text)).some((rule) => factHash(rule.text) === hash),
    );
}
