#!/bin/bash
# Compares the verdicts of the project's schemas with the verdicts of the reference schemas.
#
# Every sample of $SMEV_SHARED/samples (default: the folder "shared" beside the project root) and every
# document of the folder "seeds" is given to xmllint twice. A difference fails the test; besides, requests,
# responses and seeds must be accepted by the project's schema, and negative samples must be refused by it.
#
# Exit status: 0 passed, 1 failed, 77 skipped because the shared folder is missing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
shared=${SMEV_SHARED:-$root/../shared}

own_business=$root/xsd/elk-status-1.0.2.xsd
own_envelope=$root/xsd/smev-1.2.xsd
ref_business=$shared/reference/elk-status-1.0.2.draft.xsd
ref_envelope=$shared/reference/smev-1.2/smev-all-1.2.driver.xsd

passed=0
failed=0

# verdict SCHEMA FILE: prints accepted, refused, malformed or error-N (schema unusable, file unreadable, ...)
verdict() {
    local rc=0
    xmllint --nonet --noout --schema "$1" "$2" >/dev/null 2>&1 || rc=$?
    case $rc in
        0) echo accepted ;;
        1) echo malformed ;;
        3 | 4) echo refused ;;
        *) echo "error-$rc" ;;
    esac
}

# check LABEL FILE OWN REFERENCE EXPECTED; an empty REFERENCE or EXPECTED is not looked at
check() {
    local label=$1 file=$2 own reference='' problem=''
    own=$(verdict "$3" "$file")
    if [[ -n $4 ]]; then
        reference=$(verdict "$4" "$file")
        [[ $own == "$reference" ]] || problem="project $own, reference $reference"
    fi
    case $own in
        error-*) problem="${problem:+$problem; }project schema gave $own" ;;
    esac
    if [[ -n $5 && $own != "$5" ]]; then
        problem="${problem:+$problem; }expected $5, project $own"
    fi
    if [[ -n $problem ]]; then
        echo "FAIL $label: $problem"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}

# check_folder LABEL FOLDER OWN REFERENCE EXPECTED
check_folder() {
    local file found=0
    for file in "$2"/*.xml; do
        [[ -f $file ]] || continue
        found=1
        check "$1/${file##*/}" "$file" "$3" "$4" "$5"
    done
    if [[ $found -eq 0 ]]; then
        echo "FAIL $1: no .xml files in $2"
        failed=$((failed + 1))
    fi
}

if ! command -v xmllint >/dev/null; then
    echo "xmllint is not installed (package libxml2-utils)" >&2
    exit 1
fi

if [[ ! -d $shared/samples || ! -d $shared/reference ]]; then
    # The seeds need no reference: check at least those.
    check_folder seeds/business "$here/seeds/business" "$own_business" '' accepted
    check_folder seeds/envelopes "$here/seeds/envelopes" "$own_envelope" '' accepted
    echo "$passed seeds passed, $failed failed (project schemas alone)"
    [[ $failed -eq 0 ]] || exit 1
    echo "SKIPPED: no samples and reference schemas in $shared (set SMEV_SHARED); verdicts were not compared"
    exit 77
fi

for schema in "$ref_business" "$ref_envelope"; do
    if [[ ! -f $schema ]]; then
        echo "FAIL: reference schema $schema is missing"
        exit 1
    fi
done

check_folder requests "$shared/samples/requests" "$own_business" "$ref_business" accepted
check_folder responses "$shared/samples/responses" "$own_business" "$ref_business" accepted
check_folder negative "$shared/samples/negative" "$own_business" "$ref_business" refused
check_folder envelopes "$shared/samples/envelopes" "$own_envelope" "$ref_envelope" ''
check_folder seeds/business "$here/seeds/business" "$own_business" "$ref_business" accepted
check_folder seeds/envelopes "$here/seeds/envelopes" "$own_envelope" "$ref_envelope" accepted

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
