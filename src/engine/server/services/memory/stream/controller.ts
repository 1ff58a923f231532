/**
 * SCM's controller: (i) does this input need memory, (ii) are summaries enough. A capable model is asked, under a grammar of
 * yes and no; for small ones, which say yes to nearly everything, a stated rule decides, and where that cannot tell, relevance.
 */
import type { MemoryItem } from '../../../../protocol/index.ts';
import { namesIn } from './names.ts';
import type { Judge } from './parts.ts';
import { coverage, tellingStems } from './wording.ts';
import { isSmallTalk } from './worth.ts';

/** `open`: it may; what is recalled has to fit it well. `general`: code only where it is the thing itself. */
export type Need = 'none' | 'general' | 'open' | 'asked';

export interface Decision {
  need: Need;
  /** In words for people. */
  words: string;
}

/** What was said or done before. */
const BACK =
  /\b(?:earlier|before|previous(?:ly)?|last (?:time|week|month|year|session|conversation|question|answer)|yesterday|the other day|(?:a|some|\w+) (?:days?|weeks?|months?) ago|again|still|remember(?:ed)?|remind|recall|forgot|you (?:said|told|suggested|mentioned|recommended|wrote)|(?:did|have|had) (?:we|i|you)|(?:we|i) (?:said|told|decided|agreed|discussed|talked|chose|wanted|mentioned|settled|planned|worked|changed|did|had|were)|as (?:usual|always|agreed|discussed)|the same (?:way|as)|continue (?:with|where)|so far|used to)\b/i;
/** The project and its people. */
const PROJECT =
  /\b(?:we|our|ours|us|my|this (?:project|repo|repository|codebase|workspace|app|team)|the (?:project|repo|repository|codebase|workspace|team|convention|rules?|style guide))\b/i;
/** What is meant is in the text before. */
const PRONOUN =
  /^(?:and|but|so|also|then)\b|\b(?:it|its|that one|those|them|they|he|she|the (?:first|second|other|former|latter|last) one)\b/i;
/** What is meant is attached. */
const SHOWN =
  /\b(?:this|the|these|those|my|above|below|attached|selected|following|given)\s+(?:\w+\s+)?(?:code|function|method|class|file|selection|snippet|line|lines|block|diff|error|test|expression|regex|query|text|comment|type|interface)\b/i;
const ABOUT_SHOWN =
  /^(?:please\s+|can you\s+|could you\s+)?(?:explain|describe|document|refactor|simplify|review|fix|test|optimi[sz]e|rewrite|rename|comment|improve|shorten|translate|convert|format|summari[sz]e|write (?:a |some |unit )*tests? for|add (?:a |some )*(?:comments?|docs?|types?|tests?) (?:to|for)|what does|what is|why does|how does|is)\b/i;

const LANGUAGE =
  'go(?:lang)?|python|typescript|javascript|js|ts|java|rust|c\\+\\+|c#|ruby|php|kotlin|swift|scala|haskell|perl|lua|bash|zsh|powershell|sql|css|html';
/** What every language has, and what is done with it. */
const DATA =
  '(?:(?:hash ?|linked )?(?:array|list|map|set)|dict(?:ionary)?|tuple|slice|vector|string|int(?:eger)?|float|double|number|bool(?:ean)?|char(?:acter)?|byte|date|timestamp|object|struct|enum)s?';
const DONE =
  '(?:sort|convert|cast|turn|parse|format|reverse|split|join|concatenate|merge|flatten|copy|clone|compare|iterate over|loop (?:over|through)|filter|shuffle|round|trim|swap|remove duplicates (?:from|in)|check (?:if|whether))';
const ONE = '(?:an?|two|several) (?:(?:nested|sorted|unsorted|empty|large|random) )?';
/** Who asks where something is, or how it is done, means here. */
const LESSON =
  '(?:please |can you |could you )?(?:how (?:(?:do|can|could|would|should) (?:i|you|one|people)|to)|what|explain|define|describe|show|give|write an? )';
