#!/bin/bash
# SPDX-License-Identifier: MIT
# What may happen to a service, with dbus-broker as the message bus: ROUNDS=20 for each twenty times.
set -u

# shellcheck source=inside.sh
. "$(dirname "$0")/inside.sh"
booted 'recovery with dbus-broker' -B -t $((60 + ${ROUNDS:-1} * 60))
# shellcheck source=recovery.sh
. "$here/recovery.sh"
