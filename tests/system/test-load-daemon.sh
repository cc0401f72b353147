#!/bin/bash
# SPDX-License-Identifier: MIT
# Clients that behave badly, with dbus-daemon as the message bus: "make load" does it for a minute each.
set -u

# shellcheck source=inside.sh
. "$(dirname "$0")/inside.sh"
booted 'load with dbus-daemon' -t $((60 + ${LOAD_SECONDS:-3} * 5))
broker=daemon
# shellcheck source=load.sh
. "$here/load.sh"
