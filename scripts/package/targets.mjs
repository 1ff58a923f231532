/**
 * What each platform's package carries of native code. Names are VS Code's own target names; `cuda` is not shipped but
 * packed apart by `--cuda` (`base` and the larger `extra`, which adds kernels for older GPUs), for those who want it.
 */
export const targets = {
  'linux-x64': {
    natives: ['@node-llama-cpp/linux-x64', '@node-llama-cpp/linux-x64-vulkan', '@koromix/koffi-linux-x64'],
    cuda: { base: '@node-llama-cpp/linux-x64-cuda', extra: '@node-llama-cpp/linux-x64-cuda-ext' },
  },
  'linux-arm64': { natives: ['@node-llama-cpp/linux-arm64', '@koromix/koffi-linux-arm64'] },
  'darwin-arm64': { natives: ['@node-llama-cpp/mac-arm64-metal', '@koromix/koffi-darwin-arm64'] },
  'darwin-x64': { natives: ['@node-llama-cpp/mac-x64', '@koromix/koffi-darwin-x64'] },
  'win32-x64': {
    natives: ['@node-llama-cpp/win-x64', '@node-llama-cpp/win-x64-vulkan', '@koromix/koffi-win32-x64'],
    cuda: { base: '@node-llama-cpp/win-x64-cuda', extra: '@node-llama-cpp/win-x64-cuda-ext' },
  },
  'win32-arm64': { natives: ['@node-llama-cpp/win-arm64', '@koromix/koffi-win32-arm64'] },
};

export const hostTarget = `${process.platform}-${process.arch}`;
