#!/bin/bash
# Waits for the training to end, SECONDS at the most; then says how far it is and gives the logs. Usage: wait.sh SECONDS
set -uo pipefail
: "${QUIRE_DIR:=/tmp/quire}" "${OUT:=/tmp/out}"
mkdir -p "$OUT"
until=$(($(date +%s) + $1))
while kill -0 "$(cat "$QUIRE_DIR/train.pid")" 2>/dev/null && [ "$(date +%s)" -lt "$until" ]; do sleep 1; done
cp "$QUIRE_DIR/run/log.jsonl" "$OUT/" 2>/dev/null
tail -n 3 "$QUIRE_DIR/packing.log"
tail -n 12 "$QUIRE_DIR/train.log"
kill -0 "$(cat "$QUIRE_DIR/train.pid")" 2>/dev/null && echo 'still training' || echo 'training has ended'
