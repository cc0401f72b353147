#!/bin/bash
# SPDX-License-Identifier: MIT
# fasciad as a service: installed under a real systemd, started by a call of an unprivileged user, killed, hung,
# reloaded and stopped, with a client running all the time.
set -u

# shellcheck source=inside.sh
. "$(dirname "$0")/inside.sh"
booted 'fasciad under a real systemd' -t 120

check 'make install installs' make_install
check 'the installed unit has no fault' prints '' systemd-analyze verify --man=no fasciad.service
check 'the sandbox leaves an exposure of at most 0.5' \
        systemd-analyze security --offline=yes --threshold=5 fasciad.service
check 'installing starts nothing' prints inactive \
        systemctl show --property=ActiveState --value fasciad
check 'and enables nothing' sh -c '! systemctl is-enabled --quiet fascia.target'
check 'the bus knows that the names can be activated' \
        sh -c "busctl call ${bus[*]} ListActivatableNames | grep -q Vehicle.Climate1"

# ---- activation, and who may do what ----

check 'a call of an unprivileged user starts the service' \
        prints 'i 5' "${as_nobody[@]}" busctl call "${remote[@]}" Process s hello
check 'which is active now' prints active state ActiveState
check 'and owns the names of the other features' owner Vehicle.Cluster1
check 'it runs as its own user' prints fascia stat -c %U "/proc/$(state MainPID)"
check 'without any capability' grep -q '^CapBnd:\s*0*$' "/proc/$(state MainPID)/status"
check 'behind a filter of system calls' grep -q '^Seccomp:\s*2$' "/proc/$(state MainPID)/status"
check 'and says how it is' test -n "$(state StatusText)"
check 'an unprivileged user sets a property' \
        "${as_nobody[@]}" busctl set-property "${climate[@]}" TargetTemperature d 24.5
check 'and reads it' prints 'd 24.5' "${as_nobody[@]}" busctl get-property "${climate[@]}" TargetTemperature
check 'bounds are checked' refuses 'not in [16-28]' \
        "${as_nobody[@]}" busctl set-property "${climate[@]}" TargetTemperature d 99

check 'it can be looked into' sh -c "fasciactl status | grep '^org.fascia.Manager1: running'"
check 'also by others' prints 'Automatic' "${as_nobody[@]}" fasciactl get ClimateControl.recirculation
check 'who may not manage it' refuses AccessDenied "${as_nobody[@]}" fasciactl reload
check 'root may' fasciactl reload

request_name='AccessDenied|not allowed to own|Access denied'
may_not_own() {
        local answer
        ! answer=$("$@" busctl call "${bus[@]}" RequestName su Vehicle.Spare1 0 2>&1) || return 1
        grep -qE "$request_name" <<<"$answer" || { echo "$answer"; return 1; }
}
# A name that is free, but of ours: else being taken would be the reason.
sed 's/Vehicle\.Cluster1/Vehicle.Spare1/g' "$(pkg-config --variable=datadir dbus-1)"/dbus-1/system.d/Vehicle.Cluster1.conf \
        >/etc/dbus-1/system.d/Vehicle.Spare1.conf
busctl call "${bus[@]}" ReloadConfig
check 'an unprivileged user may not own a name of ours' may_not_own "${as_nobody[@]}"
check 'nor may root' may_not_own env
check 'the user of the service may' prints 'u 1' setpriv --reuid fascia --regid "$(id -g fascia)" --clear-groups \
        busctl call "${bus[@]}" RequestName su Vehicle.Spare1 0

# ---- a client over the life of the service ----

start_client
check 'a client becomes ready' client_says 'state: ready'
"${as_nobody[@]}" busctl call "${remote[@]}" Process s first >/dev/null
check 'and sees a change' client_says 'lastMessage: first'

