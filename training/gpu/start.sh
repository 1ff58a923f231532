#!/bin/bash
# Starts packing and training in the background and returns; both go on while the machine is held.
# Usage: start.sh PRESET SECONDS [further options of trainer.train]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1 seconds=$2
shift 2
: "${QUIRE_DIR:=/tmp/quire}" "${EPOCHS:=24}" "${WORKERS:=10}" "${CONTEXT:=2048}" "${PARTS:=64}"
export PYTHONUNBUFFERED=1 OMP_NUM_THREADS=4
mkdir -p "$QUIRE_DIR"
# Of the code too a copy, for what lies in the working tree may be replaced by the next call.
rm -rf "$QUIRE_DIR/code" && mkdir "$QUIRE_DIR/code"
cp -r corpus engine evaluation export model packing tokenizer trainer ./*.py ./*.txt "$QUIRE_DIR/code/"
cd "$QUIRE_DIR/code"
python3 -m packing.build --docs "$QUIRE_DIR"/heldout.jsonl* --validation --tokenizer "$QUIRE_DIR/tok.model" \
  --out "$QUIRE_DIR/val" --context "$CONTEXT" --parts 1 >"$QUIRE_DIR/val.log" 2>&1
OMP_NUM_THREADS=1 setsid nohup python3 -m packing.build --docs "$QUIRE_DIR"/docs*.jsonl* \
  --tokenizer "$QUIRE_DIR/tok.model" --out "$QUIRE_DIR/shards" --context "$CONTEXT" --epochs "$EPOCHS" --parts "$PARTS" --workers "$WORKERS" \
  >"$QUIRE_DIR/packing.log" 2>&1 </dev/null &
until [ -e "$QUIRE_DIR/shards/shards.json" ]; do sleep 0.5; kill -0 $! || { cat "$QUIRE_DIR/packing.log"; exit 1; }; done
setsid nohup python3 -m trainer.train --preset "$preset" --seconds "$seconds" --shards "$QUIRE_DIR/shards" \
  --validation "$QUIRE_DIR/val" --out "$QUIRE_DIR/run" --patience 120 "$@" >"$QUIRE_DIR/train.log" 2>&1 </dev/null &
echo $! >"$QUIRE_DIR/train.pid"
echo "training is process $(cat "$QUIRE_DIR/train.pid")"
