/** What may stand in an answer with copied blocks, said anew and slowly: by trying everything. */
import type { CopyOptions } from '../../../../../../src/engine/protocol/index.ts';

/** True where an answer that begins so can still become one whose blocks are all copied. All as strings of bytes. */
export function mayBegin(answer: string, { begin, end, texts }: CopyOptions): boolean {
  const blocks = wholeBlocks({ begin, end, texts });
  if (blocks.length === 0) return true;
  let rest = answer;
  for (;;) {
    const start = `\n${rest}`.indexOf(`\n${begin}\n`);
    if (start < 0) return true;
    rest = rest.slice(start + begin.length + 1);
    const whole = blocks.find((block) => rest.startsWith(block));
    if (whole === undefined) return blocks.some((block) => block.startsWith(rest));
    rest = rest.slice(whole.length);
  }
}

/** Every block there can be, with the line that ends it. */
function wholeBlocks({ begin, end, texts }: CopyOptions): string[] {
  const blocks: string[] = [];
  for (const text of texts) {
    const lines = text.replaceAll('\r\n', '\n').split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (let from = 0; from < lines.length; from++) {
      for (let to = from; to < lines.length && lines[to] !== begin && lines[to] !== end; to++) {
        blocks.push([...lines.slice(from, to + 1), end, ''].join('\n'));
      }
    }
  }
  return blocks;
}
