#!/usr/bin/env bash
# Every shell script of the project passes shellcheck.
set -euo pipefail
cd "$SMEV_SOURCE_DIR"

command -v shellcheck >/dev/null || { echo "shellcheck is not installed"; exit 77; }
mapfile -t scripts < <(grep -rlIE '^#!.*\b(ba)?sh$' scripts .ci tests packaging examples)
[ "${#scripts[@]}" -ge 3 ] || { echo "only ${#scripts[@]} scripts found"; exit 1; }
printf '%s\n' "${scripts[@]}"
shellcheck "${scripts[@]}"
