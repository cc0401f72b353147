#!/bin/bash
# SPDX-License-Identifier: MIT
# The Debian packages in build/deb ("make deb"), under a real systemd: installed, started by a call, upgraded under a
# client, removed, installed again, purged; and that they come out the same when they are built once more. For
# "make check-deb".
#   packages.sh [-B]   -B: the message bus is dbus-broker; builds nothing
set -u

# shellcheck source=inside.sh
. "$(dirname "$0")/inside.sh"
packages=$source_dir/build/deb

# Elsewhere, at another place of the world, by somebody with another umask.
if [ "${FASCIA_TEST_INSIDE:-}${1:-}" = '' ]; then
        (umask 002 && TZ=Asia/Tokyo LC_ALL=C "$source_dir/systemd/debian/build" "$packages-again") || exit 1
        for deb in "$packages"/*.deb; do
                if cmp "$deb" "$packages-again/${deb##*/}"; then
                        echo "ok - ${deb##*/} is the same when it is built again"
                else
                        echo "not ok - ${deb##*/} is the same when it is built again"
                        exit 1
                fi
        done
        rm -r "$packages-again"
fi
booted 'Debian packages' ${1:+"$1"} -t 200

export DEBIAN_FRONTEND=noninteractive
# Containers have it so that nothing is started in them: this one is a system that runs.
rm -f /usr/sbin/policy-rc.d
target=(busctl get-property "${climate[@]}" TargetTemperature)
own=fasciad@Vehicle.Cluster1.service

install_packages() {
        apt-get -q install -y --no-install-recommends "$@"
}

# What there is in the system, but for what package managers keep for themselves, and copies of the list of users.
list_files() {
        find /etc /usr /var /lib /home /root /opt /srv -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt \
                -o -path /var/cache -o -path /var/log -o -path /var/tmp -o -path /var/lib/PackageKit -o -path "$source_dir" \) -prune \
                -o ! -path '/etc/*-' ! -path '/etc/.pwd.lock' -print | sort
        getent passwd
        getent group
}

