#!/bin/bash
# SPDX-License-Identifier: MIT
# A backend for hardware in the sandbox, under a real systemd: daemon/examples/tyres as its page says it, with a box that is plugged in
# only later, and once more.
set -u

# shellcheck source=inside.sh
. "$(dirname "$0")/inside.sh"
[ -x /usr/bin/python3 ] || { echo 'skip - there is no python3 to play the hardware'; echo '0 passed, 0 failed, 1 skipped'; exit 0; }
booted 'a device under a real systemd' -t 120

check 'make install installs' make_install
unit=fasciad@Example.Tyres1
feature=(Example.Tyres1 /Example/Tyres1/Tyres)
export PKG_CONFIG_PATH=/usr/local/lib/pkgconfig
cp -r "$source_dir/daemon/examples/tyres" "$directory/tyres"
cd "$directory/tyres" || exit 1
# Who is root needs no sudo.
sed -n '/^## 4/,$s/^    \(.*sudo\)/\1/p' README.md | sed 's/sudo //g' >"$directory/steps"
check 'the page has steps' test "$(wc -l <"$directory/steps")" -ge 4
check 'which do what it says' bash -e "$directory/steps"
check 'the unit has no fault with the drop-in' prints '' systemd-analyze verify --man=no "$unit.service"
check 'the exposure is at most 0.6' systemd-analyze security --offline=yes --threshold=6 "$unit.service"

get() {
        "${as_nobody[@]}" busctl get-property "${feature[0]}" "$1" "$2" "$3"
}
has_state() {
        [ "$(get "${feature[1]}" org.fascia.Feature1 State)" = "s \"$1\"" ]
}
device=/dev/ttyUSB0
plug_in() {
        rm -f "$device" "$device.unplug"
        /usr/bin/python3 "$source_dir/tests/box.py" "$device" &
        box=$!
        soon test -e "$device" && chgrp dialout "$device" && chmod 660 "$device"
}
unplug() {
        touch "$device.unplug"
        wait "$box"
        rm "$device"
}

check 'a call starts it' soon has_state unavailable
check 'the box is not there' prints "s \"$device cannot be used: No such file or directory\"" get "${feature[1]}" org.fascia.Feature1 Error

# The first serial line of another kind; there need be nothing at its end.
let_in() {
        ! get "${feature[1]}" org.fascia.Feature1 Error | grep -F -e 'not permitted' -e 'No such file'
}
not_let_in() {
        get "${feature[1]}" org.fascia.Feature1 Error | grep -F 'not permitted'
}
file=/etc/systemd/system/$unit.service.d/tyres-device.conf
if grep -q ' ttyS$' /proc/devices; then
        mknod -m 660 "$device" c 4 64
        chgrp dialout "$device"
        check 'what is of another class is not let in' soon not_let_in
        sed -i.before 's/^DeviceAllow=.*/DeviceAllow=char-ttyS rw/' "$file"
        systemctl daemon-reload
        systemctl restart "$unit"
        check 'its own class is' let_in
        rm "$device"
        mv "$file.before" "$file"
        systemctl daemon-reload
        systemctl restart "$unit"
else
        echo 'skip - another class of devices: this kernel has no serial lines'
fi
pid=$(state MainPID "$unit")

# Pseudo terminals are let in by all units.
for time in once 'once more'; do
        check "without the box it is unavailable" soon has_state unavailable
        plug_in
        check "$time it is plugged in, and ready" soon has_state ready
        check 'a wheel has its pressure' soon get "${feature[1]}/FrontLeft" Example.Tyres1.Tyres Pressure
        check 'which is the right one' prints 'd 231.5' get "${feature[1]}/FrontLeft" Example.Tyres1.Tyres Pressure
        check 'it is calibrated' prints 'i 4' busctl call "${feature[@]}" Example.Tyres1.Tyres Calibrate
        unplug
done
check 'it is the same process' prints "$pid" state MainPID "$unit"
check 'make uninstall takes it away' make -s uninstall
check 'all of it' sh -c '! find /usr/local/lib/fascia /usr/local/share /etc/fascia -name "*yres*" | grep .'
finish
