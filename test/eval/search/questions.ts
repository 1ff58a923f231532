/**
 * Questions about this repository as somebody asks who does not know its files, and the files that answer them. They were
 * written without looking at how places are ranked, and none is changed for what a search finds: half are for tuning, the
 * other half says how good that is.
 */

export interface SearchQuestion {
  question: string;
  /** Any of these is right. */
  files: readonly string[];
}

const KV = 'src/engine/server/core/kv';
const LLAMA = 'src/engine/server/core/llama';
const SCHEDULER = 'src/engine/server/core/scheduler';
const PAGES = 'src/engine/server/storage/pages';
const PROJECT = 'src/engine/server/services/completion/project';

export const TUNING: readonly SearchQuestion[] = [
  {
    question: 'Where is decided which cached page is thrown out when memory is full?',
    files: [`${KV}/worth.ts`, `${KV}/kvCache.ts`, `${KV}/branches.ts`],
  },
  {
    question: 'how are pages of the cache written to sqlite on disk',
    files: [`${PAGES}/pageTable.ts`, `${PAGES}/pageStore.ts`, `${PAGES}/diskTier.ts`, `${PAGES}/guardedTable.ts`],
  },
  {
    question: 'download resumes after a broken connection',
    files: ['src/engine/server/services/download/download.ts'],
  },
  { question: 'Which files count as secret and never reach the model?', files: ['src/files/private.ts'] },
  {
    question: 'How is a suggestion hidden when the model is not sure enough?',
    files: ['src/completion/sure.ts', 'src/completion/threshold.ts', 'src/completion/eagerness.ts'],
  },
  {
    question: 'closing brackets that are already in the file should not be suggested again',
    files: ['src/completion/closers.ts', 'src/completion/brackets.ts', 'src/completion/fitToFile.ts'],
  },
  {
    question: 'Only one engine per user may run. Where is the lock?',
    files: ['src/engine/lock.ts', 'src/engine/server/main.ts'],
  },
  { question: 'read metadata from a gguf file', files: [`${LLAMA}/ggufHeader.ts`, `${LLAMA}/description.ts`] },
  {
    question: 'How is a long conversation shortened when it does not fit the context?',
    files: ['src/chat/prompt/compaction.ts', 'src/chat/prompt/digest.ts'],
  },
  { question: 'where are <think> tags split from the answer', files: ['src/chat/prompt/reasoning.ts'] },
  { question: 'refuse edits that say "rest unchanged"', files: ['src/chat/apply/placeholders.ts'] },
  {
    question: 'generate a commit message from the staged diff',
    files: ['src/chat/commands/commitMessage.ts', 'src/chat/commands/commitMessageCommand.ts'],
  },
  {
    question: 'what the status bar shows while a model loads',
    files: ['src/monitor/statusItem.ts', 'src/monitor/statusText.ts', 'src/monitor/state.ts'],
  },
  {
    question: 'Does a model fit into the memory of this machine?',
    files: ['src/models/fitness.ts', 'src/models/choices.ts'],
  },
  { question: 'build a vsix for each platform', files: ['scripts/package.mjs'] },
  { question: 'which folder may import which', files: ['scripts/arrows.mjs', 'biome.arrows.json'] },
  {
    question: 'n-gram index of the project code for completions',
    files: [`${PROJECT}/projectIndex.ts`, `${PROJECT}/shard.ts`, `${PROJECT}/projects.ts`, `${PROJECT}/indexer.ts`],
  },
  { question: 'delete a conversation and overwrite its bytes', files: ['src/chat/conversation/store.ts'] },
  {
    question: 'attach the problems of the editor to a question',
    files: ['src/chat/context/problems.ts', 'src/chat/context/editorProblems.ts'],
  },
  {
    question: 'How is noticed that the engine hangs?',
    files: ['src/engine/client/heartbeat.ts', 'src/engine/client/hung.ts'],
  },
  {
    question: 'how long will reading a prompt take',
    files: [`${SCHEDULER}/latencyProfile.ts`, `${SCHEDULER}/loop.ts`],
  },
  {
    question: 'models with random weights for tests',
    files: ['test/helpers/randomModel.ts', 'test/helpers/randomTensors.ts'],
  },
];

