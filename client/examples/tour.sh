#!/bin/bash
# SPDX-License-Identifier: MIT
# A tour of what Fascia does, on a message bus of its own: 'make run'. With a terminal it stays up afterwards,
# to be tried from a second one, until Ctrl-C.
set -euo pipefail

build=${FASCIA_BUILD_DIR:-$PWD/build}
scripts=$(cd "$(dirname "$0")/../../interfaces" && pwd)
climate=(Vehicle.Climate1 /Vehicle/Climate1/ClimateControl/FrontLeft Vehicle.Climate1.ClimateControl)
simulation=(org.fascia.Simulation1 /org/fascia/Simulation1/Simulation org.fascia.Simulation1)
remote=(Example.Remote1 /Example/Remote1/ProcessingService Example.Remote1.ProcessingService)
bus='' fasciad='' client='' monitor=''
# A path of its own, and short: a socket's is limited to 108 characters.
directory=$(mktemp -d /tmp/fascia-tour.XXXXXX)

finish() {
        local status=$?
        trap - EXIT INT TERM
        for child in $client $monitor $fasciad $bus; do
                kill "$child" 2>/dev/null || :
                wait "$child" 2>/dev/null || :
        done
        rm -rf "$directory"
        exit "$status"
}
trap finish EXIT
trap 'exit 143' TERM

die() {
        echo "tour: $*" >&2
        [ ! -s "$directory/fasciad.log" ] || sed 's/^/fasciad: /' "$directory/fasciad.log" >&2
        exit 1
}

# A step of the tour: what there is to see; then the command as one would type it, and what it prints.
bold='' plain=''
[ ! -t 1 ] || bold=$'\033[1m' plain=$'\033[0m'
say() {
        printf '\n%s\n' "$bold$*$plain"
}
typed() {
        local word
        printf '$'
        for word; do
                [[ -n $word && $word != *' '* ]] || word="'$word'"
                printf ' %s' "$word"
        done
        echo
}
show() {
        typed "$@"
        "$@" || die "that should have worked"
}

# await PID FILE TEXT: until a line of the file begins with the text.
await() {
        local i
        for ((i = 0; i < 400; i++)); do
                ! grep -qs "^$3" "$2" || return 0
                kill -0 "$1" 2>/dev/null || return 1
                sleep 0.025
        done
        return 1
}

start_bus() {
        cat >"$directory/bus.conf" <<-END
	<busconfig>
	  <type>session</type>
	  <listen>unix:path=$directory/bus</listen>
	  <auth>EXTERNAL</auth>
	  <policy context="default">
	    <allow send_destination="*" eavesdrop="true"/>
	    <allow eavesdrop="true"/>
	    <allow own="*"/>
	  </policy>
	</busconfig>
	END
        dbus-daemon --config-file="$directory/bus.conf" --nofork --nopidfile --print-address \
                >"$directory/address" 2>"$directory/bus.log" </dev/null &
        bus=$!
        await "$bus" "$directory/address" unix: || die "no message bus: $(cat "$directory/bus.log")"
        # busctl and the examples both find the bus by this.
        export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$directory/bus
}

start_fasciad() {
        cat >"$directory/fasciad.conf" <<-END
	[fascia]
	PluginPath=$build/plugins
	ModulePath=$build/modules

	[Example.Remote]
	Backend=remote

	[Vehicle.Climate]
	Backend=simulator
	SimulationScript=$scripts/climate.lua

	[Vehicle.Cluster]
	Backend=simulator
	SimulationScript=$scripts/cluster.lua

	[org.fascia.Simulation]
	Backend=simulator
	END
        chmod go-w "$directory/fasciad.conf"
        "$build/fasciad" --dev --config "$directory/fasciad.conf" --address "$DBUS_SYSTEM_BUS_ADDRESS" \
                >"$directory/fasciad.log" 2>&1 </dev/null &
        fasciad=$!
        local name i
        for name in Example.Remote1 Vehicle.Climate1 Vehicle.Cluster1 org.fascia.Simulation1; do
                for ((i = 0; ; i++)); do
                        [ "$(busctl call org.freedesktop.DBus / org.freedesktop.DBus NameHasOwner s \
                                "$name")" != 'b true' ] || break
                        kill -0 "$fasciad" 2>/dev/null || die "fasciad has ended"
                        [ "$i" -lt 400 ] || die "nobody serves $name"
                        sleep 0.025
                done
        done
}

