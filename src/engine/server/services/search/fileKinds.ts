/** What the path and the beginning of a file say of how likely a question is about it. */

const TEST =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e|testing|fixtures?|__fixtures__|mocks?|__mocks__|testdata)\/|(?:^|\/)test_[^/]*$|[._-](?:test|tests|spec|bench)\.[^/]+$|(?:^|\/)[^/]*Tests?\.(?:java|cs|kt|swift)$/;
/** Lists of what changed and words of licences have a bit of everything. */
const LISTS =
  /(?:^|\/)(?:changelog|changes|history|news|licen[cs]e|copying|notice|third[-_]?party[^/]*)(?:\.[a-z]+)?$/i;
/** Data more than text: values without words around them. */
const DATA = /\.(?:json|jsonc|ya?ml|toml|ini|cfg|lock|txt|xml|po|resx|plist|ipynb)$|(?:^|\/)\.[^/]+$/i;

/** What the score of a piece is multiplied by. */
const FACTORS = { test: 0.5, list: 0.4, data: 0.7 };

export interface Factors {
  usual: number;
  /** Where the question asks for tests. */
  forTests: number;
}

/** @param path relative, with '/'. */
export function factorsOf(path: string): Factors {
  if (LISTS.test(path)) return { usual: FACTORS.list, forTests: FACTORS.list };
  const forTests = DATA.test(path) ? FACTORS.data : 1;
  return { usual: isTest(path) ? forTests * FACTORS.test : forTests, forTests };
}

/** UTF-16 units at the beginning of a file where its maker says so. */
const HEAD = 600;
const GENERATED = /@generated\b|\bauto-?generated\b|automatically generated|\bcode generated\b.*\bdo not edit\b/i;

/** True for tests and what they are made with. @param path relative, with '/'. */
export function isTest(path: string): boolean {
  return TEST.test(path);
}

/** True for what a program wrote and says so at its beginning. */
export function isGenerated(text: string): boolean {
  return GENERATED.test(text.slice(0, HEAD));
}
