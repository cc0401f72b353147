#!/bin/bash
# SPDX-License-Identifier: MIT
# Every example of interfaces/README.md is what it says: the interface files are read without an error, and the first
# of them goes through the five steps.
set -u

. "$(dirname "$0")/checks.sh"
codegen=${FASCIA_CODEGEN:?}
page=${FASCIA_SOURCE_DIR:?}/interfaces/README.md
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# Each block becomes a file: with the name behind its mark, or blockN.qface.
awk '/^ *```qface/ { n++; name = $2 != "" ? $2 : "block" n ".qface"; indent = index($0, "`") - 1; next }
     /^ *```/ { name = ""; next }
     name != "" { print substr($0, indent + 1) > name }' "$page"

check 'there are examples' test -s block1.qface
for file in *.qface; do
        check "$file is without error" "$codegen" -I . -o "out/$file" "$file"
done

# The fragment of YAML belongs to the example before it.
awk '/^```yaml/ { on = 1; next } /^```/ { on = 0 } on' "$page" >annotations.ann
annotated=$(grep -l 'module Example.Annotated' ./*.qface)
check 'the file of annotations is without a warning' "$codegen" -Werror -A annotations.ann -o out/annotated "$annotated"

# The template makes a table of the first example.
if command -v python3 >/dev/null; then
        awk '/^```python/ { on = 1; next } /^```/ { on = 0 } on' "$page" >table.py
        table() { "$codegen" --format=json block1.qface | python3 table.py; }
        check 'the template makes a table' prints '# Vehicle.Seats 1.0

## SeatControl

| property | type | |
|---|---|---|
| heating | int | read and write. How warm the seat is to be; 0 is off. |
| occupied | bool | read.  |' table
else
        echo 'skip - the template, python3 is not installed'
fi

# Each warning is explained, and each that is explained exists.
"$codegen" --print=warnings | sort >known
sed -n '/^| warning/,/^$/p' "$page" | grep -oE '^\| [^|]*' | grep -oE '[a-z]+-?[a-z-]*`' | tr -d '`' | sort >told
check 'the table of warnings is complete' diff known told

# Each link inside the page has its heading.
grep -oE '\]\(#[^)]*\)' "$page" | tr -d '](#)' | sort -u >links
grep -E '^##' "$page" | sed -E 's/^#+ //; s/.*/\L&/; s/[^a-z0-9 -]//g; s/ /-/g' | sort -u >headings
check 'links lead somewhere' test -z "$(comm -23 links headings)"

# ---- the five steps ----

build=${FASCIA_BUILD_DIR:?}
flags=(-g -fPIC -shared -Wall -Wextra -Werror "-I$FASCIA_SOURCE_DIR/client/include" -I. "-L$build")
[ "${SAN:-}" != 1 ] || flags+=(-fsanitize=address,undefined)
umask 022
# What 'make' does with a file in interfaces/, and with a backend in daemon/backends/.
build_seats() {
        local generated=vehicle-seats-1
        "$codegen" -o "$generated" seats.qface && "$codegen" --emit=stub -o "$generated" seats.qface &&
                mkdir -p modules plugins &&
                "${CC:-cc}" "${flags[@]}" -o modules/Vehicle.Seats1.so "$generated"/seats-{module,types}.c -lfascia &&
                "${CC:-cc}" "${flags[@]}" -fvisibility=hidden -o plugins/seats.so \
                        "$generated"/seats-{stub,backend,types}.c -lfascia
}
cp block1.qface seats.qface
check 'the seats are built, with the backend to begin with' build_seats
# heating BACKEND: how warm the seat of the driver is, by this backend.
heating() {
        printf '[fascia]\nPluginPath=%s\nModulePath=%s\n[Vehicle.Seats]\nBackend=%s\n' \
                "$PWD/plugins:$build/plugins" "$PWD/modules" "$1" >fasciad.conf
        chmod 600 fasciad.conf
        # shellcheck disable=SC2016
        dbus-run-session -- bash -c '
                bus() { busctl --address="$DBUS_SESSION_BUS_ADDRESS" "$@"; }
                "$1/fasciad" --dev --address "$DBUS_SESSION_BUS_ADDRESS" --config fasciad.conf 2>log &
                trap "kill $!; wait $!" EXIT
                for ((i = 0; i < 400; i++)); do
                        bus get-property Vehicle.Seats1 "$2" Vehicle.Seats1.SeatControl Heating 2>/dev/null && exit
                        sleep 0.025
                done
                cat log; exit 1' bash "$build" "$2" 2>&1 | grep -v 'fd limit'
}
check 'the simulation serves them' prints 'i 1' heating simulator /Vehicle/Seats1/SeatControl/Driver
check 'so does the backend, empty as it is' prints 'i 0' heating seats /Vehicle/Seats1/SeatControl
check_done
