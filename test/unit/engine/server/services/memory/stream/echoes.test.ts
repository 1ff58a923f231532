import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Echoes } from '../../../../../../../src/engine/server/services/memory/stream/echoes.ts';
import { DAY, Rig } from './rig.ts';

const MEMORIES = [
  'The payments service listens on port 8443 behind the proxy.',
  'Migrations are run by `scripts/migrate.mjs` before every deployment.',
  'We use pnpm instead of npm.',
  'The nightly build runs at 3 in the morning and takes forty minutes.',
  'Anna owns the billing module; ask her before changing invoices.',
];
/** How models say again what they were reminded of. */
const SAYINGS = [
  (text: string) => text,
  (text: string) => `According to my notes, ${text[0]!.toLowerCase()}${text.slice(1)}`,
  (text: string) => `As you mentioned earlier: ${text}`,
  (text: string) => `I remember that ${text.replace(/\.$/, '')}, based on the project memory.`,
  (text: string) => `**${text}**\n\n- ${text}`,
  (text: string) => `> ${text}\n\nThat is what I have on record.`,
];
const QUESTIONS = [
  'What do you know about this?',
  'How was that again?',
  'Can you remind me, please?',
  'What did we say about it?',
];

test('1,000 turns that echo memories grow nothing', async () => {
  const rig = new Rig();
  for (const text of MEMORIES) rig.stream.addFact({ text });
  const before = rig.all().length;
  for (let n = 0; n < 1_000; n++) {
    const memory = rig.all()[n % before]!;
    const answer = SAYINGS[n % SAYINGS.length]!(memory.text);
    const { item, why } = await rig.turn(`c${n % 7}`, QUESTIONS[n % QUESTIONS.length]!, answer, [memory.id]);
    assert.equal(item, null, `${answer} was kept`);
    assert.match(why, /repeats what is remembered|too little/);
    if (n % 100 === 0) rig.later(DAY);
  }
  assert.equal(rig.all().length, before);
});

test('what is new in a turn that echoes is kept, with marks in place of the echo', async () => {
  const rig = new Rig();
  const { item: memory } = rig.stream.addFact({ text: MEMORIES[0]! });
  const { item } = await rig.turn(
    'c1',
    'How do I reach the payments service from a laptop?',
    `${MEMORIES[0]} Open a tunnel with the \`tunnel.sh\` script and send the certificate of your laptop along with each request.`,
    [memory.id],
  );
  assert.ok(item!.text.includes('[as remembered]') && item!.text.includes('certificate of your laptop'));
  assert.ok(!item!.text.includes('8443'));
  assert.deepEqual(item!.recalled, [memory.id]);
});

test('a person who corrects a memory is heard, however small the difference', async () => {
  for (const correction of [
    'No, the payments service listens on port 9443 behind the proxy.',
    'The payments service does not listen on port 8443 behind the proxy.',
    'no, the payments service doesnt listen on port 8443',
    'The payments service listens on port 8443 behind the firewall.',
  ]) {
    const rig = new Rig();
    const { item: memory } = rig.stream.addFact({ text: MEMORIES[0]! });
    const { item } = await rig.turn('c1', correction, 'I see, thank you for telling me.', [memory.id]);
    assert.ok(item?.text.includes(correction), correction);
  }
});

test('what an answer quotes of an attachment is not stored', async () => {
  const rig = new Rig();
  const attachment = `export function grow(pool: Pool, by: number): void {
  const wanted = pool.size + by;
  if (wanted > pool.most) throw new RangeError('The pool cannot grow beyond its most');
  pool.cells.push(...Array.from({ length: by }, () => new Cell()));
}`;
  const { item } = await rig.turn(
    'c1',
    'What does grow do when there is no room?',
    `It throws before anything is changed, so a caller can try with less:\n\n\`\`\`ts\n${attachment}\n\`\`\``,
    [],
    [attachment],
  );
  assert.ok(item!.text.includes('It throws before anything is changed'));
  assert.ok(!item!.text.includes('pool.cells.push'), item!.text);
  assert.equal(item!.text.match(/\[from an attachment\]/g)?.length, 1);
});

test('a text is new where nothing stood in the prompt', () => {
  const sifted = new Echoes([]).sift('One thing is said here.\n\nIs another one asked?', 'person');
  assert.deepEqual(sifted, {
    text: 'One thing is said here.\n\nIs another one asked?',
    newWords: 9,
    statements: ['One thing is said here.'],
    repeats: false,
  });
});
