/** What nobody sees who reads a page or a comment as it is shown: comments of HTML, and elements that are not displayed. */

/** Code is shown as it is written. */
const CODE = /^(?:(`{3,}|~{3,})[\s\S]*?(?:\n[ \t]*\1|$(?![\s\S]))|(`+)(?!`)[^\n]*?[^`]\2(?!`))/;
const COMMENT = /^<!--[\s\S]*?(?:-->|$(?![\s\S]))/;
const NOT_SHOWN =
  /^<(\w+)\b(?=[^>]*(?:\shidden(?=[\s=>/])|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?!\.?[1-9])|color\s*:\s*(?:white|transparent|#fff)|\saria-hidden\s*=\s*["']?true))[^>]*>|^<(template|script|style)\b[^>]*>/i;
/** They have no content. */
const VOID = /^(?:img|br|hr|input|meta|link|source|wbr|col|area|base|embed|track)$/i;

/** @returns with the number of what was taken out. An element that is not closed goes to the end. */
export function withoutHidden(text: string): { text: string; hidden: number } {
  let seen = '';
  let hidden = 0;
  let at = 0;
  while (at < text.length) {
    const next = text.slice(at).search(/[<`]|~~~/);
    if (next < 0) break;
    seen += text.slice(at, at + next);
    at += next;
    const rest = text.slice(at);
    const code = CODE.exec(rest)?.[0];
    const length = code === undefined ? hiddenLength(rest) : 0;
    if (length > 0) hidden++;
    seen += length > 0 ? ' ' : (code ?? text[at]);
    at += length > 0 ? length : (code?.length ?? 1);
  }
  return { text: seen + text.slice(at), hidden };
}

/** UTF-16 units of what a text begins with and is not seen. */
function hiddenLength(text: string): number {
  const comment = COMMENT.exec(text);
  if (comment !== null) return comment[0].length;
  const opened = NOT_SHOWN.exec(text);
  if (opened === null) return 0;
  const name = opened[1] ?? opened[2]!;
  if (VOID.test(name) || opened[0].endsWith('/>')) return opened[0].length;
  let depth = 0;
  for (const { 0: tag, index } of text.matchAll(new RegExp(`<(/?)${name}\\b[^>]*>`, 'gi'))) {
    depth += tag.startsWith('</') ? -1 : tag.endsWith('/>') ? 0 : 1;
    if (depth === 0) return index + tag.length;
  }
  return text.length;
}
