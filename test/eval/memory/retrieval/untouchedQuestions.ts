/**
 * Questions about two packages that nothing of the ranking was chosen on, in the words of somebody who does not know their
 * files. They were written before the ranking was last changed, and are not for tuning: a change of the ranking stays only if
 * these are answered as well as before. None is changed for what a search finds.
 */
import type { PackageQuestions } from './packageQuestions.ts';

export const UNTOUCHED_QUESTIONS: readonly PackageQuestions[] = [
  {
    name: 'mocha@12.0.3',
    within: /^lib\/.*\.c?js$/,
    questions: [
      ['How is noticed that an asynchronous test called back twice?', 'lib/runnable.js'],
      ['What happens when a test takes too long?', 'lib/runnable.js'],
      ['find variables that a test leaked into the global scope', 'lib/runner.js'],
      ['Which colours are printed for slow and fast tests?', 'lib/reporters/base.js'],
      ['how is the difference between what came and what was wanted printed', 'lib/reporters/base.js'],
      ['run everything again when a file on disk changes', 'lib/cli/watch-run.cjs'],
      [
        'tests are spread over several processes',
        'lib/nodejs/buffered-worker-pool.cjs',
        'lib/nodejs/parallel-buffered-runner.cjs',
        'lib/nodejs/worker.cjs',
      ],
      ['errors become plain data that can be sent to another process', 'lib/nodejs/serializer.js'],
      ['In which order are settings from package.json and from the command line merged?', 'lib/cli/options.cjs'],
      ['which folders above are searched for a file with settings', 'lib/cli/config.cjs', 'lib/cli/options.cjs'],
      ['flags that are handed on to v8', 'lib/cli/node-flags.cjs'],
      ['load a test file that is an ecmascript module', 'lib/nodejs/esm-utils.cjs'],
      ['expand wildcards to the files that hold tests', 'lib/cli/lookup-files.js', 'lib/cli/collect-files.cjs'],
      ['an animal that flies over the terminal', 'lib/reporters/nyan.js'],
      ['write results for a build server that reads junit', 'lib/reporters/xunit.js'],
      ['annotate the failing line in a pull request', 'lib/reporters/github-actions.js'],
      [
        'only the marked test runs, and a setting can forbid that',
        'lib/interfaces/common.js',
        'lib/suite.js',
        'lib/runner.js',
      ],
      ['code that is run once before everything and once after', 'lib/plugin-loader.js', 'lib/mocha.cjs'],
      ['take a file out of the cache of modules', 'lib/nodejs/file-unloader.js'],
      ['make a page that runs the tests in a browser', 'lib/cli/init.js'],
    ],
    statements: [],
  },
  {
    name: 'node-llama-cpp@3.22.1',
    within: /^dist\/.*(?<!\.d)\.js$/,
    questions: [
      [
        'What is thrown away first when a long conversation does not fit any more?',
        'dist/evaluator/LlamaChat/utils/contextShiftStrategies/eraseFirstResponseAndKeepFirstSystemChatContextShiftStrategy.js',
        'dist/evaluator/LlamaChat/utils/compressHistoryToFitContextSize.js',
        'dist/utils/findCharacterRemovalCountToFitChatHistoryInContext.js',
      ],
      [
        'How many layers go onto the graphics card?',
        'dist/gguf/insights/utils/resolveModelGpuLayersOption.js',
        'dist/gguf/insights/GgufInsightsConfigurationResolver.js',
        'dist/gguf/insights/GgufInsights.js',
      ],
      [
        'build the native code from source',
        'dist/bindings/utils/compileLLamaCpp.js',
        'dist/cli/commands/source/commands/BuildCommand.js',
      ],
      [
        'Does a ready-made binary run on this machine?',
        'dist/bindings/utils/testBindingBinary.js',
        'dist/bindings/utils/getCanUsePrebuiltBinaries.js',
      ],
      ['cut a long document into pieces for retrieval', 'dist/evaluator/utils/chunkDocument.js'],
      [
        'guess the next words from what the question already said, without a second model',
        'dist/evaluator/LlamaContext/tokenPredictors/InputLookupTokenPredictor.js',
      ],
      [
        'a small model writes ahead for a large one',
        'dist/evaluator/LlamaContext/tokenPredictors/DraftSequenceTokenPredictor.js',
      ],
      [
        'only one process at a time may work in a folder',
        'dist/utils/withLockfile.js',
        'dist/utils/isLockfileActive.js',
        'dist/utils/waitForLockfileRelease.js',
      ],
      [
        'force the answer to be json of a given shape',
        'dist/evaluator/LlamaJsonSchemaGrammar.js',
        'dist/utils/gbnfJson/getGbnfGrammarForGbnfJsonSchema.js',
        'dist/utils/gbnfJson/GbnfGrammarGenerator.js',
        'dist/utils/gbnfJson/utils/getGbnfJsonTerminalForGbnfJsonSchema.js',
      ],
      [
        'check that what the model wrote has the right properties and types',
        'dist/utils/gbnfJson/utils/validateObjectAgainstGbnfSchema.js',
        'dist/evaluator/LlamaJsonSchemaGrammar.js',
      ],
      ['read the header of a model file over http', 'dist/gguf/fileReaders/GgufNetworkFetchFileReader.js'],
      [
        'a model that comes in several files',
        'dist/gguf/utils/resolveSplitGgufParts.js',
        'dist/gguf/utils/resolveBinarySplitGgufPartUrls.js',
      ],
      ['Which chat format suits this model?', 'dist/chatWrappers/utils/resolveChatWrapper.js'],
      [
        'the answer ends at certain words',
        'dist/utils/StopGenerationDetector.js',
        'dist/utils/getQueuedTokensBeforeStopTrigger.js',
      ],
      [
        'which requests share the next batch',
        'dist/evaluator/LlamaContext/utils/batchItemsPrioritizationStrategies/maximumParallelismStrategy.js',
        'dist/evaluator/LlamaContext/utils/batchItemsPrioritizationStrategies/firstInFirstOutStrategy.js',
        'dist/evaluator/LlamaContext/utils/resolveBatchItemsPrioritizationStrategy.js',
        'dist/evaluator/LlamaContext/LlamaContext.js',
      ],
      ['how similar are two vectors', 'dist/evaluator/LlamaEmbedding.js'],
      ['order documents by how well they answer a query', 'dist/evaluator/LlamaRankingContext.js'],
      [
        'keep the state of a running sequence to go back to it later',
        'dist/evaluator/LlamaContext/LlamaContextSequenceCheckpoints.js',
        'dist/evaluator/LlamaContext/LlamaContext.js',
      ],
      [
        'which linux is this, and does it have the usual c library',
        'dist/bindings/utils/getLinuxDistroInfo.js',
        'dist/bindings/utils/detectGlibc.js',
      ],
      ['make certain tokens more or less likely', 'dist/evaluator/TokenBias.js'],
      ['password for private downloads from the hub', 'dist/utils/modelFileAccessTokens.js'],
      [
        'how well will this model run on my computer, in per cent',
        'dist/gguf/insights/GgufInsightsConfigurationResolver.js',
        'dist/gguf/insights/utils/scoreLevels.js',
        'dist/cli/utils/renderModelCompatibilityPercentageWithColors.js',
      ],
      [
        'how a template writes calls of tools is found out by trying it',
        'dist/chatWrappers/generic/utils/extractFunctionCallSettingsFromJinjaTemplate.js',
      ],
      ['share the threads of the processor among several models', 'dist/utils/ThreadsSplitter.js'],
      ['remember the lines that were typed at the prompt', 'dist/utils/ReplHistory.js'],
    ],
    statements: [],
  },
];
