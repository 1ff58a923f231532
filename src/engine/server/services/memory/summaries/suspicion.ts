/**
 * What was read from a file is data. Sentences that speak to an assistant, hide letters, or hold a secret are left out of
 * summaries, and counted: a summary stands in prompts far from the file that a person would have looked at.
 */

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
  /<\/?(?:system|assistant|user|instructions?|tool call|function calls?)>|<\|(?:im (?:start|end)|system|user|assistant|eot id|start header id|end header id|endoftext)\|>|\[\/?inst\]|<<\/?sys>>|^(?:system|assistant|human|user)\s*:|^#+\s*(?:system|instruction)/,
];

const SECRETS = [
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\b(?:sk|pk|rk)[-_](?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bnpm_[A-Za-z0-9]{30,}|\bhf_[A-Za-z0-9]{30,}/,
  /\bxox[abeprs]-[\w-]{10,}|\bAIza[\w-]{30,}|\bey[JK][\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/,
  /\b(?:password|passwd|pwd|secret|token|api[-_ ]?key|access[-_ ]?key)\b["']?\s*(?:[:=]|is)\s*["']?(?=\S*\d)(?=\S*[A-Za-z])[^\s"']{8,}/i,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]{3,}@/i,
  // Data: long runs of letters and digits without words.
  /\b[0-9a-f]{32,}\b/i,
  /(?=(?:[A-Za-z+/=]*\d){5})(?=[A-Za-z0-9+/=]*[a-z])(?<![\w/])[A-Za-z0-9+=]{36,}/,
];

/** Without a name and a password in it; what it leads to has digits enough. */
const PLAIN_URL = /https?:\/\/(?![^\s/]*@)[^\s?]*/g;

/** It has what looks like a key or a password, or data in place of words. */
export const hasSecret = (text: string): boolean => {
  const data = text.replace(PLAIN_URL, '');
  return SECRETS.some((pattern) => pattern.test(data));
};

/** What speaks against a sentence; undefined: nothing does. */
export function suspicionOf(sentence: string): Suspicion | undefined {
  if (HIDDEN.test(sentence) || LOOK_ALIKE.test(sentence)) return 'hidden';
  if (hasSecret(sentence)) return 'secret';
  // Look-alike letters of other widths, and typographic apostrophes, are what they look like.
  const read = sentence
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/[\s_*]+/g, ' ');
  return INSTRUCTIONS.some((pattern) => pattern.test(read)) ? 'instruction' : undefined;
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
      if (suspicionOf(together.join(' ')) === 'instruction') return at;
    }
  }
  return sentences.length;
}
