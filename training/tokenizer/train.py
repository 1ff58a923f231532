"""Learns the vocabulary: SentencePiece's BPE over a sample of the corpus, with every token of vocabulary.py in it."""
from __future__ import annotations

import argparse
import multiprocessing
import random
import tempfile
from pathlib import Path

import sentencepiece

from corpus.documents import read_documents
from tokenizer.tokenizer import Tokenizer
from tokenizer.vocabulary import CONTROL, WHITESPACE

SIZE = 16_384
_DOCUMENT_CHARS = 12_000
_LINE_CHARS = 1_000


def write_sample(documents: Path, sample: Path, megabytes: float) -> None:
    """Lines of documents in random order, without tabs in front, which are tokens already."""
    texts = [document.text[:_DOCUMENT_CHARS] for document in read_documents(documents)]
    random.Random(1).shuffle(texts)
    room = megabytes * 1e6
    with open(sample, 'w', encoding='utf8') as file:
        for text in texts:
            for line in text.split('\n'):
                line = line.strip('\t')
                if line.strip():
                    file.write(line[:_LINE_CHARS] + '\n')
            room -= len(text)
            if room < 0:
                return


def _learn(**options) -> None:
    sentencepiece.SentencePieceTrainer.train(**options)


def train(documents: Path, out: Path, size: int = SIZE, megabytes: float = 60, threads: int = 1) -> Tokenizer:
    """Writes `out` (a .model file) and returns it. Raises RuntimeError where the corpus is too small for `size`."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / 'sample.txt'
        write_sample(documents, sample, megabytes)
        options = dict(
            input=str(sample), model_prefix=str(out.with_suffix('')), model_type='bpe', vocab_size=size,
            byte_fallback=True, normalization_rule_name='identity', add_dummy_prefix=False,
            remove_extra_whitespaces=False, allow_whitespace_only_pieces=True, split_digits=True,
            split_by_unicode_script=True, max_sentencepiece_length=20, character_coverage=0.9998,
            required_chars=''.join(map(chr, range(33, 127))), unk_id=0, bos_id=1, eos_id=2, pad_id=-1,
            control_symbols=CONTROL, user_defined_symbols=WHITESPACE, input_sentence_size=3_000_000,
            shuffle_input_sentence=True, num_threads=threads, minloglevel=2)
        # It ends its process where it fails.
        process = multiprocessing.Process(target=_learn, kwargs=options)
        process.start()
        process.join()
    if process.exitcode != 0:
        raise RuntimeError(f'no vocabulary of {size} tokens could be learnt: the corpus may be too small for so many')
    return Tokenizer(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--docs', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--size', type=int, default=SIZE)
    parser.add_argument('--sample-mb', type=float, default=60)
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    tokenizer = train(args.docs, args.out, args.size, args.sample_mb, args.threads)
    texts = [document.text for document, _ in zip(read_documents(args.docs), range(300))]
    wrong = sum(tokenizer.decode(tokenizer.encode(text)) != text for text in texts)
    bytes_, tokens = sum(len(t.encode()) for t in texts), sum(len(tokenizer.encode(t)) for t in texts)
    print(f'{tokenizer.size} tokens, {bytes_ / tokens:.2f} bytes a token, {wrong} of {len(texts)} not the same decoded')


if __name__ == '__main__':
    from command import run
    run(main)
