#!/usr/bin/env python3
"""BC-22: capture files are followed while tcpdump writes them, through restarts; convert reads folders of them."""
import signal
import socket

from support.alongside import Alongside, NumberedExports
from support.bridge import run_program
from support.harness import Case, find_program, main, require
from support.process import Process, free_port


FILE_BYTES, FRAME_BYTES = 24, 16 + 14 + 20 + 8  # of headers: a file's; a frame's with Ethernet, IPv4 and UDP


class FollowCase(Case):
    def setUp(self):
        super().setUp()
        require("tcpdump")
        self.captures = self.folder / "captures"
        self.captures.mkdir()
        self.port = free_port(socket.SOCK_DGRAM)
        taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # or the kernel would answer
        self.addCleanup(taker.close)
        taker.bind(("127.0.0.1", self.port))
        self.exports = NumberedExports(self, socket.socket(socket.AF_INET, socket.SOCK_DGRAM), ("127.0.0.1", self.port))

    def start_tcpdump(self):
        self.tcpdump = Process(self, "tcpdump", [
            find_program("tcpdump"), "-i", "lo", "-Z", "root", "-U", "--immediate-mode", "-B", 8192, "-G", 1, "-w",
            self.captures / "flow-%H%M%S.pcap", "udp", "dst", "port", self.port])
        self.wait_until(lambda: "listening on" in self.tcpdump.stderr(), "tcpdump is ready")

    def send_until_files(self, count):
        self.wait_until(lambda: self.exports.send(1000) or len(list(self.captures.iterdir())) >= count,
                        f"tcpdump has begun {count} files")

    def finish(self):
        """Frames that tcpdump has not read from the kernel when it is stopped would be in no file."""
        frames = sum(FRAME_BYTES + len(message) for message in self.exports.messages)
        self.wait_until(lambda: sum(path.stat().st_size - FILE_BYTES for path in self.captures.iterdir()) >= frames,
                        "tcpdump has written all that was sent")
        self.assertEqual(self.tcpdump.stop(signal.SIGINT), 0, self.tcpdump.stderr())
        self.assertIn("0 packets dropped by kernel", self.tcpdump.stderr())


class Follow(FollowCase):
    def start_bridge(self):
        return Alongside(self, f'[[input]]\ntype = "file"\npath = "{self.captures}"\n')

    def test_follow_tcpdump(self):
        """A file every second; the bridge is stopped and started in between. No record is lost, none comes twice."""
        self.start_tcpdump()
        self.exports.template()
        self.send_until_files(1)
        bridge = self.start_bridge()
        self.send_until_files(2)
        bridge.wait_for(1)
        bridge.stop()
        self.send_until_files(3)
        bridge.start()
        self.send_until_files(4)
        self.finish()
        bridge.wait_for(len(self.exports.sent))
        counts = bridge.stop()
        self.assertEqual(bridge.numbers(), self.exports.sent)
        self.assertEqual(counts["refused"], 0)

    def test_follow_after_a_kill(self):
        """What was taken since the last save comes again; nothing is lost."""
        self.start_tcpdump()
        self.exports.template()
        self.send_until_files(2)
        bridge = self.start_bridge()
        bridge.wait_for(1)
        bridge.process.stop(signal.SIGKILL)
        self.send_until_files(3)
        bridge.start()
        self.finish()
        self.wait_until(lambda: set(bridge.numbers()) >= set(self.exports.sent), "every record has come")
        bridge.stop()


class Convert(FollowCase):
    def test_convert_folders_and_patterns(self):
        """In natural order of their names, so that templates of one file are there for the next."""
        self.start_tcpdump()
        self.exports.template()
        self.send_until_files(2)
        self.finish()
        for number, path in zip((9, 10, 11), sorted(self.captures.iterdir())):
            path.rename(self.captures / f"flow{number}.pcap")
        by_folder = run_program("convert", self.captures)
        by_pattern = run_program("convert", self.captures / "flow*.pcap")
        self.assertEqual(by_folder[0], 0, by_folder[2])
        self.assertEqual(by_folder[1], by_pattern[1])
        self.assertEqual(by_folder[1].count(b"\n"), len(self.exports.sent))


if __name__ == "__main__":
    main()