# The rejection is in the log of the bus: the sender of a signal gets no answer. busctl has no receiver for signals
# that are meant for others, so the receiver is our client.
rejected() {
        journalctl --sync
        journalctl -q --no-pager -o cat | grep -F 'Rejected send message' | grep -F "$1"
}
not_rejected() {
        ! rejected "$1"
}
client_name=$(busctl list --unique --no-legend | awk -v pid="$client" '$2 == pid { print $1; exit }')
spoof() {
        "${as_nobody[@]}" busctl emit --destination="$client_name" "$@"
}
if [ "$(systemctl show dbus.service --property Id --value)" = dbus.service ]; then
        spoof /Example/Remote1/ProcessingService Example.Other1.ProcessingService Allowed
        spoof /Example/Remote1/ProcessingService org.freedesktop.DBus.Properties PropertiesChanged 'sa{sv}as' \
                Example.Remote1.ProcessingService 1 LastMessage s forged 0
        spoof /Example/Remote1/ProcessingService Example.Remote1.ProcessingService Forged
        check 'a forged change of a property is denied by the bus' soon rejected 'member="PropertiesChanged"'
        check 'and so is a forged signal' soon rejected 'member="Forged"'
        check 'but not one that is not ours' not_rejected 'member="Allowed"'
else
        echo 'skip - forged signals are denied: only dbus-daemon says so in its log'
fi
check 'the client never saw a forged value' sh -c "! grep -q forged $directory/client"

before=$(owner Example.Remote1)
pid=$(state MainPID)
systemctl kill --signal KILL fasciad
check 'the client sees that a killed service is gone, and is back' \
        client_says 'state: unavailable' 'state: ready'
check 'it is another process' test "$(state MainPID)" != "$pid"
check 'with another connection' test "$(owner Example.Remote1)" != "$before"
check 'that systemd has restarted' prints 1 state NRestarts
check 'it answers' prints 'i 6' "${as_nobody[@]}" busctl call "${remote[@]}" Process s second
check 'and the client sees its values' client_says 'lastMessage: second'

# ---- the log ----

check 'systemctl knows how much is logged' prints info systemctl service-log-level fasciad
check 'and says how much' systemctl service-log-level fasciad debug
check 'which counts' prints debug systemctl service-log-level fasciad
check 'it knows where to, too' prints journal systemctl service-log-target fasciad
check 'an unprivileged user may not say so' refuses 'Access denied' "${as_nobody[@]}" busctl set-property org.fascia.Manager1 \
        /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s err
check 'nor by another name of the service' refuses 'Access denied' "${as_nobody[@]}" busctl set-property Example.Remote1 \
        /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s err
check 'but may ask' prints 's "debug"' "${as_nobody[@]}" busctl get-property org.fascia.Manager1 \
        /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel
check 'a level that is none is refused' refuses 'LogLevel is emerg' busctl set-property org.fascia.Manager1 \
        /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s loud
systemctl service-log-level fasciad info

# ---- reload ----

pid=$(state MainPID)
mkdir -p /etc/fascia/fasciad.conf.d
printf '[Vehicle.Cluster]\nEnabled=no\n' >/etc/fascia/fasciad.conf.d/test.conf
check 'the configuration is read again' systemctl reload fasciad
no_cluster() {
        ! busctl list --acquired --no-legend | grep -q '^Vehicle\.Cluster1 '
}
check 'a module that is disabled goes' soon no_cluster
check 'the others stay' prints "$pid" state MainPID
check 'with their values' prints 's "second"' busctl get-property "${remote[@]}" LastMessage

simulation=(org.fascia.Simulation1 /org/fascia/Simulation1/Simulation org.fascia.Simulation1)
printf '[org.fascia.Simulation]\nBackend=simulator\n' >/etc/fascia/fasciad.conf.d/test.conf
check 'what controls a simulation comes with its section' sh -c 'systemctl reload fasciad && fascia-sim status'
check 'an unprivileged user may look' prints 'd 1' "${as_nobody[@]}" busctl get-property "${simulation[@]}" Speed
check 'and change nothing' refuses 'Access denied' "${as_nobody[@]}" busctl set-property "${simulation[@]}" Speed d 2
check 'by whatever name of the service' refuses 'denied' "${as_nobody[@]}" busctl call Vehicle.Climate1 "${simulation[@]:1}" ClearFaults
check 'root may' sh -c 'fascia-sim pause && fascia-sim resume'
printf '[org.fascia.Simulation]\nBackend=simulator\nAccess1=allow set\n' >/etc/fascia/fasciad.conf.d/test.conf
systemctl reload fasciad
check 'rules of its own count' "${as_nobody[@]}" busctl set-property Vehicle.Climate1 "${simulation[@]:1}" Speed d 1

