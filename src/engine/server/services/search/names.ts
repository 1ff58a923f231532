/** Names that lines of code declare, by how declarations look in the languages that people write most. */

const MODIFIERS =
  '(?:(?:export|default|declare|abstract|public|private|protected|internal|static|final|sealed|partial|async|pub(?:\\([^)]*\\))?|' +
  'unsafe|extern|open|data|override|virtual|inline|const|readonly|create|or|replace)\\s+)*';
const NAME = '([\\p{L}_$][\\p{L}\\p{N}_$]*)';

/** `class Name`, `func (receiver) Name`, `def self.name`, and their like. */
const KEYWORD = new RegExp(
  `^\\s*${MODIFIERS}(?:function\\*?|class|interface|type|enum|namespace|module|struct|union|trait|record|object|protocol|def|fn|` +
    `func|fun|sub|macro_rules!|mod|impl|table|view|typedef)\\s+(?:\\([^)]*\\)\\s*)?(?:self\\.)?${NAME}`,
  'iu',
);
/** Values of a whole file. */
const VALUE = new RegExp(`^(?:export\\s+)?(?:pub\\s+)?(?:const|let|var|val|#define)\\s+(?:mut\\s+)?${NAME}`, 'u');
const CONSTANT = /^([A-Z][A-Z0-9_]+)\s*(?::[^=]+)?=/;
/** A function with its body: types before it, parameters, what it returns. */
const METHOD = new RegExp(
  `^\\s*(?:[\\p{L}\\p{N}_$<>\\[\\],.?&*:~@]+\\s+)*[*&#~]?${NAME}\\s*(?:<[^<>()]*>)?\\((?:[^()]|\\([^()]*\\))*\\)[^=;()]*\\{\\s*$`,
  'u',
);
const HEADING = /^#{1,4}\s+(.+)$/;

/** What looks like a function and is none. */
const STATEMENTS = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'with',
  'using',
  'lock',
  'match',
  'return',
  'else',
]);
/** UTF-16 units; what is longer declares nothing that could be told so. */
const LONGEST_LINE = 300;

/** The name that a line declares, or the words of a heading; undefined for every other line. */
export function declaredIn(line: string): string | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const name = (KEYWORD.exec(line) ?? VALUE.exec(line) ?? CONSTANT.exec(line) ?? HEADING.exec(line))?.[1];
  if (name !== undefined || !/\{\s*$/.test(line)) return name;
  const method = METHOD.exec(line)?.[1];
  return method === undefined || STATEMENTS.has(method) ? undefined : method;
}
