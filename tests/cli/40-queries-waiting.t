An executor answers one query at a time; others wait for it, and may be canceled while they do.

    $ aorta query "select count(*) from range(100000000000) where range % 7 = 8" >first.log 2>&1 & first=$!
    $ until i=$(stat -c %i warehouse.duckdb 2>/dev/null) && grep -q ":$i " /proc/locks; do sleep 0.01; done
    $ aorta query --json "select 2 as n" >second.log 2>&1 & second=$!
    $ aorta query --json "select 3 as n" >third.log 2>&1 & third=$!
    $ timeout --foreground -k 60 -s INT 0.5 aorta query "select 4 as n" >/dev/null 2>&1
    [124]
    $ cat second.log third.log
    $ kill -INT $first; wait $first
    [1]
    $ wait $second; wait $third; cat second.log third.log
    {"n":2}
    {"n":3}
    $ cat first.log
    <time> warn  canceling; once more ends at once
    aorta: canceled

Ten at once.

    $ for n in $(seq 10); do aorta query --csv "select $n as n" & done | sort -n | uniq -c; wait
         10 n
          1 1
          1 2
          1 3
          1 4
          1 5
          1 6
          1 7
          1 8
          1 9
          1 10
