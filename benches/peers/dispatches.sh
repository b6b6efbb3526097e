#!/bin/sh
# How many kernels a step of the teacher launches, in the engine and by burn alone: cubecl names each in a file.
#     benches/peers/dispatches.sh LAYERS
# Steps 4 and 5 are counted, as the first ones compile; of few tokens, whose number changes nothing of it.
set -eu
layers=${1:?usage: dispatches.sh LAYERS}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
program=$(cargo bench --profile dev --bench burn_teacher --no-run 2>&1 | sed -n 's/.*Executable.*(\(.*\))/\1/p')
test -x "$program" || { echo "burn_teacher was not built: cargo bench --profile dev --bench burn_teacher --no-run says why" >&2; exit 1; }
cd "$folder"
printf '[profiling]\nlogger = { level = "minimal", file = "kernels.txt" }\n' > cubecl.toml
kernels() {
  rm -f kernels.txt
  "$program" "$1" "$layers" wgpu "$2" 60 > /dev/null
  wc -l < kernels.txt
}
for who in ours burn; do
  five=$(kernels $who 5)
  three=$(kernels $who 3)
  echo "$who: $(((five - three) / 2)) dispatches a step"
done
