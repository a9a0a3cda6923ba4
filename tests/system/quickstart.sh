#!/usr/bin/env bash
# The programs of examples/, as a developer of a department builds them: against the installed package
# alone. What they send to mock-smev the citizen's account must show.
set -euo pipefail
# shellcheck source=tests/system/_stand.sh
source "$SMEV_SOURCE_DIR/tests/system/_stand.sh"

build=$(dirname "$SMEV_BIN_DIR")
cmake --install "$build" --prefix "$folder/prefix" >"$folder/install.log" ||
  { cat "$folder/install.log"; exit 1; }
flags='-Wall -Wextra -Werror'
[ -z "${SMEV_SANITIZE:-}" ] || flags+=" -fsanitize=$SMEV_SANITIZE -fno-sanitize-recover=all"
for example in quickstart service; do
  cp -r "$SMEV_SOURCE_DIR/examples/$example" "$folder/$example-source"
  cmake -G Ninja -S "$folder/$example-source" -B "$folder/build/$example" \
    -DCMAKE_PREFIX_PATH="$folder/prefix" -DCMAKE_CXX_FLAGS="$flags"
  cmake --build "$folder/build/$example"
done

start_mock
code=0
"$folder/build/quickstart/quickstart" "$config" "$SMEV_SOURCE_DIR/examples/result.pdf" | tee "$folder/out" || code=$?
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
"$folder/build/quickstart/quickstart" "$folder/absent.toml" result.pdf 2>"$folder/err" || code=$?
expect 'exit code without a configuration' "$code" 1
grep -q 'Не удалось прочитать файл настроек' "$folder/err"

code=0
now=$(date --iso-8601=seconds)
printf '1999290002 6 %s\n1999290002 3 %s\n1999290002 6 %s\n1999290002\n' "$now" "$now" "$now" |
  "$folder/build/service/service" "$config" >"$folder/out" 2>"$folder/err" || code=$?
expect 'exit code of the service' "$code" 0
expect 'what it tells' "$(grep -c '^заявление 1999290002, обновление [34]: доставлено$' "$folder/out")" 3
grep -q '^1999290002: ' "$folder/err"
fetch "$url/orders/1999290002" >"$folder/account.json"
expect 'statuses that it sent' "$(account '[.statuses[].code]')" '[6,3]'
