/** What a comment or a page says, in plain sentences: without tags, links, examples and markup. */
import { withoutHidden } from './hidden.ts';

export interface Tag {
  name: 'returns' | 'throws' | 'deprecated' | 'param';
  /** The parameter, or the type that is thrown; '' without one. */
  subject: string;
  text: string;
}

export interface Prose {
  sentences: string[];
  tags: Tag[];
  /** Comments of HTML, which nobody sees who reads the page: they are never quoted. */
  hidden: number;
}

/** UTF-16 units. What is longer is cut at a word. */
const LONGEST_SENTENCE = 280;
const MOST_LISTED = 6;
/** Share of a sentence; of one that has more, the rest only says that there is a link. */
const MOST_LINKS = 0.5;

const TAG_NAMES: Record<string, Tag['name']> = {
  return: 'returns',
  returns: 'returns',
  throws: 'throws',
  throw: 'throws',
  exception: 'throws',
  raises: 'throws',
  raise: 'throws',
  deprecated: 'deprecated',
  param: 'param',
  parameter: 'param',
  arg: 'param',
};
/** Tags whose text says what it is about as much as what stands in front of all tags. */
const BODY_TAGS =
  /^(?:file|fileoverview|overview|description|desc|summary|remarks|packageDocumentation|module|brief|details)$/;
