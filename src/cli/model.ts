/** `--model`: 'bundled', 'bundled-smallest', or a GGUF file. */
import path from 'node:path';
import { BUNDLED_MODEL_PATH, SMALLEST_MODEL } from '../models/bundled.ts';
import { root } from './engineCommand.ts';

/** @returns the absolute path of the model file; whether it exists is the engine's to say. */
export function resolveModel(name: string): string {
  if (name === 'bundled') return path.join(root, BUNDLED_MODEL_PATH);
  return name === SMALLEST_MODEL.keyword ? path.join(root, SMALLEST_MODEL.path) : path.resolve(name);
}
