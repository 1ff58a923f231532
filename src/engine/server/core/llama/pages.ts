/**
 * The bytes of a saved page: a header that says what they belong to, then libllama's own blob.
 *
 *     0 magic 'QPG1'   4 crc32 of what follows   8 first position   12 end position   16 fingerprint (32 bytes)   48 blob
 */
import { crc32 } from 'node:zlib';

const MAGIC = 0x3147_5051;
const HEADER = 48;
const FINGERPRINT = 16;

export interface Page {
  start: number;
  end: number;
  blob: Uint8Array;
}

/** Room for a page of `bytes` bytes of blob, and the part of it where the blob goes. */
export function allocatePage(bytes: number): { page: Uint8Array; blob: Uint8Array } {
  const page = new Uint8Array(HEADER + bytes);
  return { page, blob: page.subarray(HEADER) };
}

/** Fills in the header once the blob is there. `fingerprint`: 32 bytes that stand for the model and the cache's layout. */
export function sealPage(page: Uint8Array, fingerprint: Uint8Array, start: number, end: number): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  view.setUint32(0, MAGIC, true);
  view.setInt32(8, start, true);
  view.setInt32(12, end, true);
  page.set(fingerprint, FINGERPRINT);
  view.setUint32(4, crc32(page.subarray(8)), true);
}

/** What a page holds; `undefined` when it is damaged, or of another model or other settings. */
export function openPage(page: Uint8Array, fingerprint: Uint8Array): Page | undefined {
  if (page.byteLength <= HEADER) return undefined;
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  if (view.getUint32(0, true) !== MAGIC) return undefined;
  if (Buffer.compare(page.subarray(FINGERPRINT, HEADER), fingerprint) !== 0) return undefined;
  if (view.getUint32(4, true) !== crc32(page.subarray(8))) return undefined;
  return { start: view.getInt32(8, true), end: view.getInt32(12, true), blob: page.subarray(HEADER) };
}
