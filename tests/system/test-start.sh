#!/bin/bash
# SPDX-License-Identifier: MIT
# How long fasciad takes from "systemctl start" until it owns its names, beside a service on sd-bus that has one name and
# does nothing else, in the same sandbox; how much memory it has for itself, and what wakes it up. The times are
# judged by "make load" only.
set -u

# shellcheck source=inside.sh
. "$(dirname "$0")/inside.sh"
booted 'the start under a real systemd' -t 120

check 'make install installs' make_install
install -m 755 "$source_dir/build/bench/hand-server" /usr/local/bin/
sed -e 's/^Type=.*/Type=dbus/' -e 's/^BusName=.*/BusName=Bench.Hand1/' -e '/^NotifyAccess=/d' -e '/^WatchdogSec=/d' \
        -e 's|^ExecStart=.*|ExecStart=/usr/local/bin/hand-server unix:path=/run/dbus/system_bus_socket|' -e 's|/bin/fasciad|/bin/hand-server|' \
        "$(systemctl show fasciad --property FragmentPath --value)" >/etc/systemd/system/hand.service
sed 's/Example\.Remote1/Bench.Hand1/g' "$(pkg-config --variable=datadir dbus-1)"/dbus-1/system.d/Example.Remote1.conf \
        >/etc/dbus-1/system.d/Bench.Hand1.conf
systemctl daemon-reload
busctl call "${bus[@]}" ReloadConfig

# The features as a vehicle has them: with backends of their own, not with a simulation.
for name in climate cluster; do
        install -m 755 "$source_dir/build/stubs/$name.so" /usr/local/lib/fascia/plugins/
done
configure <<'END'
[Vehicle.Climate]
Backend=climate
[Vehicle.Cluster]
Backend=cluster
END

# start UNIT: in microseconds.
start() {
        local before
        systemctl stop "$1"
        systemctl reset-failed "$1" 2>/dev/null # it has a limit of starts
        before=$(date +%s%N)
        systemctl start "$1" || return 1
        echo $((($(date +%s%N) - before) / 1000))
}

median() {
        sort -n "$1" | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'
}

check 'both start' sh -c 'systemctl start hand fasciad'
for ((i = 0; i < 21; i++)); do
        start hand >>"$directory/hand"
        start fasciad >>"$directory/fasciad"
done
hand=$(median "$directory/hand") ours=$(median "$directory/fasciad")
echo "# from systemctl start to the names: $ours us; an empty service: $hand us (medians of 21)"
within() {
        [ -z "${LOAD_SECONDS:-}" ] || [ "$1" -le "$2" ]
}
check 'it takes at most 50 ms more than an empty one' within $((ours - hand)) 50000

# Somebody has used it, and nobody does now.
process hello >/dev/null
busctl get-property Vehicle.Climate1 /Vehicle/Climate1/ClimateControl Vehicle.Climate1.ClimateControl TargetTemperature >/dev/null
busctl get-property "${cluster[@]}" Speed >/dev/null
memory() {
        awk '/^Private_/ { n += $2 } END { print n }' "/proc/$(state MainPID)/smaps_rollup"
}
own=$(memory)
echo "# memory of its own with the three features: $own KiB"
check 'its own memory is at most 1 MiB' test "$own" -le 1024

drop_in fasciad.service <<'END'
[Service]
WatchdogSec=0
END
systemctl restart fasciad
process hello >/dev/null
sleep 2 # what follows from it is over: the state is written
pid=$(state MainPID)
wakeups() {
        awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$pid/status"
}
before=$(wakeups)
sleep 2
check 'idle, nothing wakes it up' test "$(wakeups)" = "$before"
finish 40
