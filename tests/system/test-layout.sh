#!/bin/bash
# SPDX-License-Identifier: MIT
# The processes of a configuration under a real systemd: one for all modules, one for each that wants it, none for
# those that nobody uses; started by calls and by the target, and none the worse for the crash of another.
set -u

# shellcheck source=inside.sh
. "$(dirname "$0")/inside.sh"
booted 'processes under a real systemd' -t 120

check 'make install installs' make_install
for unit in fasciad.service fasciad@.service fascia.target fascia.slice; do
        check "the unit $unit has no fault" prints '' systemd-analyze verify --man=no "$unit"
done
check 'the sandbox of a process of its own leaves an exposure of at most 0.5' \
        systemd-analyze security --offline=yes --threshold=5 fasciad@.service

# ---- reloads that systemd waits for ----

generator=$(pkg-config --variable=systemdsystemgeneratordir systemd)/fascia-generator
mkdir -p "$directory"/{new,old,bin}
printf '#!/bin/sh\necho "systemd 254 (254.5)"\n' >"$directory/bin/systemctl"
chmod +x "$directory/bin/systemctl"
PATH=$directory/bin:$PATH "$generator" "$directory/new" "$directory/new" "$directory/new"
check 'since version 253 systemd sends the signal itself' \
        prints $'[Service]\nType=notify-reload\nExecReload=' cat "$directory/new/fasciad.service.d/notify-reload.conf"
"$generator" "$directory/old" "$directory/old" "$directory/old"
[ "$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')" -ge 253 ] ||
        check 'before, the unit says how' test ! -e "$directory/old/fasciad.service.d"
check 'what a call starts is made in both' test -h "$directory/new/dbus-Vehicle.Climate1.service" -a \
        -h "$directory/old/dbus-Vehicle.Climate1.service"

# ---- all in one ----

check 'what a call starts is the service' prints fasciad.service state Id dbus-Vehicle.Climate1.service
check 'all modules are served by it' prints 'i 5' process hello
check 'also those that were not called' owner Vehicle.Cluster1
check 'in the slice of all features' prints fascia.slice state Slice
check 'no other process was started' prints '' systemctl list-units --no-legend --plain 'fasciad@*'

# ---- one of its own ----

configure <<'END'
[Vehicle.Cluster]
Process=own
END
speed=(busctl get-property "${cluster[@]}" Speed)
own=fasciad@Vehicle.Cluster1.service
check 'a reload alone leaves a module where it is' systemctl reload fasciad
check 'where it works' "${speed[@]}"
systemctl daemon-reload
systemctl restart fasciad
check 'a restart gives it away' soon owns_nothing Vehicle.Cluster1
check 'a call of an unprivileged user starts it' "${as_nobody[@]}" "${speed[@]}"
check 'in a process of its own' prints active state ActiveState "$own"
check 'in the same slice' prints fascia.slice state Slice "$own"
check 'as the same user' prints fascia stat -c %U "/proc/$(state MainPID "$own")"
check 'behind a filter of system calls' grep -q '^Seccomp:\s*2$' "/proc/$(state MainPID "$own")/status"
check 'which says how it is' prints '1 module, all served' state StatusText "$own"
check 'the others are served as before' prints 'i 3' process one

start_client
check 'a client of another module becomes ready' client_says 'state: ready'
skip_client
ready=$seen
pid=$(state MainPID)
drop_in "$own" <<'END'
[Service]
WatchdogSec=1s
END
systemctl restart "$own"
# KILL is also what the kernel does at the limit of memory (MemoryMax=), STOP is a hang that the watchdog ends.
for signal in KILL ABRT SEGV STOP; do
        before=$(owner Vehicle.Cluster1)
        systemctl kill --signal "$signal" "$own"
        another() {
                [ "$(owner Vehicle.Cluster1 2>&1)" != "$before" ] && "${speed[@]}"
        }
        check "after $signal it comes back" soon another
done
rm -r "/run/systemd/system/$own.d"
systemctl daemon-reload
check 'the process of the others is the same' prints "$pid" state MainPID
process same >/dev/null
check 'their client has seen nothing of it' client_says 'lastMessage: same'
check 'and was never without them' sh -c "! tail -n +$((ready + 1)) $directory/client | grep -q 'state: '"

systemctl stop "$own"
check 'it can be stopped alone' prints 'i 3' process two
check 'a call starts it again' "${speed[@]}"
check 'what calls start ends by itself' soon prints inactive state ActiveState dbus-Vehicle.Cluster1.service

# Memory limits cannot be tried in every container: that the slice is where it would count is what is seen above.
systemctl stop fascia.target fasciad "$own"
check 'the target starts all' systemctl start fascia.target
check 'each that has its own' soon owner Vehicle.Cluster1
check 'and those that share' owner Vehicle.Climate1
systemctl stop fascia.target
stopped() {
        [ "$(state ActiveState)$(state ActiveState "$own")" = inactiveinactive ]
}
check 'and stops all' soon stopped
kill "$client"

# ---- what a backend needs beyond the sandbox ----