/** What any book tells: of a language, of a thing of some sort, of how two sorts differ. */
const IN_GENERAL = [
  new RegExp(`^${LESSON}\\b.*\\b(?:in|using|with) (?:plain |modern |vanilla )?(?:${LANGUAGE})(?=[\\s?.!,;)]|$)`, 'i'),
  new RegExp(`^(?:${LESSON} )?${DONE} ${ONE}${DATA}\\b(?! of (?!${DATA}))(?!.*\\b(?:the|this|these|those)\\b)`, 'i'),
  /\bdifferences? between (?!(?:the|this|these|those|both)\b)/i,
  /^(?:please |can you |could you )?(?:what(?:['’]s| is)|explain(?: what)?|define|describe) an? [\w+#-]+(?: +[\w+#-]+){0,4}[ ?.!]*$/i,
];

/** Question (i). @param isKnown true for a name that a memory is titled with. */
export async function needOf(query: string, isKnown: (name: string) => boolean, judge?: Judge): Promise<Decision> {
  if (isSmallTalk(query)) return { need: 'none', words: 'It asks for nothing that could be remembered.' };
  if (BACK.test(query)) return { need: 'asked', words: 'It refers to what was said or done before.' };
  if (tellingStems(query).size === 0)
    return PRONOUN.test(query)
      ? { need: 'asked', words: 'It refers to something that it does not name.' }
      : { need: 'none', words: 'It asks for nothing that could be remembered.' };
  const name = namesIn(query).find(isKnown);
  if (name !== undefined) return { need: 'asked', words: `It names ${name}, which is in the memory.` };
  if (PROJECT.test(query) && !SHOWN.test(query)) return { need: 'asked', words: 'It asks about the project.' };
  if (SHOWN.test(query) && ABOUT_SHOWN.test(query))
    return { need: 'none', words: 'It is about code that is shown, and complete in itself.' };
  const needed = await judge?.yesNo(
    `A programmer asks an assistant:\n\n${quoted(query)}\n\nIs knowledge of this project or of earlier conversations needed to answer? Answer yes or no.`,
  );
  if (needed !== undefined)
    return needed
      ? { need: 'asked', words: 'The model says that it needs what was said before or is known of the project.' }
      : { need: 'none', words: 'The model says that it can be answered without memory.' };
  if (PRONOUN.test(query)) return { need: 'asked', words: 'It refers to something that it does not name.' };
  if (IN_GENERAL.some((pattern) => pattern.test(query)))
    return { need: 'general', words: 'It asks what is so anywhere: of the code only what is called so is used.' };
  return { need: 'open', words: 'It may be about the project: only what fits it well is used.' };
}

/** Where nothing but the words themselves will do. */
const EXACT =
  /\b(?:exact(?:ly)?|verbatim|word for word|literally|quote|full|whole|entire|complete|all (?:the )?(?:steps|details|options|code)|step by step|code|snippet|command|error message|stack trace|regex|show me|paste)\b/i;

/** Question (ii), of one memory that is long. */
export async function summarySuffices(query: string, item: MemoryItem, judge?: Judge): Promise<boolean> {
  const suffices = await judge?.yesNo(
    `A note in short:\n\n${quoted(item.summary)}\n\nA question:\n\n${quoted(query)}\n\nCan the question be answered from this note alone? Answer yes or no.`,
  );
  if (suffices !== undefined) return suffices;
  if (EXACT.test(query)) return false;
  const asked = tellingStems(query);
  return coverage(asked, `${item.title} ${item.summary}`) >= coverage(asked, item.text);
}

/** How something is to be told, not what. */
const MANNER =
  /\b(?:exact(?:ly)?|precisely|verbatim|word for word|literally|quote|in (?:full|short|detail)|the full text|step by step|show me|tell me|remind me|again|please)\b/gi;

/** What a question is about, without how it is to be told. */
export function subjectOf(query: string): string {
  const subject = query.replace(MANNER, ' ').trim();
  return tellingStems(subject).size > 0 ? subject : query;
}

/** Data, whatever it says. */
const quoted = (text: string): string =>
  text
    .split(/\r\n?|[\n\u2028\u2029\u0085\v\f]/)
    .map((line) => `> ${line}`)
    .join('\n');

/** It has to be read together with the turn before. */
export const leansOnTurnBefore = (query: string): boolean => PRONOUN.test(query) && tellingStems(query).size < 4;
