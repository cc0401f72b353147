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
