#!/usr/bin/env bash
# Fuzzes the readers of untrusted bytes: run.sh [seconds for each target] [target ...]
# Without a target all of them. Inputs that reach something new are kept in .build/fuzz-corpus, those
# that crash in .build/fuzz-crashes: once mended, they belong in Tests/Fuzz/Corpus.
# SKEP_FUZZ_RECORD=1 writes the seeds there anew, which a change of a format needs.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
shift || true
targets=${*:-segment encoding log list json text specification}
scratch=.build/fuzz

probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
printf '%s\n' '@_cdecl("LLVMFuzzerTestOneInput")' \
    'public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 { 0 }' >"$probe/probe.swift"
if ! swiftc -sanitize=fuzzer,address -parse-as-library "$probe/probe.swift" -o "$probe/probe" 2>/dev/null; then
    echo "fuzzing is left out: this toolchain has no libFuzzer"
    exit 0
fi

# Tests may be enabled for release code: the fuzz targets see what is internal to the format.
SKEP_FUZZ=1 swift build -c release --scratch-path "$scratch" --product SkepFuzz \
    -Xswiftc -enable-testing -Xswiftc -sanitize=fuzzer,address \
    -Xcc -fsanitize=address -Xcc -fsanitize=fuzzer-no-link -Xswiftc -use-ld=lld
program=$(SKEP_FUZZ=1 swift build -c release --scratch-path "$scratch" --show-bin-path)/SkepFuzz

# With the backtracer a crash would leave a process behind that never ends.
export SWIFT_BACKTRACE=enable=no SWIFT_DETERMINISTIC_HASHING=1
export ASAN_OPTIONS=detect_leaks=0

if [ "${SKEP_FUZZ_RECORD:-0}" = 1 ]; then
    SKEP_FUZZ_SEEDS=Tests/Fuzz/Corpus "$program"
fi
for target in $targets; do
    found=.build/fuzz-corpus/$target
    mkdir -p "$found" .build/fuzz-crashes
    echo "== $target, $seconds s"
    SKEP_FUZZ_TARGET=$target timeout -s KILL $((seconds + 120)) "$program" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=512 \
        -max_len=65536 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix=".build/fuzz-crashes/$target-" "$found" "Tests/Fuzz/Corpus/$target"
done
