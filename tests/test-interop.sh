#!/bin/bash
# SPDX-License-Identifier: MIT
# D-Bus tools that know nothing of Fascia: what they make of every introspection file compiles, and with it
# they get along with a running fasciad. A tool that is not installed is skipped.
set -u

source_dir=${FASCIA_SOURCE_DIR:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$source_dir" || exit 1
# shellcheck source=checks.sh
. tests/checks.sh
build=${FASCIA_BUILD_DIR:-$source_dir/build}
codegen=${FASCIA_CODEGEN:-$build/fascia-codegen}
# A path of its own, and short: a socket's is limited to 108 characters.
directory=$(mktemp -d /tmp/fascia-interop.XXXXXX)
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$directory/bus
bus='' fasciad=''
cleanup() {
        trap - EXIT
        for child in $fasciad $bus; do
                kill "$child" && wait "$child"
        done 2>/dev/null
        rm -rf "$directory"
}
trap cleanup EXIT
trap 'exit 143' INT TERM

qfaces=(interfaces/*.qface tests/interfaces/*.qface)
xmls=("$build"/gen/*/xml/*.xml)
name_of() {
        basename "$1" ".${1##*.}"
}

# ---- the service ----

# One backend is of the product, two the simulator; for the rest, echo sends values and signals of every type.
backend_of() {
        case $1 in
        Example.Remote) echo remote ;;
        Vehicle.Climate | Test.Simulated) echo simulator ;;
        *) echo echo ;;
        esac
}

module_of() {
        sed -n 's/^module \([A-Za-z0-9_.]*\).*/\1/p' "$1"
}

bus_name_of() {
        "$codegen" -I interfaces -I tests/interfaces --print=bus-name "$1"
}

write_configs() {
        local qface module backend
        cat >"$directory/bus.conf" <<-END
	<busconfig>
	  <type>session</type>
	  <listen>$DBUS_SYSTEM_BUS_ADDRESS</listen>
	  <auth>EXTERNAL</auth>
	  <policy context="default">
	    <allow send_destination="*" eavesdrop="true"/>
	    <allow eavesdrop="true"/>
	    <allow own="*"/>
	  </policy>
	</busconfig>
	END
        printf '[fascia]\nPluginPath=%s\nModulePath=%s\nBackend=echo\n' "$build/plugins:$directory" "$build/modules"
        for qface in "${qfaces[@]}"; do
                module=$(module_of "$qface")
                backend=$(backend_of "$module")
                printf '\n[%s]\n' "$module"
                [ "$backend" = echo ] || printf 'Backend=%s\n' "$backend"
        done
}

# owned NAME…: all are on the bus.
owned() {
        local name
        for name; do
                [ "$(busctl --timeout=10 call org.freedesktop.DBus / org.freedesktop.DBus NameHasOwner s "$name")" = 'b true' ] ||
                        return 1
        done
}

start_service() {
        local names=()
        dbus-daemon --config-file="$directory/bus.conf" --nofork --nopidfile >"$directory/bus.log" 2>&1 </dev/null &
        bus=$!
        soon owned org.freedesktop.DBus || { cat "$directory/bus.log"; return 1; }
        LD_LIBRARY_PATH=$build "$build/fasciad" --dev --config "$directory/fasciad.conf" \
                --address "$DBUS_SYSTEM_BUS_ADDRESS" >"$directory/fasciad.log" 2>&1 </dev/null &
        fasciad=$!
        for qface in "${qfaces[@]}"; do
                names+=("$(bus_name_of "$qface")")
        done
        soon owned "${names[@]}"
}

stop_service() {
        local status=1
        if [ -n "$fasciad" ]; then
                kill "$fasciad"
                wait "$fasciad"
                status=$?
        fi
        kill "$bus"
        wait "$bus"
        bus='' fasciad=''
        [ "$status" = 0 ] || echo "fasciad has ended with status $status"
        return "$status"
}

# with_service COMMAND…: with a bus and a fasciad of its own, so that none finds what another has set.
with_service() {
        local status=1
        start_service && timeout 60 "$@" && status=0
        stop_service || status=1
        [ "$status" = 0 ] || cat "$directory/fasciad.log"
        return "$status"
}

build_echo() {
        "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fPIC -shared -Iclient/include \
                -o "$directory/echo.so" tests/interop/echo.c -L"$build" -lfascia
}
check 'the backend for the tests compiles' build_echo
write_configs >"$directory/fasciad.conf"
chmod go-w "$directory" "$directory"/*

# missing TOOL COMMAND…: when the command fails, says that the tool is skipped.
missing() {
        local tool=$1
        shift
        ! "$@" >/dev/null 2>&1 || return 1
        echo "skip - $tool is not installed"
}

# flags PACKAGE: of pkg-config, into the array of that name.
flags() {
        read -ra flags <<<"$(pkg-config --cflags --libs "$1")"
}

# ---- GLib ----

in_folder() {
        (mkdir -p "$directory/$1" && cd "$directory/$1" && shift && "$@")
}

gdbus_client() {
        flags gio-unix-2.0
        "${CC:-cc}" -g -Wall -Wno-deprecated-declarations -o "$directory/gdbus-client" -I"$directory/gdbus" tests/interop/gdbus-client.c \
                "$directory"/gdbus/*.c "${flags[@]}"
}
if ! missing gdbus-codegen command -v gdbus-codegen; then
        for xml in "${xmls[@]}"; do
                check "gdbus-codegen takes $(name_of "$xml")" \
                        in_folder gdbus gdbus-codegen --generate-c-code "$(name_of "$xml")" "$xml"
        done
        if ! missing 'libglib2.0-dev' pkg-config --exists gio-unix-2.0; then
                check 'what gdbus-codegen makes compiles, with a program' gdbus_client
                check 'a program with GLib uses the service' with_service "$directory/gdbus-client"
        fi
fi

# The interface of a model begins with that of its feature.
is_model() {
        [ -e "${1%.*.xml}.xml" ]
}

# ---- Qt ----

# The structs that the annotations name; the program has its own in qdbus-types.h.
declare_types() {
        printf '#pragma once\n#include <QtDBus>\n#include "%s/tests/interop/qdbus-types.h"\n' "$source_dir"
        sed -n 's/.*QtDBus.QtTypeName[^"]*" value="\(.*\)".*/\1/p' "${xmls[@]}" | grep -oE '\b[A-Z][A-Za-z0-9_]*' |
                sort -u | while read -r name; do
                        [[ $name == Q* ]] || grep -q "struct $name " tests/interop/qdbus-types.h ||
                                printf 'struct %s {};\nQ_DECLARE_METATYPE(%s)\n' "$name" "$name"
                done
}

