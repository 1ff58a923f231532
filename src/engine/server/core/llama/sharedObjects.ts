/** Finds the libraries that are already mapped into this process, so that koffi binds the very same ones. */
import fs from 'node:fs';
import path from 'node:path';

export interface NativePaths {
  /** libllama itself. */
  llama: string;
  /** It and the ggml libraries beside it, in the order in which functions are looked up. */
  all: string[];
}

const LLAMA = /^(?:lib)?llama(?:\.[\w.-]+)?\.(?:so|dylib|dll)$/i;
const GGML = /^(?:lib)?ggml(?:-base)?(?:\.[\w.-]+)?\.(?:so|dylib|dll)$/i;

/** Paths of all shared objects of this process. */
export function sharedObjects(): string[] {
  if (process.platform === 'linux') {
    const lines = fs.readFileSync('/proc/self/maps', 'utf8').split('\n');
    const paths = lines.map((line) => line.slice(line.indexOf('/'))).filter((text) => text.startsWith('/'));
    return [...new Set(paths)];
  }
  // The report would otherwise look up the names of network peers.
  const { report } = process as unknown as { report: { excludeNetwork: boolean; getReport(): unknown } };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    return (report.getReport() as { sharedObjects: string[] }).sharedObjects;
  } finally {
    report.excludeNetwork = before;
  }
}

/**
 * Picks libllama and the ggml libraries beside it out of a process's shared objects; `undefined` where there is none.
 * @param gpu the build that is in use: one that was tried before it may still be mapped.
 */
export function pickNative(
  objects: readonly string[],
  gpu: string | false,
  separator: string = path.sep,
): NativePaths | undefined {
  const folderOf = (file: string): string => file.slice(0, file.lastIndexOf(separator));
  const nameOf = (file: string): string => file.slice(file.lastIndexOf(separator) + 1);
  const ofBuild = (file: string): boolean => {
    const build = file.split(separator).slice(-2).join(separator);
    return gpu === false ? !/cuda|vulkan|metal/.test(build) : build.includes(gpu);
  };
  const found = objects.filter((file) => LLAMA.test(nameOf(file)));
  const llama = found.find(ofBuild) ?? (found.length === 1 ? found[0] : undefined);
  if (llama === undefined) return undefined;
  const ggml = objects.filter((file) => folderOf(file) === folderOf(llama) && GGML.test(nameOf(file)));
  return { llama, all: [llama, ...ggml] };
}
