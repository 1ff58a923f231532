#!/bin/bash
# Ends the training behind its step, with a checkpoint of where it is. Usage: stop.sh
set -uo pipefail
: "${QUIRE_DIR:=/tmp/quire}"
kill "$(cat "$QUIRE_DIR/train.pid")" && exec "$(dirname "$0")/wait.sh" 60
