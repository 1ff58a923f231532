/**
 * Markdown to HTML, by an allowlist: every tag in the result is written here, and everything of the model's is escaped. Raw
 * HTML is shown as it was written, an image by its words. What is made here goes through the sanitiser all the same.
 */
import { Lexer, Marked, type MarkedToken, type Token, type Tokens } from 'marked';
import { allowedLink, type Link, linkOfCode, placesIn } from '../../chat/markdown/links.ts';
import { MARK } from '../../chat/markdown/split.ts';

const LONGEST_LINE = 4000;
/** A paragraph longer than this is not searched for emphasis and links: that takes quadratic time in the worst case. */
const LONGEST_INLINE = 12_000;
const DEEPEST = 12;
const MOST_ROWS = 200;
const MOST_COLUMNS = 40;

const marked = new Marked({
  gfm: true,
  extensions: [
    {
      name: 'block',
      level: 'block',
      start: (source: string) => {
        const at = source.search(/\n[ \t]*\uE000/);
        return at < 0 ? undefined : at + 1;
      },
      tokenizer: (source: string) => {
        const found = MARK.exec(source);
        return found ? { type: 'block', raw: found[0], index: Number(found[1]) } : undefined;
      },
    },
  ],
});

/**
 * HTML of a piece of Markdown: no scripts, styles, images or addresses that a browser would follow. A link is an element
 * with `data-open`, a fenced block `<div data-block="3">`, to be filled by the caller.
 */
export function proseHtml(markdown: string): string {
  const source = markdown.split('\n').map(boundedLine).join('\n');
  try {
    return blocks(lex(source));
  } catch {
    // Nothing that a reader of Markdown stumbles over may take the conversation with it.
    return `<p>${escaped(source)}</p>`;
  }
}

function lex(source: string): Token[] {
  const lexer = new Lexer(marked.defaults);
  lexer.blockTokens(source, lexer.tokens);
  for (const { src, tokens } of lexer.inlineQueue) {
    if (src.length <= LONGEST_INLINE) lexer.inlineTokens(src, tokens);
    else tokens.push({ type: 'text', raw: src, text: src, escaped: false });
  }
  return lexer.tokens;
}

/** Cuts what would cost quadratic time or a stack: very long lines, and quotations or lists nested without end. */
function boundedLine(line: string): string {
  let text = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line;
  if (/^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/.test(text)) return text.length > 100 ? '---' : text;
  const space = /^[ \t]*/.exec(text)?.[0].length ?? 0;
  if (space > 4 * DEEPEST) text = text.slice(space - 4 * DEEPEST);
  let at = 0;
  for (let depth = 0; ; depth++) {
    const found = /^[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]?/.exec(text.slice(at, at + 100));
    if (!found) return text;
    if (depth === DEEPEST) return text.slice(0, at) + text.slice(at).replace(/^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)]))+/, '');
    at += found[0].length;
  }
}

function blocks(tokens: readonly Token[]): string {
  return tokens.map((token) => block(token as MarkedToken | BlockMark)).join('');
}

interface BlockMark {
  type: 'block';
  raw: string;
  index: number;
}

function block(token: MarkedToken | BlockMark): string {
  switch (token.type) {
    case 'block':
      return `<div data-block="${token.index}"></div>`;
    case 'heading': {
      // The page has headings of its own above: those of an answer begin at the third.
      const level = Math.min(6, token.depth + 2);
      return `<h${level} class="level-${token.depth}">${inline(token.tokens)}</h${level}>`;
    }
    case 'paragraph':
      return `<p>${inline(token.tokens)}</p>`;
    case 'text':
      return token.tokens ? inline(token.tokens) : text(token.text);
    case 'checkbox':
      return box(token.checked);
    case 'blockquote':
      return `<blockquote>${blocks(token.tokens)}</blockquote>`;
    case 'list': {
      const start = Number(token.start);
      const items = token.items.map((item) => `<li${item.task ? ' class="task"' : ''}>${blocks(item.tokens)}</li>`);
      return token.ordered
        ? `<ol${start === 1 ? '' : ` start="${start}"`}>${items.join('')}</ol>`
        : `<ul>${items.join('')}</ul>`;
    }
    case 'table':
      return table(token);
    case 'code':
      return `<pre class="plain">${escaped(token.text)}</pre>`;
    case 'hr':
      return '<hr>';
    case 'html':
      return `<p>${escaped(token.text.trimEnd())}</p>`;
    case 'space':
    case 'def':
      return '';
    default:
      return `<p>${inline([token])}</p>`;
  }
}