export const HELD_OUT: readonly SearchQuestion[] = [
  {
    question: 'How does a keystroke interrupt a chat answer that is running?',
    files: [`${SCHEDULER}/selection.ts`, `${SCHEDULER}/planner.ts`, `${SCHEDULER}/loop.ts`, `${SCHEDULER}/request.ts`],
  },
  {
    question: 'What happens to an answer when the engine is killed in the middle of it?',
    files: ['src/engine/client/conversations.ts', 'src/engine/client/requests.ts'],
  },
  {
    question: 'verify the checksum of a downloaded model',
    files: ['src/engine/server/services/download/download.ts'],
  },
  {
    question: 'parsing of .gitignore patterns',
    files: ['src/files/ignorePatterns.ts', 'src/files/wildmatch.ts', 'src/files/ignored.ts'],
  },
  {
    question: 'prompt format of fill in the middle for each model family',
    files: ['src/completion/fimLayouts.ts', 'src/completion/prompt.ts'],
  },
  {
    question: 'How do client and engine prove to each other that they know the secret?',
    files: ['src/engine/proof.ts', 'src/engine/server/handshake.ts', 'src/engine/client/join.ts'],
  },
  {
    question: 'choose between cuda, vulkan and cpu builds',
    files: [`${LLAMA}/library.ts`, 'src/engine/server/core/nativeModels.ts', `${LLAMA}/probe.ts`],
  },
  {
    question: 'stop a chat template that loops forever',
    files: [`${LLAMA}/templateRenderer.ts`, `${LLAMA}/templateWorker.ts`, `${LLAMA}/chatTemplate.ts`],
  },
  {
    question: 'Where does the chat cut attachments that are too long?',
    files: ['src/chat/prompt/budget.ts'],
  },
  {
    question: 'accept or reject single hunks of a proposed edit',
    files: [
      'src/chat/apply/review.ts',
      'src/chat/apply/reviewEditor.ts',
      'src/chat/apply/hunks.ts',
      'src/chat/apply/reviewMarks.ts',
    ],
  },
  { question: 'content security policy of the webview', files: ['src/chat/view/html.ts'] },
  {
    question: 'list of models that can be downloaded with license and size',
    files: ['src/models/catalogue.ts', 'src/models/offers.ts'],
  },
  {
    question: 'replay a recorded typing session',
    files: ['src/cli/replay.ts', 'src/cli/player.ts'],
  },
  { question: 'finding the right node version for scripts', files: ['scripts/lib/node24.mjs'] },
  {
    question: 'compute embeddings of texts',
    files: [
      'src/engine/server/services/embedding/embedding.ts',
      `${LLAMA}/embedder.ts`,
      'src/engine/server/services/embedding/service.ts',
    ],
  },
  {
    question: 'How is a conversation saved so that a crash loses nothing?',
    files: ['src/chat/conversation/lineFile.ts', 'src/chat/conversation/store.ts', 'src/chat/conversation/lines.ts'],
  },
  { question: 'fuzzy matching of file names', files: ['src/chat/context/fuzzy.ts'] },
  {
    question: 'When does the engine exit after the last window is closed?',
    files: ['src/engine/server/engine.ts', 'src/engine/server/main.ts'],
  },
  { question: 'log rotation', files: ['src/engine/logFiles.ts'] },
  {
    question: 'prompt files in .github/prompts',
    files: ['src/chat/commands/promptFile.ts', 'src/chat/commands/editorPrompts.ts'],
  },
  {
    question: 'Which symbol does a code block replace?',
    files: ['src/chat/apply/placeSymbols.ts', 'src/chat/apply/placeParts.ts', 'src/chat/apply/plan.ts'],
  },
  {
    question: 'count the tokens of a text with the tokenizer of the model',
    files: [
      'src/engine/server/services/chat/tokens.ts',
      'src/engine/server/services/chat/counts.ts',
      `${LLAMA}/tokenizer.ts`,
    ],
  },
];
