Output that is lost is a failure, whatever else was done.

    $ aorta query --csv "select 1 as one" >/dev/full
    $ aorta query "select range as n from range(100000)" >/dev/full
    $ aorta run --json countries >/dev/full
    $ aorta run countries >/dev/full
    $ aorta ls >/dev/full
    $ aorta --version >/dev/full

A reader who leaves ends the query: this one would never end.

    $ aorta query --csv "select range as n from range(100000000000)" | head -2; echo ${PIPESTATUS[0]}

So does a disk that is full, also when another command's daemon asks for us.

    $ aorta query "select count(*) from range(100000000000) where range % 7 = 8" >own.log 2>&1 & own=$!
    $ until grep -q ":$(stat -c %i warehouse.duckdb 2>/dev/null) " /proc/locks; do sleep 0.01; done
    $ aorta query --csv "select range as n from range(100000000000)" >/dev/full 2>full.log & full=$!
    $ kill -INT $own; wait $own; wait $full
    $ cat full.log
