# shellcheck shell=bash
# Brings a bare Debian 12 to the point where the program can be built: packages, npm packages, the build
# itself. Sourced by ./hyperlocal and ./run-tests, which call, in this order:
#
#   setup_begin <root> <program>            take the lock
#   setup_debian_packages <section>...      of dependencies/debian.txt
#   setup_node_packages product|all         of package-lock.json, without or with devDependencies
#   setup_peer_packages                     of tests/peers/package-lock.json
#   setup_build <preset> [<target>]         configure and build
#   setup_end                               let go of the lock
#
# Every step does nothing when there is nothing to do, may be interrupted at any point, and is simply
# done again by the next run. A step says one line on stderr, and only if it takes longer than a second;
# what its commands print goes to build/<program>-setup.log. A step that fails ends the program with
# exit status 69 (something this machine lacks), 70 (our build is broken) or 73 (cannot write here).

setup_root=
setup_program=
setup_log=
setup_lock=
setup_child=
setup_environment=(LC_ALL=C.UTF-8)
setup_log_begun=

setup_say() {
  printf '%s: %s\n' "$setup_program" "$*" >&2
}

setup_stop() { # exit-status message
  local status=$1
  shift
  setup_say "$@"
  exit "$status"
}

# Two runs in one tree must neither install nor build at the same time. The lock's descriptor is passed on
# to the commands of a step, so that a compiler that outlives a killed run still keeps others out.
setup_begin() { # root program
  setup_root=$1
  setup_program=$2
  mkdir -p "$setup_root/build" 2>/dev/null
  if [[ ! -w $setup_root/build ]]; then
    setup_stop 73 "cannot write to $setup_root/build; give this user the directory" \
      "(chown -R \"\$(id -un)\" '$setup_root') or work in a clone of your own."
  fi
  exec {setup_lock}>"$setup_root/build/.setup-lock" ||
    setup_stop 73 "cannot open $setup_root/build/.setup-lock for writing"
  if ! flock --nonblock "$setup_lock"; then
    setup_say "another run is setting up $setup_root; waiting for it"
    flock "$setup_lock" || setup_stop 73 "cannot lock $setup_root/build/.setup-lock"
  fi
  if [[ -z $setup_log ]]; then
    setup_log=$setup_root/build/$setup_program-setup.log
    setup_prepare_home
  fi
  trap 'setup_interrupted 130' INT
  trap 'setup_interrupted 143' TERM
  trap 'setup_interrupted 129' HUP
}

setup_end() {
  trap - INT TERM HUP
  exec {setup_lock}>&-
}

# npm, ccache and cmake keep things under HOME and stop when they cannot. The program itself is not
# affected: only the commands of the steps get the other HOME.
setup_prepare_home() {
  local home=${HOME-~}
  if [[ -z $home || ! -d $home || ! -w $home || ! -x $home ]]; then
    home=$setup_root/build/home
    mkdir -p "$home"
    setup_environment+=("CCACHE_DIR=$home/ccache" "XDG_CACHE_HOME=$home/cache")
    # A HOME that can be read still says where the registry is.
    if [[ -r ${HOME-}/.npmrc ]]; then setup_environment+=("NPM_CONFIG_USERCONFIG=$HOME/.npmrc"); fi
  fi
  # Another clone of the same sources finds in the cache what this one compiled.
  setup_environment+=("HOME=$home" "CCACHE_BASEDIR=$setup_root" CCACHE_NOHASHDIR=true)
}

setup_interrupted() { # exit-status
  trap 'exit 130' INT TERM HUP
  if [[ -n $setup_child ]]; then
    # As a whole group: npm and ninja have children. What runs through sudo cannot be signalled by us; it
    # is waited for, and what it has installed stays.
    kill -TERM -- "-$setup_child" 2>/dev/null
    wait "$setup_child" 2>/dev/null
    while kill -0 -- "-$setup_child" 2>/dev/null; do sleep 0.05; done
  fi
  printf '\n' >&2
  setup_stop "$1" "interrupted; run it again to continue"
}

