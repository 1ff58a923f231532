/** Which turns are worth keeping, by a stated rule; what is not says why, in words for people. */
import { tellingStems } from './wording.ts';

/** Thanks, assent, greetings: whatever is answered. */
const SMALL_TALK =
  /^(?:(?:ok(?:ay)?|k|yes|yep|yeah|no|nope|sure|right|good|great|nice|cool|perfect|awesome|fine|done|got it|i see|makes sense|sounds good|well done|thanks?|thank you|thx|ty|cheers|hi|hello|hey|hallo|good (?:morning|evening|night)|bye|goodbye|see you|please|go on|continue|more|again|next|stop|lol|wow|np|tysm|brilliant|danke|merci|gracias|super|genau|ja|nein|sí|si|oui|vale|genial|parfait|perfekt|perfecto|ah ok|hola|bonjour|guten morgen|lgtm|nah|all good|thanks man|hm+|(?:(?:that|this|it)(?:['’]s| is| has)? )?(?:now )?(?:works?|worked|working|did it|fixed it|helps?|helped|solved it)(?: (?:now|fine|well|great|perfectly|for me)){0,2})(?:,? (?:so much|cool|got it|sch[öo]n|dir|vielmals|beaucoup|bien|muchas|mil|a lot|very much|you|there|job|work|one|again|then|all|that'?s? (?:it|all|good|great|fine|right)))?(?:[\s,.!?:;)(\p{Extended_Pictographic}-]|\uFE0F)*)+$/iu;
const COMMAND = /^\/[\w-]+\s*$/;
/** An answer that says that it is none, and nothing besides. */
const NO_ANSWER =
  /\b(?:i(?:['’]m| am)? (?:sorry|afraid|not able|unable)|i (?:cannot|can['’]t|could not|couldn['’]t|do not know|don['’]t know|do not have|don['’]t have)|as an ai|no (?:answer|information)|something went wrong|request (?:failed|timed out)|(?:the )?(?:model|engine) (?:failed|stopped|could not))\b/i;
/** Words; a longer answer says something else, too. */
const SHORT_ANSWER = 30;
/** Telling words of question and answer together. */
const LEAST_TELLING = 4;

/** True for what is said to be polite, or to go on. */
export const isSmallTalk = (text: string): boolean => {
  const told = text.trim();
  return told.length <= 120 && SMALL_TALK.test(told);
};

/** Why a turn is not kept; undefined: it is. */
export function whyNotWorth(question: string, answer: string): string | undefined {
  const [asked, answered] = [question.trim(), answer.trim()];
  if (answered === '') return 'It has no answer.';
  if (asked === '') return 'It has no question.';
  if (COMMAND.test(asked)) return 'It is a command without a question.';
  if (isSmallTalk(asked)) return 'Nothing is asked or told in it.';
  if (NO_ANSWER.test(answered) && words(answered) <= SHORT_ANSWER && !tells(asked))
    return 'The answer says that there is none.';
  if (tellingStems(`${asked} ${answered}`).size < LEAST_TELLING) return 'It says too little.';
  return undefined;
}

/** A person tells something: that is kept, whatever a model makes of it. */
const tells = (question: string): boolean =>
  !question.endsWith('?') &&
  !/^(?:what|who|where|when|why|how|which|can|could|do|does|did|is|are|will|would|should)\b/i.test(question);

const words = (text: string): number => text.split(/\s+/).length;
