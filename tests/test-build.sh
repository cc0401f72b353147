#!/bin/bash
# SPDX-License-Identifier: MIT
# What the build promises: nothing is made twice, new files need no edit, what is installed can be used and removed.
set -u

source_dir=${FASCIA_SOURCE_DIR:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$source_dir" || exit 1
# shellcheck source=checks.sh
. tests/checks.sh
# The make that runs this test is none of the makes that are tested.
unset MAKEFLAGS MFLAGS MAKELEVEL LD_LIBRARY_PATH
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

check 'a second make does nothing' make -q
check 'make help lists the targets' sh -c 'help=$(make help PKG_CONFIG=/nowhere/pkg-config 2>&1) &&
        for target in run check bench golden format install uninstall clean; do
                echo "$help" | grep -q "^make $target " || exit 1
        done'

# ---- what is built ----

exports() {
        nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }'
}
for module in build/modules/*.so; do
        check "$(basename "$module") exports one symbol" prints fascia_module_library exports "$module"
done
for plugin in build/plugins/*.so build/stubs/*.so; do
        check "${plugin#build/} exports one symbol" prints fascia_plugin exports "$plugin"
done
unversioned() {
        exports "$1" | grep -v '@@FASCIA_'
}
check 'libfascia.so exports nothing without a version' refuses '' unversioned build/libfascia.so
for folder in build/gen/*/; do
        check "what is made in $folder is laid out as by hand" clang-format --dry-run -Werror "$folder"*.[ch]
done

# ---- what is made again, in a copy ----

copy=$directory/copy
mkdir "$copy"
tar -cf - --exclude=build/san --exclude=build/tests --exclude=build/obj/tests Makefile client config daemon interfaces \
        systemd tests build | tar -xf - -C "$copy"
cd "$copy" || exit 1
touch "$directory/before"

# made_again: the files that the last make has made, without those that only tell make so.
made_again() {
        find build ! -type d -newer "$directory/before" ! -name '*.d' ! -name stamp ! -name '*.stamp' | sort
        touch "$directory/before"
}
only_climate() {
        touch interfaces/climate.qface
        make -s || return 1
        made_again >"$directory/made"
        grep -q '^build/modules/Vehicle.Climate1.so$' "$directory/made" || return 1
        ! grep -v -e '^build/gen/climate/' -e '^build/modules/Vehicle.Climate1.so$' -e '^build/include/vehicle-climate-1$' \
                "$directory/made"
}
check 'a touched interface file makes just its module again' only_climate

new_interface() {
        printf 'module Test.Probe 1.0\ninterface Probe {\n    int value\n}\n' >interfaces/probe.qface
        make -s && [ -e build/modules/Test.Probe1.so ]
}
check 'a new interface file needs no edit' new_interface

broken_interface() {
        made_again >/dev/null
        echo 'module Test.Probe' >interfaces/probe.qface
        refuses 'probe.qface:2:1: error: ' make -s && prints '' made_again
}
check 'a broken one is named and leaves all as it was' broken_interface
rm -rf interfaces/probe.qface build/modules/Test.Probe1.so build/modules/probe.stamp

other_prefix() {
        make -s PREFIX=/opt/fascia || return 1
        made_again | grep '/obj/' >"$directory/made"
        [ "$(wc -l <"$directory/made")" -lt 8 ] || { cat "$directory/made"; return 1; }
        build/fasciad --dump-config | grep -q '^PluginPath=/opt/fascia/lib/fascia/plugins$'
}
check 'another prefix compiles only what knows it' other_prefix
make -s

# private FOLDER HEADER: a file there that includes the header does not compile.
private() {
        printf '#include "%s"\n' "$2" >"$1/probe.c"
        refuses "$2: No such file" make -s
        local status=$?
        rm -f "$1/probe.c"
        return "$status"
}
check 'the daemon sees nothing private of the client' private daemon client.h
check 'the client sees nothing private of the daemon' private client service.h
check 'the runtime sees nothing of either' private interfaces/runtime client.h
check 'a backend sees only what is public' private daemon/backends instance.h
check 'an example sees only what is public' private client/examples loop.h

# ---- what is installed ----

root=$directory/root
check 'make install with DESTDIR installs' make -s install DESTDIR="$root"
read -ra flags <<<"$(PKG_CONFIG_PATH=$root/usr/local/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
        pkg-config --cflags --libs fascia)"
strict=(-Wall -Wextra -Werror -pedantic -fsyntax-only)
(cd "$root/usr/local/include" && find . -name '*.h' | cut -c 3- | sort) >"$directory/headers"
check 'headers are installed' test "$(wc -l <"$directory/headers")" -gt 10
while read -r header; do
        printf '#include <%s>\n' "$header" >"$directory/header.c"
        cp "$directory/header.c" "$directory/header.cc"
        check "$header compiles as C11" gcc -std=c11 "${strict[@]}" "$directory/header.c" "${flags[@]}"
        check "$header compiles as C++17" g++ -std=c++17 "${strict[@]}" "$directory/header.cc" "${flags[@]}"
done <"$directory/headers"

# As a user does it: the front end comes from the installed interface file.
build_example() {
        "$root/usr/local/bin/fascia-codegen" -o "$directory/example" \
                "$root/usr/local/share/fascia/interfaces/remote.qface" &&
                gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$directory/remote-client" client/examples/remote-client.c \
                        "$directory"/example/remote.c "$directory"/example/remote-types.c "${flags[@]}"
}
check 'a program is built from what is installed' build_example
check 'the installed daemon looks for its library where it is installed, and not into the build' \
        prints '[/usr/local/lib/fascia]' sh -c "readelf -d '$root/usr/local/bin/fasciad' | sed -n 's/.*R.*PATH.*path: //p'"
# Every file is in a package: packages are built on Debian only, files are added everywhere.
packaged() {
        local file pattern directory status=0
        while read -r file; do
                while read -r pattern; do
                        # shellcheck disable=SC2053 # it is a pattern
                        for directory in "$file" "${file%/*}" "${file%/*/*}" "${file%/*/*/*}"; do
                                [[ $directory != $pattern ]] || continue 3
                        done
                done < <(sed 's|^usr/lib/\*/|usr/lib/|' systemd/debian/*.install)
                echo "no file systemd/debian/*.install names $file"
                status=1
        done < <(cd "$root" && find . ! -type d | sed 's|^\./||; s|^usr/local/|usr/|; s|^usr/lib/systemd/system|lib/systemd/system|')
        return $status
}
check 'every file that is installed is in a Debian package' packaged
check 'no file is left half installed' sh -c "! find '$root' -name '*.new' | grep ."
check 'make uninstall works' make -s uninstall DESTDIR="$root"
check 'and leaves nothing' sh -c "! find '$root' ! -type d | grep ."

# ---- the tour ----

tour() {
        FASCIA_BUILD_DIR=$copy/build client/examples/tour.sh </dev/null >"$directory/tour" 2>&1 ||
                { cat "$directory/tour"; return 1; }
        grep -q 'process("hello from C") = 12' "$directory/tour" && grep -q '^speed: 177.2 km/h' "$directory/tour"
}
check 'the tour goes to its end without a terminal' tour
bus=$(sed -n 's/^export DBUS_SYSTEM_BUS_ADDRESS=unix:path=//p' "$directory/tour")
check 'and leaves nothing behind' test ! -e "${bus:-/nowhere}"
check_done
