#!/usr/bin/env bash
# Fuzzes the readers of untrusted bytes with libFuzzer.
#
#   run.sh SECONDS [target ...]        that long for each target, from where earlier runs ended: nightly
#   run.sh short [target ...]          all committed inputs and a fixed number of fixed mutations: CI
#   run.sh replay target file ...      some inputs once, with everything that is printed
#
# Without a target all of them. Inputs that reach something new are kept in .build/fuzz-corpus, those
# that crash in .build/fuzz-crashes: once mended, they belong in Tests/Fuzz/Corpus, named after what
# they showed. SKEP_FUZZ_RECORD=1 writes the seeds there anew, which a change of a format needs.
set -euo pipefail
cd "$(dirname "$0")/../.."

mode=${1:-60}
shift || true
scratch=.build/fuzz

# Runs of the short form: less than a minute for all targets together on two idle cores.
declare -A runs=(
    [segment]=6000 [encoding]=120000 [log]=40000 [list]=60000 [json]=25000 [text]=40000
    [specification]=40000
)
all=(segment encoding log list json text specification)

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
limits=(-rss_limit_mb=2048 -malloc_limit_mb=512 -max_len=65536)

if [ "${SKEP_FUZZ_RECORD:-0}" = 1 ]; then
    SKEP_FUZZ_SEEDS=Tests/Fuzz/Corpus "$program"
fi

if [ "$mode" = replay ]; then
    SKEP_FUZZ_TARGET=$1 "$program" "${limits[@]}" -timeout=60 "${@:2}"
    exit
fi

mkdir -p .build/fuzz-crashes
for target in "${@:-${all[@]}}"; do
    committed=Tests/Fuzz/Corpus/$target
    log=.build/fuzz-$target.log
    arguments=(
        "${limits[@]}" -print_funcs=0 -verbosity=0 -print_final_stats=1
        "-artifact_prefix=.build/fuzz-crashes/$target-"
    )
    if [ "$mode" = short ]; then
        # Everything that chance could decide is given: the seed, how much is tried, in which order
        # the inputs come. Operands of comparisons are not tried, for they may be addresses. And no
        # time is so short that a busy machine fails.
        inputs=$(find "$committed" -type f | LC_ALL=C sort | paste -sd, -)
        arguments+=(
            -seed=1 "-runs=${runs[$target]}" -use_cmp=0 -timeout=120 -shuffle=0
            "-seed_inputs=$inputs"
        )
        again="Tests/Fuzz/run.sh short $target"
    else
        found=.build/fuzz-corpus/$target
        mkdir -p "$found"
        arguments+=("-max_total_time=$mode" -timeout=10 "$found" "$committed")
        again="Tests/Fuzz/run.sh replay $target .build/fuzz-crashes/$target-…"
    fi
    start=$SECONDS
    if ! SKEP_FUZZ_TARGET=$target "$program" "${arguments[@]}" >"$log" 2>&1; then
        grep -v '^\s*$' "$log" | tail -n 60
        artifact=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
        echo "fuzzing of $target failed; again: ${again/.build\/fuzz-crashes\/$target-…/${artifact:-FILE}}" >&2
        exit 1
    fi
    executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "$target: $executed runs in $((SECONDS - start)) s, nothing found"
done
