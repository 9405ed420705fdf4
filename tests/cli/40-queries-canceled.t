A query is canceled at whatever it is. First, before it has a session:

    $ endless="select count(*) from range(100000000000) where range % 7 = 8"
    $ for ms in 0.02 0.04 0.06 0.08 0.1 0.15 0.2 0.3; do timeout --foreground -k 60 -s INT $ms aorta query "$endless" >/dev/null 2>&1; echo $?; done | sort -u
    124

One whose caller has gone ends too, while it is being planned or later: the daemon has nothing left
to do, and leaves.

    $ aorta query "$endless" >own.log 2>&1 & own=$!
    $ until i=$(stat -c %i warehouse.duckdb 2>/dev/null) && grep -q ":$i " /proc/locks; do sleep 0.01; done
    $ for ms in 0.01 0.03 0.1; do timeout -s KILL $ms aorta query "$endless"; done >/dev/null 2>&1
    [137]
    $ kill -INT $own; wait $own
    [1]
    $ cat own.log
    <time> warn  canceling; once more ends at once
    aorta: canceled
    $ aorta query --json "select 1 as one"
    {"one":1}

An executor that does not hear is killed when its grace is over.

    $ aorta query "$endless" >own.log 2>&1 & own=$!
    $ until i=$(stat -c %i warehouse.duckdb 2>/dev/null) && grep -q ":$i " /proc/locks; do sleep 0.01; done
    $ kill -STOP $(pgrep -P $own -f "aorta executor"); kill -INT $own; wait $own
    [1]
    $ cat own.log
    <time> warn  canceling; once more ends at once
    aorta: canceled
