import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bodyOfAdd, counter, fileWithGap } from './code.ts';
import { type Editor, startEditor } from './editor.ts';
import type { EditorWindow } from './window.ts';

const words = "export const greeting = '你好，世界 👋🏽';\nexport const family = '👨‍👩‍👧‍👦';\n\n";
const plain = fileWithGap();
const chinese = fileWithGap(counter + words);

let editor: Editor;
let window: EditorWindow;

before(async () => {
  editor = await startEditor('ghost-text', {
    files: {
      'plain.ts': plain.text,
      'windows.ts': plain.text.replaceAll('\n', '\r\n'),
      'tabs.ts': plain.text.replaceAll('  ', '\t'),
      'words.ts': chinese.text,
    },
  });
  window = await editor.openWindow();
  await window.waitForStatus(/^Quire: ready/);
});
after(() => editor?.stop());

/** The file is what it was, but for what was typed and suggested in the gap: that is returned. */
function inserted(saved: string, original: string, gap: string): string {
  const at = original.indexOf(gap) + gap.length;
  const [head, tail] = [original.slice(0, at), original.slice(at)];
  assert.equal(saved.slice(0, at), head);
  assert.equal(saved.slice(saved.length - tail.length), tail);
  const middle = saved.slice(at, saved.length - tail.length);
  assert.ok(middle.startsWith(bodyOfAdd.pieces[0] ?? ''), `${JSON.stringify(middle)} begins with what was typed`);
  return middle;
}

test('grey text follows what is typed, and Tab puts it into the file', async () => {
  await window.openFile('plain.ts', plain);
  const ghost = await window.typeUntilGhostText(bodyOfAdd.pieces);
  await window.screenshot('ghost-text');
  await window.acceptWithTab();
  const saved = (await window.save('plain.ts')).toString();
  await window.screenshot('accepted');
  assert.notEqual(ghost.trim(), '');
  const [line = ''] = inserted(saved, plain.text, bodyOfAdd.before).split('\n');
  assert.ok(line.endsWith(ghost), `${JSON.stringify(line)} ends with ${JSON.stringify(ghost)}`);
});

test('a file with Windows line ends keeps them', async () => {
  await window.openFile('windows.ts', plain);
  await window.typeAndAccept(bodyOfAdd.pieces);
  const saved = (await window.save('windows.ts')).toString();
  inserted(saved, plain.text.replaceAll('\n', '\r\n'), bodyOfAdd.before.replaceAll('\n', '\r\n'));
  assert.equal(saved.replaceAll('\r\n', '').search(/[\r\n]/), -1, 'every line ends with \\r\\n');
});

test('a file indented with tabs keeps them', async () => {
  const column = bodyOfAdd.before.split('\n').at(-1)?.replaceAll('  ', '\t').length ?? 0;
  await window.openFile('tabs.ts', { line: plain.line, column: column + 1 });
  await window.typeAndAccept(bodyOfAdd.pieces);
  const saved = (await window.save('tabs.ts')).toString();
  inserted(saved, plain.text.replaceAll('  ', '\t'), bodyOfAdd.before.replaceAll('  ', '\t'));
  assert.doesNotMatch(saved, /^ +/m, 'no line is indented with spaces');
});

test('emoji and Chinese text around the suggestion stay as they are', async () => {
  await window.openFile('words.ts', chinese);
  await window.typeAndAccept(bodyOfAdd.pieces);
  const saved = await window.save('words.ts');
  inserted(saved.toString(), chinese.text, bodyOfAdd.before);
  assert.ok(saved.includes(Buffer.from(words)), 'byte for byte');
});

test('all of that asked for nothing', async () => {
  assert.deepEqual(await window.notifications(), []);
  assert.match(await window.statusText(), /^Quire: (ready|thinking…)/);
});
