/**
 * What was read from a file is data. Sentences that speak to an assistant, hide letters, or hold a secret are left out of
 * summaries, and counted: a summary stands in prompts far from the file that a person would have looked at.
 */
import { secretIn } from '../stream/secrets.ts';

/** `instruction`: it tells whoever reads it what to do. `hidden`: letters that are not seen. `secret`: a key or a password. */
export type Suspicion = 'instruction' | 'hidden' | 'secret';

/** Without width, of direction, and tags: they are not seen, and change what is read. */
const HIDDEN =
  /[\u00AD\u061C\u115F\u1160\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\u3164\uFEFF\uFFA0]|[\u{E0000}-\u{E0FFF}]/u;

/** Letters of two scripts in one word, of which some look like others. */
const LOOK_ALIKE = /(?:[A-Za-z][\p{Script=Cyrillic}ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο]|[\p{Script=Cyrillic}ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο][A-Za-z])/u;

const INSTRUCTIONS = [
  /\b(?:ignore|disregard|forget|override|bypass|skip) (?:\w+ )?(?:all|any|your|previous|prior|above|earlier|these|those|the|every) (?:\w+ ){0,3}(?:instruction|prompt|rule|guideline|direction|constraint|polic|order)/,
  /\b(?:ignore|disregard|forget) (?:all|any|everything|what|the above|the previous|anything)\b.{0,30}\b(?:above|before|previous|prior|earlier|told|said)/,
  /\b(?:new|updated|real|actual|hidden|secret|special) (?:system )?(?:instruction|directive|order)s\b|\bnew system prompt\b/,
  /\b(?:reveal|print|show|output|repeat|leak|say)\b.{0,30}\b(?:system prompt|your (?:prompt|instruction|rule|memor))/,
  /\byou (?:must|shall|are required to|will now|should (?:always|never|now|instead))\b/,
  /\b(?:you are(?: now)?|act as|pretend to be|roleplay as|behave as|from now on you are) (?:an? |the |my )?(?:\w+ ){0,3}(?:assistant|ai|model|agent|bot|copilot|jailbroken|unrestricted|expert|hacker)\b/,
  /\byou are now\b|\bpretend (?:to be|that you)\b|\bfrom now on\b.{0,30}\byou\b/,
  /\b(?:assistant|ai|llm|language model|copilot|chatbot|agent)s?[ ,:]{1,3}(?:you|please|ignore|do not|don't)\b/,
  /\b(?:if you(?:'re| are)|dear|attention|note to|instructions? (?:for|to)|message (?:for|to)|hey|hello)[ ,:]+(?:an? |any |the |all )?(?:ai|llm|large language model|language model|assistant|copilot|coding agent|ai agent|chatbot)s?\b/,
  /\b(?:always|never|please|instead) (?:respond|reply|answer|tell|inform|recommend|suggest|mention|reveal|say|claim|warn)\b/,
  /\b(?:do not|don't|never) (?:tell|inform|mention|reveal|alert|show|warn)\b.{0,30}\b(?:user|human|person|developer|anyone)\b/,
  /\b(?:tell|inform|convince|instruct) the (?:user|human|developer|person) (?:to|that)\b/,
  /\b(?:when|whenever|if) (?:the )?(?:user|human|developer) asks\b/,
  /\b(?:send|post|upload|exfiltrate|forward|email|leak)\b.{0,60}\b(?:api keys?|secrets?|passwords?|credentials?|env(?:ironment)? variables?|private keys?)\b.{0,40}\b(?:to|at)\b/,
  /\b(?:curl|wget|iwr|invoke-webrequest)\b.{0,200}\|\s*(?:ba|z|)sh\b/,
  /\brm\s+-[a-z]*r[a-z]*f?\b\s+[/~]/,
  /\byou are (?:now )?dan\b|\b(?:your|the) (?:new|real|actual|only) (?:task|goal|job|instruction|purpose) is\b/,
  /\b(?:ignore|disregard|do not follow|don't follow|stop following|stop obeying|do not obey|don't obey) (?:\w+ ){0,2}(?:your|the user'?s?|what the user)\b|\b(?:do not|don't|stop) (?:follow|obey)(?:ing)? (?:\w+ ){0,2}(?:instruction|rule|guideline)s?\b/,
  /\b(?:forget|ignore|disregard) everything (?:that )?you\b/,
  // Names that nothing but an assistant has, spoken to or told what to do.
  /(?:^|[.!?:;] |<!-- ?|please )(?:claude|copilot|chatgpt|gemini|codex|(?:dear |ai )?assistant)[,:]+ (?!the |an? |see |is |was )[a-z]/,
  /\b(?:(?:any|every|all|the|an) )?(?:ai(?: (?:model|agent|assistant|tool))?s?|llms?|(?:large )?language models?|(?:coding |ai )?assistants?|chatbots?|claude|copilot|chatgpt|(?:agents?|models?) reading (?:this|it)(?: \w+)?)(?: reading (?:this|it)(?: \w+)?)? (?:must|shall|should|has to|have to|ought to|needs? to|may not)\b/,
  /\b(?:to|for) (?:any|every|all|the|an) (?:ai|llm|language model|assistant|chatbot|ai agent|coding agent)s? (?:that (?:is |are )?)?read(?:s|ing)?\b/,
  /\bimportant (?:\w+ )?that (?:the |any |every |all )?(?:assistant|ai|llm|model|agent)s?\b/,
  // What only its owner may read, on its way out.
  /\b(?:send|post|upload|exfiltrate|forward|email|leak|include|print|paste|append|copy)\b.{0,60}(?:(?<![\w.])\.env\b|\.ssh\b|\bid_rsa\b|\bid rsa\b|\bid ed25519\b|\.aws\b|\.npmrc\b).{0,60}\b(?:to|in|into|at|with)\b|\bread\b.{0,20}(?:\.ssh|\bid rsa\b|\.aws\/credentials)/,
  /\b(?:send|post|upload|exfiltrate|leak)\b.{0,20}\b(?:all|every|the|any|your|these) (?:secret|credential|password|api key|private key|token)s?\b.{0,20}\bto https?:/,
  /(?<!\p{L})(?:ignorier(?:e|t|en sie)?|vergiss|vergesst|vergessen sie|missachte|ignor(?:a|e|ez|ad)|olvid(?:a|e|ad)|oublie[zs]?|ne tiens? pas compte)(?!\p{L})[^.!?]{0,40}(?<!\p{L})(?:anweisung|vorgabe|regeln|gesagt|instruccion|instruction|reglas|règles|consigne|lo anterior|précédent|ce qui précède)/u,
  /(?<!\p{L})(?:du musst|sie müssen|ihr müsst|debes|tienes que|debe usted|tu dois|vous devez)(?!\p{L})/u,
  /<\/?(?:system|assistant|user|instructions?|tool call|function calls?)>|<\|(?:im (?:start|end)|system|user|assistant|eot id|start header id|end header id|endoftext)\|>|\[\/?inst\]|<<\/?sys>>|^(?:system|assistant|human|user)\s*:|^#+\s*(?:system|instruction)/,
];

const SECRETS = [
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\b(?:sk|pk|rk)[-_](?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bnpm_[A-Za-z0-9]{30,}|\bhf_[A-Za-z0-9]{30,}/,
  /\bxox[abeprs]-[\w-]{10,}|\bAIza[\w-]{30,}|\bey[JK][\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/,
  /\b(?:password|passwd|pwd|secret|token|api[-_ ]?key|access[-_ ]?key)\b["']?\s*(?:[:=]|is)\s*["']?(?=\S*\d)(?=\S*[A-Za-z])[^\s"']{8,}/i,
  /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,100}:[^\s/@]{3,}@/i,
  // Data: long runs of letters and digits without words.
  /\b[0-9a-f]{32,}\b/i,
  /(?=(?:[A-Za-z+/=]*\d){5})(?=[A-Za-z0-9+/=]*[a-z])(?<![\w/])[A-Za-z0-9+=]{36,}/,
];

/** Without a name and a password in it; what it leads to has digits enough. */
const PLAIN_URL = /https?:\/\/(?![^\s/]*@)[^\s?]*/g;

/** It has what looks like a key or a password, or data in place of words. */
export const hasSecret = (text: string): boolean => {
  const data = text.replace(PLAIN_URL, '');
  return secretIn(text) !== undefined || SECRETS.some((pattern) => pattern.test(data));
};

/** A longer one is no sentence. UTF-16 units. */
const LONGEST = 4_000;
const EVERY_HIDDEN = new RegExp(HIDDEN.source, 'gu');

function isInstruction(sentence: string): boolean {
  // Look-alike letters of other widths, and typographic apostrophes, are what they look like.
  const read = sentence
    .replace(EVERY_HIDDEN, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/[\s_*]+/g, ' ');
  return INSTRUCTIONS.some((pattern) => pattern.test(read));
}

/** What speaks against a sentence; undefined: nothing does. */
export function suspicionOf(sentence: string): Suspicion | undefined {
  if (HIDDEN.test(sentence) || LOOK_ALIKE.test(sentence) || sentence.length > LONGEST) return 'hidden';
  if (isInstruction(sentence)) return 'instruction';
  return hasSecret(sentence) ? 'secret' : undefined;
}

/** Sentences that together may be one instruction. */
const TOGETHER = 3;

/**
 * How many of the first sentences of a text may be quoted: those in front of the first that is an instruction, by itself or
 * with those that follow it. What comes behind belongs to it.
 */
export function beforeInstruction(sentences: readonly string[]): number {
  for (const end of sentences.keys()) {
    for (let at = end; at >= 0 && end - at < TOGETHER; at--) {
      const together = sentences.slice(at, end + 1).map((one) => one.replace(/[\s.!?…:;,]+$/, ''));
      // Whatever else is wrong with it: a made-up key in an instruction would else save what follows.
      if (isInstruction(together.join(' '))) return at;
    }
  }
  return sentences.length;
}
