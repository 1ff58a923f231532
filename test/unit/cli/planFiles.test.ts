import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { MACHINES, SHAPES } from '../../../src/cli/imagined.ts';
import { machineOf, plannedModel } from '../../../src/cli/planFiles.ts';
import { UsageError } from '../../../src/cli/usage.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-plan-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (value: unknown): string => {
  const name = path.join(folder, 'file.json');
  writeFileSync(name, typeof value === 'string' ? value : JSON.stringify(value));
  return name;
};
const cpu = { name: 'CPU', kind: 'cpu', totalBytes: 8e9, freeBytes: 6e9 };

describe('machineOf', () => {
  it('knows some machines by name, and reads others from files', async () => {
    assert.equal(await machineOf('gpu-8'), MACHINES['gpu-8']);
    assert.deepEqual(await machineOf(file({ devices: [cpu] })), { name: 'file.json', devices: [cpu] });
  });

  const cases: [string, unknown, RegExp][] = [
    ['no JSON', '{', /is no JSON object/],
    ['no devices', {}, /names no list 'devices'/],
    ['a device without a name', { devices: [{ ...cpu, name: '' }] }, /device 0: 'name' is missing/],
    [
      'an unknown kind',
      { devices: [cpu, { ...cpu, name: 'x', kind: 'tpu' }] },
      /device 1: 'kind' is not gpu, igpu or cpu/,
    ],
    [
      'a size in words',
      { devices: [{ ...cpu, freeBytes: '6 GB' }] },
      /'freeBytes' is "6 GB", but must be 0 or a number of bytes/,
    ],
    [
      'no rate at all',
      { devices: [{ ...cpu, bandwidth: 0 }] },
      /'bandwidth' is 0, but must be a number of bytes or operations a second/,
    ],
    ['no CPU', { devices: [{ ...cpu, kind: 'gpu' }] }, /must name one device of kind cpu/],
    ['a name twice', { devices: [cpu, { ...cpu, kind: 'gpu' }] }, /names a device twice/],
    ['gigabytes for bytes', { devices: [{ ...cpu, totalBytes: 8, freeBytes: 6 }] }, /is 8, but must be .*8589934592/],
    ['more free than there is', { devices: [{ ...cpu, freeBytes: 9e9 }] }, /'freeBytes' is more than 'totalBytes'/],
    ['a word that nobody reads', { devices: [{ ...cpu, bandwith: 5e10 }] }, /'bandwith' is not known; known are name,/],
    ['the same of a machine', { devices: [cpu], linc: 1e9 }, /'linc' is not known; known are name, devices, link/],
    ['no device', { devices: [] }, /must name one device of kind cpu: its memory is the system's/],
    ['a null', { devices: [null] }, /device 0: 'name' is missing/],
  ];
  for (const [what, value, message] of cases) {
    it(`refuses ${what} in words`, async () => {
      await assert.rejects(machineOf(file(value)), { message });
    });
  }

  it('says which names there are', async () => {
    await assert.rejects(
      machineOf('cray'),
      (error) => error instanceof UsageError && /laptop-16.*not 'cray'/.test(error.message),
    );
    await assert.rejects(machineOf(path.join(folder, 'none.json')), { message: /there is no file/ });
  });
});

describe('plannedModel', () => {
  it('takes names, descriptions, and files', async () => {
    assert.deepEqual(await plannedModel('chat=qwen3-30b-a3b'), {
      role: 'chat',
      model: { shape: SHAPES['qwen3-30b-a3b'] },
    });
    const shape = { ...SHAPES['qwen2.5-coder-7b'], name: 'own' };
    assert.deepEqual(await plannedModel(`completion=${file(shape)}`), { role: 'completion', model: { shape } });
    assert.deepEqual(await plannedModel('embedding=/models/a=b.gguf'), {
      role: 'embedding',
      model: { path: '/models/a=b.gguf' },
    });
  });

  it('refuses other roles, and descriptions that lack something', async () => {
    for (const given of ['poem=x.gguf', 'x.gguf', 'chat='])
      await assert.rejects(
        plannedModel(given),
        (error) => error instanceof UsageError && /ROLE=MODEL/.test(error.message),
      );
    const { layers: _, ...lacking } = SHAPES['qwen2.5-coder-7b']!;
    await assert.rejects(plannedModel(`chat=${file(lacking)}`), { message: /'layers' is not a whole number from 1/ });
    const experts = { ...SHAPES['qwen3-30b-a3b'], experts: { count: 128, used: 0, feedForward: 768 } };
    await assert.rejects(plannedModel(`chat=${file(experts)}`), { message: /experts: 'used' is not a whole number/ });
  });

  const wrong: [string, object, RegExp][] = [
    ['half a layer', { layers: 1.5 }, /'layers' is not a whole number/],
    ['layers without end', { layers: 1e300 }, /'layers' is not a whole number from 1 to 1000/],
    ['experts that are null', { experts: null }, /experts: 'count' is not a whole number/],
    ['heads that no key heads serve alike', { heads: 28, kvHeads: 5 }, /'heads' is no multiple of 'kvHeads'/],
    ['heads that do not divide it', { heads: 24 }, /'embedding' is no multiple of 'heads': give 'headLength'/],
    ['more experts used than there are', { experts: { count: 8, used: 9, feedForward: 64 } }, /'used' is more than/],
    ['words that nobody reads', { swa: 512 }, /'swa' is not known; known are name, layers/],
    ['bits without end', { bits: 1e9 }, /'bits' is 1000000000, but must be a number of bits a weight/],
    ['an answer in words', { tied: 'yes' }, /'tied' is not true or false/],
  ];
  for (const [what, lines, message] of wrong) {
    it(`refuses ${what} in words`, async () => {
      const shape = { ...SHAPES['qwen2.5-coder-7b'], ...lines };
      await assert.rejects(plannedModel(`chat=${file(shape)}`), { message });
    });
  }

  it('takes no name that every object has for one of a model or machine', async () => {
    assert.ok('path' in (await plannedModel('chat=constructor')).model);
    await assert.rejects(machineOf('constructor'), UsageError);
  });
});
