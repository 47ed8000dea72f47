#!/bin/sh
# install.sh CMAKE BUILD COMPILER SOURCE FLAGS: installs what a worker of one's own needs below a folder (DESTDIR), builds
# SOURCE with nothing but pkg-config's answer, and runs it.
set -eu
cmake=$1 build=$2 compiler=$3 source=$4 flags=$5

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

DESTDIR=$root $cmake --install "$build" --component development --prefix /usr >"$root/log" || { cat "$root/log"; exit 1; }
[ "$(find "$root" -mindepth 1 -maxdepth 1 -not -name usr -not -name log)" = "" ] || { echo "DESTDIR was left"; exit 1; }

pc=$(find "$root/usr" -name hartonomous.pc)
words=$(PKG_CONFIG_PATH=${pc%/*} pkg-config --cflags --libs hartonomous)
# shellcheck disable=SC2086 # lists of words
$compiler -std=c17 -Wall -Wextra -Werror $flags -o "$root/worker" "$source" $words

"$root/worker" --version
"$root/worker" --help | grep -q 'counts messages of a queue'
"$root/worker" --help-settings >"$root/counter.conf"
grep -q '^#colour = green$' "$root/counter.conf"
grep -q '^#batch_size = ' "$root/counter.conf"
"$root/worker" --check-config --config-dir "$root"
printf '[counter]\ncolor = green\n' >"$root/counter.conf"
status=0
"$root/worker" --check-config --config-dir "$root" 2>"$root/said" || status=$?
[ $status = 78 ] || { echo "exit status $status, not 78"; exit 1; }
grep -q 'counter.conf:2: \[counter\] color: no such key; did you mean colour?' "$root/said" || { cat "$root/said"; exit 1; }
