/** A call that the command line cannot take: printed with the command's usage, exit code 2. */
export class UsageError extends Error {}

export const USAGE = `quire: a local coding assistant without an editor. JSON in, JSON out; progress on stderr.

  quire chat [--model M] [--system S] [--attach FILE ...] [--conversation FILE] [--max-tokens N] [--temperature T]
             [--gpu G] [--json] MESSAGE
      Answers MESSAGE ('-' reads it from stdin) with a chat model, as plain text, or with --json as one line {text, finish,
      promptTokens, cachedTokens, computedTokens, generatedTokens, queuedMs, firstTokenMs, totalMs, leftOutTurns}. With
      --conversation the file's earlier turns are told too, and question and answer are appended to it, a line of JSON each,
      as the chat panel keeps them. It goes on without end: what is left out of attachments, and when earlier turns are told
      in short, is said on stderr. An answer has at most N tokens (a quarter of the context unless told otherwise). S takes
      the place of Quire's own system prompt. Files that hold secrets, or that git ignores, are not attached. Ctrl-C ends
      the answer: exit code 1.
  quire complete --cases FILE.jsonl [--model M] [--max-tokens N] [--no-reuse] [--no-ngram] [--show E]
                 [--seed N] [--temperature T] [--gpu G]
      A case is a line {id, path, prefix, suffix, others?: [{path, content}]}; '-' reads them from stdin.
      A result is a line {id, text, shown, rejectedBy, confidence, promptTokens, cachedTokens, generatedTokens,
      firstTokenMs, totalMs}. E is eager, balanced (the default) or quiet: how sure a text has to be to be shown.
  quire replay --trace FILE.jsonl [--model M] [--no-reuse] [--no-preempt] [--speed N] [--gpu G]
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
  quire forget FOLDER
      Removes everything that is kept of a folder: index, computed pages in memory and on disk, for every model, and the
      chat panel's conversations.
  quire status [--json]
      The engines of this user that are running.

  M is 'bundled' (the default), 'bundled-smallest' or the path of a GGUF file. G is auto (the default), cuda, metal, vulkan or off.
  Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrong usage.
`;
