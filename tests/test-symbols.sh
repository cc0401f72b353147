#!/bin/bash
# SPDX-License-Identifier: MIT
# What libfascia.so exports: what the list says, what the headers declare, and nothing else; and headers that need nothing
# before them.
set -u
export LC_ALL=C

build=${FASCIA_BUILD_DIR:?}
directory=$(mktemp -d /tmp/fascia-symbols.XXXXXX)
trap 'rm -rf "$directory"' EXIT
. tests/checks.sh

library=$build/libfascia.so.0

exports() {
        nm -D --defined-only --with-symbol-versions "$library" | awk '{ print $3 }' | grep '@@' | sed 's/@@/ /'
}

# With a sanitizer the library has symbols of its run time, too.
exports | grep -E ' FASCIA_(0|RUNTIME_0)$' | sort >"$directory/exported"
grep -v '^#' client/libfascia.symbols | sort >"$directory/listed"
awk '{ print $1 }' "$directory/exported" | sort -u >"$directory/names"
# Functions, not the types of functions.
cat client/include/fascia/*.h | grep -v '^typedef' | grep -oE '\bfascia_[a-z0-9_]+\(' | tr -d '(' | sort -u >"$directory/declared"

same() {
        diff "$directory/$1" "$directory/$2"
}

check 'what is exported is what the list says' same listed exported
check 'what is exported is what headers declare' same declared names
check 'there are these versions, and no others' prints 'FASCIA_0 FASCIA_PRIVATE_0 FASCIA_RUNTIME_0' \
        eval "exports | awk '{ print \$2 }' | grep FASCIA | sort -u | grep -v '^FASCIA.*@' | xargs"
check 'the library has its name and version' prints 'libfascia.so.0' \
        eval "readelf -d '$library' | sed -n 's/.*SONAME.*\\[\\(.*\\)\\]/\\1/p'"
check 'generated code and plugins do not see what is private' eval \
        "! cat client/include/fascia/*.h | grep -qE '\\b(host|instance|zone|connection)_[a-z]+\\('"

for header in client/include/fascia/*.h; do
        name=${header##*/}
        printf '#include <fascia/%s>\n#include <fascia/%s>\nint main(void) { return 0; }\n' "$name" "$name" \
                >"$directory/alone.c"
        check "$name needs nothing before it, in C11" "${CC:-cc}" -std=c11 -Wall -Wextra -Wpedantic -Werror \
                -Iclient/include -fsyntax-only "$directory/alone.c"
        check "$name needs nothing before it, in C++11" "${CXX:-c++}" -std=c++11 -Wall -Wextra -Wpedantic -Werror \
                -Iclient/include -fsyntax-only -x c++ "$directory/alone.c"
done

check_done
