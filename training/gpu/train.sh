#!/bin/bash
# Packs and trains for SECONDS, and leaves the weights, 16 bits, in pieces. Every two minutes what there is is left, too.
# Usage: train.sh PRESET SECONDS [further options of trainer.train]; PACKING has further options of packing.build
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1 seconds=$2
shift 2
: "${QUIRE_DIR:=/tmp/quire}" "${OUT:=/tmp/out}" "${EPOCHS:=16}" "${WORKERS:=13}" "${CONTEXT:=4096}" "${PARTS:=256}" "${SHARES:=js=0.6}"
export PYTHONUNBUFFERED=1
mkdir -p "$OUT"
OMP_NUM_THREADS=1 nice -n 5 python3 -m packing.build --docs "$QUIRE_DIR"/docs*.jsonl* --tokenizer "$QUIRE_DIR/tok.model" \
  --out "$QUIRE_DIR/shards" --context "$CONTEXT" --epochs "$EPOCHS" --parts "$PARTS" --workers "$WORKERS" --shares "$SHARES" ${PACKING:-} \
  >"$QUIRE_DIR/packing.log" 2>&1 </dev/null &
packing=$!
until [ -e "$QUIRE_DIR/shards/shards.json" ]; do
  sleep 0.2
  kill -0 $packing 2>/dev/null || { cat "$QUIRE_DIR/packing.log"; exit 1; }
done
leave() {
  rm -rf "$OUT/slim.tmp" && cp -r "$QUIRE_DIR/run/slim" "$OUT/slim.tmp" && rm -rf "$OUT/slim" && mv "$OUT/slim.tmp" "$OUT/slim"
}
python3 -m trainer.train --preset "$preset" --seconds "$seconds" --shards "$QUIRE_DIR/shards" --validation "$QUIRE_DIR/val" \
  --out "$QUIRE_DIR/run" --patience 120 --steps 1000000 --leave-every 120 "$@" 2>&1 | tee "$OUT/train.log" &
training=$!
seen=
while kill -0 $training 2>/dev/null; do
  sleep 1
  now=$(stat -c %Y "$QUIRE_DIR/run/slim/index.json" 2>/dev/null || true)
  if [ -n "$now" ] && [ "$now" != "$seen" ]; then
    leave && seen=$now
  fi
done
cp "$QUIRE_DIR/run/log.jsonl" "$OUT/" || true
leave || true
kill $packing 2>/dev/null || true
tail -n 2 "$QUIRE_DIR/packing.log"
