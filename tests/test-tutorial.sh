#!/bin/bash
# SPDX-License-Identifier: MIT
# The tutorial in daemon/examples/wipers does what it says: each command is run, on an installed Fascia, and prints what the page shows.
set -u

source_dir=${FASCIA_SOURCE_DIR:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$source_dir" || exit 1
# shellcheck source=checks.sh
. tests/checks.sh
forget_this_build
umask 022
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
prefix=$directory/prefix
check 'Fascia is installed to a prefix of its own' install_fascia "$prefix" "$directory"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib

cp -r daemon/examples/wipers "$directory/wipers"
cd "$directory/wipers" || exit 1
find . -type f | sort >"$directory/before"

# Each command becomes a file N.command, and what is shown below it N.expected.
awk -v directory="$directory" '
        /^    \$ / { n++; command = directory "/" n ".command"; expected = directory "/" n ".expected"
                     print substr($0, 7) >command; printf "" >expected; on = 1; next }
        /^    / && on { print substr($0, 5) >expected; next }
        { on = 0 }
        END { print n > (directory "/number") }' README.md
check 'the page has commands' test "$(cat "$directory/number")" -gt 7

# Also what goes wrong is shown to who reads the page.
shown() {
        timeout 100 bash -c "$(cat "$directory/$1.command")" </dev/null >"$directory/printed" 2>&1 || { cat "$directory/printed"; return 1; }
        diff -u "$directory/$1.expected" "$directory/printed"
}
# The program is the one of the first step.
client() {
        sha256sum build/wipers-client client.c
}
for ((n = 1; n <= $(cat "$directory/number"); n++)); do
        check "$(cat "$directory/$n.command")" shown "$n"
        [ "$n" != 1 ] || client=$(client)
done
check 'the client has stayed as it was' prints "$client" client

# What the steps differ in is what the page says. without FILE NOTHING STEP NUMBER: with nothing in it, the step does not print the same.
without() {
        cp "$1" "$directory/kept" && echo "$2" >"$1"
        ! timeout 100 make -s "$3" 2>/dev/null | diff -q "$directory/$4.expected" - >/dev/null
        local status=$?
        cp "$directory/kept" "$1"
        return "$status"
}
number() {
        grep -lx "make -s $1" "$directory"/*.command | sed 's|.*/||; s|\.command||'
}
check 'the data makes the second step' without data.yaml 'Wipers: {}' step2 "$(number step2)"
check 'the script makes the third' without wipers.lua '' step3 "$(number step3)"
check 'the skeleton that is the beginning of the last is built' sh -c "'$prefix/bin/fascia-codegen' --emit=stub -o stub wipers.qface &&
        make -s FASCIA_BUILD=build-stub wipers_SOURCES=stub/wipers-stub.c"
# A motor that does not answer, a tank that is not there: said, and survived.
broken_hardware() {
        sed 's|^X-Tank=.*|X-Tank=/nowhere|' wipers.conf >no-tank.conf
        "$(pkg-config --variable=serve fascia)" -p build/plugins -m build/modules no-tank.conf \
                busctl get-property Example.Wipers1 /Example/Wipers1/Wipers org.fascia.Feature1 Error 2>/dev/null
}
check 'a tank that is not there is the reason' prints 's "The tank does not tell"' broken_hardware
rm -rf stub build-stub no-tank.conf
check 'make clean cleans' make -s clean
check 'and leaves what was there before' prints "$(cat "$directory/before")" sh -c 'find . -type f | sort'
check_done
