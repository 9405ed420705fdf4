An executor answers one query at a time; others wait for it, and may be canceled while they do.

    $ aorta query "select count(*) from range(100000000000) where range % 7 = 8" >first.log 2>&1 & first=$!
    $ until grep -q ":$(stat -c %i warehouse.duckdb 2>/dev/null) " /proc/locks; do sleep 0.01; done
    $ aorta query --json "select 2 as n" >second.log 2>&1 & second=$!
    $ aorta query --json "select 3 as n" >third.log 2>&1 & third=$!
    $ timeout --foreground -k 60 -s INT 0.5 aorta query "select 4 as n" >/dev/null 2>&1
    $ cat second.log third.log
    $ kill -INT $first; wait $first
    $ wait $second; wait $third; cat second.log third.log
    $ cat first.log

Ten at once.

    $ for n in $(seq 10); do aorta query --csv "select $n as n" & done | sort -n | uniq -c; wait
