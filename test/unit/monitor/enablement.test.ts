import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type EnablementSettings, offReason, toggleLanguage } from '../../../src/monitor/enablement.ts';

const on: EnablementSettings = { everywhere: true, here: true, disabledLanguages: ['markdown'] };

describe('offReason', () => {
  it('tells why suggestions are off', () => {
    assert.equal(offReason(on, 'typescript'), undefined);
    assert.equal(offReason(on, undefined), undefined);
    assert.deepEqual(offReason(on, 'markdown'), { kind: 'language', language: 'markdown' });
    assert.deepEqual(offReason({ ...on, here: false }, 'python'), { kind: 'language', language: 'python' });
    assert.deepEqual(offReason({ ...on, everywhere: false, here: false }, 'markdown'), { kind: 'everywhere' });
  });

  it('lets a language be on where all others are off', () => {
    assert.equal(offReason({ ...on, everywhere: false }, 'python'), undefined);
  });
});

describe('toggleLanguage', () => {
  it('writes no more than is needed', () => {
    assert.deepEqual(toggleLanguage(on, 'css'), { disabledLanguages: ['css', 'markdown'] });
    assert.deepEqual(toggleLanguage(on, 'markdown'), { disabledLanguages: [] });
    assert.deepEqual(toggleLanguage({ ...on, here: false }, 'python'), { enable: true });
  });

  it('always turns off what is on, and on what is off', () => {
    const languages = fc.constantFrom('css', 'markdown', 'python');
    const settings = fc.record({
      everywhere: fc.boolean(),
      here: fc.boolean(),
      disabledLanguages: fc.array(languages, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(settings, languages, (before, language) => {
        const { disabledLanguages = before.disabledLanguages, enable = before.here } = toggleLanguage(before, language);
        const after = { ...before, disabledLanguages, here: enable };
        assert.notEqual(offReason(before, language) === undefined, offReason(after, language) === undefined);
      }),
    );
  });
});
