# shellcheck shell=bash
# shellcheck disable=SC2154 # of inside.sh
# SPDX-License-Identifier: MIT
# All that may happen to a service, each with a client running and again and again (ROUNDS=20 times): it comes back,
# and the client sees the true values. For the two message buses there is a test each, which sources this.

check 'make install installs' make_install
plugins=$(dirname "$(find /usr/local /usr/lib -name remote.backend -path '*fascia/plugins*' | head -n 1)")
install -m 644 "$source_dir/build/system/orders.so" "$plugins/"
# as_usual [LINES]: the configuration, with these lines in it.
as_usual() {
        configure <<-END
	[fascia]
	StateDelay=10ms
	[Example.Remote]
	Backend=orders
	${1:-}
	[Vehicle.Cluster]
	Process=own
	END
}
as_usual
drop_in fasciad.service <<'END'
[Unit]
StartLimitIntervalSec=0
[Service]
WatchdogSec=1s
END

# Whatever was before: it serves, and the client knows the value that is now. A value is never said twice.
n_values=0
recovered() {
        n_values=$((n_values + 1))
        soon process "value $n_values" || return 1
        client_says "lastMessage: value $n_values" || return 1
        [ "$(busctl get-property "${remote[@]}" LastMessage)" = "s \"value $n_values\"" ] || return 1
        [ "$(grep -cxF "lastMessage: value $n_values" "$directory/client")" = 1 ]
}

lost_and_recovered() {
        client_says 'state: unavailable' 'state: ready' && recovered
}

# ---- what may happen ----

