/** A call that the command line cannot take: printed with the command's usage, exit code 2. */
export class UsageError extends Error {}

export const USAGE = `quire: a local coding assistant without an editor. JSON in, JSON out; progress on stderr.

  quire chat [--model M] [--system S] [--attach FILE ...] [--conversation FILE] [--max-tokens N] [--temperature T]
             [--gpu G] [--devices D] [--json] MESSAGE
      Answers MESSAGE ('-' reads it from stdin) with a chat model, as plain text, or with --json as one line {text, finish,
      promptTokens, cachedTokens, computedTokens, generatedTokens, queuedMs, firstTokenMs, totalMs, leftOutTurns}. With
      --conversation the file's earlier turns are told too, and question and answer are appended to it, a line of JSON each,
      as the chat panel keeps them. It goes on without end: what is left out of attachments, and when earlier turns are told
      in short, is said on stderr. An answer has at most N tokens (a quarter of the context unless told otherwise). S takes
      the place of Quire's own system prompt. Files that hold secrets, or that git ignores, are not attached. Ctrl-C ends
      the answer: exit code 1.
  quire complete --cases FILE.jsonl [--model M] [--max-tokens N] [--no-reuse] [--no-ngram] [--show E]
                 [--seed N] [--temperature T] [--gpu G] [--devices D]
      A case is a line {id, path, prefix, suffix, others?: [{path, content}]}; '-' reads them from stdin.
      A result is a line {id, text, shown, rejectedBy, confidence, promptTokens, cachedTokens, generatedTokens,
      firstTokenMs, totalMs}. E is eager, balanced (the default) or quiet: how sure a text has to be to be shown.
  quire replay --trace FILE.jsonl [--model M] [--no-reuse] [--no-preempt] [--speed N] [--gpu G]
               [--devices D]
      Plays an editing session, N times as fast as recorded, against an engine of its own. '-' reads it from stdin. A trace
      has an event {t, type, ...} a line, t in ms and never less than before, offsets in UTF-16 code units:
      open {path, text}, insert {path, offset, text}, delete {path, offset, length}, complete {path, offset},
      cancel {path}, chat {messages, maxTokens}, close {path}. node scripts/trace.mjs makes such files.
      The report is one object {keystroke, chat, background, kv, scheduler, machine}. --no-reuse computes every prompt
      anew; --no-preempt serves requests in the order in which they come.
  quire search FOLDER QUESTION [--top K] [--json]
      The K places (10 unless told otherwise) in a folder's files that a question is about, found by words, without a model:
      file and lines, a score, the words that were found. Ignored and secret files are never read. With --json one object
      {places: [{path, start, end, text, score, why}], files, reading, leftOut}.
  quire memory COMMAND (--folder FOLDER | --db FILE) [--json] ...
      What Quire remembers of a folder, as in the editor, or in a database by itself. --json prints one object or list.
      add --text T [--kind fact|proposal] [--source S] [--about PATH[:LINES]]    remembers T; the same again is one memory
      search [--top K] [--kind K] [--all] QUERY      the K best; what the code contradicts is left out
      why [--top K] [--kind K] [--all] QUERY         the same with each score: words, vector, recency, ranking
      list [--kind K] [--path P] [--pinned] [--limit N] [--offset N]    the newest first
      pin, unpin, forget ID ...      journal [--limit N]: what was written      undo CHANGE
      export [--format json|markdown]      import [--replace] FILE
      index [FOLDER]      brings the summaries of its files up to date; Ctrl-C leaves the rest for the next time
      audit      shares of names that exist, of stale sentences, copies and secrets
      status, on, off      off: nothing is read or written until it is switched on
      erase --yes      removes all of it to the last byte, and the computed pages of prompts that it stood in
  quire forget FOLDER
      Removes everything that is kept of a folder: index, computed pages in memory and on disk, for every model, and the
      chat panel's conversations. What is remembered of it stays: quire memory erase removes that.
  quire plan [--models ROLE=MODEL ...] [--devices MACHINE] [--context TOKENS] [--seconds N] [--json]
      Where models would lie: which layers and experts on which device, length and number format of the cache, bytes, and
      tokens a second. ROLE is completion, chat or embedding; MODEL a GGUF file, M, or a name: qwen2.5-coder-1.5b,
      qwen2.5-coder-7b, qwen2.5-coder-32b, qwen3-30b-a3b, nomic-embed, or a JSON file {name, layers, embedding, heads,
      kvHeads, headLength?, feedForward, experts?: {count, used, feedForward}, vocabulary, tied?, contextTokens, bits?}.
      MACHINE (this one unless told) is laptop-16, gpu-8, gpu-24, gpus-12-8, or a JSON file {devices: [{name, kind: gpu|
      igpu|cpu, totalBytes, freeBytes, bandwidth?, flops?}], link?}: bytes, and bytes or operations a second; one device is
      the cpu, whose memory an igpu shares. Rates that are absent are assumed. --context fixes the length for completion and
      chat, else it is chosen. --json prints {machine, plan, solveMs}. A printed GB is 2^30 bytes, a GB/s 10^9 bytes.
      What fits nowhere is refused with what would help: exit code 1. Nothing is loaded. The solver looks N seconds (10).
      Without --models: of the models that are open in an engine how they lie, and why; else of the bundled one.
  quire plan --table      three public models on four machines, as a table in Markdown
  quire status [--json]
      The engines of this user that are running.

  M is 'bundled' (the default), 'bundled-smallest' or the path of a GGUF file. G is auto (the default), cuda, metal, vulkan or off.
  D is auto (the default: all GPUs of that kind), cpu, or names of devices between commas, as the status lists them.
  Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrong usage.
`;

/**
 * How one command is called: its entries, and what the letters in them stand for.
 *
 * @param name of the command. Another one, or undefined: everything.
 */
export function usageOf(name: string | undefined): string {
  const [head = '', ...parts] = USAGE.split(/\n(?= {2}\S)/);
  const entries = parts.filter((part) => part.split(/\s+/, 3)[2] === name);
  if (entries.length === 0) return USAGE;
  const meanings = parts.filter((part) => !part.startsWith('  quire'));
  return [head, ...entries.map((part) => part.trimEnd()), '', ...meanings].join('\n');
}