function table(token: Tokens.Table): string {
  const cell = (tag: 'th' | 'td', { tokens, align }: Tokens.TableCell) =>
    `<${tag}${align ? ` class="${align}"` : ''}>${inline(tokens)}</${tag}>`;
  const row = (tag: 'th' | 'td', cells: Tokens.TableCell[]) =>
    `<tr>${cells
      .slice(0, MOST_COLUMNS)
      .map((it) => cell(tag, it))
      .join('')}</tr>`;
  const body = token.rows.slice(0, MOST_ROWS).map((cells) => row('td', cells));
  const rows = token.rows.length - MOST_ROWS;
  const columns = token.header.length - MOST_COLUMNS;
  const left = [rows > 0 ? `${rows} more rows` : '', columns > 0 ? `${columns} more columns` : ''].filter(Boolean);
  return (
    `<div class="table" tabindex="0" role="group" aria-label="Table"><table><thead>${row('th', token.header)}</thead>` +
    `<tbody>${body.join('')}</tbody></table></div>${left.length > 0 ? `<p class="more">${left.join(', ')}</p>` : ''}`
  );
}

function inline(tokens: readonly Token[], inLink = false): string {
  return tokens.map((token) => inlineOne(token as MarkedToken, inLink)).join('');
}

function inlineOne(token: MarkedToken, inLink: boolean): string {
  switch (token.type) {
    case 'text':
      if ('tokens' in token && token.tokens) return inline(token.tokens, inLink);
      return inLink ? text(token.text) : textWithPlaces(token.text);
    case 'escape':
      return escaped(token.text);
    case 'strong':
      return `<strong>${inline(token.tokens, inLink)}</strong>`;
    case 'em':
      return `<em>${inline(token.tokens, inLink)}</em>`;
    case 'del':
      return `<del>${inline(token.tokens, inLink)}</del>`;
    case 'br':
      return '<br>';
    case 'codespan': {
      const link = inLink ? null : linkOfCode(token.text);
      const code = `<code>${escaped(token.text)}</code>`;
      return link ? anchor(link, code) : code;
    }
    case 'link': {
      const link = inLink ? null : allowedLink(token.href);
      const words = inline(token.tokens, true);
      if (!link) return inLink || token.text === token.href ? words : `${words} (${escaped(short(token.href))})`;
      const same = token.text === token.href || link.kind !== 'web';
      return anchor(link, words) + (same ? '' : ` <span class="address">${escaped(short(link.href))}</span>`);
    }
    case 'image':
      return text(token.text);
    case 'checkbox':
      return box(token.checked);
    default:
      return escaped(token.raw);
  }
}

const box = (checked: boolean | undefined) =>
  `<span class="codicon codicon-${checked ? 'pass-filled' : 'circle-large-outline'}" role="img" aria-label="${checked ? 'done' : 'open'}"></span> `;

/** No `href`: the editor would follow it without asking. */
function anchor(link: Link, inner: string): string {
  return `<a role="link" tabindex="0" class="${link.kind}" data-open="${escaped(link.href)}" title="${escaped(link.href)}">${inner}</a>`;
}

const short = (address: string) => (address.length > 80 ? `${address.slice(0, 80)}…` : address);

function textWithPlaces(source: string): string {
  let html = '';
  let at = 0;
  for (const place of placesIn(source)) {
    const words = escaped(source.slice(place.start, place.end));
    html += text(source.slice(at, place.start)) + anchor({ kind: 'file', href: place.href }, words);
    at = place.end;
  }
  return html + text(source.slice(at));
}

/** Escaped, but for the entities that Markdown knows: those are text too. */
function text(source: string): string {
  return source
    .replace(/&(?!(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|\w{1,32});)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function escaped(source: string): string {
  return source.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
