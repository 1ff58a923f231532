import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RequestClass } from '../../../../../src/engine/protocol/index.ts';
import { Arbiter, type Contender } from '../../../../../src/engine/server/core/arbiter.ts';
import { KvCache } from '../../../../../src/engine/server/core/kv/kvCache.ts';
import { Decisions } from '../../../../../src/engine/server/core/scheduler/decisions.ts';
import { LatencyProfile } from '../../../../../src/engine/server/core/scheduler/latencyProfile.ts';
import { Loop } from '../../../../../src/engine/server/core/scheduler/loop.ts';
import { RANK, type Request, type RequestInput } from '../../../../../src/engine/server/core/scheduler/request.ts';
import { type CostModel, SimulatedBackend } from '../../../../../src/engine/server/core/simulated/backend.ts';
import { simulatedTokenizer } from '../../../../../src/engine/server/core/simulated/tokenizer.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A device with simulated models that share its time. */
class Device {
  readonly arbiter = new Arbiter();
  readonly clock = { now: 0 };
  readonly models: Model[] = [];
  /** Iterations in the order in which they began: whose, and of which class. */
  readonly began: { model: string; class: RequestClass }[] = [];
  /** Iterations that began while a request of a higher class was waiting for the device. */
  outOfOrder = 0;
  /** Iterations that began beside the end of another one. */
  beside = 0;
  readonly #running = new Set<Model>();

  model(name: string, costs: Partial<CostModel> = {}, abortable = true, sparesHalf = false): Model {
    const model = new Model(this, name, costs, abortable, sparesHalf);
    this.models.push(model);
    return model;
  }

  begin(model: Model): void {
    const rank = model.loop.rank!;
    for (const other of this.#running) {
      assert(other !== model && other.sparesHalf && other.leads > rank, 'two iterations at once');
      this.beside++;
    }
    this.#running.add(model);
    model.leads = rank;
    this.began.push({ model: model.name, class: (['keystroke', 'chat', 'background'] as const)[rank]! });
    if (this.models.some(({ loop }) => loop.rank !== undefined && loop.rank < rank)) this.outOfOrder++;
  }

  end(model: Model): void {
    this.#running.delete(model);
  }
}

class Model {
  readonly name: string;
  readonly loop: Loop;
  readonly decisions: Decisions;
  readonly backend: SimulatedBackend;
  readonly sparesHalf: boolean;
  /** Class of its last iteration. */
  leads = 0;
  /** Turns of the event loop that the layer takes in which an iteration is when it is stopped. */
  layer = 0;

  constructor(device: Device, name: string, costs: Partial<CostModel>, abortable: boolean, sparesHalf: boolean) {
    const { clock, arbiter } = device;
    this.name = name;
    this.sparesHalf = sparesHalf;
    this.backend = new SimulatedBackend({
      cells: 2048,
      sequences: 12,
      abortable,
      sparesHalf,
      costs,
      model: name,
      clock,
    });
    const { backend } = this;
    const [decode, decodeAsync] = [backend.decode.bind(backend), backend.decodeAsync.bind(backend)];
    backend.decode = (batch) => {
      device.begin(this);
      const outcome = decode(batch);
      device.end(this);
      return outcome;
    };
    backend.decodeAsync = async (batch) => {
      device.begin(this);
      const outcome = await decodeAsync(batch);
      for (let i = 0; i < this.layer; i++) await turn();
      device.end(this);
      return outcome;
    };
    const profile = new LatencyProfile(backend);
    this.decisions = new Decisions(() => backend.now());
    const cache = new KvCache(backend, { leases: 6, computeMs: (start) => profile.prompt(32, start, 512) });
    this.loop = new Loop({
      backend,
      tokenizer: simulatedTokenizer,
      cache,
      profile,
      policy: 'preemptive',
      decisions: this.decisions,
      device: arbiter,
    });
  }

  submit(text: string, kind: RequestClass, more: Partial<RequestInput> = {}) {
    return this.loop.submit({
      workspace: 'w',
      class: kind,
      maxTokens: 8,
      prompt: [...simulatedTokenizer.encode(text)],
      sampler: this.backend.createSampler({}),
      onText: () => undefined,
      ...more,
    });
  }
}

