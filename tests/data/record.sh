#!/usr/bin/env bash
# Records the sample exports of this folder anew: made-up traffic goes into real exporters (Debian's softflowd, pmacct,
# nfdump), tcpdump takes what they send over the loopback interface. Clocks and process ids are in the exports, so
# every run gives other bytes, and the expected lines must be made and checked anew (see README.md).
#
#   tests/data/record.sh FOLDER        needs root, tcpdump, softflowd, pmacctd, nfpcapd, nfreplay, python3
set -euo pipefail
out=$(mkdir -p "${1:?usage: record.sh FOLDER}" && cd "$1" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

make_traffic() {  # FILE [UNIX_START]: with a start, so that v5 uptimes of now can show the times
  PYTHONPATH=$here/../e2e python3 - "$@" <<'PY'
import sys
from support import traffic
if len(sys.argv) > 2:
    traffic.START = int(sys.argv[2])
traffic.Traffic(seed=11).mixed(3).write(sys.argv[1])
PY
}

record() {  # NAME PORT COMMAND...: tcpdump runs for as long as COMMAND does
  local name=$1 port=$2 pid
  shift 2
  tcpdump -i lo -n -s 0 -U --immediate-mode -Z root -w "$out/$name.pcap" "udp dst port $port" 2>/dev/null &
  pid=$!
  sleep 1
  "$@" >"$name.log" 2>&1 || true
  sleep 1
  kill -INT "$pid"
  wait "$pid" || true
  printf '%s: %s bytes\n' "$name" "$(stat -c %s "$out/$name.pcap")"
}

soft() {  # NAME TARGET OPTION...
  local name=$1 target=$2
  shift 2
  record "$name" "${target##*:}" timeout -s KILL 60 softflowd -d -a -r traffic.pcap -p "$work/pid" -c none "$@" -n "$target"
}

probe() {  # NAME VERSION PORT
  cat >"$1.conf" <<CONF
daemonize: false
pcap_savefile: traffic.pcap
aggregate: src_host, dst_host, src_port, dst_port, proto, tos, src_mac, dst_mac, vlan, tcpflags
plugins: nfprobe[p]
nfprobe_receiver[p]: 127.0.0.1:$3
nfprobe_version[p]: $2
nfprobe_timeouts[p]: expint=2:maxlife=300:general=5:udp=5:icmp=5:tcp=5
CONF
  record "$1" "$3" timeout -s INT 20 pmacctd -f "$1.conf"
}

make_traffic traffic.pcap
soft softflowd_v5 127.0.0.1:2055 -v 5
soft softflowd_v9 127.0.0.1:2055 -v 9
soft softflowd_ipfix 127.0.0.1:4739 -v 10
soft softflowd_ipfix_biflow '[::1]:4739' -v 10 -b -A micro
probe pmacctd_ipfix 10 4739
mkdir flows
nfpcapd -r traffic.pcap -w flows -t 3600 -e 300,60 >nfpcapd.log 2>&1 || true
record nfreplay_v9 2055 nfreplay -H 127.0.0.1 -p 2055 -v 9 -r "$(find flows -name 'nfcapd.2*' | head -n 1)"
