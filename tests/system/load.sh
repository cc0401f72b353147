# shellcheck shell=bash
# shellcheck disable=SC2154 # of inside.sh
# SPDX-License-Identifier: MIT
# Clients that behave badly, and what the others notice of them: one that does not read, one that calls without end,
# one that forges. How long the others wait is measured, and judged only by "make load": a test must not depend on how
# fast a machine is. For the two message buses there is a test each, which sources this.

duration=${LOAD_SECONDS:-3}
check 'make install installs' make_install
if [ "$broker" = daemon ]; then
        ln -s "$(find /usr/local/share /usr/share -path '*fascia/dbus-limits.conf' | head -n 1)" /etc/dbus-1/system.d/fascia-limits.conf
        busctl call "${bus[@]}" ReloadConfig
fi
cp "$source_dir/build/bench/neighbour" "$directory/"
# Users of their own: what one does must not be laid to another.
as_games=(setpriv --reuid games --regid games --clear-groups)
as_mail=(setpriv --reuid mail --regid mail --clear-groups)

memory() {
        awk '/^VmRSS/ { print $2 }' "/proc/$(state MainPID)/status"
}

# The 99th percentile in microseconds, while whatever else happens.
measure() {
        local median percentile longest n
        read -r median percentile longest n < <("${as_mail[@]}" "$directory/neighbour" measure "$duration") || return 1
        echo "# $1: $n calls, median $median us, 99 % within $percentile us, the longest $longest us" >&3
        [ -z "${LOAD_SECONDS:-}" ] || [ "$percentile" -lt 10000 ] || { echo "99 % within $percentile us only"; return 1; }
}
exec 3>&1

check 'a call starts the service' prints 'i 5' process hello
check 'calls are answered' measure 'alone'

# ---- one that does not read ----

start_client
check 'a client becomes ready' client_says 'state: ready'
kill -STOP "$client"
before=$(memory)
"${as_games[@]}" "$directory/neighbour" change "$duration" 1000 >"$directory/changes" &
changer=$!
check 'while one does not read, the others get their answers' measure 'while one client is stopped'
wait "$changer"
after=$(memory)
echo "# $(cat "$directory/changes") changes of 1000 bytes for a client that does not read: from $before KiB to $after KiB"
check 'and the service does not grow by more than 8 MiB' test $((after - before)) -le 8192
# By another user: a bus that keeps so much for one may have no room for anything else of his.
"${as_mail[@]}" busctl call "${remote[@]}" Process s 'the end' >/dev/null
kill -CONT "$client"
# From the end: there may be hundreds of megabytes of it.
last() {
        tac "$directory/client" | grep -m 1 "^$1: "
}
last_is() {
        [ "$(last lastMessage)" = "lastMessage: $1" ] && [ "$(last state)" = 'state: ready' ]
}
# A bus may have kept all of it: then that is read first.
sees_the_end() {
        local i
        for ((i = 0; i < 6; i++)); do
                ! soon last_is 'the end' || return 0
        done
        return 1
}
before=$(date +%s%3N)
check 'and it sees the true value when it goes on' sees_the_end
echo "# after $(($(date +%s%3N) - before)) ms"

# ---- one that calls without end ----

"${as_games[@]}" "$directory/neighbour" flood "$duration" >"$directory/flood" &
flooder=$!
check 'while one calls without end, the others get their answers' measure 'while one client calls without end'
wait "$flooder"
echo "# it got $(cat "$directory/flood") answers and refusals"
configure <<'END'
[Example.Remote/ProcessingService]
Access1=deny read to user games
END
check 'a rule is read' systemctl reload fasciad
check 'that keeps it out' refuses 'Access denied' "${as_games[@]}" busctl get-property "${remote[@]}" LastMessage
"${as_games[@]}" "$directory/neighbour" flood "$duration" >"$directory/flood" &
flooder=$!
check 'also when all of it is denied' measure 'while one client calls without end, and may not'
wait "$flooder"
echo "# it got $(cat "$directory/flood") answers and refusals"
check 'the service is the same' prints 0 state NRestarts

# ---- one that forges ----

# What the policy would keep away comes through, so that the library has to see to it.
for policy in "$(pkg-config --variable=datadir dbus-1)"/dbus-1/system.d/Example.Remote1.conf; do
        sed '/send_type="signal"/d' "$policy" >"$policy.new" && mv "$policy.new" "$policy"
done
busctl call "${bus[@]}" ReloadConfig
client_name=$(busctl list --unique --no-legend | awk -v pid="$client" '$2 == pid { print $1; exit }')
check 'ten thousand forged changes are sent' "${as_games[@]}" "$directory/neighbour" spoof 10000 "$client_name"
check 'the name is asked for ten thousand times, and never had' \
        prints 0 "${as_games[@]}" "$directory/neighbour" hijack 10000
process 'after them' >/dev/null
check 'the client sees what is true' soon last_is 'after them'
check 'and has seen nothing else' sh -c "! grep -q forged $directory/client"
kill "$client"
finish 40