/** In front of a tag that stands in a line with other words. */
const INLINE_TAG = / (?=@(?:params?|returns?|throws|deprecated|example|see|default|since|template|type)\s)/g;
/** Headings in comments of Python, Rust and Go, behind which no sentences about the whole come. */
const SECTION =
  /^(?:#+\s+.*|(?:args|arguments|parameters|params|attributes|returns|yields|raises|examples?|usage|notes?|see also|references|warnings?|todo|example usage|type parameters)\s*:?)$/i;

/** @param words a comment without the signs around its lines. */
export function proseOf(words: string): Prose {
  const { text, hidden } = withoutHidden(words);
  const body: string[] = [];
  const tags: Tag[] = [];
  for (const { name, lines } of sectionsOf(xmlDocs(text).replace(INLINE_TAG, '\n'))) {
    if (name === '' || BODY_TAGS.test(name)) {
      if (name !== 'module') body.push(...lines, '');
      continue;
    }
    const known = TAG_NAMES[name.toLowerCase()];
    if (known === undefined) continue;
    const said = splitSubject(known, lines.join('\n'));
    const sentence = sentencesOf(said.text)[0];
    if (sentence !== undefined) tags.push({ name: known, subject: said.subject, text: sentence });
  }
  return { sentences: sentencesOf(body.join('\n')), tags, hidden };
}

/** Plain sentences of a text with Markdown, tags of HTML and links of JSDoc; tables, code and headings are left out. */
export function sentencesOf(text: string): string[] {
  const plain = text.replace(/^[ \t]*(```|~~~)[\s\S]*?(?:^[ \t]*\1.*$|$(?![\s\S]))/gm, '\n');
  return standing(paragraphsOf(plain).flatMap((paragraph) => split(inline(paragraph))));
}

/** What it speaks of was said in front of it. */
const LEANING =
  /^(?:its?|this|that|they|their|these|those|he|she|otherwise|then|instead|so|also|and|but|or|such|both|thus|therefore|hence|however|else|in (?:this|that|which|such) cases?|for (?:this|that|example|instance)|as such|the (?:former|latter))\b/i;

/** The sentences that are there without those that lean on one that is not (undefined). */
export function standing(sentences: readonly (string | undefined)[]): string[] {
  const kept: string[] = [];
  let isLost = false;
  for (const sentence of sentences) {
    isLost = sentence === undefined || (isLost && LEANING.test(sentence));
    if (!isLost) kept.push(sentence!);
  }
  return kept;
}

/** Tags of C# as those of JSDoc. */
function xmlDocs(text: string): string {
  if (!/<(?:summary|param|returns|exception|remarks)\b/.test(text)) return text;
  return text
    .replace(/<see(?:also)?\s+(?:cref|langword)="(?:\w:)?([^"]*)"\s*\/>/g, '$1')
    .replace(/<paramref\s+name="([^"]*)"\s*\/>/g, '$1')
    .replace(/<(param|exception)\s+(?:name|cref)="(?:\w:)?([^"]*)"\s*>/g, '\n@$1 $2 ')
    .replace(/<(returns|remarks|summary|example)>/g, '\n@$1 ')
    .replace(/<\/(?:param|exception|returns|remarks|summary|example)>/g, '\n');
}

function sectionsOf(text: string): { name: string; lines: string[] }[] {
  const sections: { name: string; lines: string[] }[] = [{ name: '', lines: [] }];
  let skips = false;
  let isCode = false;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const trimmed = line.trim();
    if (/^(?:```|~~~)/.test(trimmed)) isCode = !isCode;
    const tag = isCode ? null : (/^@(\w+)(.*)$/.exec(trimmed) ?? /^:(\w+)\b([^:]*:.*)$/.exec(trimmed));
    if (tag !== null) {
      skips = false;
      sections.push({
        name: tag[1]!,
        lines: [tag[2]!.trim().replace(/^([^:\s]*):\s*/, tag[0].startsWith(':') ? '$1 ' : '$&')],
      });
    } else if (!isCode && (SECTION.test(trimmed) || /^-{3,}$/.test(lines[index + 1]?.trim() ?? ''))) {
      // The title of a page is no section of it.
      skips = !(index === 0 && /^#\s/.test(trimmed));
    } else if (!skips) sections.at(-1)!.lines.push(line);
  }
  return sections;
}

function splitSubject(name: Tag['name'], text: string): { subject: string; text: string } {
  if (name === 'deprecated') return { subject: '', text };
  let rest = text.trim();
  let subject = '';
  const typed = /^\{((?:[^{}]|\{[^{}]*\})*)\}\s*/.exec(rest);
  if (typed !== null && !/^@/.test(typed[1]!)) {
    rest = rest.slice(typed[0].length);
    if (name === 'throws') subject = typed[1]!.trim();
  }
  if (name === 'param') {
    const named = /^\[?([\w$.]+)[^\]\s]*\]?\s*(?:[-–—:]\s*)?/.exec(rest);
    if (named === null) return { subject: '', text: '' };
    return { subject: named[1]!, text: rest.slice(named[0].length) };
  }
  if (name === 'throws' && subject === '') {
    const type = /^(?:\{@link\s+)?([A-Z]\w*(?:Error|Exception|Failure))\}?\s*(?:[-–—:]\s*)?/.exec(rest);
    if (type !== null) return { subject: type[1]!, text: rest.slice(type[0].length) };
  }
  return { subject, text: rest.replace(/^[-–—:]\s*/, '') };
}

/** Lines that belong together, in one line each; lists go with the line in front of them that ends in a colon. */
function paragraphsOf(text: string): string[] {
  const paragraphs: string[] = [];
  let list: string[] = [];
  let current: string[] = [];
  const endList = () => {
    const last = paragraphs.at(-1);
    if (list.length > 0 && last?.endsWith(':')) {
      const more = list.length > MOST_LISTED ? '; …' : '';
      const items = list.slice(0, MOST_LISTED).map((item) => item.replace(/[.;,]$/, ''));
      paragraphs[paragraphs.length - 1] = `${last} ${items.join('; ')}${more}.`;
    }
    list = [];
  };
  const end = () => {
    if (current.length > 0) {
      endList();
      paragraphs.push(current.join(' '));
    }
    current = [];
  };
  for (const line of text.split('\n')) {
    const item = /^\s*(?:[-*+•]|\d+[.)])\s+(.*)$/.exec(line);
    if (line.trim() === '') end();
    else if (
      /^\s*(?:\||<\/?(?:table|t[rdh]|img|p|div|h\d|br|a|picture|source|center)\b|#{1,6}\s|={3,}|-{3,}|\[!\[|!\[)/i.test(
        line,
      )
    )
      end();
    else if (item !== null) {
      end();
      list.push(item[1]!.trim());
    } else if (list.length > 0 && /^\s+\S/.test(line)) list[list.length - 1] += ` ${line.trim()}`;
    // What is indented by four is code, where nothing stands before it.
    else if (current.length > 0 || !/^ {4,}|^\t/.test(line)) current.push(line.trim().replace(/^>\s*/, ''));
  }
  end();
  endList();
  return paragraphs;
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ', '#39': "'" };

