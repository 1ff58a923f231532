"""A checkpoint and its tokenizer as GGUF files that the engine loads, and such a file back as a model."""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from export.gguf import FLOAT32, INT32, STRING, read_gguf, write_gguf
from export.quantize import F16, F32, Q4_0, Q8_0
from model.llama import Llama
from model.presets import Shape
from tokenizer.tokenizer import Tokenizer
from tokenizer.vocabulary import WHITESPACE

FORMATS = {'f16': (F16, 1), 'q8_0': (Q8_0, 7), 'q4_0': (Q4_0, 2)}
"""ggml type of the matrices, and `general.file_type`."""
_UNKNOWN, _NORMAL, _CONTROL, _USER_DEFINED, _BYTE = 2, 1, 3, 4, 6


def tokenizer_entries(tokenizer: Tokenizer) -> dict:
    """`tokenizer.ggml.*`. Line ends and blanks are user-defined tokens, found in a text before any merge."""
    model = tokenizer.model
    whitespace = set(WHITESPACE)
    pieces, scores, types = [], [], []
    for token in range(tokenizer.size):
        piece = model.id_to_piece(token)
        if model.is_unknown(token):
            kind = _UNKNOWN
        elif model.is_control(token):
            kind = _CONTROL
        elif model.is_byte(token):
            kind = _BYTE
        elif piece in whitespace:
            kind, piece = _USER_DEFINED, piece.replace('\u2581', ' ')
        else:
            kind = _NORMAL
        pieces.append(piece)
        scores.append(float(model.get_score(token)))
        types.append(kind)
    return {
        'tokenizer.ggml.model': 'llama',
        'tokenizer.ggml.pre': 'default',
        'tokenizer.ggml.tokens': (STRING, pieces),
        'tokenizer.ggml.scores': (FLOAT32, scores),
        'tokenizer.ggml.token_type': (INT32, types),
        'tokenizer.ggml.unknown_token_id': 0,
        'tokenizer.ggml.bos_token_id': 1,
        'tokenizer.ggml.eos_token_id': tokenizer.end,
        'tokenizer.ggml.eot_token_id': tokenizer.end,
        'tokenizer.ggml.padding_token_id': tokenizer.pad,
        'tokenizer.ggml.fim_pre_token_id': tokenizer.prefix,
        'tokenizer.ggml.fim_suf_token_id': tokenizer.suffix,
        'tokenizer.ggml.fim_mid_token_id': tokenizer.middle,
        'tokenizer.ggml.fim_pad_token_id': tokenizer.pad,
        'tokenizer.ggml.fim_sep_token_id': tokenizer.separator,
        'tokenizer.ggml.add_bos_token': False,
        'tokenizer.ggml.add_eos_token': False,
        'tokenizer.ggml.add_space_prefix': False,
        'tokenizer.ggml.remove_extra_whitespaces': False,
    }


def export(model: Llama, tokenizer: Tokenizer, path: Path, form: str, name: str, version: str = '') -> None:
    """
    Writes one file; `version` tells trainings of the same name apart. Norms stay 32 bits; with q4_0 the embedding, which is the output too, keeps 8.
    Raises ValueError for an unknown format, or where the vocabularies differ.
    """
    if form not in FORMATS:
        raise ValueError(f'there is no format {form}: choose {", ".join(FORMATS)}')
    shape = model.shape
    if tokenizer.size != shape.vocabulary:
        raise ValueError(f'the model has {shape.vocabulary} tokens, the tokenizer {tokenizer.size}')
    kind, file_type = FORMATS[form]
    metadata = {
        'general.architecture': 'llama',
        'general.type': 'model',
        'general.name': name,
        **({'general.version': version} if version else {}),
        'general.license': 'mit',
        'general.size_label': f'{shape.parameters / 1e6:.{1 if shape.parameters < 1e7 else 0}f}M',
        'general.file_type': file_type,
        'general.quantization_version': 2,
        'llama.context_length': shape.context,
        'llama.embedding_length': shape.width,
        'llama.block_count': shape.layers,
        'llama.feed_forward_length': shape.feed_forward,
        'llama.attention.head_count': shape.heads,
        'llama.attention.head_count_kv': shape.key_heads,
        'llama.attention.layer_norm_rms_epsilon': shape.epsilon,
        'llama.rope.freq_base': shape.rope_base,
        'llama.rope.dimension_count': shape.head,
        'llama.vocab_size': shape.vocabulary,
        **tokenizer_entries(tokenizer),
    }
    tensors: dict[str, tuple[np.ndarray, int]] = {}
    for key, weight in model.state_dict().items():
        values = weight.detach().float().cpu().numpy()
        one = F32 if values.ndim == 1 else Q8_0 if kind == Q4_0 and key == 'token_embd.weight' else kind
        tensors[key] = (values, one)
    write_gguf(path, metadata, tensors)


def load_gguf(path: Path) -> Llama:
    """A model of this pipeline's architecture from its GGUF file, weights as 32 bits. Raises ValueError for another."""
    metadata, tensors = read_gguf(path)
    if metadata.get('general.architecture') != 'llama':
        raise ValueError(f'{path} is of the architecture {metadata.get("general.architecture")}, not llama')
    key = lambda name: metadata[f'llama.{name}']  # noqa: E731
    shape = Shape(
        vocabulary=tensors['token_embd.weight'].shape[0], width=key('embedding_length'), layers=key('block_count'),
        heads=key('attention.head_count'), key_heads=key('attention.head_count_kv'),
        feed_forward=key('feed_forward_length'), context=key('context_length'), rope_base=key('rope.freq_base'),
        epsilon=key('attention.layer_norm_rms_epsilon'))
    model = Llama(shape)
    model.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in tensors.items()})
    return model


def main() -> None:
    from trainer.checkpoint import load_model
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--checkpoint', type=Path, required=True)
    parser.add_argument('--tokenizer', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True, help='path without the format and .gguf')
    parser.add_argument('--formats', default='f16,q8_0', help=f'of {", ".join(FORMATS)}')
    parser.add_argument('--name', default='tiny-code-fim', help='the engine knows the prompt layout by this name')
    parser.add_argument('--version', default='')
    args = parser.parse_args()
    model, tokenizer = load_model(args.checkpoint), Tokenizer(args.tokenizer)
    for form in args.formats.split(','):
        path = args.out.with_name(f'{args.out.name}-{form}.gguf')
        export(model, tokenizer, path, form, args.name, args.version)
        print(f'{path}: {path.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    from command import run
    run(main)
