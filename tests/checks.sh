# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What test scripts share: they source this, call check for each thing they test, and end with check_done.

passed=0 failed=0
check_output=$(mktemp)

# check WHAT COMMAND…: what is tested, and whether the command succeeds; what it printed is shown when not.
check() {
        local what=$1
        shift
        if "$@" >"$check_output" 2>&1; then
                echo "ok - $what"
                passed=$((passed + 1))
        else
                echo "not ok - $what"
                { printf '%s ' "$@" && echo && cat "$check_output"; } | sed 's/^/    /'
                failed=$((failed + 1))
        fi
}

# The sum, and the exit status.
check_done() {
        rm -f "$check_output"
        echo "$passed passed, $failed failed"
        [ "$failed" = 0 ]
        exit
}

# prints TEXT COMMAND…: it succeeds and prints exactly this.
prints() {
        local expected=$1 actual
        shift
        actual=$("$@" 2>&1) || { echo "$actual"; return 1; }
        [ "$actual" = "$expected" ] || { echo "'$actual' is not '$expected'"; return 1; }
}

# refuses TEXT COMMAND…: it fails and says this.
refuses() {
        local expected=$1 actual
        shift
        ! actual=$("$@" 2>&1) || { echo "succeeded: $actual"; return 1; }
        grep -qF -- "$expected" <<<"$actual" || { echo "$actual"; return 1; }
}

# soon COMMAND…: it succeeds, now or within ten seconds.
soon() {
        local i
        for ((i = 0; i < 400; i++)); do
                ! "$@" >/dev/null 2>&1 || return 0
                sleep 0.025
        done
        "$@"
        return 1
}

# forget_this_build: nothing of it, and nothing of the make that runs the test, is known to what is tested.
forget_this_build() {
        local variable
        for variable in ${!FASCIA_@} MAKEFLAGS MFLAGS MAKELEVEL LD_LIBRARY_PATH DESTDIR PREFIX; do
                unset "$variable"
        done
}

# install_fascia PREFIX DIRECTORY: with the prefix that it was built for, but nothing put outside of the directory, in which the prefix is.
install_fascia() {
        mkdir "$2/copy"
        tar -cf - --exclude=build/san --exclude=build/tests --exclude=build/obj/tests Makefile client config daemon \
                interfaces systemd tests build | tar -xf - -C "$2/copy"
        make -s -C "$2/copy" install DESTDIR="$2/root" PREFIX="$1" SYSCONFDIR="$1/etc" &&
                mv "$2/root$1" "$1" && rm -rf "$2/copy"
}
