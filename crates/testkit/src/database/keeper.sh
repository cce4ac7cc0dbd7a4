# Keeps the PostgreSQL cluster of one test run, and removes it when the run is over.
#
# Tests come and go as threads and processes, panic, and are killed; so none of them can own the
# cluster. They hold shared locks on the file `users`, which the kernel releases however they end.
#
# Runs in the cluster's directory as the cluster's user. Arguments: the folder of PostgreSQL's
# programs, the process id of the test runner, then the server's settings.
programs=$1
runner=$2
shift 2

# Whoever gets this lock knows that no keeper is left.
exec 9>keeper
flock -n 9 || exit 1

# A killed runner may stay a zombie for a while.
runner_is_gone() {
    case $(cat "/proc/$runner/stat" 2>/dev/null) in
    '' | *') Z '*) return 0 ;;
    esac
    return 1
}

setpriv --pdeathsig INT "$programs/postgres" -D "$PWD/data" "$@" 9>&- &
postmaster=$!
idle=0
while kill -0 "$postmaster" 2>/dev/null; do
    sleep 0.3 9>&-
    if ! flock -n -x users true; then
        idle=0
        continue
    fi
    # Between two tests nobody may hold the lock; the run is over when its runner is gone.
    # A runner that outlives its run (a shell, an editor) is given about a minute.
    idle=$((idle + 1))
    if [ "$idle" -lt 200 ] && ! runner_is_gone; then
        continue
    fi
    # A test that is just arriving holds the lock of the folder of all runs.
    exec 8<..
    if flock -n 8 && flock -n -x users true; then
        directory=$PWD
        kill -QUIT "$postmaster"
        wait "$postmaster"
        cd / && rm -rf "$directory"
        exit 0
    fi
    exec 8<&-
done