# qdbus_generate XML: the proxy and the adaptor, each with what moc makes of it.
qdbus_generate() {
        local name kind option
        name=$(name_of "$1")
        for kind in proxy adaptor; do
                option=-${kind:0:1}
                "$qdbusxml2cpp" -m -i types.h "$option" "${name}_$kind.h:${name}_$kind.cpp" "$1" || return 1
                [ ! -x "$moc" ] || "$moc" -o "${name}_$kind.moc" "${name}_$kind.h" || return 1
        done
}

qdbus_client() {
        local name
        flags "Qt${qt}DBus"
        for xml in "${xmls[@]}"; do
                name=$(name_of "$xml")
                # Qt makes a class of the name of the feature, which would be a namespace here: each is fine, in files
                # of their own.
                is_model "$xml" || printf '#include "%s"\n' "${name}_proxy.cpp" "${name}_adaptor.cpp"
        done >"$directory/qdbus/all.cpp"
        "$moc" -o "$directory/qdbus/qdbus-client.moc" tests/interop/qdbus-client.cpp &&
                "${CXX:-c++}" -std=c++17 -g -fPIC -Wall -I"$directory/qdbus" -o "$directory/qdbus-client" \
                        tests/interop/qdbus-client.cpp "$directory/qdbus/all.cpp" "${flags[@]}"
}

