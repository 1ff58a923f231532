/**
 * Stands in for the native `@vscode/spdlog`, which needs a compiler: the same calls, written with `appendFileSync`.
 * Without it the editor keeps no log files, and its output channels stay empty. Files are not rotated.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
const OFF = LEVELS.length;

export const version = 0;
export function setLevel() {}
export function setFlushOn() {}

export class Logger {
  #file;
  #level = 2;
  #decorate = true;

  constructor(_type, _name, file) {
    this.#file = file;
  }
  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  setPattern() {
    this.#decorate = true;
  }
  clearFormatters() {
    this.#decorate = false;
  }
  trace(message) {
    this.#write(0, message);
  }
  debug(message) {
    this.#write(1, message);
  }
  info(message) {
    this.#write(2, message);
  }
  warn(message) {
    this.#write(3, message);
  }
  error(message) {
    this.#write(4, message);
  }
  critical(message) {
    this.#write(5, message);
  }
  flush() {}
  drop() {
    this.#level = OFF;
  }

  #write(level, message) {
    if (level < this.#level) return;
    const time = new Date().toISOString().replace('T', ' ').slice(0, -1);
    try {
      appendFileSync(this.#file, this.#decorate ? `${time} [${LEVELS[level]}] ${message}\n` : message);
    } catch {
      // The folder of a closed editor is gone: nothing is left to log for.
    }
  }
}

async function createLogger(name, file) {
  mkdirSync(dirname(file), { recursive: true });
  return new Logger('async', name, file);
}
export const createRotatingLogger = createLogger;
export const createAsyncRotatingLogger = createLogger;
