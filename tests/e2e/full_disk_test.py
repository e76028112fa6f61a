#!/usr/bin/env python3
"""PX-12: the disk of a spool is full: what is lost is what the policy says, all of it counted, and it ends by itself."""
from support.bridge import Output
from support.harness import main
from support.siems import IMPATIENT, Siem, SiemCase
from support.small_disk import SmallDisk

MEBIBYTE = 1 << 20
LINES = 100000  # of about 300 bytes
RATE = 60000  # a second
DISK = 8 * MEBIBYTE
STILL_POLLS = 20
FULL, ROOM = r"spool takes nothing more output=siem", r"spool is full no more output=siem"


class FullDisk(SiemCase):
    def start_with_spool(self, disk=DISK, spool=None, **keys):
        """The receiver is down; the spool is on a small disk of so many bytes, or on none of its own."""
        self.siem = Siem(self, up=False)
        self.disk = SmallDisk(self, disk) if disk else None
        folder = (self.disk.path if disk else self.folder) / "spool"
        # Segments, and so what drop_oldest drops at once, are of a 64th of max_bytes.
        self.configure(Output(self.siem.url, queue="8MiB", spool={"dir": folder, "max_bytes": "64MiB", **(spool or {})},
                              **IMPATIENT, **keys))
        self.start(self.disk.enter if disk else ())

    def assert_books(self, counts, dropped):
        """All that was sent stands somewhere, and nothing was dropped for another reason."""
        books = self.books(counts)
        self.assertEqual(sum(books.values()), len(self.numbers), counts)
        self.assertEqual(counts.get("output.siem.dropped.spool_full", 0), books["dropped"], counts)
        (self.assertGreater if dropped else self.assertEqual)(books["dropped"], 0)
        return books

    def deliver(self):
        """The receiver comes back; returns the records that it got once the bridge has stopped, and the counts."""
        if not self.siem.running():
            self.siem.start()
        self.wait_for_count("queued", lambda lines: lines == 0)
        self.wait_for_count("spooled", lambda lines: lines == 0)
        counts = self.stop()
        self.siem.stop()
        records = self.siem.records()
        self.assertEqual(len(records), counts["output.siem.delivered"])
        self.assertEqual(self.books(counts)["spooled"], 0)
        return records, counts

    def fill_and_deliver(self, policy, **more):
        """Returns how many lines had to go, and which records came."""
        self.start_with_spool(queue_full=policy, **more)
        self.export(LINES, RATE)
        self.wait_for_log(FULL)
        lost = self.assert_books(self.counts(), dropped=True)["dropped"]
        records, counts = self.deliver()
        self.assert_books(counts, dropped=True)
        self.assertEqual(counts["output.siem.dropped"], lost, "nothing more is lost once the receiver is back")
        return lost, records

    def test_full_disk_drops_the_newest(self):
        """The receiver gets an unbroken run of the oldest."""
        lost, records = self.fill_and_deliver("drop_newest")
        self.assert_records(records, self.numbers[:-lost])

    def test_full_disk_drops_the_oldest(self):
        lost, records = self.fill_and_deliver("drop_oldest")
        self.assert_records(records, self.numbers[lost:])

    def test_full_disk_drops_the_newest_of_a_journal(self):
        lost, records = self.fill_and_deliver("drop_newest", spool={"mode": "journal"})
        self.assert_records(records, self.numbers[:-lost])

    def test_max_bytes_drop_the_newest(self):
        lost, records = self.fill_and_deliver("drop_newest", disk=None, spool={"max_bytes": "16MiB"})
        self.assert_records(records, self.numbers[:-lost])

    def test_max_bytes_drop_the_oldest(self):
        lost, records = self.fill_and_deliver("drop_oldest", disk=None, spool={"max_bytes": "16MiB"})
        self.assert_records(records, self.numbers[lost:])

    def test_full_disk_gets_room(self):
        """Another file is removed while the receiver is still down: what comes then is kept."""
        self.start_with_spool(2 * DISK, queue_full="drop_newest")
        other = self.disk.fill(leave=2 * MEBIBYTE)
        self.export(LINES // 2, RATE)
        self.wait_for_log(FULL)
        lost = self.assert_books(self.counts(), dropped=True)["dropped"]
        other.unlink()
        self.wait_for_count("queued", lambda lines: lines == 0)
        kept = self.numbers[:-lost]
        self.export(LINES // 5, RATE)
        self.wait_for_log(ROOM, deadline=30)
        records, counts = self.deliver()
        self.assertEqual(counts["output.siem.dropped.spool_full"], lost)
        self.assert_records(records, kept + self.numbers[LINES // 2:])

    def hold_back(self, **spool):
        """GG-06: the source over TCP waits for room instead."""
        self.start_with_spool(required=True, spool=spool)

        def trouble(exporter):
            self.wait_for_log(FULL)
            taken = []

            def stands():
                taken.append(self.counts()["records"])
                return taken[-STILL_POLLS:] == taken[-1:] * STILL_POLLS
            self.wait_until(stands, "the bridge takes no more records")
            self.assertLess(taken[-1], LINES)
            self.siem.start()
            self.wait_for_sent(exporter, LINES)

        self.export_during(trouble, RATE, LINES)
        records, counts = self.deliver()
        self.assert_records(records, self.numbers)
        self.assert_books(counts, dropped=False)

    def test_full_disk_holds_back(self):
        self.hold_back()

    def test_full_disk_holds_back_with_a_journal(self):
        self.hold_back(mode="journal")


if __name__ == "__main__":
    main()
