#!/usr/bin/env bash
# Installs the build into an empty prefix, and builds and runs a program that knows only that prefix.
set -euo pipefail

# What is built with sanitizers is not what is installed.
[ -z "${SMEV_SANITIZE:-}" ] || { echo "not for a build with sanitizers"; exit 77; }

build=$(dirname "$SMEV_BIN_DIR")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake --install "$build" --prefix "$folder/prefix" >"$folder/install.log" ||
  { cat "$folder/install.log"; exit 1; }
cp -r "$SMEV_SOURCE_DIR/tests/install/consumer" "$folder/source"
# Many departments build with every warning an error.
cmake -G Ninja -S "$folder/source" -B "$folder/build" -DCMAKE_PREFIX_PATH="$folder/prefix" \
  -DCMAKE_CXX_FLAGS="-Wall -Wextra -Wpedantic -Wshadow -Werror"
cmake --build "$folder/build"
"$folder/build/consumer"

# Whatever the prefix, an installed mock-smev finds the schemas that were installed with it.
rm "$folder"/prefix/share/smev-status/xsd/*.xsd
told=$(env -u SMEV_XSD_DIR "$folder/prefix/bin/mock-smev" --dir "$folder/mock" --port 0 --ftp-port 0 2>&1) &&
  { echo "mock-smev does without its schemas"; exit 1; }
grep -qF "$folder/prefix/share/smev-status/xsd" <<<"$told" || { echo "$told"; exit 1; }

# Nothing of this project's own folders may be left in what users find packages by.
if grep -rnF -e "$SMEV_SOURCE_DIR" -e "$build" "$folder"/prefix/lib*/cmake; then
  echo "the package names the folder it was built in"
  exit 1
fi
