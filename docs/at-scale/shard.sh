#!/bin/sh
# Runs this machine's share of the scenarios, and leaves a report of it for `kandy-harness report merge`.
#
# shard.sh [explore] [ARGUMENT]...: what is given goes to `kandy-harness run`, such as a folder or `--filter tag:smoke`, or to
# `kandy-harness explore`, if that is the first word
#
# Which share is told by the variables of what started it:
#   SHARD (from 1), SHARDS                     a matrix of GitHub Actions, or by hand
#   CI_NODE_INDEX (from 1), CI_NODE_TOTAL      GitLab's `parallel`
#   SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT   an array of Slurm jobs
#   JOB_COMPLETION_INDEX (from 0), SHARDS      an indexed Job of Kubernetes
#
# REPORTS names the folder for reports (reports), and KANDY_HARNESS the command (kandy-harness).
set -eu

fail() {
    echo "shard.sh: $1" >&2
    exit 2
}

# number NAME VALUE: fails if it is none. Those that begin with 0 would be octal to the shell.
number() {
    case $2 in
        0) ;;
        '' | 0* | *[!0-9]*) fail "$1 must be a number, and is '$2'" ;;
        ??????*) fail "$1 is too large: $2" ;;
    esac
}

shard='' said_by=''

# take INDEX COUNT WHO: the share that a system tells. Where several do, they must agree.
take() {
    if [ "$1" -lt 1 ] || [ "$1" -gt "$2" ]; then
        fail "$3 make this shard $1 of $2; there are only 1 to $2"
    fi
    if [ -n "$shard" ] && [ "$shard" != "$1/$2" ]; then
        fail "$said_by say shard $shard, and $3 say $1/$2: unset those that are wrong"
    fi
    shard=$1/$2 said_by=$3
}

if [ -n "${SHARD-}" ]; then
    [ -n "${SHARDS-}" ] || fail "SHARD is set, and SHARDS is not: say how many there are"
    number SHARD "$SHARD"
    number SHARDS "$SHARDS"
    take "$SHARD" "$SHARDS" "SHARD and SHARDS"
fi
if [ -n "${CI_NODE_INDEX-}" ]; then
    [ -n "${CI_NODE_TOTAL-}" ] || fail "CI_NODE_INDEX is set, and CI_NODE_TOTAL is not"
    number CI_NODE_INDEX "$CI_NODE_INDEX"
    number CI_NODE_TOTAL "$CI_NODE_TOTAL"
    take "$CI_NODE_INDEX" "$CI_NODE_TOTAL" "CI_NODE_INDEX and CI_NODE_TOTAL"
fi
if [ -n "${SLURM_ARRAY_TASK_ID-}" ]; then
    [ -n "${SLURM_ARRAY_TASK_COUNT-}" ] || fail "SLURM_ARRAY_TASK_ID is set, and SLURM_ARRAY_TASK_COUNT is not"
    [ -n "${SLURM_ARRAY_TASK_MIN-}" ] || fail "SLURM_ARRAY_TASK_ID is set, and SLURM_ARRAY_TASK_MIN is not"
    step=${SLURM_ARRAY_TASK_STEP:-1}
    number SLURM_ARRAY_TASK_ID "$SLURM_ARRAY_TASK_ID"
    number SLURM_ARRAY_TASK_COUNT "$SLURM_ARRAY_TASK_COUNT"
    number SLURM_ARRAY_TASK_MIN "$SLURM_ARRAY_TASK_MIN"
    number SLURM_ARRAY_TASK_STEP "$step"
    [ "$step" -gt 0 ] || fail "SLURM_ARRAY_TASK_STEP must be more than 0"
    take $(((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN) / step + 1)) "$SLURM_ARRAY_TASK_COUNT" \
        "SLURM_ARRAY_TASK_ID, _MIN and _COUNT"
fi
if [ -n "${JOB_COMPLETION_INDEX-}" ]; then
    [ -n "${SHARDS-}" ] || fail "JOB_COMPLETION_INDEX is set, and SHARDS is not: give it the number of completions"
    number JOB_COMPLETION_INDEX "$JOB_COMPLETION_INDEX"
    number SHARDS "$SHARDS"
    take $((JOB_COMPLETION_INDEX + 1)) "$SHARDS" "JOB_COMPLETION_INDEX and SHARDS"
fi
[ -n "$shard" ] || fail "which shard? Set SHARD and SHARDS, or run it in an array, a matrix or an indexed job"

command=run
if [ "${1-}" = explore ]; then
    command=explore
    shift
fi

# Nobody looks on: what proves nothing fails, and nothing is left for review beside the snapshots.
export CI="${CI:-true}"
reports=${REPORTS:-reports}
report=$reports/shard-${shard%/*}.json
mkdir -p "$reports"
# The report of an earlier run must not stand for this one if it is killed.
rm -f "$report"
exec "${KANDY_HARNESS:-kandy-harness}" "$command" --shard "$shard" --report "json=$report" "$@"
