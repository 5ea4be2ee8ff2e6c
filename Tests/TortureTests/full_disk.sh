#!/bin/sh
# Fills a small file system through a store, then through the command line.
#
#     unshare --mount sh full_disk.sh PROGRAMS FOLDER [megabytes]
#
# PROGRAMS is the folder of `Torture` and `skep`; FOLDER an empty folder. Needs root; the mount goes
# with the mount namespace.
set -eu
programs=$1
folder=$2
size=${3:-4}
disk=$folder/disk
store=$disk/store
export SKEP_STORE="$store"

fail() {
    echo "wrong: $*"
    exit 1
}

# Runs a command that must fail because the disk is full.
refused() {
    if "$@" >"$folder/refused" 2>&1; then fail "succeeded on a full disk: $*"; fi
    grep -q 'No space left on device' "$folder/refused" ||
        fail "$* says: $(cat "$folder/refused")"
}

# Takes what is left of the disk.
fill_rest() {
    head -c $((size * 1048576)) /dev/zero >>"$disk/rest" 2>/dev/null || true
    [ "$(df --output=avail "$disk" | tail -1)" -eq 0 ] || fail "the disk is not full"
}

mkdir "$disk"
mount -t tmpfs -o "size=${size}m" tmpfs "$disk" 2>/dev/null || {
    echo "skipped: mounting is not allowed"
    exit 77
}
mount | grep -q " on $disk " || fail "not mounted"

echo "== an open store"
head -c $((size * 1024 * 680)) /dev/zero >"$disk/ballast"
status=0
"$programs/Torture" fill store="$store" acks="$folder/acks" ballast="$disk/ballast" || status=$?
[ $status -eq 137 ] || fail "filling ended with $status"

# Failed appends leave no files behind.
[ "$(ls "$store/log" | wc -l)" -lt 12 ] || fail "files in the log: $(ls "$store/log" | wc -l)"

echo "== killed, and opened again on the disk that is still full"
fill_rest
"$programs/skep" query spans 'VISUALIZE COUNT' --start 2023-11-01 --end 2023-12-01 --format csv \
    >"$folder/answer" || fail "a query on a full disk: $?"
"$programs/Torture" check store="$store" acks="$folder/acks"
"$programs/skep" verify >/dev/null || fail "verify on a full disk: $?"

echo "== load and compact on the full disk"
"$programs/skep" generate --events 1000 --seed 1 --out "$folder/shop.ndjson" >/dev/null
fill_rest
refused "$programs/skep" load shop "$folder/shop.ndjson" --retention none
"$programs/Torture" check store="$store" acks="$folder/acks"

echo "== with space again"
rm -f "$disk/rest" "$disk/ballast"
"$programs/Torture" check store="$store" acks="$folder/acks" close=1
# As much as joining all that is loaded may need for a moment.
head -c $((size * 1024 * 320)) /dev/zero >"$disk/ballast" || fail "no space for the ballast"
loads=0
while "$programs/skep" load shop "$folder/shop.ndjson" --retention none >/dev/null 2>"$folder/last"
do
    loads=$((loads + 1))
    [ $loads -lt 300 ] || fail "the disk never gets full"
done
grep -q 'No space left on device' "$folder/last" || fail "load says: $(cat "$folder/last")"
# A load that failed is cut off: the same command goes on where it stood.
rm "$disk/ballast"
"$programs/skep" load shop "$folder/shop.ndjson" --retention none >/dev/null 2>"$folder/last" ||
    fail "a load with space again: $(cat "$folder/last")"
lines=$(wc -l <"$folder/shop.ndjson")
events=$("$programs/skep" stats shop --format json | sed 's/^{"events":\([0-9]*\).*/\1/')
[ "$events" -eq $(((loads + 1) * lines)) ] || fail "$((loads + 1)) loads of $lines: $events events"
"$programs/skep" verify >/dev/null || fail "verify after loads: $?"
"$programs/Torture" check store="$store" acks="$folder/acks"

echo "== compact on the full disk"
fill_rest
if "$programs/skep" compact >"$folder/compacted" 2>&1; then
    grep -q 'nothing to join' "$folder/compacted" || fail "compact: $(cat "$folder/compacted")"
else
    grep -q 'No space left on device' "$folder/compacted" ||
        fail "compact says: $(cat "$folder/compacted")"
fi
rm -f "$disk/rest"
"$programs/skep" verify >/dev/null || fail "verify after compact: $?"
"$programs/Torture" check store="$store" acks="$folder/acks" close=1
echo "loads=$loads"
