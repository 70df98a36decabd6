#!/bin/sh
# Which module may include which: reads every #include "module/..." below src/ and fails on an arrow that is not here.
# usage: arrows.sh SOURCE_ROOT
set -eu
cd "$1/src"

allowed() {
    case $1 in
    base) ;;
    onnx | kernels | image | net | sandbox) echo base ;;
    ops) echo base kernels onnx image ;;
    engine) echo base onnx kernels ops ;;
    aws) echo base net ;;
    pipeline) echo base onnx engine image net aws models ;;
    local) echo base net aws pipeline sandbox ;;
    function) echo base net aws engine image pipeline ;;
    cli) echo base onnx kernels ops engine image net aws models pipeline sandbox ;;
    *) echo "arrows: src/$1 is not a module that the design knows" >&2 && return 1 ;;
    esac
}

bad=0
for module in *; do
    may=" $module $(allowed "$module") "
    for include in $(grep -rhoE '^[[:space:]]*#[[:space:]]*include "[^"]+"' "$module" --include='*.[ch]' | sed 's/.*"\(.*\)"/\1/' | sort -u); do
        to=${include%%/*}
        case "$may" in
        *" $to "*)
            # ops and local may use a part only of these
            case "$module/$include" in
            ops/image/decode.h | ops/image/image.h | ops/image/pnm.h | local/aws/sigv4.h | local/aws/hash.h | local/aws/date.h | local/pipeline/keys.h) continue ;;
            ops/image/* | local/aws/* | local/pipeline/*) ;;
            *) continue ;;
            esac
            ;;
        esac
        echo "arrows: src/$module may not include \"$include\":"
        grep -rnF "\"$include\"" "$module" --include='*.[ch]' | sed 's/^/  src\//'
        bad=1
    done
done
[ $bad = 0 ] && echo "arrows: every include points the right way"
exit $bad
