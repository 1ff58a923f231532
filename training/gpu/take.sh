#!/bin/bash
# Keeps what came with this call where later calls find it, and says how far the check of the GPU is. Usage: take.sh; CARRY names another folder than work/carry
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "${QUIRE_DIR:=/tmp/quire}"
cp -r "${CARRY:-work/carry}"/* "$QUIRE_DIR/"
# Read by the packer in a third of the time, and side by side.
for file in "$QUIRE_DIR"/docs*.xz; do
  [ -e "$file" ] && python3 -c "import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), open(sys.argv[1][:-3], 'wb'), 1 << 20)" "$file" &&
    rm "$file" &
done
wait
ls -R "$QUIRE_DIR" | head -20
