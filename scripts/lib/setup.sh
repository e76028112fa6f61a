# shellcheck shell=bash disable=SC2034  # its variables are used by those who source it
# Shell functions shared by scripts/run, scripts/test and .ci/run: installing packages and building.
# Sourced by bash with `set -euo pipefail`, from the root of the repository.

BUILD_DIR=build/release
TOOLS_DIR=build/tools

BUILD_PACKAGES=(g++ cmake ninja-build ccache pkg-config libboost1.81-dev libssl-dev libspdlog-dev libfmt-dev
  libtomlplusplus-dev libcli11-dev libpcap-dev libre2-dev libcap-dev)
TEST_PACKAGES=(libgtest-dev libgmock-dev libbenchmark-dev git python3 openssl tcpdump liblognorm-utils iproute2 nftables
  procps util-linux tshark libestr0 libfastjson4 libglib2.0-0 libgnutls30 libivykis0 libjson-c5 libnet1 libpcre3 librrd8
  libwrap0 strace systemd)
# Programs of these packages serve the tests but are unpacked, not installed: rsyslog and syslog-ng exclude each
# other, and installing a daemon would start it and change how this machine logs. Their libraries are installed.
UNPACKED_PACKAGES=(softflowd nfdump rsyslog rsyslog-gnutls rsyslog-openssl syslog-ng-core prometheus)

say() { printf '== %s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$0" "$*" >&2; exit 1; }

# Run a command silently; show what it said only if it fails. Its exit status is kept.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status)); then
    cat "$log" >&2
    printf '%s: failed with status %d: %s\n' "$0" "$status" "$*" >&2
  fi
  rm -f "$log"
  return "$status"
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo -- "$@"; fi
}

missing_packages() {
  local package
  local -A installed=()
  while read -r package; do installed[$package]=1; done < <(
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p')
  for package in "$@"; do [[ -n ${installed[$package]-} ]] || printf '%s\n' "$package"; done
}

# Installs those of the named Debian packages that are missing; asks for root only if there are any.
install_packages() {
  local missing
  command -v dpkg-query >/dev/null || fail "this is not a Debian system; install by hand what these packages hold: $*"
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    fail "packages are missing and there is neither root nor sudo; as root run: apt-get install ${missing[*]}"
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  quietly as_root apt-get update -q || say "some package lists could not be refreshed; trying with those at hand"
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# Unpacks the test daemons under $TOOLS_DIR/root, once for each list of packages.
unpack_tools() {
  local stamp="$TOOLS_DIR/unpacked" work deb
  [[ -f $stamp && $(<"$stamp") == "${UNPACKED_PACKAGES[*]}" ]] && return 0
  say "unpacking ${UNPACKED_PACKAGES[*]} into $TOOLS_DIR"
  rm -rf "$TOOLS_DIR"
  mkdir -p "$TOOLS_DIR/root"
  work=$(mktemp -d)
  if ! (cd "$work" && apt-get download "${UNPACKED_PACKAGES[@]}" >/dev/null 2>&1); then  # no lists, or old ones
    quietly as_root apt-get update -q || true
    (cd "$work" && quietly apt-get download "${UNPACKED_PACKAGES[@]}") || fail "could not download a package"
  fi
  for deb in "$work"/*.deb; do dpkg -x "$deb" "$TOOLS_DIR/root"; done
  rm -rf "$work"
  printf '%s' "${UNPACKED_PACKAGES[*]}" >"$stamp"
}

# scripts/run and scripts/test share one tree. scripts/run configures it without tests, but only if there is no
# tree yet; scripts/test turns them on, and a later scripts/run leaves them on and builds just the program.
configure() {
  say "configuring ($BUILD_DIR)"
  quietly cmake --preset release "$@"
}

# Ninja's own progress line is welcome on a terminal only.
build() {
  say "building $1"
  if [[ -t 2 ]]; then
    cmake --build --preset release --target "$1" >&2
  else
    quietly cmake --build --preset release --target "$1"
  fi
}