# qt_tool NAME: where this version of Qt has it.
qt_tool() {
        local folder
        for folder in $(pkg-config --variable=host_bins Qt5Core 2>/dev/null) \
                "$(pkg-config --variable=libexecdir Qt6Core 2>/dev/null)" \
                "$(pkg-config --variable=bindir Qt6Core 2>/dev/null)" /usr/lib/qt6/libexec /usr/lib/qt6/bin \
                /usr/lib/qt5/bin /usr/lib64/qt5/bin; do
                [ ! -x "$folder/$1" ] || { echo "$folder/$1"; return; }
        done
        command -v "$1"
}
qt=6
! pkg-config --exists Qt5DBus 2>/dev/null || qt=5
qdbusxml2cpp=$(qt_tool qdbusxml2cpp)
moc=$(qt_tool moc)
if ! missing qdbusxml2cpp test -x "$qdbusxml2cpp"; then
        mkdir "$directory/qdbus"
        declare_types >"$directory/qdbus/types.h"
        for xml in "${xmls[@]}"; do
                check "qdbusxml2cpp takes $(name_of "$xml")" in_folder qdbus qdbus_generate "$xml"
        done
        if ! missing 'QtDBus with moc' sh -c "pkg-config --exists Qt${qt}DBus && test -x '$moc'"; then
                check 'what qdbusxml2cpp makes compiles, with a program' qdbus_client
                check 'a program with QtDBus uses the service' with_service "$directory/qdbus-client"
        fi
fi

# ---- sdbus-c++ ----

sdbus_generate() {
        local name
        name=$(name_of "$1")
        # What it says of annotations that it does not know is no failure.
        sdbus-c++-xml2cpp "$1" --proxy="$name-proxy.h" --adaptor="$name-adaptor.h" && [ -s "$name-proxy.h" ]
}

sdbus_all() {
        flags sdbus-c++
        for xml in "${xmls[@]}"; do
                printf '#include "%s"\n' "$(name_of "$xml")-proxy.h" "$(name_of "$xml")-adaptor.h"
        done >"$directory/sdbus/all.cpp"
        "${CXX:-c++}" -std=c++17 -Wall -fsyntax-only "$directory/sdbus/all.cpp" "${flags[@]}"
}

sdbus_client() {
        flags sdbus-c++
        "${CXX:-c++}" -std=c++17 -g -Wall -I"$directory/sdbus" -o "$directory/sdbus-client" \
                tests/interop/sdbus-client.cpp "${flags[@]}"
}
if ! missing sdbus-c++-xml2cpp command -v sdbus-c++-xml2cpp; then
        for xml in "${xmls[@]}"; do
                check "sdbus-c++-xml2cpp takes $(name_of "$xml")" in_folder sdbus sdbus_generate "$xml"
        done
        if ! missing 'libsdbus-c++-dev' pkg-config --exists sdbus-c++; then
                check 'what sdbus-c++-xml2cpp makes compiles' sdbus_all
                if pkg-config --atleast-version=2 sdbus-c++; then
                        echo 'skip - a program with sdbus-c++ is here for its version 1 alone'
                else
                        check 'so does a program with it' sdbus_client
                        check 'a program with sdbus-c++ uses the service' with_service "$directory/sdbus-client"
                fi
        fi
fi

# ---- python3-dbus-next ----

# The distribution's own python has its packages, whatever else is in PATH.
python=''
for candidate in /usr/bin/python3 python3; do
        ! "$candidate" -c 'import dbus_next' 2>/dev/null || python=$candidate
done

# walk QFACE: all that is in the service of this interface file.
walk() {
        local name stem xml options=() features=()
        name=$(bus_name_of "$1")
        stem=$(name_of "$1")
        [ "$(backend_of "$(module_of "$1")")" != echo ] || options=(--echo)
        # This version does not serve models.
        for xml in "$build/gen/$stem"/xml/*.xml; do
                is_model "$xml" || features+=("$xml")
        done
        "$python" tests/interop/dbus-next-walk.py "${options[@]}" "$name" "/${name//./\/}" "${features[@]}"
}
if ! missing python3-dbus-next test -n "$python"; then
        check 'a program with dbus-next uses the service' with_service "$python" tests/interop/dbus-next-client.py
        start_service
        for qface in "${qfaces[@]}"; do
                check "dbus-next finds $(bus_name_of "$qface") as its introspection files say" walk "$qface"
        done
        check 'and fasciad stops as it should' stop_service
fi
check_done
