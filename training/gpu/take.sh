#!/bin/bash
# Keeps what came with this call where later calls find it. Usage: take.sh; run once for each portion that is carried.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "${QUIRE_DIR:=/tmp/quire}"
cp -v work/carry/* "$QUIRE_DIR/"
