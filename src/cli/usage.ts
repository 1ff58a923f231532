/** A call that the command line cannot take: printed with the command's usage, exit code 2. */
export class UsageError extends Error {}

export const USAGE = `quire: a local coding assistant without an editor. JSON in, JSON out; progress on stderr.

  quire complete --cases FILE.jsonl [--model M] [--max-tokens N] [--no-reuse] [--seed N] [--temperature T] [--gpu G]
      A case is a line {id, path, prefix, suffix, others?: [{path, content}]}; '-' reads them from stdin.
      A result is a line {id, text, shown, rejectedBy, promptTokens, cachedTokens, generatedTokens, firstTokenMs, totalMs}.
  quire status [--json]
      The engines of this user that are running.

  M is 'bundled' (the default) or the path of a GGUF file. G is auto (the default), cuda, metal, vulkan or off.
  Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrong usage.
`;
