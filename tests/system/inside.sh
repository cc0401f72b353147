# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used, or set, by those who source this
# SPDX-License-Identifier: MIT
# What tests under a real systemd share. They source this first: outside, it runs the same script again inside a
# system that has just booted, and ends with its status; inside, it goes on.
#   booted WHAT [OPTION…]  what is tested; options of boot-systemd

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=${FASCIA_SOURCE_DIR:-$(cd "$here/../.." && pwd)}
remote=(Example.Remote1 /Example/Remote1/ProcessingService Example.Remote1.ProcessingService)
climate=(Vehicle.Climate1 /Vehicle/Climate1/ClimateControl/Rear Vehicle.Climate1.ClimateControl)
cluster=(Vehicle.Cluster1 /Vehicle/Cluster1/InstrumentCluster Vehicle.Cluster1.InstrumentCluster)
bus=(org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus)

booted() {
        local what=$1 reason='' status
        shift
        if [ "${FASCIA_TEST_INSIDE:-}" = 1 ]; then
                enter
                return
        fi
        [ "$(id -u)" = 0 ] || reason='only root can boot a systemd'
        findmnt -nrt cgroup2 >/dev/null 2>&1 || reason=${reason:-'there is no cgroup2 mount'}
        unshare --mount --pid --fork true 2>/dev/null || reason=${reason:-'namespaces are not allowed here'}
        [ -e /lib/systemd/system/dbus-broker.service ] || [ "${1:-}" != -B ] ||
                reason=${reason:-'there is no dbus-broker'}
        if [ -n "$reason" ]; then
                echo "skip - $what: $reason"
                echo '0 passed, 0 failed, 1 skipped'
                exit 0
        fi
        "$here/boot-systemd" -b "$source_dir" "$@" env FASCIA_TEST_INSIDE=1 FASCIA_SOURCE_DIR="$source_dir" \
                ROUNDS="${ROUNDS:-}" LOAD_SECONDS="${LOAD_SECONDS:-}" "$0"
        status=$?
        [ "$status" -lt 125 ] || echo "not ok - a systemd that boots and lives (status $status)"
        exit "$status"
}

enter() {
        local variable
        # shellcheck source=../checks.sh
        . "$here/../checks.sh"
        # What a test run outside may have set is not the environment of a service.
        unset DBUS_SYSTEM_BUS_ADDRESS DBUS_SESSION_BUS_ADDRESS LD_LIBRARY_PATH
        for variable in ${!FASCIA_*}; do
                unset "$variable"
        done
        directory=$(mktemp -d)
        chmod 755 "$directory"
        as_nobody=(setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups)
}

make_install() {
        make -s -C "$source_dir" install
}

# state PROPERTY [UNIT]
state() {
        systemctl show "${2:-fasciad}" --property "$1" --value
}

owner() {
        busctl call "${bus[@]}" GetNameOwner s "$1"
}

owns_nothing() {
        ! owner "$1"
}

# process TEXT: what an unprivileged user asks for.
process() {
        "${as_nobody[@]}" busctl call "${remote[@]}" Process s "$1"
}

# drop_in UNIT, with the text as standard input.
drop_in() {
        mkdir -p "/run/systemd/system/$1.d"
        cat >"/run/systemd/system/$1.d/test.conf"
        systemctl daemon-reload
}

# configure, with the text as standard input: what stands above the vendor's file.
configure() {
        mkdir -p /etc/fascia/fasciad.conf.d
        cat >/etc/fascia/fasciad.conf.d/test.conf
}

# journal [FIELD=VALUE…]: what fasciad has logged, in whatever unit: of a process that has ended already the journal may not know that.
journal() {
        journalctl --sync
        journalctl -q --no-pager -o cat -t fasciad "$@"
}

# ---- a client that runs all the time ----

# A copy: it uses the installed library, and an unprivileged user need not reach the build.
start_client() {
        cp "$source_dir/build/examples/remote-client" "$directory/"
        # Not by the client itself, which is begun while what the one before said is looked at.
        : >"$directory/client"
        "${as_nobody[@]}" "$directory/remote-client" --watch >>"$directory/client" 2>"$directory/client-errors" &
        client=$!
        seen=0
}

# client_says LINE…: the client prints these lines, in this order, after those it was asked for before.
client_says() {
        local line found
        for line; do
                soon found_after "$line" || { cat "$directory/client"; return 1; }
                found=$(tail -n +$((seen + 1)) "$directory/client" | grep -nxF -m 1 -- "$line")
                seen=$((seen + ${found%%:*}))
        done
}

found_after() {
        tail -n +$((seen + 1)) "$directory/client" | grep -qxF -- "$1"
}

# What the client has printed and was not asked for is passed over.
skip_client() {
        seen=$(wc -l <"$directory/client")
}

# The end of each of these tests.
finish() {
        if [ "$failed" -gt 0 ]; then
                journalctl -q --no-pager -o short-monotonic | grep -v systemd-journald | tail -n "${1:-60}"
                # It may have been told hundreds of megabytes.
                [ ! -e "$directory/client" ] || tail -n 200 "$directory/client" "$directory/client-errors" | cut -c 1-200
        fi
        check_done
}
