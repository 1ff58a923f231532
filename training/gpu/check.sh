#!/bin/bash
# Does everything work here, and how fast? Three minutes. Usage: check.sh [presets] [micro rows]
set -uo pipefail
cd "$(dirname "$0")/.."
nvidia-smi --query-gpu=name,memory.total --format=csv,noheader || true
# The speed first: what follows must not cost it. The modes and the tests, on the CPU's other cores, at the same time.
(timeout 200 python3 -m unittest tests.test_model tests.test_trainer tests.test_parallel 2>&1 | grep -v '^step' | tail -25) &
timeout 240 python3 -m trainer.bench --presets "${1:-50M}" --micro-rows "${2:-32,64}"
timeout 150 python3 -m gpu.parallel
wait