describe('Arbiter', () => {
  it('serves the classes of all models in one order', async () => {
    const device = new Device();
    const [one, two] = [device.model('one'), device.model('two')];
    const order: string[] = [];
    const run = (model: Model, kind: RequestClass) =>
      model.submit(`${model.name} ${kind}`, kind).done.then(() => order.push(`${model.name} ${kind}`));
    await Promise.all([
      run(one, 'background'),
      run(one, 'chat'),
      run(two, 'background'),
      run(two, 'keystroke'),
      run(two, 'chat'),
      run(one, 'keystroke'),
    ]);
    const kinds = order.map((name) => name.split(' ')[1]);
    assert.deepEqual(kinds, ['keystroke', 'keystroke', 'chat', 'chat', 'background', 'background']);
    assert.equal(device.outOfOrder, 0);
  });

  for (const { kind, costs, stops, beside } of [
    { kind: 'keystroke', costs: { fixedMs: 80 }, stops: true, beside: false },
    { kind: 'keystroke', costs: { fixedMs: 12 }, stops: true, beside: false },
    { kind: 'keystroke', costs: { fixedMs: 80 }, stops: true, beside: true },
    { kind: 'background', costs: { fixedMs: 80 }, stops: false, beside: true },
  ] as const) {
    const how = `${stops ? 'stops' : 'does not stop'} an iteration of ${costs.fixedMs} ms of a chat`;
    it(`${how} for a ${kind} of another model${stops && beside ? ', and waits not for its end' : ''}`, async () => {
      const device = new Device();
      const slow = device.model('slow', costs, true, beside);
      const quick = device.model('quick');
      await slow.submit('learn what an iteration costs', 'chat', { maxTokens: 20 }).done;
      const chat = slow.submit('a chat with a long answer', 'chat', { maxTokens: 40 });
      while (chat.generatedTokens < 5) await turn();
      const from = slow.decisions.count;
      const { decodeAsync } = slow.backend;
      slow.layer = 20;
      const key = new Promise<Request>((resolve) => {
        slow.backend.decodeAsync = (batch) => {
          slow.backend.decodeAsync = decodeAsync;
          const running = decodeAsync(batch);
          resolve(quick.submit('key', kind, { maxTokens: 2 }));
          return running;
        };
      });
      await (await key).done;
      assert.equal(device.beside > 0, stops && beside);
      assert.equal(chat.generatedTokens < 40, stops);
      const text = (await chat.done).text;
      const stopped = slow.decisions.since(from).some(({ why }) => why?.includes('stopped'));
      assert.equal(stopped, stops);
      assert.equal(device.outOfOrder, 0);
      const alone = new Device().model('slow', costs);
      assert.equal(text, (await alone.submit('a chat with a long answer', 'chat', { maxTokens: 40 }).done).text);
    });
  }

  it('lets nobody of a lower class begin while a key waits for the end of an iteration of its own model', async () => {
    const device = new Device();
    const slow = device.model('slow', { fixedMs: 80 }, true, true);
    const other = device.model('other', {}, true, true);
    slow.layer = 10;
    await slow.submit('learn', 'chat', { maxTokens: 20 }).done;
    const chats = [slow, other].map((model) => model.submit('a chat', 'chat', { maxTokens: 200 }));
    while (chats[0]!.generatedTokens < 5) await turn();
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < i % 4; j++) await turn();
      await slow.submit(`key ${i}`, 'keystroke', { maxTokens: 2 }).done;
    }
    assert.equal(device.outOfOrder, 0);
    for (const [i, model] of [slow, other].entries()) model.loop.cancel(chats[i]!);
  });

  it('gives models of one class equal time, however long their iterations are', async () => {
    const device = new Device();
    const slow = device.model('slow', { fixedMs: 20, tokenMs: 0, contextTokenMs: 0 });
    const quick = device.model('quick', { fixedMs: 1, tokenMs: 0, contextTokenMs: 0 });
    const [a, b] = [slow, quick].map((model) => model.submit('a chat', 'chat', { maxTokens: 1500 }));
    while (device.clock.now < 2000) await turn();
    const spent = { slow: a!.generatedTokens * 20, quick: b!.generatedTokens };
    assert(Math.abs(spent.slow / spent.quick - 1) < 0.1, JSON.stringify(spent));
    for (const [model, request] of [
      [slow, a!],
      [quick, b!],
    ] as const)
      model.loop.cancel(request);
  });

  it('gives who comes late no claim to what others had before', async () => {
    const arbiter = new Arbiter();
    const served: string[] = [];
    const contender = (name: string, times: number): Contender => {
      let left = times;
      return {
        get rank() {
          return left > 0 ? 1 : undefined;
        },
        iterate: () => {
          left--;
          served.push(name);
          return 10;
        },
        stop: () => false,
      };
    };
    arbiter.join(contender('old', 200));
    arbiter.arrived(1);
    while (served.length < 100) await turn();
    arbiter.join(contender('new', 20));
    const from = served.length;
    while (served.length < 220) await turn();
    const next = served.slice(from, from + 20).filter((name) => name === 'old').length;
    assert(next >= 9 && next <= 11, `${next} of 20`);
  });

  it('goes on when a model is closed in the middle of an iteration', async () => {
    const device = new Device();
    const [one, two] = [device.model('one', { fixedMs: 80 }), device.model('two')];
    await one.submit('learn', 'chat', { maxTokens: 20 }).done;
    const chat = one.submit('a chat', 'chat', { maxTokens: 100 });
    while (chat.generatedTokens < 5) await turn();
    one.loop.end(new Error('closed'));
    await assert.rejects(chat.done, /closed/);
    assert.equal((await two.submit('key', 'keystroke').done).finish, 'length');
    for (let i = 0; i < 5; i++) await turn();
    assert.equal(device.arbiter.busy, false);
  });

  it('does something once when its turn comes, and hands on what it throws', async () => {
    const device = new Device();
    const model = device.model('one');
    const order: string[] = [];
    const key = model.submit('key', 'keystroke');
    const low = device.arbiter.once(2, () => order.push('low') && 1);
    const high = device.arbiter.once(RANK.chat, async () => order.push(`high, ${key.settled}`) && 1);
    await Promise.all([key.done, low, high]);
    assert.deepEqual(order, ['high, true', 'low']);
    await assert.rejects(
      device.arbiter.once(0, () => {
        throw new Error('broken');
      }),
      /broken/,
    );
    await assert.rejects(
      device.arbiter.once(0, () => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal((await model.submit('again', 'chat').done).finish, 'length');
  });

  it('never begins an iteration while a higher class waits, and ends whatever is asked, with the same text', async () => {
    const request = fc.record({
      model: fc.nat(1),
      text: fc.string({ minLength: 1, maxLength: 60 }),
      class: fc.constantFrom<RequestClass>('keystroke', 'chat', 'background'),
      maxTokens: fc.integer({ min: 1, max: 12 }),
      pause: fc.nat(4),
      cancel: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 2, maxLength: 16 }),
        fc.constantFrom(0.3, 12, 40, 120),
        fc.boolean(),
        fc.boolean(),
        fc.nat(10),
        async (requests, fixedMs, abortable, sparesHalf, layer) => {
          const device = new Device();
          const models = [
            device.model('one', { fixedMs }, abortable, sparesHalf),
            device.model('two', {}, true, sparesHalf),
          ];
          for (const model of models) model.layer = layer;
          const alone = [new Device().model('one'), new Device().model('two')];
          const pending = [];
          for (const { model, text, class: kind, maxTokens, pause, cancel } of requests) {
            const submitted = models[model]!.submit(text, kind, { maxTokens });
            for (let i = 0; i < pause; i++) await turn();
            if (cancel && kind !== 'keystroke') models[model]!.loop.cancel(submitted);
            pending.push({ model, text, maxTokens, submitted });
          }
          for (const { model, text, maxTokens, submitted } of pending) {
            const result = await submitted.done;
            if (result.finish === 'cancelled') continue;
            const expected = await alone[model]!.submit(text, 'chat', { maxTokens }).done;
            assert.equal(result.text, expected.text);
          }
          assert.equal(device.outOfOrder, 0);
          for (let i = 0; i < 5; i++) await turn();
          assert.equal(device.arbiter.busy, false);
        },
      ),
      { numRuns: 150 },
    );
  });
});
