#!/usr/bin/env bash
# Prints the Debian packages of sections of debian.txt, one a line:   dependencies/packages_of.sh run image
# For image builders and for building by hand; ./hyperlocal and ./run-tests install what is missing by themselves.
set -euo pipefail

list=$(dirname -- "${BASH_SOURCE[0]}")/debian.txt
if (($# == 0)); then
  echo "usage: ${0##*/} <section of ${list##*/}>..." >&2
  exit 64
fi
for section; do
  awk -v wanted="[$section]" '
    { sub(/#.*/, "") }
    /^\[/ { inside = $1 == wanted; known = known || inside; next }
    inside && NF { print $1 }
    END { exit !known }' "$list" || {
    echo "${0##*/}: $list has no section [$section]" >&2
    exit 65
  }
done
