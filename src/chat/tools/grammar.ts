/** GBNF texts (llama.cpp `grammars/README.md`) that hold a model to one of a few answers, or to a call that can be read. */
import type { ToolSpec } from './tool.ts';

/** What stands before what {@link callGrammar} allows. */
export const SENTINEL = '<<<call ';

const literal = (text: string): string =>
  `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t')}"`;

/** One of `options`, and nothing else. @throws RangeError where there is none. */
export function pickOne(options: readonly string[]): string {
  if (options.length === 0 || options.includes('')) throw new RangeError('There must be options, none of them empty.');
  return `root ::= ${options.map(literal).join(' | ')}\n`;
}

export const YES_OR_NO = pickOne(['yes', 'no']);

/** A search/replace block at least, each side of at least a line; no line of it is a marker. */
const BLOCKS = `blocks ::= block+
block ::= "<<<<<<< SEARCH\\n" code+ "=======\\n" code* ">>>>>>> REPLACE\\n"
code ::= [^\\n<=>] [^\\n]* "\\n" | "\\n"
`;

/**
 * What may follow {@link SENTINEL}: the rest of one call in Quire's own form, of a tool that there is, with all that it
 * requires, in order, and its end.
 */
export function callGrammar(tools: readonly ToolSpec[]): string {
  const rules = tools.map((tool, index) => {
    const { properties = {}, required = [] } = tool.parameters;
    const fields = Object.entries(properties)
      .filter(([name]) => name !== tool.body)
      .map(([name, { type }]) => {
        const field = `${literal(`${name}: `)} ${type === 'integer' || type === 'number' ? 'number' : 'line'} "\\n"`;
        return required.includes(name) ? field : `(${field})?`;
      });
    const body = tool.body === undefined ? [] : [tool.body === 'blocks' ? 'blocks' : 'line "\\n"'];
    return `tool${index} ::= ${[literal(`${tool.name}>>>\n`), ...fields, ...body].join(' ')}\n`;
  });
  const any = tools.map((_, index) => `tool${index}`).join(' | ');
  const blocks = tools.some(({ body }) => body === 'blocks') ? BLOCKS : '';
  return `root ::= (${any}) "<<<end>>>"\n${rules.join('')}${blocks}line ::= [^ \\n<>\`"'=:{[] [^\\n<>]*\nnumber ::= [1-9] [0-9]*\n`;
}
