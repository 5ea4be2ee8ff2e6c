#!/usr/bin/env python3
"""Cuts the power while a process writes to a store, on a real file system.

An ext4 or xfs file system lies in an image file and is mounted through a loop device. While a writer is
stopped, the image is copied: the copy holds exactly what had reached the disk, nothing of what was
only in the page cache. The copy is mounted, the journal is replayed, and everything in the store
is compared with what was acknowledged.

    python3 Tests/TortureTests/power_cut.py --programs .build/release --cuts 100

First it proves on six known cases that it can tell what a power cut loses. Needs root, mkfs.ext4
or mkfs.xfs, and loop devices; says "skipped" and ends with 77 where it cannot run. Everything is mounted in a
mount namespace of its own, which goes with the process.
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

SKIPPED = 77
MEGABYTE = 1 << 20


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def fail(message):
    print(f"wrong: {message}")
    sys.exit(1)


def call(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True)


# How a file system is made, so that nothing is left for the kernel to write by itself later; the
# options that it needs, also to be mounted beside its copy; and its least size.
FILE_SYSTEMS = {
    "ext4": (["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"], "", 16),
    "xfs": (["mkfs.xfs", "-q", "-f"], ",nouuid", 300),
}


class Disk:
    """A file system in an image file."""

    def __init__(self, folder, name, settings):
        self.image = folder / f"{name}.img"
        self.path = folder / name
        self.kind = settings.filesystem
        self.making, options, least = FILE_SYSTEMS[self.kind]
        self.bytes = max(least, settings.megabytes) * MEGABYTE
        self.options = "loop,noatime" + options
        if self.kind == "ext4":
            self.options += f",data={settings.data}"
        self.is_mounted = False

    def make(self):
        self.image.unlink(missing_ok=True)
        with open(self.image, "wb") as file:
            file.truncate(self.bytes)
        call(*self.making, self.image)
        self.mount()

    def mount(self):
        self.path.mkdir(exist_ok=True)
        call("mount", "-t", self.kind, "-o", self.options, self.image, self.path)
        self.is_mounted = True

    def unmount(self):
        if not self.is_mounted:
            return
        for attempt in range(50):
            if subprocess.run(["umount", self.path], capture_output=True).returncode == 0:
                break
            time.sleep(0.02)
        else:
            call("umount", "--lazy", self.path)
        self.is_mounted = False

    def used(self):
        state = os.statvfs(self.path)
        return 1 - state.f_bavail / max(1, state.f_blocks)

    def cut_into(self, copy):
        """Copies the image as it is at one moment and mounts the copy.

        Two readings that agree show that nothing was written while the first was taken.
        """
        for attempt in range(100):
            first = self.image.read_bytes()
            if first == self.image.read_bytes():
                break
        else:
            fail("the image does not come to rest")
        copy.unmount()
        copy.image.write_bytes(first)
        copy.mount()


# What a power cut does to files: the cases that show that the cut is one.


def write(path, data, synced):
    with open(path, "ab") as file:
        file.write(data)
        file.flush()
        if synced:
            os.fsync(file.fileno())


def sync_folder(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def whole(disk):
    write(disk / "a.tmp", b"x" * 8192, True)
    os.rename(disk / "a.tmp", disk / "a")
    sync_folder(disk)


def renamed_without_sync(disk):
    write(disk / "a.tmp", b"x" * 8192, True)
    os.rename(disk / "a.tmp", disk / "a")


def written_without_sync(disk):
    write(disk / "a.tmp", b"x" * 8192, False)
    os.rename(disk / "a.tmp", disk / "a")
    sync_folder(disk)


def appended_without_sync(disk):
    write(disk / "a", b"x" * 4096, True)
    sync_folder(disk)
    write(disk / "a", b"y" * 4096, True)
    write(disk / "a", b"z" * 4096, False)


def removed_without_sync(disk):
    write(disk / "a", b"x" * 8192, True)
    sync_folder(disk)
    os.unlink(disk / "a")


def nothing_synced(disk):
    write(disk / "a.tmp", b"x" * 8192, False)
    os.rename(disk / "a.tmp", disk / "a")


KNOWN_CASES = [
    (whole, {"a": 8192}),
    (renamed_without_sync, {"a.tmp": 8192}),
    (written_without_sync, {"a": 0}),
    (appended_without_sync, {"a": 8192}),
    (removed_without_sync, {"a": 8192}),
    (nothing_synced, {}),
]


def check_known_cases(disk, copy):
    for case, expected in KNOWN_CASES:
        disk.make()
        case(disk.path)
        disk.cut_into(copy)
        found = {
            path.name: path.stat().st_size for path in copy.path.iterdir() if path.is_file()
        }
        disk.unmount()
        if found != expected:
            fail(f"{case.__name__}: {found} is left, not {expected}")
    copy.unmount()
    print(f"known cases: {len(KNOWN_CASES)} as expected")


# The store.


class Writer:
    """A process that appends and can be stopped for a moment."""

    def __init__(self, settings, store, acknowledgements, seed):
        # Into a file: a full pipe would hold it up.
        self.log = open(acknowledgements.with_suffix(".log"), "w+")
        self.process = subprocess.Popen(
            [
                settings.programs / "Torture", "write", f"store={store}",
                f"acks={acknowledgements}", f"durability={settings.durability}", f"seed={seed}",
                f"rows={settings.rows}", f"pause={settings.pause}",
            ],
            stdout=self.log, stderr=self.log, env={"SWIFT_BACKTRACE": "enable=no"})

    def stop(self):
        """Stops all threads; one that waits for the disk is waited for."""
        self.process.send_signal(signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        while self.process.poll() is None:
            states = []
            for task in tasks.iterdir():
                try:
                    states.append((task / "stat").read_text().rpartition(")")[2].split()[0])
                except OSError:
                    pass
            if all(state in "TtZX" for state in states):
                return
            time.sleep(0.0005)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def check_alive(self):
        if self.process.poll() is None:
            return
        self.log.seek(0)
        fail(f"the writer ended with {self.process.returncode}: {self.log.read()[-2000:]}")


class Totals:
    def __init__(self):
        self.cuts = self.kills = self.lives = self.resumed = 0
        self.found = self.acknowledged = self.lost = 0
        self.last = None
        self.oldest_lost_ms = 0

    def add(self, numbers):
        self.cuts += 1
        self.last = numbers
        self.lost += numbers["lost"]
        self.oldest_lost_ms = max(self.oldest_lost_ms, numbers["oldest_lost_ms"])


    def end_life(self):
        """Counts the events of one file system once, as its last cut found them."""
        if self.last:
            self.found += self.last["found"]
            self.acknowledged += self.last["acknowledged"]
        self.last = None


def check(settings, store, acknowledgements, cut_time, close=False):
    command = [
        settings.programs / "Torture", "check", f"store={store}", f"acks={acknowledgements}",
        f"durability={settings.durability}", f"cut={cut_time}", f"close={int(close)}",
    ]
    if settings.durability == "none":
        command += ["lenient=1"]
    elif settings.durability != "always":
        milliseconds = int(settings.durability.partition(":")[2]) + settings.slack
        command += [f"at-risk={milliseconds}"]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=120,
        env={"SWIFT_BACKTRACE": "enable=no"})
    if result.returncode != 0:
        keep(settings, store, acknowledgements)
        fail(f"{settings}\n{result.stdout}{result.stderr}")
    words = result.stdout.split()
    return {
        name: int(value) for name, _, value in (word.partition("=") for word in words) if value
    }


def keep(settings, store, acknowledgements):
    """Keeps what a failed check looked at."""
    folder = pathlib.Path(settings.keep)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(store, folder / "store")
    shutil.copy(acknowledgements, folder / "acks")
    print(f"the store is kept in {folder}")


def cut_once(settings, disk, copy, writer, acknowledgements, totals, random):
    time.sleep(random.uniform(0.02, settings.longest))
    cut_time = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    writer.stop()
    writer.check_alive()
    seen = acknowledgements.with_name("seen")
    shutil.copy(acknowledgements, seen)
    disk.cut_into(copy)
    if random.random() < settings.kills:
        writer.kill()
        totals.kills += 1
    else:
        writer.go_on()
    store = copy.path / "store"
    if not store.exists():
        if seen.stat().st_size and settings.durability == "always" and "stored" in seen.read_text():
            fail("the store is gone")
        return
    totals.add(check(settings, store, seen, cut_time))
    if random.random() < 0.2:
        # The store that is left goes on, is killed, and is whole again.
        again = Writer(settings, store, seen, random.randrange(1 << 30))
        time.sleep(random.uniform(0.1, 0.3))
        again.kill()
        check(settings, store, seen, cut_time, close=True)
        totals.resumed += 1


def live(settings, disk, copy, folder, totals, random):
    """One file system from its making until it is nearly full."""
    disk.make()
    totals.lives += 1
    acknowledgements = folder / "acks"
    acknowledgements.unlink(missing_ok=True)
    acknowledgements.touch()
    store = disk.path / "store"
    writer = None
    try:
        for cut in range(settings.cuts_per_life):
            if totals.cuts >= settings.cuts or disk.used() > 0.5:
                break
            if writer is None or writer.process.poll() is not None:
                writer = Writer(settings, store, acknowledgements, random.randrange(1 << 30))
            cut_once(settings, disk, copy, writer, acknowledgements, totals, random)
    finally:
        if writer:
            writer.kill()
        copy.unmount()
        disk.unmount()
        totals.end_life()


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--programs", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--cuts-per-life", type=int, default=16)
    parser.add_argument("--durability", default="always", help="always, interval:MS or none")
    parser.add_argument("--filesystem", default="ext4", choices=sorted(FILE_SYSTEMS))
    parser.add_argument("--data", default="ordered", choices=["ordered", "writeback"],
        help="of ext4")
    parser.add_argument("--megabytes", type=int, default=48)
    parser.add_argument("--kills", type=float, default=0.3, help="kills of the writer a cut")
    parser.add_argument("--longest", type=float, default=0.3, help="s between two cuts, at most")
    parser.add_argument("--rows", type=int, default=500, help="events in memory")
    parser.add_argument(
        "--pause", type=int, default=150, help="the longest pause between two appends, ms")
    parser.add_argument(
        "--slack", type=int, default=150, help="ms a sync may be late, beyond the interval")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="/tmp/skep-power-cut")
    return parser.parse_args()


def main():
    settings = parse()
    if os.geteuid() != 0:
        skip("only root may mount")
    for program in [f"mkfs.{settings.filesystem}", "unshare", "mount"]:
        if shutil.which(program) is None:
            skip(f"{program} is not installed")
    if "SKEP_POWER_CUT" not in os.environ:
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            skip("mount namespaces are not allowed")
        os.environ["SKEP_POWER_CUT"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    # The folder goes with the mount namespace.
    folder = pathlib.Path("/mnt")
    memory = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", folder], capture_output=True, text=True)
    if memory.returncode != 0:
        skip(f"mounting is not allowed: {memory.stderr.strip()}")
    disk = Disk(folder, "disk", settings)
    copy = Disk(folder, "copy", settings)
    try:
        disk.make()
    except subprocess.CalledProcessError as error:
        skip(f"an image cannot be mounted: {error.stderr.strip()}")
    disk.unmount()
    check_known_cases(disk, copy)
    totals = Totals()
    chance = random.Random(settings.seed)
    while totals.cuts < settings.cuts:
        live(settings, disk, copy, folder, totals, chance)
    print(
        f"durability {settings.durability}, {settings.filesystem}, data={settings.data}: {totals.cuts} power cuts on "
        f"{totals.lives} file systems, {totals.kills} kills, {totals.resumed} stores gone on with; "
        f"{totals.acknowledged} events acknowledged, {totals.found} found, {totals.lost} lost, "
        f"the oldest {totals.oldest_lost_ms} ms before the cut")


if __name__ == "__main__":
    main()
