"""Checks that libllama's tokenizer, reading the exported vocabulary, gives SentencePiece's tokens on many snippets."""
from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from corpus.documents import read_documents
from engine.library import tokens_of
from export.convert import export
from model.llama import Llama
from model.presets import Shape
from tokenizer.tokenizer import Tokenizer

_ODD = [
    '', ' ', '\n', '\t', 'a', '\n\n', '\n\n    x', '    \n', 'a\n\n\t\tb', ' \t x', 'x  ', 'const é = "漢字 🎉";\n',
    '<|fim_prefix|>', '<|endoftext|> and <s>', 'a\u2581b', "it's 12345.678e-9", '\n     \n          ', '\u00a0x', '\r\n',
    'x' * 300, ' ' * 50, '\t' * 20, '\n' + ' ' * 31 + 'y', '{\n  "a": [1, 2, 3]\n}\n',
]


def snippets(documents: Path, count: int, seed: int = 5) -> list[str]:
    """Odd texts, then pieces of documents of 1 to 400 characters that begin and end anywhere."""
    rng = random.Random(seed)
    texts = [document.text for document in read_documents(documents)]
    found = list(_ODD[:count])
    while len(found) < count:
        text = rng.choice(texts)
        start = rng.randrange(len(text))
        found.append(text[start:start + rng.randint(1, 400)])
    return found


def disagreements(tokenizer: Tokenizer, texts: list[str]) -> list[tuple[str, list[int], list[int]]]:
    """(text, ours, libllama's) of each text on which the two differ."""
    shape = Shape(tokenizer.size, width=64, layers=1, heads=1, key_heads=1, feed_forward=64, context=64)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'vocabulary.gguf'
        export(Llama(shape), tokenizer, path, 'f16', 'vocabulary')
        theirs = tokens_of(path, texts)
    return [(text, ours, other) for text, other in zip(texts, theirs) if (ours := tokenizer.encode(text)) != other]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--tokenizer', type=Path, required=True)
    parser.add_argument('--docs', type=Path, required=True, help='documents; best some that it was not learnt from')
    parser.add_argument('--count', type=int, default=1000)
    args = parser.parse_args()
    tokenizer = Tokenizer(args.tokenizer)
    texts = snippets(args.docs, args.count)
    wrong = disagreements(tokenizer, texts)
    print(f'{len(texts) - len(wrong)} of {len(texts)} snippets have the same tokens')
    for text, ours, theirs in wrong[:5]:
        name = lambda tokens: [tokenizer.model.id_to_piece(t) for t in tokens]  # noqa: E731
        print(repr(text), name(ours), name(theirs), sep='\n  ')
    sys.exit(1 if wrong else 0)


if __name__ == '__main__':
    from command import run
    run(main)
