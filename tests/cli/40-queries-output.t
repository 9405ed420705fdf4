Output that is lost is a failure, whatever else was done.

    $ aorta query --csv "select 1 as one" >/dev/full
    aorta: standard output: No space left on device
    [1]
    $ aorta query "select range as n from range(100000)" >/dev/full
    aorta: standard output: No space left on device
    [1]
    $ aorta run --json countries >/dev/full
    aorta: standard output: No space left on device
    [1]
    $ aorta run countries >/dev/full
    aorta: standard output: No space left on device
    [1]
    $ aorta ls >/dev/full
    aorta: standard output: No space left on device
    [1]
    $ aorta --version >/dev/full
    aorta: standard output: No space left on device
    [1]

A reader who leaves ends the query: this one would never end.

    $ aorta query --csv "select range as n from range(100000000000)" | head -2; echo ${PIPESTATUS[0]}
    n
    0
    1

So does a disk that is full, also when another command's daemon asks for us.

    $ aorta query "select count(*) from range(100000000000) where range % 7 = 8" >own.log 2>&1 & own=$!
    $ until i=$(stat -c %i warehouse.duckdb 2>/dev/null) && grep -q ":$i " /proc/locks; do sleep 0.01; done
    $ aorta query --csv "select range as n from range(100000000000)" >/dev/full 2>full.log & full=$!
    $ kill -INT $own; wait $own; wait $full
    [1]
    $ cat full.log
    aorta: standard output: No space left on device