# setup_step [--no-session] <what it does> <command> [<argument>]...
# Runs the command in the root of the tree with its output in the log. The status is the command's.
setup_step() {
  local session=(setsid)
  if [[ $1 == --no-session ]]; then
    session=()
    shift
  fi
  local what=$1 status shown='' tenths=0 started=$SECONDS
  shift
  # A run with nothing to do leaves the log of the run that had.
  if [[ -z $setup_log_begun ]]; then
    : >"$setup_log" || setup_stop 73 "cannot write $setup_log"
    setup_log_begun=1
  fi
  printf '\n== %s\n+ %s\n' "$what" "$*" >>"$setup_log"
  ${session[@]+"${session[@]}"} env -C "$setup_root" "${setup_environment[@]}" "$@" \
    </dev/null >>"$setup_log" 2>&1 &
  setup_child=$!
  while kill -0 "$setup_child" 2>/dev/null; do
    sleep 0.1
    tenths=$((tenths + 1))
    if ((tenths == 10)); then
      shown=1
      printf '%s: %s ...' "$setup_program" "$what" >&2
    elif ((tenths % 50 == 0)); then
      printf '.' >&2 # a sign of life every five seconds
    fi
  done
  wait "$setup_child"
  status=$?
  setup_child=
  if [[ -n $shown ]]; then
    if ((status == 0)); then
      printf ' %d s\n' "$((SECONDS - started))" >&2
    else
      printf ' failed\n' >&2
    fi
  fi
  return "$status"
}

# Shows why the last step failed, and ends.
setup_step_failed() { # exit-status message...
  local status=$1
  shift
  printf '%s\n' '--- the end of the log ---' >&2
  tail -n 30 -- "$setup_log" >&2
  printf '%s\n' '--------------------------' >&2
  setup_say "$@"
  setup_stop "$status" "the whole log: $setup_log"
}

