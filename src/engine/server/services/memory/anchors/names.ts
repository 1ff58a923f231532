/** Names of code that a sentence speaks of, told by how they are spelled, and which of them some code does not have. */
import { wordsOf } from '../../search/words.ts';

const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const CODE = /`([^`\n]+)`/g;
/** `src/a.ts`, `a.test.ts`. */
const FILE = /(?<![\p{L}\p{N}_$./-])(?:[\w@.-]+\/)*[\w@-][\w@.-]*\.(?!\d)[a-z]{1,4}(?![\p{L}\p{N}_$/])/gu;
/** Without a folder before it a word with another ending is a member of something. */
const KNOWN_ENDING = /\.(?:[cm]?[jt]s|[jt]sx|py|rb|go|rs|java|cs|cpp|hpp|php|css|json|ya?ml|html?|toml|md|sh)$/;
/** Spelled as code is, and no code: products, protocols and formats. */
const PROPER =
  /^(?:(?:Java|Type|Coffee|ECMA|Apple|Action|Post)Script|Git(?:Hub|Lab)|OpenAI|ChatGPT|DeepSeek|HuggingFace|LangChain|Web(?:Assembly|Sockets?|GL|GPU|View|RTC|Pack|Kit|P|VTT|Crypto|Transport)|PostgreSQL|MySQL|NoSQL|SQLite|GraphQL|MongoDB|DynamoDB|MariaDB|RocksDB|LevelDB|CouchDB|DevTools|mac(?:OS|OSX)|iOS|iPadOS|watchOS|tvOS|visionOS|iPhones?|iPads?|LaTeX|BibTeX|YouTube|LinkedIn|PayPal|JetBrains|IntelliJ|PowerShell|OpenSSL|OpenGL|OpenAPI|OpenType|TrueType|OAuth|gRPC|jQuery|glTF|TensorFlow|PyTorch|NumPy|SciPy|OpenCV|NuGet|CircleCI|BitBucket|StackOverflow|FreeBSD|OpenBSD|NetBSD|ChromeOS|CentOS|QuickTime|WordPress|LibreOffice|OneDrive|IndexedDB|BigInt|McCabe|PhD)$/;
/** Products that are called as files of theirs are, and files that every project may have. */
const PROPER_FILE =
  /^(?:(?:Node|Next|Nuxt|Vue|React|Ember|Backbone|Express|Three|D3|Chart|Discord|Moment|Day|Handlebars|Require|System|Socket|Deck|Luma)\.(?:js|io|gl)|(?:package(?:-lock)?|[jt]sconfig|settings|launch|tasks|manifest)\.json|README\.md|CHANGELOG\.md|Cargo\.toml|pyproject\.toml)$/i;

export interface Names {
  /** Identifiers, the parts of `a.b` each for itself. */
  names: string[];
  /** Paths and names of files. */
  files: string[];
}

/** Names in quotes of code; of other words those with a capital inside, with `_` or `$`, and those that are called. */
export function namesIn(text: string): Names {
  const files = new Set<string>();
  const rest = text.replace(FILE, (file) => {
    if (!file.includes('/') && !KNOWN_ENDING.test(file)) return file;
    if (!PROPER_FILE.test(file)) files.add(file);
    return ' ';
  });
  const names = new Set<string>();
  const words = rest.replace(CODE, (_, code: string) => {
    for (const [name] of code.matchAll(NAME)) names.add(name);
    return ' ';
  });
  for (const { 0: name, index } of words.matchAll(NAME)) {
    const isCalled = words[index + name.length] === '(' && words[index + name.length + 1] === ')';
    const isCode = /\p{Ll}\p{Lu}|[\p{L}\p{N}][_$]|[_$][\p{L}\p{N}]/u.test(name);
    if ((isCalled || isCode) && !PROPER.test(name)) names.add(name);
  }
  return { names: [...names], files: [...files] };
}

/** What a name of code is looked up in. */
export interface NamedCode {
  /** Of the files that it is in. */
  paths: readonly string[];
  /** Its words, and those of its symbols and paths; asked for where there is a name at all. */
  words(): ReadonlySet<string>;
}

/** Names and files that a sentence mentions and some code does not have. */
export function absentFrom(text: string, { paths, words }: NamedCode): Names {
  const { names, files } = namesIn(text);
  if (names.length === 0 && files.length === 0) return { names, files };
  const known = words();
  return {
    names: names.filter((name) => !known.has(name)),
    files: files.filter(
      (file) =>
        !paths.some((path) => path === file || path.endsWith(`/${file}`)) &&
        !wordsOf(file).every((word) => known.has(word)),
    ),
  };
}

/** Whether some code has all that a sentence mentions. */
export const hasNamesOf = (code: NamedCode, text: string): boolean => {
  const { names, files } = absentFrom(text, code);
  return names.length === 0 && files.length === 0;
};
