/**
 * Lines that are only ever appended to a file, in batches, each brought to the disk before the next. A process that is killed
 * loses what it was given in the last {@link BATCH_MS} and while a batch is written; the last line may then be torn.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';

const BATCH_MS = 100;
const RETRY_MS = 2000;
const NEWLINE = 10;

/** Several processes may append to one file: each batch is one write at the file's end. */
export class LineFile {
  readonly #file: string;
  readonly #trouble: (words: string) => void;
  #fresh: boolean;
  #pending: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #troubled = false;
  #gone = false;

  /**
   * @param fresh the file is made by the first batch; else it is there, and where it is not any more, somebody deleted it,
   * and nothing brings it back.
   * @param trouble is told once in words why nothing can be written.
   */
  constructor(file: string, options: { fresh: boolean; trouble: (words: string) => void }) {
    this.#file = file;
    this.#fresh = options.fresh;
    this.#trouble = options.trouble;
  }

  append(line: string): void {
    if (this.#gone) return;
    this.#pending.push(line);
    this.#schedule(BATCH_MS);
  }

  /** Resolves when all that was appended is on the disk, or could not be brought there. */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#pending.length > 0) await this.#writeNow();
  }

  /** Nothing is written any more. */
  async drop(): Promise<void> {
    this.#gone = true;
    this.#pending = [];
    clearTimeout(this.#timer);
    await this.#writing;
  }

  #schedule(ms: number): void {
    if (this.#timer !== undefined || this.#writing) return;
    this.#timer = setTimeout(() => void this.#writeNow(), ms);
  }

  #writeNow(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
      if (this.#pending.length > 0 && !this.#gone) this.#schedule(this.#troubled ? RETRY_MS : BATCH_MS);
    });
    return this.#writing;
  }

  async #write(): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    try {
      await this.#appendToFile(`${batch.join('\n')}\n`);
      this.#troubled = false;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && !this.#fresh) this.#gone = true;
      // A batch that was written in part is written again: lines that are there twice are read once.
      else if (!this.#gone) this.#pending = [...batch, ...this.#pending];
      if (!this.#troubled) this.#trouble(wordsOf(code, path.dirname(this.#file)));
      this.#troubled = true;
    }
  }

  async #appendToFile(text: string): Promise<void> {
    if (this.#fresh) await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const flags = constants.O_RDWR | constants.O_APPEND | (this.#fresh ? constants.O_CREAT | constants.O_EXCL : 0);
    const handle = await open(this.#file, flags, 0o600);
    this.#fresh = false;
    try {
      const bytes = Buffer.from((await endsInLine(handle)) ? `\n${text}` : text);
      for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }
}

/** True where the last line was torn, by whichever process. */
async function endsInLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] !== NEWLINE;
}

function wordsOf(code: string | undefined, folder: string): string {
  switch (code) {
    case 'ENOENT':
      return 'This conversation was deleted elsewhere, and is not kept any more. Begin a new one to have it kept.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The conversation cannot be saved, because the disk is full. Free some space: saving is tried again by itself.';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `The conversation cannot be saved: there is no permission to write to ${folder}. Saving is tried again by itself.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `The conversation cannot be saved: a file is where the folder ${folder} has to be. Move it away: saving is tried again by itself.`;
    default:
      return `The conversation cannot be saved to ${folder} (${code ?? 'unknown reason'}). Saving is tried again by itself.`;
  }
}