# All of the example that is made for a module, with a device of ours.
mknod -m 666 /dev/vehicle c 1 7
mknod -m 666 /dev/other c 1 7
echo 'open sesame' >/etc/fascia/token
chmod 600 /etc/fascia/token
check 'an example of a drop-in is made' fascia-codegen --emit=drop-in -o "$directory" "$source_dir/interfaces/climate.qface"
drop_ins=/etc/systemd/system/fasciad.service.d
mkdir -p "$drop_ins"
sed -e 's/^#\([A-Z][A-Za-z]*=\)/\1/' -e 's/ttyUSB0/vehicle/' -e 's/vehicle-bus/systemd-journald/' \
        "$directory/systemd/Vehicle.Climate1.conf" >"$drop_ins/climate.conf"
systemctl daemon-reload
check 'the unit has no fault with it' prints '' systemd-analyze verify --man=no fasciad.service
check 'a call starts the service' prints 'i 5' process hello
check 'which has the device' test -c "/proc/$(state MainPID)/root/dev/vehicle"
check 'and no other' test ! -e "/proc/$(state MainPID)/root/dev/other"
secret=/run/credentials/fasciad.service/token
check 'it has the secret' prints 'open sesame' setpriv --reuid fascia --regid "$(id -g fascia)" --clear-groups cat "$secret"
check 'it knows where' sh -c "tr '\0' '\n' </proc/$(state MainPID)/environ | grep -qx 'CREDENTIALS_DIRECTORY=${secret%/*}'"
check 'others have not' refuses 'Permission denied' "${as_nobody[@]}" cat "$secret"
systemctl stop fasciad
check 'the secret ends with it' test ! -e "$secret"
sed -i -e '/AF_CAN/d' -e '/^PrivateNetwork=/d' "$drop_ins/climate.conf"
systemctl daemon-reload
check 'without the CAN socket the exposure is at most 0.5 all the same' \
        systemd-analyze security --offline=yes --threshold=5 fasciad.service
rm "$drop_ins/climate.conf"
systemctl daemon-reload

# ---- a configuration that does not fit ----

check 'a unit for a module that shares says so' refuses failed systemctl start fasciad@Vehicle.Climate1
says_shared() {
        journal | grep -F '[Vehicle.Climate] has no Process=own: fasciad.service serves it'
}
check 'in its log' soon says_shared
check 'and is not tried again' prints 0 state NRestarts fasciad@Vehicle.Climate1
printf 'not an assignment\n' >/etc/fascia/fasciad.conf.d/zz.conf
systemctl daemon-reload
check 'a bad file leaves the units of the others' prints fasciad.service state Id dbus-Vehicle.Climate1.service
rm /etc/fascia/fasciad.conf.d/zz.conf

# Each file of the generator is a new one, never what a link shows.
unit=$(systemctl show fasciad --property FragmentPath --value)
cp "$unit" "$directory/unit"
configure <<'END'
[Vehicle.Climate1]
Backend=simulator
Process=own
END
systemctl daemon-reload
check 'two sections of one name leave the units as they were' cmp "$unit" "$directory/unit"
check 'and the first is what a call starts' prints fasciad.service state Id dbus-Vehicle.Climate1.service

# ---- a module that moves while it runs ----

configure <<'END'
[Vehicle.Climate]
Process=own
END
systemctl daemon-reload
systemctl stop fasciad
pid_of() {
        busctl call "${bus[@]}" GetConnectionUnixProcessID s "$1" | cut -d ' ' -f 2
}
check 'a process of its own serves it' busctl get-property Vehicle.Climate1 /Vehicle/Climate1/ClimateControl org.fascia.Feature1 Error
configure </dev/null
systemctl daemon-reload
systemctl restart fasciad
check 'the name that it still has costs nobody else' prints 'i 5' process hello
check 'and stays its own' prints "$(state MainPID fasciad@Vehicle.Climate1)" pid_of Vehicle.Climate1
systemctl stop fasciad@Vehicle.Climate1
taken_over() {
        [ "$(state MainPID)" = "$(pid_of Vehicle.Climate1)" ]
}
check 'and is taken over when that ends' soon taken_over
systemctl stop fasciad

# ---- none for those that nobody uses ----

configure <<'END'
[fascia]
IdleExit=300ms
END
systemctl daemon-reload
check 'a call starts it' prints 'i 5' process hello
idle() {
        [ "$(state ActiveState)" = inactive ]
}
check 'it ends when nobody uses it' soon idle
check 'with status 0' prints success state Result
check 'and is not restarted' prints 0 state NRestarts
answers=0
for i in {1..40}; do
        # At any moment before, while and after it ends.
        sleep "0.2$((i % 10))$((i / 10))"
        [ "$(process "call $i" 2>&1)" = "i $((5 + ${#i}))" ] && answers=$((answers + 1))
done
check 'calls at the end are answered, by it or by the next' test "$answers" = 40
start_client
check 'for one who listens' client_says 'state: ready'
before=$(owner Example.Remote1)
sleep 0.8 # what must not happen within it cannot be waited for
check 'it stays' prints "$before" owner Example.Remote1
kill "$client"
check 'and ends after him' soon idle
start_client
check 'for one whose call has started it' client_says 'state: ready'
before=$(owner Example.Remote1)
sleep 0.8
check 'it stays, too' prints "$before" owner Example.Remote1
kill "$client"
check 'and ends after him as well' soon idle

finish
