/** How symbols and lists of them are spoken of, and how long a text may be. */
import type { CodeSymbol } from '../../../../../syntax/outline.ts';

/** UTF-16 units to a token, where no model is open: rather too few than too many. */
const UNITS_PER_TOKEN = 3.5;
/** Tokens. */
export const LONGEST_TEXT = 800;
export const LONGEST_SUMMARY = 120;
/** UTF-16 units. */
const LONGEST_SIGNATURE = 240;
/** Of a value in a signature, which may be private. */
const LONGEST_STRING = 24;

export const tokensOf = (text: string): number => Math.ceil(text.length / UNITS_PER_TOKEN);

/** `A.m`, as anchors name it. */
export const nameOf = ({ container, name }: Pick<CodeSymbol, 'container' | 'name'>): string =>
  [...container, name].join('.');

const FORMS = /\b(struct|trait|interface|enum|union|record|type|class|protocol|namespace|mod|macro)\b/;
const FORM_NAMES: Record<string, string> = { mod: 'module' };

/** `class`, `method`, `struct`. */
export function kindOf({ kind, container, signature }: CodeSymbol): string {
  if (kind === 'function') return container.length > 0 ? 'method' : 'function';
  if (kind === 'variable')
    return /^(?:export\s+)?(?:const|final|static final)\b/.test(signature) ? 'constant' : 'variable';
  if (kind === 'impl') return 'implementation';
  if (kind !== 'class') return kind;
  const inGo = /^type\s+\S+\s+(struct|interface)\b/.exec(signature)?.[1];
  if (inGo !== undefined) return inGo;
  const form = FORMS.exec(signature.replace(/[({<:].*/s, ''))?.[1];
  return form === undefined ? 'class' : (FORM_NAMES[form] ?? form);
}

/** A declaration in one line, without values, which may be long or private; '' where it says no more than the name. */
export function signatureOf(symbol: CodeSymbol): string {
  const { kind, name } = symbol;
  let text = symbol.signature.replace(/^(?:export\s+(?:default\s+)?|declare\s+|@\w+(?:\([^)]*\))?\s+)+/, '');
  if (kind === 'variable' || kind === 'field') text = text.replace(/(?<![=!<>])=(?![=>]).*$/s, '');
  else if (kind !== 'function' && kind !== 'macro' && kind !== 'type') text = text.replace(/\{.*$/s, '');
  text = text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(["'`])((?:\\.|(?!\1).)*)\1/g, (all, quote, inside) =>
      inside.length > LONGEST_STRING ? `${quote}…${quote}` : all,
    )
    .replace(/([(<[])\s+/g, '$1')
    .replace(/,?\s+([)\]])/g, '$1')
    .replace(/([=:<(]) \|/g, '$1')
    .replace(/\s*(?:=>|=|\{|:|;|,)?\s*$/, '')
    .trim();
  if (text.length > LONGEST_SIGNATURE) text = `${cutAtName(text, LONGEST_SIGNATURE)} …`;
  const bare = text.replace(
    /^(?:(?:public|pub|struct|abstract|final|async|function|class|interface|enum|struct|trait|type|namespace|const|let|var|def|fn|func|impl|mod)\s+)+/,
    '',
  );
  return bare === name || bare === `${name}()` ? '' : text;
}

/** The first `length` units, or fewer: never a part of a name. */
function cutAtName(text: string, length: number): string {
  const cut = text.slice(0, length);
  return (/[\p{L}\p{N}_$]/u.test(text[length] ?? '') ? cut.replace(/[\p{L}\p{N}_$#]+$/u, '') : cut).trimEnd();
}

/** `a, b and c`; of more than `most`, `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = names.length): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more`] : shown;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** `the class A and the functions b and c`, in the order of their first. */
export function listedByKind(symbols: readonly CodeSymbol[], most: number): string {
  const groups = Map.groupBy(symbols.slice(0, most), kindOf);
  const parts = [...groups].map(([kind, some]) => `the ${plural(kind, some.length)} ${listed(some.map(nameOf))}`);
  const rest = symbols.length - most;
  return listed(rest > 0 ? [...parts, `${rest} more`] : parts);
}

export function plural(noun: string, count: number): string {
  if (count === 1) return noun;
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|ch)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

export const article = (noun: string): string => (/^[aeiou]/.test(noun) ? 'an' : 'a');

/** The first of the sentences that fit, whole; the first one always. */
export function fitting<T extends { text: string }>(sentences: readonly T[], tokens: number): T[] {
  const fit: T[] = [];
  let used = 0;
  for (const sentence of sentences) {
    used += tokensOf(`${sentence.text} `);
    if (used > tokens && fit.length > 0) break;
    fit.push(sentence);
  }
  return fit;
}
