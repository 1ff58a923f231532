/** `--model`: 'bundled', or a GGUF file. */
import path from 'node:path';
import { BUNDLED_MODEL_PATH } from '../models/bundled.ts';
import { root } from './engineCommand.ts';

/** @returns the absolute path of the model file; whether it exists is the engine's to say. */
export function resolveModel(name: string): string {
  return name === 'bundled' ? path.join(root, BUNDLED_MODEL_PATH) : path.resolve(name);
}
