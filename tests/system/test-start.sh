#!/bin/bash
# SPDX-License-Identifier: MIT
# With the configuration as it is shipped: how long fasciad takes from "systemctl start" until it owns its names, beside a service on
# sd-bus that has one name and does nothing else, in the same sandbox; how much memory it has for itself, and what wakes it up. The
# times are judged by "make load" only.
set -u

# shellcheck source=inside.sh
. "$(dirname "$0")/inside.sh"
# The libraries become files of this system alone: what programs outside have mapped would count as shared.
booted 'the start under a real systemd' -t 120 -s "
        ldd '$source_dir'/build/{fasciad,plugins/simulator.so} | awk '\$3 ~ /^\\/(usr\\/)?lib/ { print \$3 }' | xargs readlink -f | sort -u |
                while read -r library; do cp -a \"\$library\" \"\$library.new\" && mv \"\$library.new\" \"\$library\"; done"

check 'make install installs' make_install
install -m 755 "$source_dir/build/bench/hand-server" /usr/local/bin/
sed -e 's/^Type=.*/Type=dbus/' -e 's/^BusName=.*/BusName=Bench.Hand1/' -e '/^NotifyAccess=/d' -e '/^WatchdogSec=/d' \
        -e 's|^ExecStart=.*|ExecStart=/usr/local/bin/hand-server unix:path=/run/dbus/system_bus_socket|' -e 's|/bin/fasciad|/bin/hand-server|' \
        "$(systemctl show fasciad --property FragmentPath --value)" >/etc/systemd/system/hand.service
sed 's/Example\.Remote1/Bench.Hand1/g' "$(pkg-config --variable=datadir dbus-1)"/dbus-1/system.d/Example.Remote1.conf \
        >/etc/dbus-1/system.d/Bench.Hand1.conf
systemctl daemon-reload
busctl call "${bus[@]}" ReloadConfig

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

# What it alone has, which would be free without it. How much of what it reads the kernel maps along is by chance.
memory() {
        local i
        for ((i = 0; i < 7; i++)); do
                start fasciad >>"$directory/fasciad" || return 1
                process hello >/dev/null
                busctl get-property "${climate[@]}" TargetTemperature >/dev/null
                busctl get-property "${cluster[@]}" Speed >/dev/null
                awk '/^Private_/ { n += $2 } END { print n }' "/proc/$(state MainPID)/smaps_rollup"
        done >"$directory/memory"
        median "$directory/memory"
}
# memory_check WHAT: once with nobody there, and once with a client, as there is in a vehicle, with whom it shares libfascia and what
# that stands on.
memory_check() {
        local beside
        alone=$(memory)
        start_client
        beside=$(memory)
        check 'the client lives' kill "$client"
        echo "# memory of its own with the three features, $1: $beside KiB; where no client is, $alone KiB (medians of 7)"
        check 'its own memory is at most 1 MiB' test "$beside" -le 1024
}
systemctl stop hand
memory_check 'two of them simulated by a script'
install -m 755 "$source_dir"/build/stubs/{climate,cluster}.so /usr/local/lib/fascia/plugins/
mkdir -p /etc/fascia/fasciad.conf.d
printf '[Vehicle.Climate]\nBackend=climate\n[Vehicle.Cluster]\nBackend=cluster\n' >/etc/fascia/fasciad.conf.d/backends.conf
memory_check 'each with a backend of its own'
check 'also where no client is' test "$alone" -le 1024
rm /etc/fascia/fasciad.conf.d/backends.conf

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
