#!/bin/sh
# SPDX-License-Identifier: MIT
# The door to inkling: ./do WHAT. `./do help` lists what there is.
set -eu
cd "$(dirname "$0")"

# What each job needs, as Debian packages: building; the tests besides; nice to have for the tests.
BUILD_PACKAGES="gcc libc6-dev meson ninja-build pkg-config
    libevent-dev libssl-dev ca-certificates zlib1g-dev libpng-dev libjpeg62-turbo-dev libwebp-dev libgif-dev
    libjansson-dev libexpat1-dev libminizip-dev libdeflate-dev libmicrohttpd-dev libsqlite3-dev"
DEMO_PACKAGES="curl"
TEST_PACKAGES="clang libclang-rt-14-dev clang-format-14 libcmocka-dev curl file openssl valgrind python3 xz-utils
    awscli s3cmd rclone python3-boto3 libonnx-testdata chromium"
CROSS_PACKAGES="gcc-aarch64-linux-gnu" # to build for arm64; to run what was built: qemu-user
SYSROOT_PACKAGES="libc6 libc6-dev linux-libc-dev libevent-dev libssl-dev zlib1g-dev libpng-dev libjpeg62-turbo-dev libwebp-dev
    libgif-dev libjansson-dev libexpat1-dev libminizip-dev libdeflate-dev libcmocka-dev libcmocka0 libgcc-s1"
NPM_BUILD_PACKAGES="autoconf automake libtool cmake g++ make" # aws-lambda-ric compiles a part of itself
NPM_PACKAGES="@aws-sdk/client-s3@3 @aws-sdk/lib-storage@3 @aws-sdk/s3-request-presigner@3 aws-lambda-ric@3.3.0 @architect/sandbox@7
    playwright-core@1 axe-core@4" # the console's page in a browser
BENCH_PACKAGES="python3 g++ libopencv-dnn-dev"
BENCH_NPM_PACKAGES="onnxruntime-node@1 @aws-sdk/client-s3@3 pngjs@7" # what the first event is compared with

say() { printf '%s\n' "$*" >&2; }
die() {
    say "do: $*"
    exit 1
}

# --- what must be installed ------------------------------------------------------------------------------------------

missing_packages() {
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

# Installs those of the packages that are not there; says first what and how much.
need() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
        die "this is not Debian. Install the equivalents of these packages, then run meson yourself (CONTRIBUTING.md):" $@
    wanted=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$wanted" ] || return 0
    root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } ||
            die "some Debian packages are missing, and this is neither root nor sudo. Please have this done, then come back:
    apt-get update && apt-get install --no-install-recommends $wanted"
        root=sudo
    fi
    say "Not installed yet: $wanted"
    $root apt-get update -qq >&2 || say "do: apt-get update failed; trying with the package lists that are there"
    $root env LC_ALL=C apt-get install --no-install-recommends --assume-no $wanted 2>/dev/null |
        grep -E '^(Need to get|After this operation)' >&2 || true
    if [ -t 0 ] && [ -t 2 ]; then
        printf 'Install them with apt-get? [Y/n] ' >&2
        read -r answer
        case $answer in [Nn]*) die "nothing installed" ;; esac
    fi
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >build-install.log 2>&1 || {
        tail -n 20 build-install.log >&2
        die "apt-get could not install the packages; the whole log is build-install.log"
    }
    rm -f build-install.log
    [ -z "$(missing_packages "$@")" ] || die "apt-get said it was done, but these are not there:" $(missing_packages "$@")
}

# --- building --------------------------------------------------------------------------------------------------------

# configure DIR [meson option...]: once, and again only when the options change.
cross_files= # for another processor
configure() {
    dir=$1
    shift
    if [ ! -f "$dir/build.ninja" ]; then
        meson setup "$dir" $cross_files "$@" >"$dir.log" 2>&1 || { cat "$dir.log" >&2; die "meson could not configure $dir"; }
        rm -f "$dir.log"
        printf '%s\n' "$*" >"$dir/.configured"
    elif [ "$(cat "$dir/.configured" 2>/dev/null)" != "$*" ]; then
        meson configure "$dir" "$@" >/dev/null
        printf '%s\n' "$*" >"$dir/.configured"
    fi
}

compile() {
    # with nothing to do ninja says so; that is no news
    if [ -t 2 ]; then
        ninja -C "$1" >&2
    else
        ninja --quiet -C "$1" 2>&1 | { grep -v '^ninja: no work to do' || true; } >&2
    fi
    ninja --quiet -C "$1" >/dev/null # and tells by its status whether all of it was built
}

