#!/usr/bin/env python3
"""Sends the flow exports in capture files to a bridge on this machine, as if a router were sending them.

    replay_exports.py --to-process PID CAPTURE...

Waits until the process PID listens on the first of the ports, ends when that process does. Python standard library
only. Each sender of a capture gets a socket of its own, so that the bridge tells them apart as it would routers.
"""
import argparse
import os
import pathlib
import socket
import sys
import time

from pcap_udp import read_datagrams

NETFLOW_PORT, IPFIX_PORT = 2055, 4739
PAUSE_SECONDS = 0.02


def alive(pid):
    return os.path.isdir(f"/proc/{pid}") and pathlib.Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"


def listens(pid, port):
    """Whether process `pid` has a UDP socket on `port`."""
    inodes = set()
    for name in ("udp", "udp6"):
        for row in pathlib.Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
            columns = row.split()
            if int(columns[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(f"socket:[{columns[9]}]")
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            if os.readlink(descriptor) in inodes:
                return True
        except OSError:
            pass
    return False


def exports(path):
    """Yields (sender, port to send to, payload) for each NetFlow or IPFIX datagram of a capture."""
    for datagram in read_datagrams(path):
        version = int.from_bytes(datagram.payload[:2], "big")
        if version in (1, 5, 7, 9, 10):
            sender = (path, datagram.src, datagram.sport)
            yield sender, IPFIX_PORT if version == 10 else NETFLOW_PORT, datagram.payload


def main():
    parser = argparse.ArgumentParser(description="replay captured flow exports to a bridge on this machine")
    parser.add_argument("--to-process", type=int, required=True, metavar="PID")
    parser.add_argument("captures", nargs="+", metavar="CAPTURE")
    options = parser.parse_args()
    pid = options.to_process

    try:
        deadline = time.monotonic() + 60
        while not listens(pid, NETFLOW_PORT):
            if time.monotonic() > deadline:
                sys.exit(f"replay: nothing listens on UDP port {NETFLOW_PORT}, so no samples were sent")
            time.sleep(0.05)
        sockets, sent = {}, 0
        for path in options.captures:
            for sender, port, payload in exports(path):
                if not alive(pid):
                    return
                if sender not in sockets:
                    sockets[sender] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                sockets[sender].sendto(payload, ("127.0.0.1", port))
                sent += 1
                time.sleep(PAUSE_SECONDS)
    except (FileNotFoundError, ProcessLookupError):  # the bridge has ended, and has said why
        return
    time.sleep(0.3)
    if alive(pid):
        print(f"== sent {sent} datagrams out of {len(options.captures)} captures; the bridge runs on, Ctrl-C ends it",
              file=sys.stderr)


if __name__ == "__main__":
    main()
