#!/bin/sh
#SBATCH --job-name=uv-wizard-verify
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --time=00:20:00
@GPUS@
#SBATCH --output=uv-wizard-verify-%j.log
# Written by uv-wizard: checks on a compute node what was prepared on the login node. Whatever your cluster asks for
# beside this (an account, a partition) goes above, as #SBATCH lines, or on sbatch's own command line.
# Prepared by:  @PREPARE@
# Carried out by:  sbatch @NAME@    (without Slurm, on any node: sh @NAME@)
set -u

project=@PROJECT@
results=${UV_WIZARD_RESULTS:-$project/uv-wizard-results}
node=${SLURMD_NODENAME:-$(hostname)}

wizard() {
  @WIZARD@ "$@"
}

mkdir -p "$results" || exit 1

# What this node is. A plan for nodes like it is made with --machine and this file, on a machine without a GPU too.
if wizard doctor "$project" --json >"$results/.$node.$$"; then
  mv "$results/.$node.$$" "$results/$node.facts.json"
else
  rm -f "$results/.$node.$$"
fi

# The checks, kept as a run: uv-wizard attach shows it on the login node, uv-wizard report the table of all nodes.
wizard verify "$project" --as-run --save "$results/$node.json" @WORDS@
code=$?
printf '%s: exit code %s (0: all well, 3: it fell short, 1: it could not be looked at)\n' "$node" "$code"
exit "$code"
