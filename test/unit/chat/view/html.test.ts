import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatHtml, contentSecurityPolicy } from '../../../../src/chat/view/html.ts';

test('the page has one script by its nonce, no style or script of its own, and a policy that lets nothing out', () => {
  const page = {
    cspSource: 'https://*.example',
    nonce: 'n0nce',
    scriptUri: 'https://a/"><script>',
    styleUri: 'https://a/b.css',
    title: '<b>',
  };
  const html = chatHtml(page);
  assert.deepEqual(html.match(/<script[^>]*>/g), [
    '<script type="module" nonce="n0nce" src="https://a/&quot;&gt;&lt;script&gt;">',
  ]);
  assert.doesNotMatch(html, /<style|style=|\son\w+=/);
  const policy = new Map(
    contentSecurityPolicy(page)
      .split('; ')
      .map((it) => [it.split(' ')[0], it.split(' ').slice(1).join(' ')]),
  );
  for (const name of ['default-src', 'connect-src', 'img-src', 'form-action', 'base-uri'])
    assert.equal(policy.get(name), "'none'");
  assert.equal(policy.get('script-src'), "'nonce-n0nce'");
  assert.equal(policy.get('style-src'), page.cspSource);
  assert.doesNotMatch(html, /unsafe/);
});
