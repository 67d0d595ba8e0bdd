#!/bin/sh
# Runs uv-wizard as this host's own log-in shell would: with the variables that its start-up files set.
#   wizard.sh PYTHON FILE WORD ...
# NAME=value lines on standard input become variables, so that no secret stands in a command line or in a file.
set -eu
case "${SHELL:-/bin/sh}" in
  */bash | */zsh | */dash | */ksh | */sh) login=${SHELL:-/bin/sh} ;;
  *) login=/bin/sh ;;
esac
# what start-up files print is no answer of uv-wizard's: it goes to standard error
exec 3>&1 1>&2
# expanded by that shell, after its start-up files
# shellcheck disable=SC2016
exec "$login" -lc '
  while IFS= read -r line; do
    [ -z "$line" ] || export "${line%%=*}=${line#*=}"
  done
  exec "$@" >&3 3>&- </dev/null' "$login" "$@"
