#!/bin/bash
# Gives the model back in pieces, four a call. Usage: collect.sh q8_0|q4_0|f16|slim|full [first piece]
set -euo pipefail
: "${QUIRE_DIR:=/tmp/quire}" "${OUT:=/tmp/out}"
cd "$QUIRE_DIR/code" && mkdir -p "$OUT"
what=$1 first=${2:-0}
pieces=$QUIRE_DIR/pieces-$what
if [ "$what" = full ]; then
  pieces=$QUIRE_DIR/run/checkpoint
elif [ ! -e "$pieces/index.json" ]; then
  if [ "$what" = slim ]; then
    python3 -m trainer.carry slim "$QUIRE_DIR/run/checkpoint" "$pieces"
  else
    python3 -m export.convert --checkpoint "$QUIRE_DIR/run/checkpoint" --tokenizer "$QUIRE_DIR/tok.model" \
      --out "$QUIRE_DIR/tiny-code-fim" --formats "$what"
    python3 -m trainer.carry split "$QUIRE_DIR/tiny-code-fim-$what.gguf" "$pieces"
  fi
fi
cp "$QUIRE_DIR/run/log.jsonl" "$OUT/"
python3 -m trainer.carry copy "$pieces" "$OUT/$what" --first "$first"
