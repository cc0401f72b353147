#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual pages: well formed, one for each public function, with examples that work.
set -u
export LC_ALL=C.UTF-8

build=${FASCIA_BUILD_DIR:?}
directory=$(mktemp -d /tmp/fascia-man.XXXXXX)
trap 'rm -rf "$directory"' EXIT
. tests/checks.sh

pages=(client/*.3 client/*/*.1 config/*.5 daemon/*.8 interfaces/codegen/*.1)

well_formed() {
        local page told
        for page in "$@"; do
                ! grep -q '^\.so ' "$page" || continue
                told=$(groff -K utf8 -man -ww -Tutf8 -z "$page" 2>&1)
                [ -z "$told" ] || { echo "$page: $told"; return 1; }
        done
}

if command -v groff >/dev/null; then
        check 'groff takes the pages that are written by hand' well_formed "${pages[@]}"
        check 'groff takes those that are made of headers' well_formed "$build"/man3/*.3
fi

every_function_has_one() {
        local name
        while read -r name _; do
                [ -s "$build/man3/$name.3" ] || { echo "$name has none"; return 1; }
        done < <(grep -v '^#' client/libfascia.symbols)
}
check 'every public function has a page' every_function_has_one

# An alias is of a page that names it.
aliases_lead_to_them() {
        local page name to
        for page in "$build"/man3/*.3; do
                name=$(basename "$page" .3)
                to=$(sed -n 's|^\.so man3/||p' "$page")
                grep -q "\.SS.* $name()\|\.SS $name()" "$build/man3/${to:-$name.3}" || { echo "$name is not described"; return 1; }
        done
}
check 'every function is described in its page' aliases_lead_to_them

# The pages that others lead to are there.
see_also() {
        local name
        for name in $(sed -n '/^\.SH SEE ALSO/,$s/^\.BR \(fascia_[a-z_]*\) (3).*/\1/p' client/*.3 config/*.5); do
                [ -e "$build/man3/$name.3" ] || { echo "there is no $name(3)"; return 1; }
        done
}
check 'what they refer to is there' see_also

# example NAME: what stands in fascia(3) below that comment.
example() {
        sed -n "/^\\/\\* $1 \\*\\/\$/,/^\\.EE/p" client/fascia.3 | sed -e '/^\.EE/d' -e 's/\\-/-/g' -e 's/\\e/\\/g' >"$directory/$1"
        [ -s "$directory/$1" ]
}

# compile NAME: against what a program sees.
compile() {
        "${CC:-cc}" -std=c11 -Wall -Wextra -Werror ${SAN:+-fsanitize=address,undefined} -Iclient/include -I"$build/include" \
                -o "$directory/${1%.c}" "$directory/$1" "$build"/gen/climate/climate{,-types,-backend}.o -L"$build" -lfascia
}

for name in program.c test.c; do
        check "the example $name is there" example "$name"
        check "it compiles" compile "$name"
done
check 'the test passes' "$directory/test"
check 'the program sets the fan' prints 'the fan is at 5' env FASCIA_BACKEND=simulator \
        FASCIA_PLUGIN_PATH="$build/plugins" FASCIA_MODULE_PATH="$build/modules" "$directory/program"

check_done
