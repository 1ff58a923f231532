"""Text to tokens and back, as libllama will do it."""
from __future__ import annotations

from pathlib import Path

import sentencepiece

from tokenizer.vocabulary import (CONTROL, END_OF_TEXT, FILE_SEP, FIM_MIDDLE, FIM_PAD, FIM_PREFIX, FIM_SUFFIX)


class Tokenizer:
    def __init__(self, path: Path):
        """Raises ValueError where the file is missing or one of the control tokens is not in it."""
        if not Path(path).is_file():
            raise ValueError(f'there is no tokenizer at {path}')
        self.path = Path(path)
        self.model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        missing = [token for token in CONTROL if not self.model.is_control(self.model.piece_to_id(token))]
        if missing:
            raise ValueError(f'{path} lacks {", ".join(missing)}')
        self.size: int = self.model.get_piece_size()
        ids = {token: self.model.piece_to_id(token) for token in CONTROL}
        self.prefix, self.suffix, self.middle = ids[FIM_PREFIX], ids[FIM_SUFFIX], ids[FIM_MIDDLE]
        self.pad, self.separator, self.end = ids[FIM_PAD], ids[FILE_SEP], ids[END_OF_TEXT]

    def encode(self, text: str) -> list[int]:
        """Control tokens are never parsed out of `text`."""
        return self.model.encode(text)

    def encode_all(self, texts: list[str]) -> list[list[int]]:
        return self.model.encode(texts, num_threads=1) if texts else []

    def decode(self, tokens: list[int]) -> str:
        """Control tokens vanish; bytes that are no UTF-8 become U+FFFD."""
        return self.model.decode([int(token) for token in tokens])

    def byte_lengths(self) -> list[int]:
        """Bytes of text that each token stands for; 0 for control tokens."""
        lengths = []
        for token in range(self.size):
            if self.model.is_control(token) or self.model.is_unknown(token):
                lengths.append(0)
            elif self.model.is_byte(token):
                lengths.append(1)
            else:
                lengths.append(len(self.model.id_to_piece(token).replace('\u2581', ' ').encode()))
        return lengths
