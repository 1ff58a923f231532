import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { declaredIn } from '../../../../../../src/engine/server/services/search/names.ts';

const DECLARED = {
  'export async function runOnce(': 'runOnce',
  'export default class Pool<T> extends Base {': 'Pool',
  'interface Piece {': 'Piece',
  'export type Found = string;': 'Found',
  'export const MOST_TERMS = 32;': 'MOST_TERMS',
  '  async readAll(path: string): Promise<void> {': 'readAll',
  '  #look(file: string, on = () => 1) {': 'look',
  '  get files(): number {': 'files',
  'def parse_query(text):': 'parse_query',
  '    async def run(self):': 'run',
  'class Query(Base):': 'Query',
  'MAX_SIZE = 3': 'MAX_SIZE',
  'func (s *Server) Serve(l net.Listener) error {': 'Serve',
  'type Server struct {': 'Server',
  'pub(crate) fn decode<T>(bytes: &[u8]) -> T {': 'decode',
  'impl Display for Shard {': 'Display',
  '  public static List<String> namesOf(Map<String, Integer> all) {': 'namesOf',
  'static int read_page(struct page *p) {': 'read_page',
  '  def self.find(name)': 'find',
  '## How it is built': 'How it is built',
  'CREATE TABLE pages (': 'pages',
};
const NOTHING = [
  '  if (file.startsWith(name)) {',
  '  } else if (a) {',
  '  for (const one of all) {',
  "  it('finds it', () => {",
  '  return find(a, (b) => b);',
  '  const local = 1;',
  ' * class of requests',
  '  await this.read(path);',
  `class ${'A'.repeat(400)} {`,
];

describe('declaredIn', () => {
  for (const [line, name] of Object.entries(DECLARED))
    it(`reads ${line.trim()}`, () => assert.equal(declaredIn(line), name));
  for (const line of NOTHING)
    it(`sees none in ${line.trim().slice(0, 40)}`, () => assert.equal(declaredIn(line), undefined));
  it('comes back from lines that were made to hold it up', () => {
    for (const line of [
      `${'a '.repeat(149)}{`,
      `${'a('.repeat(149)}{`,
      `${'a<'.repeat(149)}{`,
      `${'<>'.repeat(140) + ' x(()'.repeat(3)}{`,
    ])
      assert.equal(declaredIn(line), undefined);
  });
});
