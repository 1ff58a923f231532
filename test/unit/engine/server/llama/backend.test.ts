import { after, before } from 'node:test';
import type { LlamaModel } from '../../../../../src/engine/server/llama/model.ts';
import { openBundled } from '../../../../helpers/native.ts';
import { backendCases } from '../simulated/backendCases.ts';

let model: LlamaModel;
before(async () => {
  model = await openBundled();
});
after(() => model.dispose());

const encode = (text: string): number[] => [...model.tokenizer.encode(text)];

backendCases({
  name: 'libllama backend',
  texts: async () => [
    encode('export function add(left: number, right: number): number {\n  return left'),
    encode('import path from "node:path";\nimport { readFile } from "node:fs/promises";\nconst'),
    encode('for (const item of list) {\n    console.log(item.name, item.value);\n  }\n}'),
  ],
  create: async (options) => model.createBackend(options),
  tolerance: 0.3,
});