printf '[Vehicle.Cluster]\nEnabled=perhaps\n' >/etc/fascia/fasciad.conf.d/test.conf
systemctl reload fasciad
names_fault() {
        journalctl -q --no-pager -o cat -u fasciad | grep -F '/etc/fascia/fasciad.conf.d/test.conf:2: '
}
check 'a fault of the configuration is named with its file and line' soon names_fault
check 'and does no harm' prints 'i 3' "${as_nobody[@]}" busctl call "${remote[@]}" Process s bad
check 'the client sees it at work' client_says 'lastMessage: bad'
check 'the same process did all this' prints "$pid" state MainPID

printf '[Vehicle.Climate]\nBackend=nothing\n[No.Such]\nBackend=remote\n' >/etc/fascia/fasciad.conf.d/test.conf
systemctl restart fasciad
check 'the client follows a restart' client_says 'state: unavailable' 'state: ready'
check 'a backend that is not there is named in the status' sh -c "systemctl status fasciad | grep 'Vehicle.Climate.*nothing'"
check 'and a module that is not installed' sh -c "systemctl status fasciad | grep \"No.Such: There is no 'No.Such1.so'\""
check 'its feature is not available' refuses nothing \
        "${as_nobody[@]}" busctl get-property "${climate[0]}" /Vehicle/Climate1/ClimateControl "${climate[2]}" FanLevel
check 'the others are' prints 'i 5' "${as_nobody[@]}" busctl call "${remote[@]}" Process s hello
rm /etc/fascia/fasciad.conf.d/test.conf
systemctl reload fasciad
check 'a corrected configuration brings it back' soon busctl get-property "${climate[@]}" TargetTemperature

# ---- hung ----

mkdir -p /run/systemd/system/fasciad.service.d
printf '[Service]\nWatchdogSec=1s\n' >/run/systemd/system/fasciad.service.d/test.conf
systemctl daemon-reload
systemctl restart fasciad
check 'the client follows a restart' client_says 'state: unavailable' 'state: ready'
kill -STOP "$(state MainPID)"
check 'a service that hangs is replaced' client_says 'state: unavailable' 'state: ready'
check 'by the watchdog' sh -c "journalctl -q --no-pager -u fasciad | grep -qi watchdog"
sleep_over_watchdog() {
        local restarts
        restarts=$(state NRestarts)
        sleep 1.5 # what must not happen within it cannot be waited for
        [ "$(state NRestarts)" = "$restarts" ]
}
check 'one that does not is left alone' sleep_over_watchdog

# ---- the end ----

check 'a value is set at the end' "${as_nobody[@]}" busctl set-property "${climate[@]}" TargetTemperature d 24.5
check 'systemctl stop stops it' systemctl stop fasciad
check 'cleanly' prints success state Result
check 'with status 0' prints 0 state ExecMainStatus
check 'the client knows' client_says 'state: unavailable'
check 'and nobody starts it again for the client alone' prints inactive state ActiveState
check 'the next call does' prints 'i 5' "${as_nobody[@]}" busctl call "${remote[@]}" Process s again
check 'the client is back' client_says 'state: ready'
check 'what is persistent is as it was' prints 'd 24.5' busctl get-property "${climate[@]}" TargetTemperature
check 'nobody else can read the file' prints '700 fascia' stat -c '%a %U' /var/lib/fascia
systemctl stop fasciad
kill "$client"
wait "$client"
check 'the client ends with status 0' test $? = 0
check 'make uninstall leaves no file' sh -c "make -s -C '$source_dir' uninstall &&
        ! find /usr/local /usr/share/dbus-1 /usr/lib/systemd/system /usr/lib/sysusers.d |
                grep -e fascia -e Vehicle -e Example"

finish
