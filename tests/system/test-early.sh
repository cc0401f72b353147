#!/bin/bash
# SPDX-License-Identifier: MIT
# Features for the first picture: with early.conf they are there before what other services wait for.
set -u

# shellcheck source=inside.sh
. "$(dirname "$0")/inside.sh"
# shellcheck disable=SC2016 # for the shell that runs it
booted 'an early start' -B -t 120 -s 'make -s -C "$FASCIA_SOURCE_DIR" install >/dev/null 2>&1
        units=/etc/systemd/system data=$(dirname "$(find /usr/local/share /usr/share -path "*fascia/early.conf" | head -n 1)")
        mkdir -p $units/fasciad.service.d $units/{basic,boot-systemd}.target.wants
        ln -s /lib/systemd/system/basic.target $units/boot-systemd.target.wants/
        ln -s $data/early.conf $units/fasciad.service.d/
        ln -s $(pkg-config --variable=systemdsystemunitdir systemd)/fasciad.service $units/basic.target.wants/'

# entered UNIT: when it became active, in microseconds since the boot.
entered() {
        state ActiveEnterTimestampMonotonic "$1"
}

check 'the service runs, and nobody has called it' prints active state ActiveState
check 'it owns its names' owner Vehicle.Cluster1
check 'from before basic.target on' test "$(entered fasciad.service)" -lt "$(entered basic.target)"
check 'nothing was in the way of anything' sh -c '! journalctl -q --no-pager -o cat | grep -i "ordering cycle"'
check 'the unit has no fault' prints '' systemd-analyze verify --man=no fasciad.service
check 'and is as hard as without' systemd-analyze security --offline=yes --threshold=5 fasciad.service
check 'it serves' prints 'i 5' process hello
check 'and keeps values' "${as_nobody[@]}" busctl set-property "${climate[@]}" TargetTemperature d 24.5
systemctl restart fasciad
check 'over a restart' prints 'd 24.5' busctl get-property "${climate[@]}" TargetTemperature
finish
