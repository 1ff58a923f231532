import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MenuFacts, statusMenu } from '../../../src/monitor/menu.ts';

const facts: MenuFacts = {
  view: { actions: [] },
  everywhere: true,
  language: { id: 'typescript', off: false },
  modelName: 'tiny-code-fim',
};
const labels = (changed: Partial<MenuFacts>) => statusMenu({ ...facts, ...changed }).map(({ label }) => label);

describe('statusMenu', () => {
  it('offers the switches, the model and the views', () => {
    assert.deepEqual(labels({}), [
      '$(circle-slash) Turn Off',
      '$(circle-slash) Turn Off in typescript',
      '$(chip) Choose Model…',
      '$(info) Show Status',
      '$(output) Show Log',
      '$(debug-restart) Restart Engine',
      '$(gear) Settings',
    ]);
    assert.equal(statusMenu(facts)[2]?.description, 'tiny-code-fim');
  });

  it('turns on what is off', () => {
    assert.ok(labels({ language: { id: 'typescript', off: true } }).includes('$(sparkle) Turn On in typescript'));
    const off = labels({ everywhere: false });
    assert.equal(off[0], '$(sparkle) Turn On');
    assert.ok(!off.some((label) => label.includes('typescript')));
    assert.ok(!labels({ language: undefined }).some((label) => label.includes(' in ')));
  });

  it('puts a remedy that is not there anyway first', () => {
    const [first, second] = labels({ view: { actions: ['chooseModel', 'useBundled', 'showLog'] } });
    assert.deepEqual([first, second], ['$(lightbulb) Use Bundled Model', '$(circle-slash) Turn Off']);
  });
});