start_bus
start_fasciad
# What is printed is to be pasted: paths as short as they can be.
export PATH=$build/examples:$build:$PATH
# Where fasciactl finds what describes the features.
export FASCIA_MODULE_PATH=$build/modules

say "One daemon serves three features, each made from one file in interfaces/, and the control of those simulated:"
show busctl --no-pager tree Vehicle.Climate1

say "A zone of the climate control, with its properties and their values:"
show busctl --no-pager introspect "${climate[@]}"

say "A call and its answer, from the backend in daemon/backends/remote.c: the length of the text."
show busctl call "${remote[@]}" Process s hello
show busctl get-property "${remote[@]}" LastMessage

say "The same from a program that uses the generated client API (client/examples/remote-client.c):"
show remote-client 'hello from C'

say "A property is set, and a client that was there before is told of the change:"
typed busctl monitor "${climate[0]}" '&'
busctl monitor --match="type='signal',sender='${climate[0]}',interface='org.freedesktop.DBus.Properties'" \
        >"$directory/monitor.log" 2>&1 </dev/null &
monitor=$!
await "$monitor" "$directory/monitor.log" Monitoring || die "busctl monitor: $(cat "$directory/monitor.log")"
show busctl set-property "${climate[@]}" TargetTemperature d 23.5
await "$monitor" "$directory/monitor.log" ' *STRING "TargetTemperature"' || die "nobody told of the change"
kill "$monitor"
wait "$monitor" 2>/dev/null || :
monitor=''
grep -v '^Monitoring' "$directory/monitor.log"
show busctl get-property "${climate[@]}" TargetTemperature

say "What is out of bounds is refused, and says why:"
typed busctl set-property "${climate[@]}" TargetTemperature d 99
! busctl set-property "${climate[@]}" TargetTemperature d 99 2>&1 || die "99 degrees were accepted"

say "The same from a terminal in the words of the interface file, with names and units, and how the service does:"
show fasciactl get ClimateControl FrontLeft
show fasciactl set ClimateControl.recirculation Off FrontLeft
show fasciactl status

say "And what a running client sees of a change, in the interface's own types:"
typed remote-client --watch '&'
remote-client --watch >"$directory/client.log" 2>&1 </dev/null &
client=$!
await "$client" "$directory/client.log" 'state: ready' || die "remote-client: $(cat "$directory/client.log")"
show busctl call "${remote[@]}" Process s 'seen by all'
await "$client" "$directory/client.log" 'lastMessage: seen by all' || die "the client was not told"
cat "$directory/client.log"
kill "$client"
wait "$client" 2>/dev/null || :
client=''

say "The instruments are simulated by interfaces/cluster.lua. Set to another speed, the car goes on from there:"
typed cluster-client '&'
cluster-client >"$directory/client.log" 2>&1 </dev/null &
client=$!
await "$client" "$directory/client.log" 'state: ready' || die "cluster-client: $(cat "$directory/client.log")"
show busctl call "${simulation[@]}" SetValue sssv InstrumentCluster '' speed d 180
await "$client" "$directory/client.log" 'speed: 17[0-4]' || die "the car does not brake"
kill "$client"
wait "$client" 2>/dev/null || :
client=''
sed -n '/^speed: 180/,/^speed: 17[0-4]/p' "$directory/client.log"

[ -t 0 ] || exit 0

say "It stays up. In a second terminal:"
cat <<END
export DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SYSTEM_BUS_ADDRESS FASCIA_MODULE_PATH=$FASCIA_MODULE_PATH
$build/fasciactl watch
busctl call ${remote[*]} Process s hello
$build/examples/remote-client --watch
$build/examples/cluster-client
busctl call ${simulation[*]} SetValue sssv InstrumentCluster '' fuel d 0.08
busctl set-property ${simulation[*]} Speed d 10
END
[ ! -x "$build/fascia-sim" ] || ! "$build/fascia-sim" --help | grep -q '^  panel' || echo "$build/fascia-sim panel"
cat <<END

Ctrl-C ends it.
END
trap 'echo; exit 0' INT
wait "$fasciad" || die "fasciad has ended"
