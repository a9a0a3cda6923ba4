#!/usr/bin/env bash
# scripts/prove tells what it can do, and refuses what it cannot with exit code 2.
set -euo pipefail
cd "$SMEV_SOURCE_DIR"

broken() {
  echo "FAILED: $*"
  exit 1
}

help=$(scripts/prove --help)
# Every proof is in the help, and on the page with what it proves.
mapfile -t proofs < <(sed -n 's/^prove_\([a-z_]*\)() {/\1/p' scripts/prove)
for proof in "${proofs[@]}"; do
  grep -q "scripts/prove $proof" <<<"$help" || broken "$proof is not in --help"
  grep -q ": \`$proof\`" docs/proofs.md || broken "$proof is not in docs/proofs.md"
done

code=0
text=$(scripts/prove no_such_proof 2>&1) || code=$?
[ "$code" -eq 2 ] || broken "an unknown proof ends with $code"
grep -q "no proof 'no_such_proof'" <<<"$text" || broken "an unknown proof is not named: $text"

code=0
scripts/prove >/dev/null 2>&1 || code=$?
[ "$code" -eq 2 ] || broken "nothing to prove ends with $code"