activation() {
        systemctl stop fasciad
        client_says 'state: unavailable' && soon owns_nothing Example.Remote1 &&
                prints 'i 5' process hello && client_says 'state: ready' && recovered
}
killed() {
        systemctl kill --signal KILL fasciad
        lost_and_recovered
}
# order TEXT: a call that nobody lives to answer ends at once all the same.
order() {
        local before
        before=$(date +%s%N)
        ! process "$1" || return 1
        [ $(($(date +%s%N) - before)) -lt "${2:-1000}000000" ]
}
aborted() {
        order abort && lost_and_recovered
}
exited() {
        order 'exit 3' && lost_and_recovered
}
hung() {
        order hang 3000 && lost_and_recovered &&
                journal MODULE=Example.Remote FEATURE=ProcessingService |
                        grep -qF "with the backend 'orders' (call process of Example.Remote.ProcessingService) at work"
}
# It works again, as another process, or will not any more.
settled() {
        case $(state ActiveState) in
        active) [ "$(state MainPID)" != "$1" ] ;;
        failed) ;;
        *) false ;;
        esac
}
limited() {
        local i pid
        drop_in fasciad.service <<-'END'
	[Unit]
	StartLimitIntervalSec=30s
	StartLimitBurst=3
	END
        for i in {1..5}; do
                pid=$(state MainPID)
                systemctl kill --signal KILL fasciad 2>/dev/null
                soon settled "$pid" || return 1
        done
        prints failed state ActiveState || return 1
        # (A call that starts it would wait for as long as dbus-daemon does, 25 s: systemd does not tell it.)
        ! busctl call --auto-start=no "${remote[@]}" Process s x || return 1
        drop_in fasciad.service <<-'END'
	[Unit]
	StartLimitIntervalSec=0
	[Service]
	WatchdogSec=1s
	END
        systemctl reset-failed fasciad
        soon process again && client_says 'state: ready' && recovered
}
reloaded() {
        local pid
        pid=$(state MainPID)
        systemctl reload fasciad || return 1
        echo 'Colour=red' >/etc/fascia/fasciad.conf.d/zz.conf
        systemctl reload fasciad
        rm /etc/fascia/fasciad.conf.d/zz.conf
        state StatusText | grep -q 'the new configuration was refused' || return 1
        systemctl reload fasciad || return 1
        prints "$pid" state MainPID && recovered &&
                sh -c "! tail -n +$((seen_before + 1)) $directory/client | grep -q 'state: '"
}
stopped_in_flight() {
        local i before jobs_before=()
        for i in {1..10}; do
                process never >"$directory/call.$i" 2>&1 &
                jobs_before+=($!)
        done
        soon in_flight || return 1
        before=$(date +%s%N)
        systemctl stop fasciad
        [ $(($(date +%s%N) - before)) -lt 1000000000 ] || { echo 'it took long'; return 1; }
        for i in "${jobs_before[@]}"; do
                ! wait "$i" || return 1
        done
        prints success state Result && client_says 'state: unavailable' || return 1
        soon process again && client_says 'state: ready' && recovered
}
# All ten are there when a call that is answered has come after them.
in_flight() {
        [ "$(pgrep -fc 'Process s never')" -ge 10 ] && process behind
}
other_crashed() {
        local pid before
        busctl get-property "${cluster[@]}" Speed >/dev/null || return 1
        pid=$(state MainPID)
        before=$(owner Vehicle.Cluster1)
        systemctl kill --signal SEGV fasciad@Vehicle.Cluster1
        another() {
                [ "$(owner Vehicle.Cluster1 2>&1)" != "$before" ] && busctl get-property "${cluster[@]}" Speed
        }
        soon another && prints "$pid" state MainPID && recovered &&
                sh -c "! tail -n +$((seen_before + 1)) $directory/client | grep -q 'state: '"
}
bus_restarted() {
        systemctl reset-failed dbus.service dbus-broker.service 2>/dev/null # it has a limit of starts, too
        systemctl restart dbus.service
        lost_and_recovered
}
name_taken() {
        local other status
        systemctl stop fasciad
        setpriv --reuid fascia --regid "$(id -g fascia)" --clear-groups fasciad >"$directory/other" 2>&1 &
        other=$!
        start_beside_it
        status=$?
        kill "$other"
        wait "$other" || status=1
        systemctl reset-failed fasciad
        [ "$status" = 0 ] && lost_and_recovered
}
start_beside_it() {
        soon owner Example.Remote1 || return 1
        ! systemctl start fasciad || return 1
        journal | grep -F "Another process owns the name 'Example.Remote1'" >/dev/null || return 1
        recovered # with the other one
}
denied() {
        ! "${as_nobody[@]}" busctl call "${bus[@]}" RequestName su Example.Remote1 4 || return 1
        as_usual $'[Example.Remote/ProcessingService]\nAccess1=deny call process to user nobody'
        systemctl reload fasciad
        refuses 'Access denied' process x || return 1
        prints 'i 1' busctl call "${remote[@]}" Process s y || return 1
        as_usual
        systemctl reload fasciad
        recovered
}
# cut STATE CALL N: the power goes in a write, when it comes to that system call for the N-th time. The value is then
# the old one, or the new one, and it can be changed again.
cut() {
        local pid old new=20.5 tracer
        pid=$(state MainPID)
        old=$("${target[@]}")
        [ "$old" != 'd 20.5' ] || new=24.5
        strace -f -qq -o /dev/null -e trace="$2" -e inject="$2:signal=KILL:when=$3" -p "$pid" &
        tracer=$!
        soon grep -q '^TracerPid:\s*[1-9]' "/proc/$pid/status" || return 1
        "${as_nobody[@]}" busctl set-property "${climate[@]}" TargetTemperature d "$new" || return 1
        soon replaced "$pid" || { kill "$tracer"; return 1; }
        wait "$tracer"
        [ "$1" = new ] || new=${old#d }
        prints "d $new" "${target[@]}" || { echo "cut at $2 number $3"; return 1; }
}
replaced() {
        [ "$(state MainPID)" != "$1" ] && [ "$(state ActiveState)" = active ]
}
power_cut() {
        local step
        # Of the directory, of what an earlier write has left, of the file, and of the directory again.
        for step in 'old openat 1' 'old unlinkat 1' 'old openat 2' 'old write 1' 'old fsync 1' 'old close 1' \
                'old /^rename 1' 'new fsync 2' 'new close 2'; do
                skip_client
                # shellcheck disable=SC2086 # three words
                cut $step && lost_and_recovered || return 1
        done
        ! compgen -G '/var/lib/fascia/*.bad-*'
}
upgraded() {
        make_install && systemctl restart fasciad && lost_and_recovered
}

# happens FUNCTION
happens() {
        local i
        for ((i = 1; i <= ${ROUNDS:-1}; i++)); do
                skip_client
                seen_before=$seen
                "$1" || { echo "in round $i"; return 1; }
        done
}

check 'a call starts the service' prints 'i 5' process hello
start_client
check 'a client becomes ready' client_says 'state: ready'
times=
[ "${ROUNDS:-1}" = 1 ] || times=", $ROUNDS times"
check "started by the call of an unprivileged user$times" happens activation
check "SIGKILL$times" happens killed
check "abort$times" happens aborted
check "exit 3$times" happens exited
check "a hang$times" happens hung
check "the limit of starts$times" happens limited
check "reloads, good and bad$times" happens reloaded
check "a stop with calls in flight$times" happens stopped_in_flight
check "the crash of a module with a process of its own$times" happens other_crashed
if strace -qq -o /dev/null true 2>/dev/null; then
        target=(busctl get-property "${climate[@]}" TargetTemperature)
        "${target[@]}" >/dev/null
        check "the power goes at each step of a write$times" happens power_cut
else
        echo 'skip - the power goes at each step of a write: nothing can be traced here'
fi
check "a restart of the message bus$times" happens bus_restarted
check "a name that is taken$times" happens name_taken
check "what is not allowed$times" happens denied
check "an upgrade$times" happens upgraded

# ---- who it was ----

# logs_who TEXT: fasciad has logged this about a caller, who is a field of it.
logs_who() {
        journalctl --sync
        journalctl -q --no-pager -o json -t fasciad MODULE=Example.Remote FEATURE=ProcessingService |
                grep -F -- "$1" | grep -q '"SENDER":":1\.[0-9]*"'
}
check 'who is refused is a field of the journal' logs_who '(uid '"$(id -u nobody)"') may not call'
as_usual ReplyTimeout=100ms
check 'a backend is given less time' systemctl reload fasciad
check 'it takes more' refuses 'was not answered within 0.1 s' process never
check 'who has waited for it is a field of the journal' logs_who 'process was not answered within 0.1 s'

kill "$client"
wait "$client"
check 'the client ends with status 0' test $? = 0
finish 80
