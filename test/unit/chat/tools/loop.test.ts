/** The loop of a model with tools, the model a list of answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LoopMessage, type LoopNeeds, type LoopTool, runTools } from '../../../../src/chat/tools/loop.ts';
import {
  abilitiesOf,
  describeTools,
  EDIT,
  inTrainedForm,
  READ,
  RUN,
  SEARCH,
} from '../../../../src/chat/tools/specs.ts';

const readCall = (path: string) => `<<<call read>>>\npath: ${path}\n<<<end>>>`;
const editCall = '<<<call edit>>>\npath: a.ts\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n<<<end>>>';

interface Bed {
  needs: LoopNeeds;
  asked: LoopMessage[][];
  shown(): string;
  events: unknown[];
}

function bed(answers: string[], more: Partial<LoopNeeds> = {}, edited = true): Bed {
  const asked: LoopMessage[][] = [];
  const events: unknown[] = [];
  let text = '';
  const tools: LoopTool[] = [
    { spec: READ, confirm: false, run: async ({ path }) => ({ ok: true, text: `${path}\n`.repeat(500) }) },
    {
      spec: EDIT,
      confirm: true,
      run: async () =>
        edited ? { ok: true, text: 'Applied.' } : { ok: false, text: 'The text to search for is not in the file.' },
    },
    {
      spec: RUN,
      confirm: true,
      run: async () => {
        throw new Error('there is no shell');
      },
    },
  ];
  const needs: LoopNeeds = {
    async *ask(messages) {
      asked.push([...messages]);
      const answer = answers[asked.length - 1] ?? answers.at(-1)!;
      for (const piece of answer.match(/[\s\S]{1,5}/g) ?? []) yield piece;
    },
    tools,
    confirm: async () => true,
    limits: { turns: 8, contextTokens: 400 },
    count: async (counted) => counted.split(/\s+/).length,
    signal: new AbortController().signal,
    onText: (piece) => {
      text += piece;
    },
    onCall: (call, outcome) => events.push([call.name, outcome?.ok]),
    ...more,
  };
  return { needs, asked, shown: () => text, events };
}

describe('a model with tools', () => {
  it('reads, and answers; results take a quarter of the window at most, by whole lines, and say so', async () => {
    const { needs, asked, shown } = bed([`I look.\n${readCall('a.ts')}`, 'It is there.']);
    const result = await runTools(needs);
    assert.equal(result.finish, 'answered');
    assert.equal(shown(), 'I look.\nIt is there.');
    const [, gave] = asked[1]!;
    assert.ok((await needs.count(gave!.content)) <= 100);
    assert.match(gave!.content, /^(?:a\.ts\n)+\[\d+ more lines were left out: they do not fit\.\]$/);
    assert.equal(gave!.call?.id, asked[1]![0]!.call?.id);
  });

  it('has edited only what the applier says', async () => {
    const edited = await runTools(bed([editCall, 'Done.']).needs);
    assert.deepEqual(
      edited.done.map(({ name }) => name),
      ['edit'],
    );
    const { needs, asked } = bed([editCall, 'I have edited it.'], {}, false);
    assert.deepEqual((await runTools(needs)).done, []);
    assert.match(asked[1]!.at(-1)!.content, /not in the file/);
  });

  it('does nothing that the user does not agree to', async () => {
    const { needs, asked, events } = bed([editCall, 'As you wish.'], { confirm: async () => false });
    const result = await runTools(needs);
    assert.deepEqual([result.finish, result.done, events], ['answered', [], [['edit', false]]]);
    assert.match(asked[1]!.at(-1)!.content, /did not agree/);
  });

  it('is told of a repeated call, and ended at the third', async () => {
    const { needs, asked } = bed([readCall('a.ts')]);
    const { finish, words } = await runTools(needs);
    assert.equal(finish, 'repeats');
    assert.match(words!, /in circles.*read 3 times/);
    assert.match(asked[2]!.at(-1)!.content, /very call before/);
  });

  it('is told of what it calls wrongly, and ended at the third', async () => {
    const { needs, asked, shown } = bed(['<tool_call>{"name": "fly"}</tool_call>']);
    const { finish, words } = await runTools(needs);
    assert.equal(finish, 'malformed');
    assert.match(words!, /did not manage/);
    assert.match(asked[1]!.at(-1)!.content, /no tool named "fly"/);
    assert.equal(shown(), '');
  });

  it('may read again what it has changed meanwhile', async () => {
    const { needs, asked } = bed([readCall('a.ts'), editCall, readCall('a.ts'), 'Done.']);
    assert.equal((await runTools(needs)).finish, 'answered');
    assert.match(asked[3]!.at(-1)!.content, /^a\.ts\n/);
  });

  it('is not taken by its word where it only thought aloud', async () => {
    const { needs, shown } = bed([]);
    const turned: string[] = [];
    const messages: LoopMessage[] = [];
    const result = await runTools({
      ...needs,
      async *ask() {
        yield 'I could <<<call r';
        yield { turned: 'No. ' };
        yield 'It is 4.';
      },
      onTurned: () => turned.push(shown()),
      onMessage: (message) => messages.push(message),
    });
    assert.deepEqual([result.finish, turned], ['answered', ['I could ']]);
    assert.deepEqual(messages, [{ role: 'assistant', content: 'No. It is 4.' }]);
  });

  it('makes one call a turn, and as many turns as it may', async () => {
    let turn = 0;
    const { needs, asked } = bed([]);
    const calls: string[] = [];
    const result = await runTools({
      ...needs,
      async *ask(messages) {
        asked.push([...messages]);
        yield `${readCall(`${turn++}.ts`)}${readCall('other.ts')}`;
      },
      onCall: (call, outcome) => outcome && calls.push(String(call.arguments.path)),
    });
    assert.equal(result.finish, 'turns');
    assert.match(result.words!, /8 times/);
    assert.deepEqual(calls, ['0.ts', '1.ts', '2.ts', '3.ts', '4.ts', '5.ts', '6.ts', '7.ts']);
  });

  it('hears what a tool throws', async () => {
    const { needs, asked } = bed(['<<<call run>>>\nnpm test\n<<<end>>>', 'Then not.']);
    assert.equal((await runTools(needs)).finish, 'answered');
    assert.match(asked[1]!.at(-1)!.content, /failed: there is no shell/);
  });

  it('stops at once while a tool works, or the user is asked, and says so', async () => {
    const never = new Promise<never>(() => {});
    for (const confirm of [true, false]) {
      const stop = new AbortController();
      const { needs, asked } = bed([readCall('a.ts')], { signal: stop.signal });
      const waits = async () => {
        stop.abort();
        return never;
      };
      const tool: LoopTool = { spec: READ, confirm, run: waits };
      const { finish, messages } = await runTools({ ...needs, tools: [tool], confirm: waits });
      assert.deepEqual([finish, asked.length], ['cancelled', 1]);
      assert.deepEqual(
        messages.map(({ role, content, words }) => [role, words ?? content]),
        [
          ['assistant', readCall('a.ts')],
          ['tool', 'read: stopped'],
        ],
      );
    }
  });

  it('stops at once, also in the middle of a call', async () => {
    const stop = new AbortController();
    const { needs, shown } = bed([], { signal: stop.signal });
    const result = await runTools({
      ...needs,
      async *ask() {
        yield 'Now <<<call ru';
        stop.abort();
        yield 'n>>>\nrm -rf .\n<<<end>>>';
        throw new Error('nobody asks for more');
      },
    });
    assert.deepEqual([result.finish, result.done, shown()], ['cancelled', [], 'Now ']);
  });
});

describe('what a model is given', () => {
  it('depends on its size', () => {
    const names = (parameters: number) => abilitiesOf(parameters).tools.map(({ name }) => name);
    assert.deepEqual(names(3.1e9), []);
    assert.deepEqual(names(6.7e9), ['read', 'search', 'edit']);
    assert.deepEqual(names(30.5e9), ['read', 'search', 'edit', 'run']);
    assert.deepEqual([abilitiesOf(7.6e9).turns, abilitiesOf(30.5e9).turns], [8, 20]);
  });

  it('is told in few words, and code never goes in JSON', () => {
    const all = [READ, SEARCH, EDIT, RUN];
    assert.ok(describeTools(all).length < 1600, 'about 400 tokens');
    assert.deepEqual(inTrainedForm(all), [READ, SEARCH]);
    const rest = describeTools(all, inTrainedForm(all));
    assert.match(rest, /<<<call edit>>>/);
    assert.doesNotMatch(rest, /<<<call read>>>/);
    assert.equal(describeTools([]), '');
  });
});
