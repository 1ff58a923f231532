import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { explain } from '../../../src/completion/silence.ts';
import { ACTIONS } from '../../../src/monitor/notices.ts';
import { initialState, type MonitorEvent, reduce, view } from '../../../src/monitor/state.ts';

const stateAfter = (...events: MonitorEvent[]) => events.reduce(reduce, initialState);
const label = (...events: MonitorEvent[]) => view(stateAfter(...events)).label;

const model = { name: 'tiny-code-fim', device: 'cpu' };
const up: MonitorEvent[] = [
  { type: 'engine', state: { kind: 'ready' } },
  { type: 'model', model },
];
const silence: MonitorEvent = {
  type: 'silence',
  silence: explain({ why: 'unsure', confidence: 0.12, needed: 0.35 }),
};
const started: MonitorEvent = { type: 'requestStarted' };
const noticed: MonitorEvent = { type: 'waitNoticed' };
const ended: MonitorEvent = { type: 'requestEnded', usage: { promptTokens: 100, cachedTokens: 90 } };

describe('the status item', () => {
  it('is starting until engine and model are ready', () => {
    assert.equal(label(), 'Quire: starting…');
    assert.equal(label({ type: 'engine', state: { kind: 'ready' } }), 'Quire: loading the model…');
    assert.equal(label({ type: 'model', model }), 'Quire: starting…');
    assert.equal(label(...up), 'Quire: ready');
    assert.equal(view(stateAfter()).text, '$(loading~spin) Quire');
    assert.equal(view(stateAfter(...up)).text, '$(sparkle) Quire');
  });

  it('thinks only when a request is still running after the delay', () => {
    assert.equal(label(...up, started), 'Quire: ready');
    assert.equal(label(...up, started, noticed), 'Quire: thinking…');
    assert.equal(label(...up, started, noticed, ended), 'Quire: ready');
    assert.equal(label(...up, started, ended, noticed), 'Quire: ready');
  });

  it('goes on thinking when a newer request takes over', () => {
    assert.equal(label(...up, started, noticed, started, ended), 'Quire: thinking…');
    assert.equal(label(...up, started, noticed, ended, started), 'Quire: ready');
  });

  it('comes back by itself after a crash of the engine', () => {
    const crashed: MonitorEvent = { type: 'engine', state: { kind: 'restarting', attempt: 1, waitMs: 250 } };
    assert.equal(label(...up, started, crashed), 'Quire: starting…');
    assert.match(view(stateAfter(...up, crashed)).details[0] ?? '', /starts again \(attempt 1\)/);
    assert.equal(label(...up, started, crashed, ended, { type: 'engine', state: { kind: 'ready' } }), 'Quire: ready');
  });

  it('shows an engine that is not started again, with a way out', () => {
    const { kind, label, remedies } = view(
      stateAfter(...up, { type: 'engine', state: { kind: 'failed', message: 'It broke.' } }),
    );
    assert.deepEqual([kind, label], ['error', 'Quire: error: It broke.']);
    assert.ok(remedies.some(({ command }) => command === 'quire.restartEngine'));
  });

  it('shows a problem until a model opens or it is solved', () => {
    const problem: MonitorEvent = { type: 'problem', message: 'No such file.', actions: ['chooseModel'] };
    assert.equal(label(problem), 'Quire: error: No such file.');
    assert.equal(label(...up, problem), 'Quire: error: No such file.');
    assert.deepEqual(view(stateAfter(problem)).remedies, [ACTIONS.chooseModel]);
    assert.equal(label(problem, ...up), 'Quire: ready');
    assert.equal(label(...up, problem, { type: 'problemSolved' }), 'Quire: ready');
  });

  it('is off whatever else goes on, and says where', () => {
    const off: MonitorEvent = { type: 'enablement', off: { kind: 'everywhere' } };
    assert.equal(label(...up, started, noticed, off), 'Quire: off everywhere');
    assert.equal(label(...up, off, { type: 'enablement', off: undefined }), 'Quire: ready');
    const language: MonitorEvent = { type: 'enablement', off: { kind: 'language', language: 'markdown' } };
    const { label: said, details, remedies } = view(stateAfter(...up, language, silence));
    assert.deepEqual([said, details[0]], ['Quire: off for markdown', 'Suggestions are off for markdown.']);
    assert.deepEqual(remedies, [{ title: 'Turn On for markdown', command: 'quire.toggleLanguage' }]);
  });

  it('says why nothing is shown at the cursor, and what helps, until something is', () => {
    const { kind, text, label: said, details, remedies } = view(stateAfter(...up, silence));
    assert.deepEqual(
      [kind, text, said],
      ['silent', '$(question) Quire: unsure', 'Quire: ready; nothing shown: unsure here (12 %, shown from 35 %)'],
    );
    assert.deepEqual(details.slice(0, 2), [
      'Nothing is shown here: unsure here (12 %, shown from 35 %).',
      'Type on: the more of a line is there, the surer its end.',
    ]);
    assert.ok(remedies.some(({ command }) => command === 'quire.chooseEagerness'));
    assert.equal(label(...up, silence, started, noticed), 'Quire: thinking…');
    assert.equal(label(silence), 'Quire: starting…');
    assert.equal(label(...up, silence, { type: 'silence', silence: undefined }), 'Quire: ready');
  });

  it('tells model, device and the share of the cache', () => {
    const usage = { promptTokens: 300, cachedTokens: 110 };
    const { details } = view(
      stateAfter(...up, started, ended, started, { type: 'requestEnded', usage }, started, { type: 'requestEnded' }),
    );
    assert.deepEqual(details, [
      'Ready.',
      'Model: tiny-code-fim on cpu',
      '50 % of the prompt tokens came from the cache',
    ]);
  });

  it('never counts fewer than no requests, and thinks only while one runs', () => {
    const event = fc.constantFrom<MonitorEvent>(started, ended, noticed, ...up, { type: 'problemSolved' });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const state = stateAfter(...events);
        assert.ok(state.running >= 0);
        if (state.waitNoticed || view(state).kind === 'thinking') assert.ok(state.running > 0);
      }),
    );
  });
});