# The packages of the sections that are neither installed nor replaced by a command, one a line.
setup_missing_packages() { # section...
  local -A wanted=() installed=()
  local section line package command state names=()
  for section; do wanted[$section]=1; done
  section=
  while IFS= read -r line; do
    line=${line%%#*}
    read -r package command <<<"$line"
    if [[ $package == \[*\] ]]; then
      section=${package:1:-1}
    elif [[ -n $package && -n ${wanted[$section]-} ]]; then
      if [[ -z $command ]] || ! command -v "$command" >/dev/null 2>&1; then
        names+=("$package")
      fi
    fi
  done <"$setup_root/dependencies/debian.txt"
  ((${#names[@]})) || return 0
  while read -r state package; do
    if [[ $state == installed ]]; then installed[${package%%:*}]=1; fi
  done < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null)
  for package in "${names[@]}"; do
    if [[ -z ${installed[$package]-} ]]; then printf '%s\n' "$package"; fi
  done
}

setup_debian_packages() { # section...
  command -v dpkg-query >/dev/null 2>&1 ||
    setup_stop 69 "this is not a Debian system; docs/development.md tells how to build by hand"
  local missing
  mapfile -t missing < <(setup_missing_packages "$@")
  ((${#missing[@]})) || return 0

  local session=() run=(env DEBIAN_FRONTEND=noninteractive)
  if ((EUID != 0)); then
    command -v sudo >/dev/null 2>&1 || setup_need_root "${missing[@]}"
    if ! sudo -n true 2>/dev/null; then
      # A password can only be asked of somebody who is there.
      [[ -t 0 && -t 2 ]] || setup_need_root "${missing[@]}"
      setup_say "sudo is needed to install the Debian packages ${missing[*]}"
      sudo -v >&2 || setup_need_root "${missing[@]}"
    fi
    # sudo remembers a password by session, so these steps stay in ours.
    session=(--no-session)
    run=(sudo -n "${run[@]}")
  fi

  local apt=("${run[@]}" apt-get -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold)
  # Old lists name files that are gone. A third-party source that does not answer is no reason to stop.
  setup_step ${session[@]+"${session[@]}"} 'reading the package lists' "${apt[@]}" update || true
  # A run that was killed may have left packages half installed, and then apt refuses to install others.
  # Should this fail, the installation below says what is still wrong.
  if [[ -n $(dpkg --audit 2>/dev/null) ]]; then
    setup_step ${session[@]+"${session[@]}"} 'finishing an interrupted installation of packages' \
      "${run[@]}" dpkg --configure --pending --force-confdef --force-confold || true
    setup_step ${session[@]+"${session[@]}"} 'repairing an interrupted installation of packages' \
      "${apt[@]}" install --fix-broken --yes --no-install-recommends || true
  fi
  setup_step ${session[@]+"${session[@]}"} "installing Debian packages (${#missing[@]})" \
    "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" ||
    setup_step_failed 69 "could not install: ${missing[*]}" \
      "(is the network reachable, and is this Debian 12 with its security updates?)"
}

setup_need_root() { # package...
  setup_say "Debian packages are missing ($#) and this user may not install them. As root, run:"
  printf '  apt-get update && apt-get install --yes --no-install-recommends %s\n' "$*" >&2
  exit 69
}

# npm ci empties node_modules first, so the mark inside it is there only after a complete installation.
setup_node_packages() { # product|all
  local scope=$1 digest have omit=(--omit=dev)
  digest=$(setup_lock_digest .)
  have=$(setup_node_mark .)
  if [[ $have == "all $digest" || $have == "$scope $digest" ]]; then return 0; fi
  # Whoever had the test packages keeps them.
  if [[ $have == all\ * ]]; then scope=all; fi
  if [[ $scope == all ]]; then omit=(--include=dev); fi
  # The optional packages are native build tools of other packages; nothing here calls them.
  setup_step 'installing the npm packages' \
    npm ci --ignore-scripts --omit=optional "${omit[@]}" ||
    setup_step_failed 69 "npm could not install the packages of $setup_root/package-lock.json" \
      "(is the network reachable?)"
  setup_write_node_mark . "$scope $digest"
}

# The published packages that tests and benchmarks compare with; one of them calls an optional one.
setup_peer_packages() {
  local place=tests/peers digest
  digest=$(setup_lock_digest "$place")
  if [[ $(setup_node_mark "$place") == "all $digest" ]]; then return 0; fi
  setup_step 'installing the npm packages to compare with' npm ci --prefix "$place" --ignore-scripts ||
    setup_step_failed 69 "npm could not install the packages of $setup_root/$place/package-lock.json" \
      "(is the network reachable?)"
  setup_write_node_mark "$place" "all $digest"
}

setup_lock_digest() { # directory below the root
  (cd "$setup_root/$1" && sha256sum package.json package-lock.json .npmrc | sha256sum) || printf 'unknown'
}

# What was installed: its scope and the digest of its lock.
setup_node_mark() { # directory below the root
  local mark=$setup_root/$1/node_modules/.hyperlocal
  if [[ -f $mark ]]; then printf '%s' "$(<"$mark")"; fi
}

setup_write_node_mark() { # directory below the root, text
  local mark=$setup_root/$1/node_modules/.hyperlocal
  mkdir -p "${mark%/*}" # npm makes none when there is nothing to put in
  if ! printf '%s' "$2" >"$mark.new" || ! mv -f "$mark.new" "$mark"; then
    setup_stop 73 "cannot write $mark"
  fi
}

# One compiler a core, but no more than the memory carries: the largest files take about 1 GB each.
setup_jobs() {
  local cores kilobytes jobs
  cores=$(nproc 2>/dev/null) || cores=1
  kilobytes=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo 2>/dev/null)
  jobs=$((${kilobytes:-1048576} / 1048576))
  if ((jobs > cores)); then jobs=$cores; fi
  if ((jobs < 1)); then jobs=1; fi
  printf '%d' "$jobs"
}

setup_build() { # preset [target]
  local preset=$1 target=${2-} directory=$setup_root/build/$1 configure='' fresh=()
  local mark=$directory/.configured cache=$directory/CMakeCache.txt
  # Ninja configures again when a CMakeLists.txt changes, but knows neither the presets nor the packages.
  if [[ ! -f $directory/build.ninja || ! -f $mark || $setup_root/CMakePresets.json -nt $mark ||
    /var/lib/dpkg/status -nt $mark ]]; then
    configure=1
  fi
  # A tree that was moved or copied keeps the old place in its cache.
  if [[ -f $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$setup_root" "$cache"; then
    configure=1
    fresh=(--fresh)
  fi
  if [[ -n $configure ]]; then
    setup_step "configuring build/$preset" cmake --preset "$preset" ${fresh[@]+"${fresh[@]}"} ||
      setup_step_failed 70 "cmake could not configure the preset '$preset'"
    : >"$mark" || setup_stop 73 "cannot write $mark"
  fi
  setup_step "building build/$preset (minutes the first time)" \
    cmake --build --preset "$preset" --parallel "$(setup_jobs)" ${target:+--target "$target"} ||
    setup_step_failed 70 "the preset '$preset' does not build"
}
