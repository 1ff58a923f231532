/** `npm run eval:memory [-- PART …]`: runs parts of the memory's evaluation, without names all of them. */
const PARTS: Record<string, () => Promise<{ run(options: string[]): Promise<void> }>> = {
  evolution: () => import('./evolution/main.ts'),
};

const [first, ...options] = process.argv.slice(2);
const names = first === undefined || first.startsWith('-') ? Object.keys(PARTS) : [first];
for (const name of names) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`There is no part ${name}; there are ${Object.keys(PARTS).join(', ')}.`);
  await (await part()).run(names.length === 1 && first !== undefined ? options : process.argv.slice(2));
}
