#!/bin/bash
# SPDX-License-Identifier: MIT
# What others build on an installed Fascia: with make, CMake and Meson, from the examples in client/examples/lamp, and
# what 'fascia-codegen new' writes.
set -u

source_dir=${FASCIA_SOURCE_DIR:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$source_dir" || exit 1
# shellcheck source=checks.sh
. tests/checks.sh
forget_this_build
umask 022
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

# silently COMMAND…: it succeeds, and has nothing to complain of.
silently() {
        local complaints
        complaints=$("$@" 2>&1 >/dev/null) || { echo "$complaints"; return 1; }
        [ -z "$complaints" ] || { echo "$complaints"; return 1; }
}

# says TEXT COMMAND…: it succeeds, without input, and its output has the text.
says() {
        local expected=$1 actual
        shift
        actual=$("$@" </dev/null 2>&1) || { echo "$actual"; return 1; }
        grep -qF -- "$expected" <<<"$actual" || { echo "$actual"; return 1; }
}

# is_there COMMAND: whether it is; else what is tested next is skipped.
is_there() {
        command -v "$1" >/dev/null || { echo "skip - $1 is not installed"; false; }
}

# files DIRECTORY: those below it.
files() {
        (cd "$1" && find . ! -type d | sort)
}

# ---- the installation ----

prefix=$directory/prefix
check 'Fascia is installed to a prefix of its own' install_fascia "$prefix" "$directory"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
variable() {
        pkg-config --variable="$1" fascia
}
for name in codegen makefile serve plugindir moduledir interfacesdir datadir; do
        check "pkg-config says where $name is" sh -c "[ -e '$(variable "$name")' ]"
done
for script in serve codegen; do
        check "$script can be executed" test -x "$(variable "$script")"
done
check 'no place to be filled in is left' sh -c "! grep -rE '@[A-Z]+@' '$prefix/lib/pkgconfig' '$prefix/lib/cmake' \
        '$prefix/share/fascia/fascia.mk' '$prefix/share/fascia/serve'"

# A bus, and what is to be had on it.
serve=$(variable serve)
printf '[Example.Remote]\nBackend=remote\n' >"$directory/remote.conf"
check 'serve offers what the settings say' says 'i 5' "$serve" "$directory/remote.conf" \
        busctl call Example.Remote1 /Example/Remote1/ProcessingService Example.Remote1.ProcessingService Process s hello
status_of() {
        local status=0
        "$@" </dev/null >/dev/null 2>&1 || status=$?
        echo "$status"
}
check 'serve ends as its command does' prints 7 status_of "$serve" "$directory/remote.conf" sh -c 'exit 7'
check 'serve needs settings' refuses "there is no '/nowhere.conf'" "$serve" /nowhere.conf true
printf '[Example.Remote]\nBackend=missing\n' >"$directory/missing.conf"
check 'serve says what fasciad complains of' says "serve: fasciad: Example.Remote: " "$serve" "$directory/missing.conf" true
leaves_nothing() {
        local address
        # shellcheck disable=SC2016 # that of the command
        address=$("$serve" "$directory/remote.conf" sh -c 'echo "$DBUS_SYSTEM_BUS_ADDRESS"') &&
                [ -n "${address#unix:path=}" ] && [ ! -e "$(dirname "${address#unix:path=}")" ]
}
check 'serve leaves nothing behind' leaves_nothing
without_fasciad() {
        local status
        mv "$prefix/bin/fasciad" "$prefix/bin/elsewhere"
        refuses 'bin/fasciad: fasciad is not installed' "$serve" "$directory/remote.conf" true
        status=$?
        mv "$prefix/bin/elsewhere" "$prefix/bin/fasciad"
        return "$status"
}
check 'serve says that there is no fasciad' without_fasciad
# Its command writes down who it is and where the bus is, and then has no end.
ends_when_told() {
        local address child pid status=0
        # shellcheck disable=SC2016 # those of the command
        "$serve" "$directory/remote.conf" sh -c 'echo "$$ $DBUS_SYSTEM_BUS_ADDRESS" >"$0" && exec sleep 1000' "$directory/endless" &
        pid=$!
        soon test -s "$directory/endless"
        kill "$pid"
        wait "$pid" || status=$?
        read -r child address <"$directory/endless"
        [ "$status" = 143 ] && ! kill -0 "$child" 2>/dev/null && [ ! -e "$(dirname "${address#unix:path=}")" ]
}
check 'serve ends when it is told to, with all that it has started' ends_when_told
reads() {
        [ "$(echo hello | "$serve" "$directory/remote.conf" cat)" = hello ]
}
check 'its command has the input' reads

# ---- make ----

# All three work in a folder with a space in its name.
lamp="$directory/with make"
cp -r client/examples/lamp "$lamp"
cd "$lamp" || exit 1
files . >"$directory/before"
strict=(CFLAGS='-std=c11 -O1 -Wall -Wextra -Wshadow -Werror -pedantic'
        CXXFLAGS='-std=c++17 -O1 -Wall -Wextra -Wshadow -Werror -pedantic')
check 'make builds all at a time, without a warning' silently make -j8 "${strict[@]}"
check 'a second make does nothing' make -q "${strict[@]}"
check 'a call is answered and a change seen' says $'lit: no\nlit: yes\ntoggle: lit now' make -s serve "${strict[@]}"
check 'a program in C++ hears of the feature' says 'lit: no' "$serve" -p build/plugins -m build/modules lamp.conf \
        build/lamp-watch
exports() {
        nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }'
}
check 'the backend exports one symbol' prints fascia_plugin exports build/plugins/lamp.so
check 'the module library exports one symbol' prints fascia_module_library exports build/modules/Example.Lamp1.so

touch example-lamp-1/lamp.qface
check 'a touched interface file is seen' refuses '' make -q "${strict[@]}"
check 'and made again' silently make -j8 "${strict[@]}"
check 'once' make -q "${strict[@]}"
rm build/gen/example-lamp-1/lamp.h
check 'a removed header is made again' silently make -j8 "${strict[@]}"

broken() {
        local status
        cp example-lamp-1/lamp.qface "$directory/lamp.qface"
        echo 'interface' >>example-lamp-1/lamp.qface
        refuses 'lamp.qface:' make -s "${strict[@]}" && refuses 'error: expected' make -s "${strict[@]}"
        status=$?
        cp "$directory/lamp.qface" example-lamp-1/lamp.qface
        return "$status"
}
check 'a broken interface file is named' broken

cp example-lamp-1/lamp.qface 'my lamp.qface'
check 'spaces in names are refused with a word on it' refuses "there is no 'my'; make cannot work with spaces" \
        make -s FASCIA_QFACES='my lamp.qface'
check 'a missing list of sources is named' refuses 'lamp-client_SOURCES is not set' make -s lamp-client_SOURCES=
check 'a missing generator is named' refuses "there is no '/nowhere'" make -s FASCIA_CODEGEN=/nowhere
rm 'my lamp.qface'

# fasciad refuses what others may write to.
shared_umask() {
        make -s clean && (umask 002 && make -s) && says 'lit now' make -s serve
}
check 'what is built with a group that may write is loaded' shared_umask

check 'make install installs' make -s install DESTDIR="$directory/lamp" PREFIX=/usr
expected="./$prefix/etc/fascia/fasciad.conf.d/lamp.conf
./$prefix/lib/fascia/modules/Example.Lamp1.so
./$prefix/lib/fascia/plugins/lamp.backend
./$prefix/lib/fascia/plugins/lamp.so
./$prefix/share/fascia/interfaces/lamp.qface
./usr/bin/lamp-client
./usr/bin/lamp-watch
./$(variable dbusdatadir)/system-services/Example.Lamp1.service
./$(variable dbusdatadir)/system.d/Example.Lamp1.conf"
policy=$(variable dbusdatadir)/system.d/Example.Lamp1.conf
check 'each file to its place' prints "$(tr -s / <<<"$expected" | sort)" files "$directory/lamp"
check 'the policy names the module' grep -q 'allow own="Example.Lamp1"' \
        "$directory/lamp$policy"
cp -r "$directory/lamp" "$directory/lamp-gone"
check 'make uninstall takes them away' make -s uninstall DESTDIR="$directory/lamp-gone" PREFIX=/usr
check 'all of them' prints '' files "$directory/lamp-gone"
new_interface() {
        local status
        cp example-lamp-1/lamp.qface "$directory/lamp.qface"
        echo 'interface Bulb { int watts }' >>example-lamp-1/lamp.qface
        make -s install DESTDIR="$directory/lamp-new" && grep -q '"Example.Lamp1.Bulb"' "$directory/lamp-new$policy"
        status=$?
        cp "$directory/lamp.qface" example-lamp-1/lamp.qface
        return "$status"
}
check 'the policy follows the interface file' new_interface
check 'make clean cleans' make -s clean
check 'and leaves what was there before' prints "$(cat "$directory/before")" files .

two_modules() {
        sed 's/Example.Lamp 1.0/Example.Torch 2.3/; s/interface Lamp/interface Torch/' example-lamp-1/lamp.qface >torch.qface
        printf '#include <example-lamp-1/lamp.h>\n#include <example-torch-2/torch.h>\n' >both.c
        echo 'int main(void) { return torch_free(0) || lamp_free(0); }' >>both.c
        silently make -j8 "${strict[@]}" FASCIA_QFACES='example-lamp-1/lamp.qface torch.qface' FASCIA_PROGRAMS=both \
                both_SOURCES=both.c && [ -e build/modules/Example.Torch2.so ] && build_both
}
build_both() {
        LD_LIBRARY_PATH=$prefix/lib build/both
}
check 'one program uses two modules' two_modules

# A program for a feature that comes with Fascia.
shipped() {
        mkdir -p "$directory/ui" && cd "$directory/ui" && cp "$source_dir/client/examples/cluster-client.c" . || return 1
        # shellcheck disable=SC2016 # for make
        printf '%s\n' 'FASCIA_QFACES := $(shell pkg-config --variable=interfacesdir fascia)/cluster.qface' 'FASCIA_PROGRAMS := ui' \
                'ui_SOURCES := cluster-client.c' 'ui_LIBS := -lsystemd' 'include $(shell pkg-config --variable=makefile fascia)' \
                'install: fascia-install' 'uninstall: fascia-uninstall' >Makefile
        silently make -j8 fascia && LD_LIBRARY_PATH=$prefix/lib FASCIA_BACKEND=simulator build/ui --once | grep -q '^speed: ' &&
                make -s install uninstall PREFIX="$directory/ui"
}
check 'a program uses a feature that comes with Fascia' shipped
check 'which stays when it is uninstalled' test -e "$prefix/share/fascia/interfaces/cluster.qface" \
        -a -e "$prefix/lib/fascia/modules/Vehicle.Cluster1.so"

# A module that imports one that lies elsewhere, and one that comes with Fascia.
import=$directory/import
mkdir -p "$import/common"
printf 'module Acme.Common 1.0\nstruct Point { int x; int y }\n' >"$import/common/common.qface"
cat >"$import/dash.qface" <<END
module Acme.Dash 1.0
import Acme.Common 1.0
import Vehicle.Climate 1.0
interface Dash {
    Acme.Common.Point where
    Vehicle.Climate.RecirculationMode mode
}
END
cat >"$import/main.c" <<END
#include <acme-dash-1/dash.h>
int main(void) {
        struct common_point p = { .x = CLIMATE_RECIRCULATION_MODE_ON, .y = 0 }, *copy = 0;
        int r = common_point_copy(&p, &copy);
        common_point_free(copy);
        return r < 0 || dash_free(0);
}
END
echo 'Acme.Dash.Dash: { brief: what the driver sees }' >"$import/dash.yaml"
cat >"$import/Makefile" <<'END'
FASCIA_QFACES := dash.qface
FASCIA_IMPORTS := common
FASCIA_PROGRAMS := dash
dash_SOURCES := main.c
include $(shell pkg-config --variable=makefile fascia)
# The first target of this file is what is made, not one of those.
all: fascia
END
cat >"$import/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.16)
project(dash C)
find_package(Fascia REQUIRED)
add_executable(dash main.c)
fascia_add_interface(dash dash.qface IMPORT_DIRS common)
fascia_add_module(dash.qface IMPORT_DIRS common)
END
cd "$import" || exit 1
check 'make builds what is imported' silently make -j8 "${strict[@]}"
check 'once' make -q "${strict[@]}"
touch dash.yaml
check 'touched annotations beside it are seen' refuses '' make -q "${strict[@]}"
check 'and all made again' silently make -j8 "${strict[@]}"
check 'once' make -q "${strict[@]}"
check 'and the module library of what imports alone' prints ./Acme.Dash1.so files build/modules
touch common/common.qface
check 'a touched file that is imported is seen' refuses '' make -q "${strict[@]}"
check 'and all made again' silently make -j8 "${strict[@]}"
check 'also of what imports it' test build/gen/acme-dash-1/dash-types.h -nt common/common.qface
check 'once' make -q "${strict[@]}"
cp -r "$import" "$directory/with import"
check 'spaces where something is imported are refused with a word on it' refuses 'where there are spaces in the name' \
        make -C "$directory/with import"

# ---- a backend for hardware ----

use_tyres() {
        local bus=Example.Tyres1 path=/Example/Tyres1/Tyres
        get() { busctl get-property "$bus" "$1" "$2" "$3"; }
        gone() { [ "$(get "$path" org.fascia.Feature1 State)" = 's "unavailable"' ]; }
        ready() { [ "$(get "$path" org.fascia.Feature1 State)" = 's "ready"' ]; }
        plug_in() { rm -f "$box" "$box.unplug"; /usr/bin/python3 "$source_dir/tests/box.py" "$box" & }
        soon gone && get "$path" org.fascia.Feature1 Error | grep -F "$box cannot be used" || return 1
        plug_in
        soon ready && soon get "$path/FrontLeft" "$bus.Tyres" Pressure || return 1
        [ "$(get "$path/FrontLeft" "$bus.Tyres" Pressure)" = 'd 231.5' ] || return 1
        [ "$(busctl call "$bus" "$path" "$bus.Tyres" Calibrate)" = 'i 4' ] || return 1
        ! busctl set-property "$bus" "$path/FrontLeft" "$bus.Tyres" WarnBelow d 50 || return 1
        busctl monitor "$bus" >"$box.seen" 2>&1 &
        soon grep -q Monitoring "$box.seen" || return 1
        touch "$box.low"
        soon grep -q Member=LowPressure "$box.seen" || return 1
        kill %%
        touch "$box.unplug"
        soon gone || return 1
        wait
        plug_in
        soon ready || return 1
        touch "$box.unplug"
        wait
}
if [ -x /usr/bin/python3 ]; then
        cp -r "$source_dir/daemon/examples/tyres" "$directory/tyres"
        cd "$directory/tyres" || exit 1
        # The first command of its README that runs something.
        first_step() {
                cp -r "$source_dir/daemon/examples/tyres" "$directory/tyres-first"
                sed -n '/^## 1/,/^## 2/s/^    //p' "$directory/tyres-first/README.md" >"$directory/first-step"
                cd "$directory/tyres-first" && bash -e "$directory/first-step"
        }
        check 'the first step of its page shows the wheels' says '/Example/Tyres1/Tyres/FrontLeft' first_step
        check 'the backend for hardware is built without a warning' silently make -j8 "${strict[@]}"
        box=$directory/box
        export -f use_tyres soon
        export box source_dir
        check 'it serves what the box says, comes and goes with it, and has it calibrated' \
                make -s serve "${strict[@]}" DEVICE="$box" COMMAND='bash -c use_tyres'
        check 'the skeleton that is its beginning is built' sh -c "'$(variable codegen)' --emit=stub -o stub tyres.qface &&
                make -s FASCIA_BUILD=build-stub tyres_SOURCES=stub/tyres-stub.c"
else
        echo 'skip - a backend for hardware: there is no python3 to play the hardware'
fi

# ---- what 'new' writes ----

codegen=$(variable codegen)
cd "$directory" || exit 1
# new_project NAME STEM BUS-NAME INTERFACE
new_project() {
        check "new writes $1" "$codegen" new "$1" --directory "$directory/new/$1"
        cd "$directory/new/$1" || return
        files . >"$directory/before"
        check "$1 is built without a warning" silently make -j8 "${strict[@]}"
        check "$1: a second make does nothing" make -q "${strict[@]}"
        check "$1: a call is answered and a change seen" says $'level is 5\nincrease(2) = 5' make -s run "${strict[@]}"
        check "$1: make check passes" says 'ok - ' make -s check "${strict[@]}"
        check "$1: make install installs" says "plugins/$2.so" make -s install DESTDIR="$directory/new-root" "${strict[@]}"
        check "$1 can be served from where it was installed" says 'i 3' "$serve" -p "$directory/new-root$prefix/lib/fascia/plugins" \
                -m "$directory/new-root$prefix/lib/fascia/modules" \
                "$directory/new-root$prefix/etc/fascia/fasciad.conf.d/$2.conf" \
                busctl get-property "$3" "/${3//.//}/$4" "$3.$4" Level
        check "$1: make clean leaves what was written" make -s clean
        check "$1: and nothing else" prints "$(cat "$directory/before")" files .
}
new_project Acme.Wipers wipers Acme.Wipers1 WipersControl
# In one word, with an underscore, and like something in the C library.
new_project tyre_pressure tyre-pressure fascia.tyre_pressure1 TyrePressureControl
new_project Acme.stat stat Acme.stat1 StatControl
smoke() {
        cd "$directory/new/Acme.stat" && sed -i 's/state->level + steps/state->level/' backend.c && make -s check
}
check 'the smoke test can fail' refuses 'not ok - ' smoke
check 'a project says that there is no Fascia' refuses 'pkg-config does not find Fascia' \
        env PKG_CONFIG_PATH=/nowhere PKG_CONFIG_LIBDIR=/nowhere make -s -C "$directory/new/Acme.Wipers"

# ---- CMake ----

# configure DIRECTORY [OPTION…]
configure() {
        local build=$1
        shift
        cmake -S . -B "$build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_INSTALL_PREFIX="$prefix" "$@"
}
strict_cmake=('-DCMAKE_C_FLAGS=-Wshadow -Werror -pedantic' '-DCMAKE_CXX_FLAGS=-Wshadow -Werror -pedantic')

# cmake_project GENERATOR
cmake_project() {
        local build=$directory/cmake-$1
        check "CMake configures the project for $1" configure "$build" -G "$1" "${strict_cmake[@]}"
        check "$1 builds it without a warning" silently cmake --build "$build" -j 8
        check "$1 has nothing to do then" prints '' rebuilt "$build"
        check "$1 runs it on a private bus" says 'toggle: lit now' cmake --build "$build" --target serve
        touch example-lamp-1/lamp.qface
        check "$1 makes it again from a touched interface file" says 'Generating example-lamp-1' cmake --build "$build"
        check "$1 does so once" prints '' rebuilt "$build"
        check "the backend that $1 builds exports one symbol" prints fascia_plugin exports "$build/fascia/plugins/lamp.so"
}
# What a build does when everything should be done.
rebuilt() {
        cmake --build "$1" | grep -e Building -e Generating -e Linking
        true
}

if is_there cmake; then
        cp -r "$source_dir/client/examples/lamp" "$directory/with cmake"
        cd "$directory/with cmake" || exit 1
        cmake_project 'Unix Makefiles'
        ! is_there ninja || cmake_project Ninja
        check 'CMake installs it' env DESTDIR="$directory/lamp-cmake" cmake --install "$directory/cmake-Unix Makefiles"
        check 'each file to its place' prints "$(tr -s / <<<"${expected//.\/usr\/bin/.\/$prefix\/bin}" | sort)" \
                files "$directory/lamp-cmake"
        check 'the same policy' cmp "$directory/lamp$policy" "$directory/lamp-cmake$policy"

        # probe LINE…: a project that says this behind find_package().
        probe() {
                rm -rf "$directory/probe" && mkdir "$directory/probe"
                printf '%s\n' 'cmake_minimum_required(VERSION 3.16)' "project(probe ${languages:-C})" \
                        "find_package(Fascia ${version:-} REQUIRED)" "$@" >"$directory/probe/CMakeLists.txt"
                cmake -S "$directory/probe" -B "$directory/probe/build" -DCMAKE_PREFIX_PATH="$prefix"
        }
        qface=$directory/lamp.qface
        target='add_library(it SHARED IMPORTED)'
        check 'CMake finds this version' probe
        version=9.0 check 'CMake refuses another version' refuses 'requested version "9.0"' probe
        check 'CMake refuses an unknown component' refuses "'ui' is none of client, backend" \
                probe "$target" "fascia_add_interface(it $qface COMPONENTS ui)"
        check 'CMake refuses a backend without sources' refuses 'no SOURCES are given' \
                probe "fascia_add_backend(it $qface)"
        check 'CMake shows what the generator says' refuses "cannot read '/nowhere.qface'" \
                probe "fascia_add_module(/nowhere.qface)"
        languages=CXX check 'CMake wants C among the languages' refuses 'add C to the languages' \
                probe "fascia_add_module($qface)"

        skeleton() {
                "$codegen" --emit=stub -o "$directory/skeleton" "$qface" &&
                        probe "fascia_add_backend(lamp $qface SOURCES $directory/skeleton/lamp-stub.c)" && cmake --build "$directory/probe/build"
        }
        check 'CMake builds the skeleton of a backend' skeleton
        imports() {
                cmake -S "$import" -B "$import/cmake" -DCMAKE_PREFIX_PATH="$prefix" "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror" &&
                        silently cmake --build "$import/cmake" -j 8 && touch "$import/common/common.qface" &&
                        says 'Generating acme-dash-1' cmake --build "$import/cmake" && prints '' rebuilt "$import/cmake" &&
                        touch "$import/dash.yaml" && says 'Generating acme-dash-1' cmake --build "$import/cmake"
        }
        check 'CMake builds what is imported' imports

        moved() {
                cp -r "$prefix" "$directory/moved" && rm -rf "$directory/cmake/build" &&
                        cmake -S . -B build -DCMAKE_PREFIX_PATH="$directory/moved" >/dev/null &&
                        grep -q "^Fascia_CODEGEN.*=$directory/moved/bin/fascia-codegen" build/CMakeCache.txt &&
                        silently cmake --build build -j 8
        }
        check 'CMake finds an installation that was moved' moved
fi

# ---- Meson ----

if is_there meson && is_there ninja; then
        cp -r "$source_dir/client/examples/lamp" "$directory/with meson"
        cd "$directory/with meson" || exit 1
        check 'Meson configures the project' meson setup build --werror --fatal-meson-warnings
        check 'Meson builds it' silently ninja -C build
        check 'Meson has nothing to do then' says 'no work to do' ninja -C build
        check 'Meson runs it on a private bus' says 'toggle: lit now' ninja -C build serve
        touch example-lamp-1/lamp.qface
        check 'Meson makes it again from a touched interface file' says 'Generating' ninja -C build
        check 'once' says 'no work to do' ninja -C build
        check 'Meson installs it' env DESTDIR="$directory/lamp-meson" meson install -C build
        check 'the same policy' cmp "$directory/lamp$policy" "$directory/lamp-meson$policy"
fi
check_done
