/** What `quire.engine.devices` does to an engine whose build finds GPUs: two that a software driver stands for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderStatus } from '../../src/monitor/statusText.ts';
import { bundledModel, openWorkspace } from '../helpers/engine.ts';
import { GPUS, useSoftwareGpus, WITHOUT_GPUS } from '../helpers/softwareGpus.ts';
import { ownEngine } from './ownEngine.ts';

const spec = { path: bundledModel, contextTokens: 512 };

describe('quire.engine.devices', { skip: WITHOUT_GPUS }, () => {
  if (!WITHOUT_GPUS) useSoftwareGpus();
  const alone = ownEngine({ gpu: 'vulkan', devices: 'cpu' });
  const wrong = ownEngine({ gpu: 'vulkan', devices: 'Vulkan1, Vulkan2' });

  test("'cpu' leaves GPUs alone, and the status says so", async () => {
    const model = await alone.openModel(spec);
    assert.equal(model.device, 'cpu');
    const workspace = await openWorkspace(alone);
    const { text } = await alone.generate({
      model: model.id,
      workspace,
      class: 'chat',
      prompt: { text: 'const a = 1;\nconst b = ' },
      maxTokens: 4,
    });
    assert.notEqual(text, '');
    const status = await alone.status();
    const { native, models } = status;
    assert.equal(native.chosen, 'cpu');
    assert.deepEqual(
      native.devices.map(({ name, kind }) => [name, kind]),
      [
        [GPUS[0], 'gpu'],
        [GPUS[1], 'gpu'],
        ['CPU', 'cpu'],
      ],
    );
    const [memory, ...others] = models[0]!.memory;
    assert.deepEqual(others, []);
    assert(memory!.device === 'CPU' && memory!.weights > 0 && memory!.cache > 0 && memory!.compute > 0);
    const page = renderStatus({ engine: status, version: 'test' });
    assert.match(page, /Computes on +vulkan, of its devices cpu\nDevices +Vulkan0: .*\(GPU, [\d,]+ MiB of/);
    assert.match(page, /\nOn +CPU: \d+ MiB weights, \d+ MiB cache, \d+ MiB buffers\n/);
  });

  test('a device that is not there is refused, with those that are', async () => {
    await assert.rejects(wrong.openModel(spec), {
      message: /no device Vulkan2\. Set quire\.engine\.devices to .*: Vulkan0, Vulkan1, CPU\./,
    });
  });
});
