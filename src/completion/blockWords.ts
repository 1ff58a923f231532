/** Words that end a block or go on with it, for languages whose grammar is not loaded or not there. */
import { type FileKind, kindOf } from './marks.ts';

export interface BlockWords {
  ends: RegExp;
  goesOn: RegExp;
}

const OF: readonly [kinds: RegExp, words: BlockWords][] = [
  [
    /^(?:ruby|rb|lua|elixir|exs?|julia|jl|crystal|cr|fish)$/,
    { ends: /^end\b/, goesOn: /^(?:else|elseif|elsif|rescue|catch|ensure|after|finally)\b/ },
  ],
  [/^(?:shellscript|sh|bash|zsh)$/, { ends: /^(?:fi|done|esac)\b/, goesOn: /^(?:else|elif)\b/ }],
];

/** Undefined where blocks end with brackets, or by their depth alone. */
export function blockWordsOf(file: FileKind): BlockWords | undefined {
  const kind = kindOf(file);
  return OF.find(([kinds]) => kinds.test(kind))?.[1];
}
