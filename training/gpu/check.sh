#!/bin/bash
# Does everything work here, and how fast? Two to three minutes. Usage: check.sh [presets] [micro rows]
set -uo pipefail
cd "$(dirname "$0")/.."
nvidia-smi --query-gpu=name,memory.total --format=csv,noheader || true
# The tests compute on the processor, beside what is measured on the GPU.
tests='tests.test_model tests.test_trainer tests.test_parallel'
(timeout 200 python3 -m unittest $tests 2>&1 | grep -v '^step' | tail -25) &
timeout 240 python3 -m trainer.bench --presets "${1:-50M}" --micro-rows "${2:-64}"
wait
