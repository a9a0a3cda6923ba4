#!/usr/bin/env bash
# What the tests written in bash stand on: `folder`, a mock-smev that ends with the test, and `expect`.
# To be read by `source`.
# shellcheck disable=SC2034  # its variables are for whoever reads it

folder=$(mktemp -d)
mock=
end_stand() {
  if [ -n "$mock" ]; then
    kill "$mock" 2>/dev/null || true
    wait "$mock" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap end_stand EXIT

# expect WHAT ACTUAL EXPECTED
expect() {
  [ "$2" = "$3" ] || { echo "FAILED: $1: expected '$3', got '$2'"; exit 1; }
}

# Starts mock-smev; sets `url` and `config`.
start_mock() {
  "$SMEV_BIN_DIR/mock-smev" --dir "$folder/mock" --port 0 --ftp-port 0 \
    --ports-file "$folder/ports.json" >"$folder/mock.log" 2>&1 &
  mock=$!
  local i
  for ((i = 0; i < 600; ++i)); do
    if [ -s "$folder/ports.json" ]; then break; fi
    kill -0 "$mock" 2>/dev/null || { cat "$folder/mock.log"; exit 1; }
    sleep 0.1
  done
  url=http://127.0.0.1:$(jq .http "$folder/ports.json")
  config=$folder/mock/smev.toml
}

# Without a proxy, whatever the machine has set.
fetch() { curl --silent --show-error --fail --noproxy '*' "$@"; }