# Debian's arm64 libraries in build/sysroot-arm64. apt gets its own lists and its own idea of what is installed (nothing): the
# machine's packages, and what dpkg believes of its architecture, stay as they are.
fill_sysroot() {
    sysroot=$PWD/build/sysroot-arm64
    [ "$(cat "$sysroot/.filled" 2>/dev/null)" = "$SYSROOT_PACKAGES" ] && return 0
    say "Fetching the arm64 libraries (20 MB, 70 MB unpacked in build/) ..."
    rm -rf "$sysroot"
    apt=$sysroot/.apt
    mkdir -p "$apt/lists/partial" "$apt/debs"
    cat >"$apt/conf" <<EOF
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$apt";
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
Acquire::Languages "none";
EOF
    (
        export APT_CONFIG="$apt/conf"
        apt-get update -qq && cd "$apt/debs" && apt-get download -qq $SYSROOT_PACKAGES
    ) >"$apt/log" 2>&1 || {
        tail -n 5 "$apt/log" >&2
        return 1
    }
    for deb in "$apt"/debs/*.deb; do dpkg -x "$deb" "$sysroot"; done
    # a link to /lib/... means the sysroot's
    find "$sysroot" -lname '/*' | while read -r link; do ln -sfn "$sysroot$(readlink "$link")" "$link"; done
    printf "[constants]\nsysroot = '%s'\n" "$sysroot" >"$sysroot/meson.ini"
    rm -rf "$apt"
    echo "$SYSROOT_PACKAGES" >"$sysroot/.filled"
}

# build/arm64/bootstrap. With -Dtests=true also the tests, to be run by qemu.
cross_build() {
    cross_files="--cross-file build/sysroot-arm64/meson.ini --cross-file cross/arm64.ini"
    configure build/arm64 "$@"
    cross_files=
    compile build/arm64
}

native_arch() {
    case $(uname -m) in
    aarch64) echo arm64 ;;
    *) uname -m ;;
    esac
}

build_for() {
    [ "$1" != "$(native_arch)" ] || { do_build; return; }
    [ "$1" = arm64 ] || die "build --arch $1: this machine builds for $(native_arch) and arm64"
    need $BUILD_PACKAGES $CROSS_PACKAGES
    fill_sysroot || die "the arm64 libraries could not be fetched"
    # a folder that was configured for the tests stays so
    if [ -f build/arm64/build.ninja ]; then compile build/arm64; else cross_build -Dtests=false; fi
    say "build/arm64/bootstrap: $(wc -c <build/arm64/bootstrap) bytes; \`build/inkling package --arch arm64\` makes the zip"
}

do_build() {
    case "${1:-}" in
    '') ;;
    --arch) build_for "${2:?the processor is missing: build --arch arm64}"; return ;;
    --arch=*) build_for "${1#*=}"; return ;;
    *) die "build: unknown option $1" ;;
    esac
    need $BUILD_PACKAGES
    # a folder that was configured for the tests stays so
    [ -f build/build.ninja ] || configure build -Dtests=false
    compile build
}

# --- demo ------------------------------------------------------------------------------------------------------------

server=
folder=
end_demo() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
    [ -z "$folder" ] || rm -rf "$folder"
}

do_demo() {
    need $BUILD_PACKAGES $DEMO_PACKAGES
    [ -f build/bootstrap ] && [ -f build/inkling-serve ] || say "Building inkling (a minute or two, the first time only) ..."
    do_build
    trap end_demo EXIT
    trap 'exit 130' INT TERM
    folder=$(mktemp -d)
    build/inkling serve --dir "$folder/cloud" --listen 127.0.0.1:0 --port-file "$folder/port" >"$folder/log" 2>&1 &
    server=$!
    tries=0
    while [ ! -s "$folder/port" ]; do
        kill -0 "$server" 2>/dev/null && [ $tries -lt 200 ] || { cat "$folder/log" >&2; die "the local cloud did not start"; }
        tries=$((tries + 1))
        sleep 0.05
    done
    bucket=http://127.0.0.1:$(cat "$folder/port")/handwriting

    say "The local cloud is up: $bucket"
    say "  put models/digits.onnx  ->  model.onnx"
    s3 -T models/digits.onnx "$bucket/model.onnx" || die "the model could not be stored"
    say "  put demo/digit.png      ->  digit.png"
    s3 -T demo/digit.png "$bucket/digit.png" || die "the picture could not be stored"
    tries=0
    until s3 -o "$folder/results.txt" "$bucket/results.txt" 2>/dev/null; do
        [ $tries -lt 100 ] || { cat "$folder/log" >&2; die "no results.txt after ten seconds"; }
        tries=$((tries + 1))
        sleep 0.1
    done
    say "  get results.txt:"
    cat "$folder/results.txt"
    if [ -t 1 ]; then
        say ""
        say "What the model saw (build/inkling run models/digits.onnx demo/digit.png --show):"
        build/inkling run models/digits.onnx demo/digit.png --show
    fi
    say ""
    say "Your own:  build/inkling serve   then put model.onnx and digit.png with any S3 client (README.md)"
}

# One signed request; an answer of 400 and above is a failure.
s3() {
    curl -sS -f --aws-sigv4 aws:amz:us-east-1:s3 --user inkling:inkling-local -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}

# --- tests -----------------------------------------------------------------------------------------------------------

passed=0 failed=0 skipped=0

# run_tests DIR [meson test option...]: runs and counts.
run_tests() {
    dir=$1
    shift
    rm -f "$dir"/meson-logs/testlog*.json
    meson test -C "$dir" --no-rebuild --print-errorlogs --num-processes 2 "$@" || true
    for log in "$dir"/meson-logs/testlog*.json; do
        [ -f "$log" ] || { failed=$((failed + 1)); return; }
        passed=$((passed + $(grep -cE '"result": "(OK|EXPECTEDFAIL)"' "$log" || true)))
        skipped=$((skipped + $(grep -cE '"result": "SKIP"' "$log" || true)))
        failed=$((failed + $(grep -cvE '"result": "(OK|EXPECTEDFAIL|SKIP)"' "$log" || true)))
    done
}

install_npm_packages() {
    command -v npm >/dev/null || { say "no npm here: the tests with JavaScript clients will be skipped"; return 0; }
    [ -f build/npm/.installed ] && [ "$(cat build/npm/.installed)" = "$NPM_PACKAGES" ] && return 0
    (need $NPM_BUILD_PACKAGES) || { say "the tests with JavaScript clients will be skipped"; return 0; }
    say "Installing the JavaScript clients (a few minutes, the first time only) ..."
    mkdir -p build/npm
    [ -f build/npm/package.json ] || echo '{"private":true}' >build/npm/package.json
    if npm install --prefix build/npm --no-audit --no-fund --loglevel=error $NPM_PACKAGES >build/npm/install.log 2>&1; then
        echo "$NPM_PACKAGES" >build/npm/.installed
    else
        say "npm could not install the JavaScript clients (build/npm/install.log): their tests will be skipped"
    fi
}

do_test() {
    long=
    case "${1:-}" in
    '') ;;
    --long) long=1 ;;
    *) die "test: unknown option $1" ;;
    esac
    need $BUILD_PACKAGES $TEST_PACKAGES
    export INK_LONG=$long

    say "== gcc"
    configure build -Dtests=true -Dbench=true
    compile build
    install_npm_packages
    say "== clang, address and undefined-behaviour sanitizers"
    CC=clang configure build/sanitize -Dtests=true -Db_sanitize=address,undefined -Db_lundef=false
    compile build/sanitize

    say "== arm64"
    arm64=
    if [ "$(native_arch)" != arm64 ]; then
        if (need $CROSS_PACKAGES qemu-user) && fill_sysroot; then
            cross_build -Dtests=true
            arm64=1
        else
            say "the tests for arm64 will be skipped"
        fi
    fi

    run_tests build ${long:+--timeout-multiplier 20}
    run_tests build/sanitize --timeout-multiplier ${long:+20}${long:-4} --no-suite lint --no-suite native
    # in qemu; timings there mean nothing, and what is fuzzed does not depend on the processor
    if [ -n "$arm64" ] && [ -n "$long" ]; then
        run_tests build/arm64 --timeout-multiplier 40 --no-suite lint --no-suite native
    elif [ -n "$arm64" ]; then
        run_tests build/arm64 --timeout-multiplier 10 --suite unit --suite conformance --no-suite native
    fi

    printf '\n%d passed, %d failed, %d skipped\n' $passed $failed $skipped
    [ $failed = 0 ]
}

# --- the rest --------------------------------------------------------------------------------------------------------

do_lint() {
    need clang-format-14
    tests/tools/arrows.sh .
    tests/tools/format.sh .
}

do_fuzz() {
    seconds=${1:-60}
    need $BUILD_PACKAGES $TEST_PACKAGES
    CC=clang configure build/fuzz -Dtests=true -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false
    compile build/fuzz
    for target in build/fuzz/tests/fuzz/*_fuzz; do
        [ -x "$target" ] || continue
        name=$(basename "$target")
        mkdir -p "build/fuzz/corpus/$name"
        say "== $name, $seconds s"
        "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
            -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name" 2>"build/fuzz/$name.log" ||
            { tail -n 30 "build/fuzz/$name.log" >&2; die "$name found something; the input is beside build/fuzz/$name.log"; }
        tail -n 8 "build/fuzz/$name.log" | grep -E 'number_of_executed_units|average_exec_per_sec' || true
    done
    say "== random graphs, beside ONNX Runtime"
    configure build -Dtests=true
    compile build
    INK_BUILD=build build/tests/differential/differential "$((seconds * 100))" "$(date +%s)" || [ $? -eq 77 ] ||
        die "ONNX Runtime answers otherwise: the seeds above show it again"
}

do_bench() {
    need $BUILD_PACKAGES libcmocka-dev
    configure build -Dtests=true -Dbench=true
    compile build
    case "${1:-}" in
    cold) shift; bench_cold "$@" ;;
    engines) shift; bench_engines "$@" ;;
    *) bench/run.sh build "$@" ;;
    esac
}

# The first event over TLS, beside Node.js where there is one.
# The engine beside ONNX Runtime (from npm) and OpenCV, on the models here and on those that ../shared can make.
bench_engines() {
    need $BUILD_PACKAGES libcmocka-dev $BENCH_PACKAGES
    configure build -Dtests=true -Dbench=true
    meson configure build --clearcache >/dev/null # OpenCV may be new here
    compile build
    bench_npm_packages
    library=$(find build/npm-cold -name libonnxruntime.so.1 2>/dev/null | head -n 1)
    [ -n "$library" ] || say "no ONNX Runtime from npm: inkling is measured alone"
    exporter=../shared/tools/export_models.py
    if [ $# = 0 ] && [ -f $exporter ] && [ ! -d build/bench-models ]; then
        say "Exporting the models (a minute) ..."
        (need python3-torch python3-torchvision) && /usr/bin/python3 $exporter build/bench-models.new >&2 &&
            mv build/bench-models.new build/bench-models || say "they could not be exported"
    fi
    if [ $# = 0 ]; then
        set -- models/digits.onnx
        [ ! -f ../shared/data/seed/model.onnx ] || set -- ../shared/data/seed/model.onnx "$@"
        for name in lenet5 mlp mnist_cnn squeezenet1_1 shufflenet_v2_x1_0 mobilenet_v2 efficientnet_b0 resnet18 resnet50 \
            vit_tiny16 crnn lenet5_dyn mlp_dyn mnist_cnn_dyn; do
            [ ! -f build/bench-models/$name.onnx ] || set -- "$@" build/bench-models/$name.onnx
        done
    fi
    python3 bench/engines.py build ${library:+--ort "$library"} "$@"
}

# What inkling is compared with, from npm.
bench_npm_packages() {
    command -v npm >/dev/null && [ "$(cat build/npm-cold/.installed 2>/dev/null)" != "$BENCH_NPM_PACKAGES" ] || return 0
    say "Installing onnxruntime-node and the AWS SDK for JavaScript (310 MB in build/) ..."
    mkdir -p build/npm-cold
    [ -f build/npm-cold/package.json ] || echo '{"private":true}' >build/npm-cold/package.json
    if ONNXRUNTIME_NODE_INSTALL_CUDA=skip npm install --prefix build/npm-cold --no-audit --no-fund --loglevel=error \
        $BENCH_NPM_PACKAGES >build/npm-cold/install.log 2>&1; then
        echo "$BENCH_NPM_PACKAGES" >build/npm-cold/.installed
    else
        say "npm could not install them (build/npm-cold/install.log): inkling alone"
    fi
}

bench_cold() {
    need openssl python3
    bench_npm_packages
    python3 bench/cold.py "$@"
}

do_clean() {
    rm -rf build
}

do_help() {
    cat <<'EOF'
./do demo            from nothing to an answer: installs what is missing, builds, puts a model and a digit into a
                     local bucket and prints results.txt
./do build           build/inkling, build/inkling-serve, build/bootstrap
./do build --arch arm64   build/arm64/bootstrap, the function for Lambda's arm64
./do test [--long]   everything: unit, golden and end-to-end tests with gcc, and with clang's sanitizers
./do bench [MODEL...] start of the programs, latency from PUT to results.txt, speed of the engine
./do bench engines [MODEL...] the engine beside ONNX Runtime and OpenCV; writes bench/results.md and a chart
./do bench cold [N]  a function's first event over TLS, N times, beside Node.js with onnxruntime-node and the AWS SDK
./do lint            the arrows between modules, and the format of the code
./do fuzz [SECONDS]  every parser, SECONDS each (60)
./do clean           removes build/
EOF
}

what=${1:-help}
[ $# = 0 ] || shift
case $what in
demo | build | test | bench | lint | fuzz | clean | help) "do_$what" "$@" ;;
-h | --help) do_help ;;
*)
    do_help >&2
    die "there is no './do $what'"
    ;;
esac
