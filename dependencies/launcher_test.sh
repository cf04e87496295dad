#!/usr/bin/env bash
# Tests ./hyperlocal in a small tree of its own: the real launcher, real npm, CMake, Ninja and compiler, and a
# program of one file. Nothing is installed and the network is not used. Prints one line a case.
set -u

project=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/hl-launcher.XXXXXX") || exit 1
public=
trap 'rm -rf -- "$scratch" ${public:+"$public"}' EXIT
chmod 755 "$scratch"
tree=$scratch/a\ tree
log=$tree/build/hyperlocal-setup.log
failures=0

make_tree() {
  mkdir -p "$tree/cli" "$tree/dependencies"
  cp "$project/hyperlocal" "$project/CMakePresets.json" "$project/.npmrc" "$tree"
  cp "$project/dependencies/setup.sh" "$tree/dependencies"
  printf '[build]\nbash\n[run]\ncoreutils\n' >"$tree/dependencies/debian.txt"
  printf '{"name": "fake", "version": "1.0.0", "private": true}\n' >"$tree/package.json"
  printf '{"name": "fake", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
    "packages": {"": {"name": "fake", "version": "1.0.0"}}}\n' >"$tree/package-lock.json"
  cat >"$tree/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(fake LANGUAGES CXX)
add_subdirectory(cli)
END
  # The generated file takes as long as cli/delay says: a build that can be caught in the middle.
  cat >"$tree/cli/CMakeLists.txt" <<'END'
add_custom_command(OUTPUT made.h
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/delay && echo made >> ${CMAKE_BINARY_DIR}/times
  COMMAND touch made.h
  DEPENDS delay)
add_executable(hyperlocal main.cc made.h)
END
  : >"$tree/cli/delay"
  cat >"$tree/cli/main.cc" <<'END'
#include <cstdio>
#include <cstdlib>
int main(int argc, char** argv) {
  std::printf("first");
  for (int i = 1; i < argc; ++i) std::printf("|%s", argv[i]);
  std::printf("\n");
  if (argc > 1) std::printf("%s\n", std::getenv("HYPERLOCAL_NODE_MODULES"));
  return argc > 4 ? 42 : 0;
}
END
}

expect() { # what, then a command that must succeed
  local what=$1
  shift
  if "$@"; then
    printf 'ok    %s\n' "$what"
  else
    printf 'FAIL  %s\n' "$what"
    failures=$((failures + 1))
    sed 's/^/      out: /' "$scratch/out"
    sed 's/^/      err: /' "$scratch/err"
  fi
}

run() { # the launcher, from another directory; leaves out, err, status
  (cd / && "$tree/hyperlocal" "$@") >"$scratch/out" 2>"$scratch/err"
  status=$?
}

built_times() { wc -l <"$tree/build/release/times"; }
gone() { ! grep -qs $'^State:\t[^ZX]' "/proc/$1/status"; } # a zombie is gone

wait_for() { # seconds, then a command that succeeds in that time
  local tenths=$(($1 * 10))
  shift
  until "$@"; do
    ((tenths-- > 0)) || return 1
    sleep 0.1
  done
}
says() { grep -qF -- "$2" "$scratch/$1"; }

unset HYPERLOCAL_NODE_MODULES
make_tree

(cd / && "$tree/hyperlocal" >"$scratch/out2" 2>&1) &
run
wait
expect 'the first start builds and runs the program' grep -qx first "$scratch/out"
expect 'a second start at the same time runs it as well' grep -qx first "$scratch/out2"
expect 'and only one of them builds' test "$(built_times)" = 1

before=$(stat -c %y "$log")
run 'a b' '' '*' c
expect 'arguments arrive unchanged' grep -qxF 'first|a b||*|c' "$scratch/out"
expect 'the npm packages are named to the program' grep -qxF "$tree/node_modules" "$scratch/out"
expect 'the exit status is the program'"'"'s' test "$status" = 42
expect 'nothing is done when nothing has changed' test "$(stat -c %y "$log")" = "$before"
expect 'and nothing is said' test ! -s "$scratch/err"

ln -s "$tree/hyperlocal" "$scratch/link"
(cd "$scratch" && ./link x >out 2>err <&-)
expect 'it works through a symbolic link with no stdin' grep -qxF 'first|x' "$scratch/out"

sed -i 's/first/second/' "$tree/cli/main.cc"
touch -d '+1 second' "$tree/cli/main.cc"
run
expect 'a changed source is built' grep -qx second "$scratch/out"

printf 'this is not C++\n' >>"$tree/cli/main.cc"
touch -d '+2 seconds' "$tree/cli/main.cc"
run
expect 'a source that does not compile is exit status 70' test "$status" = 70
expect 'the compiler is quoted' says err 'this is not C++'
expect 'the log is named' says err "$log"
expect 'the old program is not run instead' test ! -s "$scratch/out"
sed -i '$d' "$tree/cli/main.cc"
touch -d '+3 seconds' "$tree/cli/main.cc"
run
expect 'and the next start recovers' grep -qx second "$scratch/out"

# $$ of the delay script becomes the sleep itself.
# shellcheck disable=SC2016
printf 'echo $$ > "%s/pid"\nexec sleep 300\n' "$scratch" >"$tree/cli/delay"
touch -d '+4 seconds' "$tree/cli/delay"
(cd / && exec "$tree/hyperlocal") >"$scratch/out" 2>"$scratch/err" &
launcher=$!
wait_for 30 test -s "$scratch/pid"
kill -TERM "$launcher"
wait "$launcher"
status=$?
expect 'an interrupted build is exit status 143' test "$status" = 143
expect 'what it had started is gone' wait_for 5 gone "$(cat "$scratch/pid")"
: >"$tree/cli/delay"
touch -d '+5 seconds' "$tree/cli/delay"
run
expect 'and the next start recovers' grep -qx second "$scratch/out"

for home in unset empty missing; do
  touch -d '+6 seconds' "$tree/cli/main.cc"
  rm -rf "$tree/node_modules"
  case $home in
    unset) (unset HOME && run && cp "$scratch/out" "$scratch/out2") ;;
    empty) (HOME='' run && cp "$scratch/out" "$scratch/out2") ;;
    missing) (HOME=/nonexistent/home run && cp "$scratch/out" "$scratch/out2") ;;
  esac
  expect "it builds with HOME $home" grep -qx second "$scratch/out2"
  : >"$scratch/out2"
done

mv "$tree" "$scratch/moved tree"
tree=$scratch/moved\ tree
log=$tree/build/hyperlocal-setup.log
run
expect 'a moved tree is configured again' grep -qx second "$scratch/out"

if ((EUID == 0)); then
  # TMPDIR may lie in a directory of root's own; an unprivileged user gets a tree where everybody may go.
  public=$(mktemp -d /tmp/hl-launcher.XXXXXX) || exit 1
  chmod 755 "$public"
  mv "$tree" "$public/a tree"
  tree=$public/a\ tree
  printf 'hyperlocal-no-such-package\n' >>"$tree/dependencies/debian.txt"
  chown -R nobody "$tree"
  (cd / && setpriv --reuid=65534 --clear-groups env PATH=/usr/bin:/bin HOME=/nonexistent \
    "$tree/hyperlocal") \
    >"$scratch/out" 2>"$scratch/err" </dev/null
  status=$?
  expect 'a missing package without root is exit status 69' test "$status" = 69
  expect 'with the one command that installs it' says err \
    'apt-get update && apt-get install --yes --no-install-recommends hyperlocal-no-such-package'
fi

printf '%d failed\n' "$failures"
((failures == 0))