# The same files under a later version: an upgrade is about what the scripts of the packages do.
repack() {
        local deb root
        mkdir -p "$directory/newer"
        for deb in "$directory"/debs/*.deb; do
                root=$directory/repack
                rm -rf "$root"
                dpkg-deb --raw-extract "$deb" "$root"
                sed -i -e "/^Version: /s/$version\$/$newer/" -e "s/(= $version)/(= $newer)/g" "$root/DEBIAN/control"
                dpkg-deb --root-owner-group --build "$root" "$directory/newer" || return 1
        done
}

mkdir "$directory/debs"
cp "$packages"/*.deb "$directory/debs"
rm "$directory"/debs/*-dbgsym_*
version=$(dpkg-deb --field "$directory"/debs/fasciad_*.deb Version)
newer=$version+1
list_files >"$directory/before"

# ---- installed ----

check 'the packages install' install_packages "$directory"/debs/*.deb
for unit in fasciad.service fasciad@.service fascia.target fascia.slice; do
        check "the unit $unit has no fault" prints '' systemd-analyze verify --man=no "$unit"
done
check 'dpkg finds all files as they were packed' prints '' dpkg --verify fasciad libfascia0 libfascia-dev fascia-tools
check 'nothing is started' prints inactive state ActiveState
check 'and nothing enabled' sh -c '! systemctl is-enabled --quiet fascia.target'
check 'the user is there' getent passwd fascia
check 'a call of an unprivileged user starts the service' prints 'i 5' process hello
check 'as its own user' prints fascia stat -c %U "/proc/$(state MainPID)"
check 'from the package' prints /usr/bin/fasciad readlink "/proc/$(state MainPID)/exe"
check 'with its own library where the package has it' \
        grep -q "/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/fascia/libfascia-service.so.0" "/proc/$(state MainPID)/maps"
check 'it can be stopped' systemctl stop fasciad
check 'and started by hand' systemctl start fasciad
check 'the command line tool shows it' fasciactl list
check 'the library cannot be taken from under it' refuses fasciad dpkg --remove libfascia0

check 'there is a place for drop-ins' test -d /etc/fascia/fasciad.conf.d -a -d /etc/fascia/client.conf.d
for example in tyres wipers lamp; do
        check "the example $example is there" test -e "/usr/share/doc/libfascia-dev/examples/$example/Makefile"
done

wipers() {
        cd "$directory" && fascia-codegen new Acme.Wipers && make -s -C wipers
}
check 'a project is built with what the packages install' wipers

# ---- upgraded ----

check 'packages of a later version can be made of these' repack
configure <<'END'
[Vehicle.Cluster]
Process=own
END
printf '[fascia]\nLogLevel=debug\n' >/etc/fascia/fasciad.conf
printf '[fascia]\n' >/etc/fascia/client.conf
settings() {
        md5sum /etc/fascia/fasciad.conf /etc/fascia/client.conf /etc/fascia/fasciad.conf.d/*
}
before_settings=$(settings)
systemctl daemon-reload
systemctl restart fasciad
systemctl enable --quiet fascia.target
check 'a module with a process of its own is served' soon busctl get-property "${cluster[@]}" Speed
check 'an unprivileged user sets a property' \
        "${as_nobody[@]}" busctl set-property "${climate[@]}" TargetTemperature d 24.5
start_client
check 'a client is there' client_says 'state: ready'
process 'before the upgrade' >/dev/null
check 'and sees what others do' client_says 'lastMessage: before the upgrade'
pid=$(state MainPID) own_pid=$(state MainPID "$own")
check 'the later version installs' dpkg --install "$directory"/newer/*.deb
check 'right afterwards a call is answered' prints 'i 3' process one
check 'and the value is the one that was set' prints 'd 24.5' "${target[@]}"
check 'the service is another process' test "$(state MainPID)" != "$pid"
check 'a running one' prints active state ActiveState
check 'the module with its own process, too' test "$(state MainPID "$own")" != "$own_pid" -a \
        "$(state ActiveState "$own")" = active
check 'the client has followed' client_says 'state: unavailable' 'state: ready'
process 'after the upgrade' >/dev/null
check 'and sees again what others do' client_says 'lastMessage: after the upgrade'
check 'the version is the later one' prints "$newer" dpkg-query --show --showformat='${Version}' fasciad
check 'settings are as they were' prints "$before_settings" settings
check 'what was enabled still is' prints enabled systemctl is-enabled fascia.target
check 'no process uses a file that is gone' sh -c "! grep -l '(deleted)' /proc/$(state MainPID)/maps /proc/$(state MainPID "$own")/maps"

kill "$client"
systemctl stop fasciad "$own"
check 'it installs also while nothing runs' dpkg --install "$directory"/newer/*.deb
check 'and starts nothing then' prints inactiveinactive sh -c \
        "printf %s%s \$(systemctl show --property=ActiveState --value fasciad) \$(systemctl show --property=ActiveState --value $own)"

# ---- removed, and back ----

start_client
check 'a client starts it' client_says 'state: ready'
busctl get-property "${cluster[@]}" Speed >/dev/null
check 'the service is removed' apt-get -q remove -y fasciad
check 'its client is told' client_says 'state: unavailable'
nothing_runs() {
        ! grep -qx fasciad /proc/[0-9]*/comm
}
check 'no process of it is left' nothing_runs
check 'the bus does not know its names any more' sh -c '! busctl call org.freedesktop.DBus / org.freedesktop.DBus \
        ListActivatableNames | grep -e Vehicle -e Example.Remote -e org.fascia'
check 'settings are left' prints "$before_settings" settings
check 'and values' test -s /var/lib/fascia/Vehicle.Climate1.json
skip_client
check 'it is installed again' install_packages "$directory"/newer/fasciad_*.deb
check 'a call starts it' prints 'd 24.5' "${target[@]}"
check 'the client follows' client_says 'state: ready'
kill "$client"

# ---- purged ----

check 'all is purged, while it runs' apt-get -q purge -y fasciad libfascia0 libfascia-dev fascia-tools
check 'no process of it is left' nothing_runs
check 'and no unit' prints '' systemctl list-units --all --no-legend --plain 'fascia*' 'dbus-Vehicle*'
list_files >"$directory/after"
check 'no file, no user and no group is left' diff "$directory/before" "$directory/after"
check 'it can be installed once more' install_packages "$directory"/newer/*.deb
check 'and serves' prints 'i 5' process hello
check 'with values as new' test "$("${target[@]}")" != 'd 24.5'
check 'where there is a user of that name already' sh -c 'apt-get -q purge -y fasciad && useradd --comment Alice fascia'
check 'it is taken' install_packages "$directory"/newer/fasciad_*.deb
check 'and serves as it' prints 'i 5' process hello
check 'and left by a purge' sh -c 'apt-get -q purge -y fasciad && getent passwd fascia'
check 'no script of the packages has complained' sh -c "! journalctl -q -o cat -u fasciad | grep -i 'permission denied'"

finish