/** Words without markup; what a link shows, without where it leads. */
function inline(text: string): string {
  const code: string[] = [];
  return text
    .replace(/(`+)\s*([^`]*?)\s*\1/g, (_, _fence, inside) => `\uE000${code.push(inside) - 1}\uE001`)
    .replace(
      /\{@(?:link|linkcode|linkplain|see)\s+([^}|\s]+)(?:\s*\|\s*|\s+)?([^}]*)\}/g,
      (_, to, label) => label.trim() || to,
    )
    .replace(/\{@\w+\s+([^}]*)\}/g, '$1')
    .replace(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])/g, '')
    .replace(/\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/\[(\uE000\d+\uE001)\]/g, '$1')
    .replace(/<(https?:[^>\s]+)>/g, '$1')
    .replace(/<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/gi, '')
    .replace(/(\*\*|__(?![a-z\d_]+__))(?=\S)([\s\S]*?\S)\1/g, '$2')
    .replace(/(^|[\s(])[*_](?=\S)([^*_]*\S)[*_](?=[\s).,;:!?]|$)/g, '$1$2')
    .replace(/\\([\\`*_{}[\]()#+.!<>-])/g, '$1')
    .replace(/&(lt|gt|amp|quot|nbsp|#39);/g, (_, name) => ENTITIES[name]!)
    .replace(/\uE000(\d+)\uE001/g, (_, index) => code[index] ?? '')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,;:])(?=\s|$)/g, '$1')
    .trim();
}

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'sentence' });
const ABBREVIATION = /(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|no|fig|eq|al|st|dr|mr)|^\d+)\.\s*$/i;

function split(paragraph: string): (string | undefined)[] {
  const sentences: string[] = [];
  let held = '';
  for (const { segment } of SEGMENTER.segment(paragraph)) {
    held += segment;
    if (ABBREVIATION.test(held)) continue;
    sentences.push(held);
    held = '';
  }
  sentences.push(held);
  return sentences
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
    .map(finished);
}

/** With a full stop and not too long; undefined for what says nothing. */
function finished(sentence: string): string | undefined {
  if ((sentence.match(/\p{L}{2,}/gu)?.length ?? 0) < 2) return undefined;
  // A question says nothing.
  if (sentence.endsWith('?')) return undefined;
  // An example follows that is left out.
  if (/\b(?:e\.g|i\.e)\.?$/.test(sentence)) return undefined;
  // What it leads to is left out as well.
  if (/(?::|\b(?:as follows|(?:the )?following|below|looks? like(?: this)?))[.!]?$/i.test(sentence)) return undefined;
  // To do, and where else to look.
  if (/^(?:todo|fixme|xxx|hack|see(?: also)?|note to self)\b:?/i.test(sentence)) return undefined;
  const links = sentence.match(/https?:\S+/g)?.join('').length ?? 0;
  if (links > sentence.length * MOST_LINKS) return undefined;
  if (sentence.length > LONGEST_SENTENCE) {
    const end = sentence.lastIndexOf(' ', LONGEST_SENTENCE);
    return end < 0 ? undefined : `${sentence.slice(0, end)} …`;
  }
  return /[.!?…)]$/.test(sentence) ? sentence : `${sentence.replace(/[;,]$/, '')}.`;
}
