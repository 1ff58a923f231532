/** What a model writes is shown as a stranger's: nothing in it may steer a terminal, or make text read otherwise than it is. */

/** Escape sequences of terminals: CSI with its parameters, OSC up to its end, and those of one character. */
const ANSI =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  /(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,16}[@-~]?|\x1b\][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)?|\x1b[ -/]?[0-~]?/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
/** They turn the direction of text round, so that code is read in another order than it runs in. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const ANY = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * The text as it is shown: without escape sequences and control characters, its line ends `\n`, and characters that change
 * the direction of writing spelled out, as `⟨U+202E⟩`.
 */
export function clean(text: string): string {
  if (!ANY.test(text)) return text;
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replace(ANSI, '')
    .replace(CONTROLS, '')
    .replace(BIDI, (sign) => `⟨U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}
