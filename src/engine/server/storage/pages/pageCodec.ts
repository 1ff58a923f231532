/** How a page is packed for the disk: zstd with its own checksum, or as it is where that gains nothing or is not there. */
import zlib from 'node:zlib';

const RAW = 0;
const ZSTD = 1;
/** The quickest level: cached keys and values are almost noise, and the levels above gain next to nothing on them. */
const LEVEL = 1;

export interface PackedPage {
  codec: number;
  blob: Uint8Array;
}

export function packPage(page: Uint8Array): PackedPage {
  // Node has zstd from 22.15 on.
  if (typeof zlib.zstdCompressSync === 'function' && page.byteLength > 0) {
    const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = zlib.constants;
    const params = { [ZSTD_c_compressionLevel]: LEVEL, [ZSTD_c_checksumFlag]: 1 };
    const blob = zlib.zstdCompressSync(page, { params, chunkSize: oneChunk(page.byteLength) });
    if (blob.byteLength < page.byteLength) return { codec: ZSTD, blob };
  }
  return { codec: RAW, blob: page };
}

/** The page of `size` bytes as it was packed; undefined where that is in doubt. */
export function unpackPage({ codec, blob }: PackedPage, size: number): Uint8Array | undefined {
  if (codec === RAW) return blob.byteLength === size ? blob : undefined;
  if (codec !== ZSTD) return undefined;
  try {
    const page = zlib.zstdDecompressSync(blob, { maxOutputLength: size, chunkSize: oneChunk(size) });
    return page.byteLength === size ? new Uint8Array(page.buffer, page.byteOffset, size) : undefined;
  } catch {
    return undefined;
  }
}

export function packTokens(tokens: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(tokens).buffer);
}

export function unpackTokens(blob: Uint8Array): number[] | undefined {
  return blob.byteLength % 4 === 0 ? [...new Int32Array(blob.slice().buffer)] : undefined;
}

/** Room for the whole result, so that it is not put together from pieces. */
function oneChunk(bytes: number): number {
  return Math.max(zlib.constants.Z_MIN_CHUNK, bytes);
}
