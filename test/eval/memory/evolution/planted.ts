/** Changes made to real packages: another layout, one other token, another name, another file, another folder. */
import type { Random } from '../../../traces/random.ts';
import type { SourceFile } from '../../places.ts';
import type { Declared, Referee, Token } from './truth.ts';

export type Plant = (files: readonly SourceFile[], referee: Referee, random: Random) => SourceFile[];

/** Of the files of a package so many are edited, each in one place, and of its symbols so many renamed or moved. */
const EDITS = 40;
const RENAMES = 20;
/** Smaller ones are like other code by chance. */
const LEAST_TOKENS = 12;
/** A token for another of its kind. */
const OTHER = new Map([
  ['+', '-'],
  ['-', '+'],
  ['===', '!=='],
  ['!==', '==='],
  ['&&', '||'],
  ['||', '&&'],
  ['??', '||'],
  ['true', 'false'],
  ['false', 'true'],
  ['null', 'undefined'],
  ['undefined', 'null'],
]);

export const PLANTS: Record<string, Plant> = {
  'laid out anew, without comments': (files, referee) =>
    files.map(({ path, content }) => ({ path, content: referee.reformatted(path, content) })),

  'comments and lines put in': (files, referee) =>
    files.map(({ path, content }) => ({
      path,
      content: replacedAt(
        content,
        [...referee.read(path, content).symbols.values()].flatMap(({ top }) =>
          top ? [{ start: top[0], end: top[0], text: '\n\n/* Put in. */\n' }] : [],
        ),
      ),
    })),

  'one token changed in a file': (files, referee, random) => {
    const chosen = new Set(random.shuffled(files).slice(0, EDITS));
    return files.map((file) => {
      if (!chosen.has(file)) return file;
      const tokens = referee.read(file.path, file.content).tokens.filter((token) => otherFor(token) !== undefined);
      if (tokens.length === 0) return file;
      const { start, end, ...token } = random.choice(tokens);
      const text = otherFor({ start, end, ...token })!;
      return { ...file, content: replacedAt(file.content, [{ start, end, text }]) };
    });
  },

  'symbols renamed': (files, referee, random) =>
    forSome(files, referee, random, ({ name }, { path, content }) => {
      const { tokens } = referee.read(path, content);
      const is = `${name}Renamed`;
      const uses = tokens.filter(
        ({ text, isName }, at) =>
          isName && text === name && (tokens[at - 1]?.text !== '.' || tokens[at - 2]?.text === 'this'),
      );
      return [
        {
          path,
          content: replacedAt(
            content,
            uses.map(({ start, end }) => ({ start, end, text: is })),
          ),
        },
      ];
    }),

  'symbols moved to files of their own': (files, referee, random) =>
    forSome(files, referee, random, ({ top }, { path, content }) => [
      { path, content: content.slice(0, top![0]) + content.slice(top![1]) },
      {
        path: path.replace(/(?=\.\w+$)/, `Moved${top![0]}`),
        content: `import * as all from './all';\n\n${content.slice(...top!)}\n`,
      },
    ]),

  'a folder renamed': (files) => files.map(({ path, content }) => ({ path: `moved/${path}`, content })),
};

function otherFor({ text, isNumber }: Token): string | undefined {
  if (isNumber) return /^[1-9]\d*$/.test(text) ? `${text}1` : undefined;
  return OTHER.get(text);
}

/** One symbol of some files, each of which is declared once, at the top. */
function forSome(
  files: readonly SourceFile[],
  referee: Referee,
  random: Random,
  change: (symbol: Declared, file: SourceFile) => SourceFile[],
): SourceFile[] {
  let left = RENAMES;
  return random.shuffled(files).flatMap((file) => {
    if (left === 0) return [file];
    const { symbols } = referee.read(file.path, file.content);
    const usable = [...symbols.values()].filter(
      ({ top, tokens, name }) => top !== undefined && tokens.length >= LEAST_TOKENS && /^\w+$/.test(name),
    );
    if (usable.length === 0) return [file];
    left--;
    return change(random.choice(usable), file);
  });
}

function replacedAt(content: string, changes: readonly { start: number; end: number; text: string }[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text } of changes) {
    result += content.slice(at, start) + text;
    at = end;
  }
  return result + content.slice(at);
}
