/** What calls of Quire's own tools give, with files that are a few texts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusal } from '../../../../src/chat/context/refusals.ts';
import type { ToolFiles, ToolText } from '../../../../src/chat/context/sources.ts';
import { commandRefusal } from '../../../../src/chat/tools/command.ts';
import { quireTools, type ToolPlaces } from '../../../../src/chat/tools/quireTools.ts';

const FILES: Record<string, string> = { 'src/a.ts': 'one\ntwo\r\nthree\n' };
const files: ToolFiles = {
  async readForTool(path): Promise<ToolText> {
    if (path === '.env') return { refused: refusal.secret(path) };
    if (path === 'src') return { refused: refusal.folder(path) };
    const text = FILES[path];
    return text === undefined ? { refused: refusal.missing(path) } : { text, uri: `file:///w/${path}` };
  },
  async listForTool(path): Promise<ToolText> {
    if (path === '' || path === 'src') return { text: path === '' ? 'src/' : 'a.ts (14 bytes)', uri: 'file:///w' };
    return { refused: path === '.env' ? refusal.secret(path) : refusal.missing(path) };
  },
};

function call(name: string, args: Record<string, unknown>, places: Partial<ToolPlaces> = {}) {
  const none = async () => assert.fail('not to be called');
  const tools = quireTools({ files, search: none, edit: none, run: none, ...places });
  return tools.find(({ spec }) => spec.name === name)!.run(args, new AbortController().signal, () => {});
}

describe('read', () => {
  it('gives lines with where they are, and says in a line what was read', async () => {
    assert.deepEqual(await call('read', { path: 'src/a.ts', from: 2, to: 99 }), {
      ok: true,
      text: 'src/a.ts, lines 2-3 of 3:\ntwo\nthree',
      words: 'read `src/a.ts` 2-3',
    });
    assert.equal((await call('read', { path: 'src/a.ts', from: -4, to: 1 })).words, 'read `src/a.ts` 1-1');
    const beyond = await call('read', { path: 'src/a.ts', from: 4 });
    assert.deepEqual([beyond.ok, beyond.text], [false, 'src/a.ts has 3 lines only.']);
  });

  it('lists what is a folder', async () => {
    for (const path of ['', '.', './', '/']) assert.equal((await call('read', { path })).text, 'src/');
    for (const path of ['src', 'src/']) {
      const { ok, text } = await call('read', { path });
      assert.deepEqual([ok, text], [true, 'a.ts (14 bytes)']);
    }
  });

  it('refuses in words, to model and person alike', async () => {
    const { ok, text, words } = await call('read', { path: '.env' });
    assert.deepEqual([ok, text], [false, refusal.secret('.env')]);
    assert.match(words!, /^read `\.env`: refused: \.env is secret/);
  });

  it('cannot be made to say more than a name in the line for the person', async () => {
    const path = 'a`\n\n# [x](command:y) <script>'.repeat(9);
    const { words } = await call('read', { path });
    assert.doesNotMatch(words!, /\n/);
    assert.match(words!, /^read `` a` # \[x\].{60,76}… ``: refused: /);
    assert.ok(words!.length < 500);
    assert.doesNotMatch(words!.split('… ``')[1]!, /(?<!\\)[[<`]/);
  });
});

describe('search, edit and run', () => {
  it('give the places that were found', async () => {
    const search = async (query: string) =>
      query === 'x' ? [{ path: 'src/a.ts', lines: [1, 2] as [number, number], text: 'one\ntwo' }] : [];
    assert.deepEqual(await call('search', { query: 'x' }, { search }), {
      ok: true,
      text: 'src/a.ts, lines 1-2:\none\ntwo',
      words: 'search `x`: 1 place',
    });
    assert.equal((await call('search', { query: 'y' }, { search })).words, 'search `y`: nothing');
  });

  it('say what really became of an edit', async () => {
    const edit = (kind: 'applied' | 'undone' | 'refused') => async () => ({ kind, words: 'W.' });
    const args = { path: 'src/a.ts', blocks: 'B' };
    const words = async (kind: 'applied' | 'undone' | 'refused') => {
      const run = await call('edit', args, { edit: edit(kind) });
      return [run.ok, run.text, run.words];
    };
    assert.deepEqual(await words('applied'), [true, 'The user has accepted this. W.', 'edit `src/a.ts`: applied']);
    assert.deepEqual(await words('undone'), [
      false,
      'The user has rejected this. W. Ask what they want instead.',
      'edit `src/a.ts`: rejected',
    ]);
    assert.deepEqual(await words('refused'), [false, 'Nothing was changed. W.', 'edit `src/a.ts`: refused: W.']);
  });

  it('run what can be shown to the person, and nothing else', async () => {
    const ran: string[] = [];
    const run = async (command: string) => {
      ran.push(command);
      return { ok: true, text: 'out', words: 'exit code 0' };
    };
    assert.equal((await call('run', { command: 'npm test' }, { run })).words, 'run `npm test`: exit code 0');
    for (const command of [
      ' ',
      'ls\u202e',
      'ls\rrm -rf .',
      'ls \x1b[2K',
      'a\u200b',
      'x'.repeat(601),
      'ls\n'.repeat(9),
    ]) {
      assert.ok(commandRefusal(command), JSON.stringify(command));
      assert.equal((await call('run', { command }, { run })).ok, false);
    }
    assert.deepEqual(ran, ['npm test']);
    assert.equal(commandRefusal('cd src && \\\n\tgrep "é" *.ts'), undefined);
  });
});
