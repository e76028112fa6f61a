"""How fast and how late lines come to a receiver that always reads."""
import bisect
import socket
import statistics
import threading
import time

from support.ipfix import PER_MESSAGE

READ_SIZE = 1 << 18


class Pace:
    """A receiver over TCP that counts lines, and notes when they come."""

    def __init__(self, case):
        self._case = case
        self._listener = socket.create_server(("127.0.0.1", 0))
        case.addCleanup(self._listener.close)
        self.url = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._times, self._counts = [0.0], [0]  # so many lines had come at that time
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        peer, _ = self._listener.accept()
        with peer:
            while data := peer.recv(READ_SIZE):
                self._times.append(time.monotonic())
                self._counts.append(self._counts[-1] + data.count(b"\n"))

    @property
    def lines(self):
        return self._counts[-1]

    def _time_of(self, line):
        """When the line of that number, from 1, was there."""
        self._case.wait_until(lambda: self.lines >= line, lambda: f"line {line} comes; {self.lines} came")
        return self._times[bisect.bisect_left(self._counts, line)]

    def rate(self, exporter, records):
        """Lines a second when all these records are sent at once."""
        before, began = self.lines, time.monotonic()
        exporter.send(records // PER_MESSAGE)
        return records / (self._time_of(before + records) - began)

    def latency(self, exporter, messages, rate):
        """Seconds from the sending of a message to its last line, the median and the worst but 1 % of so many messages,
        at so many of them a second."""
        before, began, sent = self.lines, time.monotonic(), []
        for message in range(messages):
            time.sleep(max(0, began + message / rate - time.monotonic()))
            sent.append(time.monotonic())
            exporter.send()
        late = sorted(self._time_of(before + (message + 1) * PER_MESSAGE) - at for message, at in enumerate(sent))
        return statistics.median(late), late[-1 - messages // 100]
