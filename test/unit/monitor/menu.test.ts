import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MenuFacts, statusMenu } from '../../../src/monitor/menu.ts';
import { ACTIONS } from '../../../src/monitor/notices.ts';

const facts: MenuFacts = {
  view: { remedies: [] },
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
      '$(settings) Choose Eagerness…',
      '$(info) Show Status',
      '$(graph) Show Suggestion Statistics',
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

  it('does not say twice what turns suggestions on again', () => {
    const view = { remedies: [{ title: 'Turn On for typescript', command: 'quire.toggleLanguage' }] };
    const commands = statusMenu({ ...facts, view, language: { id: 'typescript', off: true } }).map((e) => e.command);
    assert.equal(commands.filter((command) => command === 'quire.toggleLanguage').length, 1);
  });

  it('puts a remedy that is not there anyway first', () => {
    const [first, second] = labels({ view: { remedies: [ACTIONS.chooseModel, ACTIONS.useBundled, ACTIONS.showLog] } });
    assert.deepEqual([first, second], ['$(lightbulb) Use Bundled Model', '$(circle-slash) Turn Off']);
  });
});
