/**
 * Who may import whom (README, How it is built): one row for each room of `src`. `node scripts/arrows.mjs` writes the rows
 * into biome.arrows.json as lint rules; a unit test holds the two in step.
 *
 *     extension -> features -> engine/client -> engine/protocol <- engine/server
 *     inside the server: main, engine -> services -> workspaces -> core -> storage
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const features = ['completion', 'chat', 'memory', 'models', 'monitor', 'welcome'];
const inside = (names) => names.map((name) => `**/${name}/**`);

/** `closed`: patterns of what nothing in the room imports, and why. `outer`: its files that may import `vscode`. */
export const ROOMS = [
  {
    room: 'src/files/**',
    closed: [
      [['../**'], 'The rules of files are a leaf: features and engine import them, they import nothing of ours.'],
    ],
  },
  {
    room: 'src/syntax/**',
    closed: [[['../**'], 'Grammars and outlines are a leaf: features import them, they import nothing of ours.']],
  },
  ...features.map((name) => ({
    room: `src/${name}/**`,
    closed: [
      [
        inside(features.filter((other) => other !== name)),
        'Features do not import each other: take what you need through the constructor.',
      ],
      [
        ['**/engine/server/**', '**/cli/**', '**/extension.ts', '**/features.ts'],
        'Features and client speak to the engine through its protocol only.',
      ],
    ],
    outer: {
      completion: [
        'src/completion/{provider,requests,spots,surroundings,projectFeed,notesFeed,feature,settings}.ts',
        'src/completion/*Command.ts',
        'src/completion/statistics/{feature,panel}.ts',
        'src/completion/context/editor*.ts',
      ],
      chat: [
        'src/chat/{panel,feature,history,links,codeActions,editorTools,editorShell}.ts',
        'src/chat/apply/{reviewEditor,reviewMarks,targets,newFile,writtenFiles}.ts',
        'src/chat/context/editor*.ts',
        'src/chat/commands/editor*.ts',
        'src/chat/commands/*Command.ts',
        'src/chat/native/{feature,participant,provider,references}.ts',
      ],
      memory: [
        'src/memory/{feature,inspector,rows,pages,detailsPanel,editDocuments,indexingFeed}.ts',
        'src/memory/*Command.ts',
      ],
      models: ['src/models/{chooseModelCommand,downloadDialog,feature,picker,settings}.ts'],
      monitor: ['src/monitor/**'],
      welcome: ['src/welcome/*Command.ts'],
    }[name],
  })),
  {
    room: 'src/workspace/**',
    closed: [
      [
        [...inside(features), '**/engine/server/**', '**/cli/**', '**/extension.ts', '**/features.ts'],
        'What is told of a workspace is told for every feature: it knows none of them, and the engine by its protocol.',
      ],
    ],
    outer: [
      'src/workspace/*Feed.ts',
      'src/workspace/feature.ts',
      'src/workspace/editorFiles.ts',
      'src/workspace/*Command.ts',
    ],
  },
  {
    room: 'src/engine/{client,protocol}/**',
    closed: [
      [
        [...inside(features), '**/cli/**', '**/server/**', '**/extension.ts', '**/features.ts'],
        'Client and protocol know neither the features nor the inside of the engine.',
      ],
    ],
  },
  ...[
    { room: 'src/engine/server/**', above: [] },
    { room: 'src/engine/server/services/**', above: ['../**/engine.ts', '../**/connection.ts', '../**/main.ts'] },
    { room: 'src/engine/server/workspaces/**', above: ['**/services/**', '../engine.ts', '../connection.ts'] },
    {
      room: 'src/engine/server/core/**',
      above: ['../connection.ts'],
    },
    {
      room: 'src/engine/server/core/llama/**',
      above: ['../../engine.ts'],
      native: true,
    },
    {
      room: 'src/engine/server/storage/**',
      above: ['**/services/**', '**/workspaces/**', '**/core/**', '../engine.ts'],
    },
  ].map(({ room, above, native }) => ({
    room,
    native,
    closed: [
      [
        [
          ...inside(features.filter((name) => name !== 'completion' && name !== 'memory' && name !== 'chat')),
          '**/engine/client/**',
          '**/cli/**',
          '**/extension.ts',
          '**/features.ts',
        ],
        "The engine's server side knows the protocol and the rules of files only.",
      ],
      ...(above.length > 0
        ? [[above, 'Inside the engine arrows run services -> workspaces -> core -> storage, never back.']]
        : []),
    ],
  })),
  {
    room: 'src/cli/**',
    closed: [
      [
        ['**/engine/server/**', '**/extension.ts', '**/features.ts'],
        'The command line drives the same client as the editor.',
      ],
    ],
  },
];

const PATHS = {
  vscode: 'Only the thin outer files that scripts/arrows.mjs names import vscode.',
  koffi: 'Only src/engine/server/core/llama knows the C ABI.',
};

/** The rows as Biome's configuration. Where two rules fit a file the later one counts. */
export function configuration() {
  const overrides = ROOMS.flatMap(({ room, closed, outer, native }) => {
    const { vscode, koffi } = PATHS;
    const rule = (includes, paths) => ({
      includes,
      linter: {
        rules: {
          style: {
            noRestrictedImports: {
              level: 'error',
              options: { patterns: closed.map(([group, message]) => ({ group, message })), paths },
            },
          },
        },
      },
    });
    return [rule([room], native ? { vscode } : { vscode, koffi }), ...(outer ? [rule(outer, { koffi })] : [])];
  });
  return { overrides };
}

export const file = path.join(import.meta.dirname, '..', 'biome.arrows.json');
export const text = () => `${JSON.stringify(configuration(), null, 2)}\n`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(file, text());
