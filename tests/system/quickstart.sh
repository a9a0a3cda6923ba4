#!/usr/bin/env bash
# examples/quickstart, as a developer of a department builds it: against the installed package alone. It
# sends two statuses and a document to mock-smev, and the citizen's account must show them.
set -euo pipefail
# shellcheck source=tests/system/_stand.sh
source "$SMEV_SOURCE_DIR/tests/system/_stand.sh"

build=$(dirname "$SMEV_BIN_DIR")
cmake --install "$build" --prefix "$folder/prefix" >"$folder/install.log" ||
  { cat "$folder/install.log"; exit 1; }
cp -r "$SMEV_SOURCE_DIR/examples/quickstart" "$folder/source"
flags='-Wall -Wextra -Werror -Wno-missing-field-initializers'
[ -z "${SMEV_SANITIZE:-}" ] || flags+=" -fsanitize=$SMEV_SANITIZE -fno-sanitize-recover=all"
cmake -G Ninja -S "$folder/source" -B "$folder/build" -DCMAKE_PREFIX_PATH="$folder/prefix" \
  -DCMAKE_CXX_FLAGS="$flags"
cmake --build "$folder/build"

start_mock
code=0
"$folder/build/quickstart" "$config" "$SMEV_SOURCE_DIR/examples/result.pdf" | tee "$folder/out" || code=$?
expect 'exit code' "$code" 0
grep -qx 'заявление 1999290001: доставлено' "$folder/out"

fetch "$url/orders/1999290001" >"$folder/account.json"
account() { jq -c "$1" "$folder/account.json"; }
expect 'statuses in the account' "$(account '[.statuses[].code]')" '[6,3]'
expect 'their signatures' "$(account '[.statuses[].signature] | unique')" '["valid"]'
expect 'messages' "$(account '[.statuses[].message_id] | unique | length')" 2
fetch "$url$(jq -r '.statuses[1].results[0].url' "$folder/account.json")" >"$folder/fetched.pdf"
cmp "$SMEV_SOURCE_DIR/examples/result.pdf" "$folder/fetched.pdf"

code=0
"$folder/build/quickstart" "$folder/absent.toml" result.pdf 2>"$folder/err" || code=$?
expect 'exit code without a configuration' "$code" 1
grep -q 'Не удалось прочитать файл настроек' "$folder/err"
