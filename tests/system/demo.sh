#!/usr/bin/env bash
# scripts/demo over the binaries of this build: it must show the whole story, and it must notice when
# something is missing from it.
set -euo pipefail
# shellcheck source=tests/system/_stand.sh
source "$SMEV_SOURCE_DIR/tests/system/_stand.sh"
demo=$SMEV_SOURCE_DIR/scripts/demo

code=0
SMEV_DEMO_BIN_DIR=$SMEV_BIN_DIR "$demo" >"$folder/out" 2>&1 || code=$?
cat "$folder/out"
expect 'exit code' "$code" 0
count() { grep -c -- "$1" "$folder/out" || true; }
expect 'orders' "$(count '^  Заявление 199929000[12], .*; номер в кабинете 47[0-9]*:$')" 2
expect 'creates' "$(count 'MessageID .*: создание заявления$')" 2
expect 'updates' "$(count 'MessageID .*: новый статус$')" 4
expect 'verdicts on the sender' "$(count 'подпись отправителя, проверил имитатор: верна$')" 6
expect 'verdicts on SMEV' "$(count 'подпись ответа (СМЭВ), проверил smev-send: верна, сертификату доверяем$')" 6
expect 'documents' "$(count 'байт в байт как поданный$')" 2
expect 'wrong signatures' "$(count 'НЕВЕРНА')" 0
grep -q '^Готово: проверено [0-9]* условий, ничего не пропало' "$folder/out"

# The same demo with a SMEV that refuses the first status.
mkdir "$folder/bin"
ln -s "$SMEV_BIN_DIR/smev-send" "$folder/bin/smev-send"
cat >"$folder/bin/mock-smev" <<END
#!/usr/bin/env bash
exec "$SMEV_BIN_DIR/mock-smev" "\$@" --first-status 1
END
chmod +x "$folder/bin/mock-smev"
code=0
SMEV_DEMO_BIN_DIR=$folder/bin SMEV_DEMO_WAIT=5s "$demo" >"$folder/out" 2>&1 || code=$?
expect 'exit code when a status is refused' "$code" 1
grep -q '^ОШИБКА: заявление 1999290001 не доставлено' "$folder/out"
grep -q 'СМЭВ или ЕЛК отказали (код 31)' "$folder/out"
