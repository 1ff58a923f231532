import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  TemplateRefusal,
  TemplateRenderer,
  TemplateUnbounded,
} from '../../../../../../src/engine/server/core/llama/templateRenderer.ts';

/** Loops in loops, 10^12 times: more than the time of a test. */
const ENDLESS = `${Array.from({ length: 6 }, (_, depth) => `{% for v${depth} in range(100) %}`).join('')}${'{% endfor %}'.repeat(6)}`;
const GROWING =
  "{% set ns = namespace(all=[]) %}{% for i in range(1000000) %}{% set ns.all = ns.all + ['item ' ~ i] %}{% endfor %}";
const DOUBLING =
  "{% set ns = namespace(text='x') %}{% for i in range(20) %}{% set ns.text = ns.text ~ ns.text %}{% endfor %}{{ ns.text }}";

describe('a template', () => {
  test('that is good gives its text, also many times and several at once', async () => {
    const renderer = new TemplateRenderer();
    const texts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => renderer.render(`${i % 7}: {{ name }}`, { name: `n${i}` })),
    );
    assert.deepEqual(
      texts,
      Array.from({ length: 50 }, (_, i) => `${i % 7}: n${i}`),
    );
  });

  test('that throws, or is none, is refused in its own words, and the next one is served', async () => {
    const renderer = new TemplateRenderer();
    const throwing = renderer.render("{{ raise_exception('Roles must alternate') }}", {});
    await assert.rejects(throwing, (error) => error instanceof TemplateRefusal && /alternate/.test(error.message));
    await assert.rejects(renderer.render('{% for %}', {}), TemplateRefusal);
    assert.equal(await renderer.render('good', {}), 'good');
  });

  test('that does not come to an end is ended, while the event loop goes on', async () => {
    const renderer = new TemplateRenderer({ deadlineMs: 300 });
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const [endless, good] = await Promise.allSettled([renderer.render(ENDLESS, {}), renderer.render('good', {})]);
    clearInterval(timer);
    assert(endless.status === 'rejected' && endless.reason instanceof TemplateUnbounded);
    assert.match(endless.reason.message, /does not come to an end/);
    assert(turns > 1);
    assert.deepEqual(good, { status: 'fulfilled', value: 'good' });
  });

  test('that grows without end is ended by its memory, and the process lives', async () => {
    const renderer = new TemplateRenderer({ deadlineMs: 60_000, heapMegabytes: 16 });
    await assert.rejects(renderer.render(GROWING, {}), (error) => {
      assert(error instanceof TemplateUnbounded);
      assert.match(error.message, /memory/);
      return true;
    });
    assert.equal(await renderer.render('good', {}), 'good');
  });

  test('that makes too long a text is refused', async () => {
    const renderer = new TemplateRenderer({ longest: 1000 });
    await assert.rejects(renderer.render(DOUBLING, {}), /without end/);
    assert.equal((await new TemplateRenderer().render(DOUBLING, {})).length, 2 ** 20);
  });
});
