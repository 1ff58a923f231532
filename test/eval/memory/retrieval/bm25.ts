/** BM25 as Robertson and Zaragoza give it ("The Probabilistic Relevance Framework", 2009), over texts in RAM. */
const [K1, B] = [1.2, 0.75];

/** @returns the score of each text for the words of a question. */
export function bm25(texts: readonly (readonly string[])[]): (asked: readonly string[]) => Float32Array {
  const mean = texts.reduce((sum, { length }) => sum + length, 0) / (texts.length || 1);
  const postings = new Map<string, [text: number, count: number][]>();
  for (const [text, words] of texts.entries()) {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) {
      const has = postings.get(word) ?? [];
      has.push([text, count]);
      postings.set(word, has);
    }
  }
  return (asked) => {
    const scores = new Float32Array(texts.length);
    for (const word of new Set(asked)) {
      const has = postings.get(word) ?? [];
      const rarity = Math.log(1 + (texts.length - has.length + 0.5) / (has.length + 0.5));
      for (const [text, count] of has) {
        const norm = 1 - B + (B * texts[text]!.length) / mean;
        scores[text]! += (rarity * count * (K1 + 1)) / (count + K1 * norm);
      }
    }
    return scores;
  };
}
