#!/bin/sh
# measure.sh LAB [NAME] - measure this machine into the folder LAB, as rcusim calibrate and rcusim validate read it.
#
# To be run as root, on an idle machine, once per boot line that is to be compared: with rcu_nocbs=all the set is called
# NAME_nocb, without it NAME_off. It takes two minutes. LAB then has
#
#   data/runs.csv                a row per run: what rcusim validate compares
#   data/SET/results.csv         single operations and curves: what rcusim calibrate reads
#   data/NAME.csv                the list of these for rcusim calibrate
#   SET.json                     the machine as a scenario
set -eu
lab=${1:?usage: measure.sh LAB [NAME]}
name=${2:-mine}
here=$(cd "$(dirname "$0")" && pwd)
debug=/sys/kernel/debug/vmafree

boot=-
set=${name}_off
offloaded=
for word in $(cat /proc/cmdline); do
	case $word in
	rcu_nocbs=*) boot=$word set=${name}_nocb offloaded=${word#rcu_nocbs=} ;;
	esac
done
cpus=$(getconf _NPROCESSORS_ONLN)
case $offloaded in all) offloaded=0-$((cpus - 1)) ;; esac

mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
test -d $debug || insmod "$here/vmafree_bench.ko" obj_size=200
hz=$(dmesg | sed -n 's/.*vmafree: .*, HZ \([0-9]*\),.*/\1/p' | tail -n 1)
: "${hz:?the module has not said what HZ is; see dmesg}"
tick_us=$((1000000 / hz))

mkdir -p "$lab/data/$set"
runs=$lab/data/runs.csv
test -s "$runs" || echo 'set,mode,vcpus,hz,boot,tag,policy,n,b,threads,cpu0,phase_us,delay_ns,sleep_us,reader_ms,lat,loop_min_ns,loop_max_ns,first_cb_ns,total_ns,after_loop_ns,peak_pending,n_callbacks,gp_count,lat_mean_ns,lat_min_ns,lat_max_ns' >"$runs"

run() { echo "$*" >$debug/run; }
results() { cat $debug/results; echo >$debug/results; }

# ---- What rcusim calibrate reads: single operations, and runs with probes ----

echo >$debug/results
echo "$set: single operations"
run micro n=1000 rep=20
run micro n=5000 rep=10
echo "$set: curves"
for tenth in 1 5 9; do
	phase=$((tick_us * tenth / 10))
	run run policy=per_vma n=10000 sample=100 phase_us=$phase tag=c_pv10k_$phase
	run run policy=batch b=32 n=10000 sample=320 phase_us=$phase tag=c_b32_10k_$phase
	run run policy=per_vma n=60000 sample=500 phase_us=$phase tag=c_pv60k_$phase
done
run run policy=per_vma n=10000 lat=1 tag=l_pv10k
run run policy=batch b=32 n=10000 lat=1 tag=l_b32
results >"$lab/data/$set/results.csv"

# ---- What rcusim validate compares: no probes ----

matrix() {
	for tenth in 1 3 5 7 9; do
		phase=$((tick_us * tenth / 10))
		for n in 32 100 1000 10000 60000; do
			for policy in per_vma 'batch b=8' 'batch b=32' 'batch b=1024' whole_list direct srcu; do
				run run policy=$policy n=$n threads="$1" phase_us=$phase tag=m
			done
		done
	done
}
echo "$set: runs on one CPU"
matrix 1
if [ "$cpus" -gt 1 ]; then
	echo "$set: runs on two CPUs"
	matrix 2
fi
results | sed -n "s|^CSV,|$set,native,$cpus,$hz,$boot,|p" >>"$runs"

# ---- The machine as a scenario, and the list for rcusim calibrate ----

test -e "$lab/$set.json" || cat >"$lab/$set.json" <<EOF
{
  "schema_version": 1,
  "name": "$set",
  "comment": "Linux $(uname -r), $cpus CPUs; costs_ns.profile is to become the file that rcusim calibrate writes.",
  "question": "Does the bench's loop go as it went on this machine?",
  "seed": 1,
  "duration": "200ms",
  "machine": { "cpus": $cpus, "hz": $hz },
  "rcu": { "rcu_nocbs": "$offloaded" },
  "costs_ns": { "profile": "server-default" },
  "policies": { "per-vma": {} },
  "workload": [
    { "id": "loop", "kind": "free-loop", "cpus": "0", "arrive": { "from": "50ms" } }
  ]
}
EOF
cat >"$lab/data/$name.csv" <<EOF
name,$name
about,Linux $(uname -r) on $(uname -n)
hz,$hz
EOF
test -d "$lab/data/${name}_nocb" && echo "offloaded,${name}_nocb" >>"$lab/data/$name.csv"
test -d "$lab/data/${name}_off" && echo "softirq,${name}_off" >>"$lab/data/$name.csv"
echo "$set: done. After both boots: rcusim calibrate $lab/data/$name.csv -o $lab/$name.json"
