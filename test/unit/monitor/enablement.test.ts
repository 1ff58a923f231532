import assert from 'node:assert/strict';
import { it } from 'node:test';
import { offReason, toggledLanguage } from '../../../src/monitor/enablement.ts';

it('offReason tells why suggestions are off', () => {
  const settings = { enable: true, disabledLanguages: ['markdown'] };
  assert.equal(offReason(settings, 'typescript'), undefined);
  assert.equal(offReason(settings, undefined), undefined);
  assert.deepEqual(offReason(settings, 'markdown'), { kind: 'language', language: 'markdown' });
  assert.deepEqual(offReason({ ...settings, enable: false }, 'markdown'), { kind: 'everywhere' });
});

it('toggledLanguage puts a language in and takes it out again', () => {
  assert.deepEqual(toggledLanguage(['plaintext'], 'markdown'), ['markdown', 'plaintext']);
  assert.deepEqual(toggledLanguage(['markdown', 'plaintext', 'markdown'], 'markdown'), ['plaintext']);
});
