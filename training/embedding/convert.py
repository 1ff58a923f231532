"""A BERT sentence encoder from its published folder (config.json, vocab.txt, model.safetensors) as a GGUF file for the engine."""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from embedding.bert import Bert
from export.convert import FORMATS
from export.gguf import INT32, STRING, write_gguf
from export.quantize import F32

_NORMAL, _CONTROL = 1, 3
_POOLING_MEAN = 1
_LAYER = {
    'attention.self.query': 'attn_q', 'attention.self.key': 'attn_k', 'attention.self.value': 'attn_v',
    'attention.output.dense': 'attn_output', 'attention.output.LayerNorm': 'attn_output_norm',
    'intermediate.dense': 'ffn_up', 'output.dense': 'ffn_down', 'output.LayerNorm': 'layer_output_norm',
}
_OUTER = {'word_embeddings': 'token_embd', 'position_embeddings': 'position_embd', 'token_type_embeddings': 'token_types',
          'LayerNorm': 'token_embd_norm'}


def tensor_name(name: str) -> str | None:
    """Its name in GGUF; None for what embeddings do not need, such as the pooler."""
    stem, _, kind = name.rpartition('.')
    parts = stem.split('.')
    if parts[0] == 'embeddings' and len(parts) == 2:
        return f'{_OUTER[parts[1]]}.{kind}' if parts[1] in _OUTER else None
    if parts[:2] == ['encoder', 'layer']:
        return f'blk.{parts[2]}.{_LAYER[".".join(parts[3:])]}.{kind}'
    return None


def piece_name(piece: str) -> str:
    """llama.cpp's spelling: what begins a word has a mark in front, what goes on has none."""
    if piece.startswith('[') and piece.endswith(']'):
        return piece
    return piece[2:] if piece.startswith('##') else '\u2581' + piece


def convert(folder: Path, path: Path, form: str, name: str, licence: str) -> None:
    """Matrices in a format of export.convert; norms, places and kinds keep 32 bits. Raises ValueError for an unknown format."""
    if form not in FORMATS:
        raise ValueError(f'there is no format {form}: choose {", ".join(FORMATS)}')
    kind, file_type = FORMATS[form]
    bert = Bert(folder)
    config, pieces = bert.config, bert.tokenizer.pieces
    ids = bert.tokenizer.ids
    metadata = {
        'general.architecture': 'bert',
        'general.type': 'model',
        'general.name': name,
        'general.license': licence,
        'general.file_type': file_type,
        'general.quantization_version': 2,
        'bert.context_length': config['max_position_embeddings'],
        'bert.embedding_length': config['hidden_size'],
        'bert.block_count': config['num_hidden_layers'],
        'bert.feed_forward_length': config['intermediate_size'],
        'bert.attention.head_count': config['num_attention_heads'],
        'bert.attention.layer_norm_epsilon': float(config['layer_norm_eps']),
        'bert.attention.causal': False,
        'bert.pooling_type': _POOLING_MEAN,
        'tokenizer.ggml.model': 'bert',
        'tokenizer.ggml.token_type_count': config['type_vocab_size'],
        'tokenizer.ggml.tokens': (STRING, [piece_name(piece) for piece in pieces]),
        'tokenizer.ggml.token_type': (INT32, [_CONTROL if piece.startswith('[') and piece.endswith(']') and len(piece) > 2
                                              else _NORMAL for piece in pieces]),
        'tokenizer.ggml.bos_token_id': ids['[CLS]'],
        'tokenizer.ggml.eos_token_id': ids['[SEP]'],
        'tokenizer.ggml.cls_token_id': ids['[CLS]'],
        'tokenizer.ggml.seperator_token_id': ids['[SEP]'],
        'tokenizer.ggml.unknown_token_id': ids['[UNK]'],
        'tokenizer.ggml.padding_token_id': ids['[PAD]'],
        'tokenizer.ggml.mask_token_id': ids['[MASK]'],
    }
    tensors: dict[str, tuple[np.ndarray, int]] = {}
    for key, weight in bert.weights.items():
        to = tensor_name(key)
        if to is not None:
            exact = weight.ndim == 1 or to.startswith(('position_embd', 'token_types'))
            tensors[to] = (weight.numpy().astype(np.float32), F32 if exact else kind)
    write_gguf(path, metadata, tensors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--encoder', type=Path, required=True, help='folder of the published model')
    parser.add_argument('--out', type=Path, required=True, help='path without the format and .gguf')
    parser.add_argument('--formats', default='q8_0', help=f'of {", ".join(FORMATS)}')
    parser.add_argument('--name', default='all-MiniLM-L6-v2')
    parser.add_argument('--licence', default='apache-2.0')
    args = parser.parse_args()
    for form in args.formats.split(','):
        path = args.out.with_name(f'{args.out.name}-{form}.gguf')
        convert(args.encoder, path, form, args.name, args.licence)
        print(f'{path}: {path.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    from command import run
    run(main)
