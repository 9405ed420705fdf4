A row has a limit: a larger one is refused by its number and its widest column, and nothing else
suffers.

    $ aorta query "select 1 as id, repeat('x', 5000000) as text"
    aorta: row 1 is larger than the 4194304 bytes that a row may have as JSON, most of it column "text": select a part of it
    [1]
    $ aorta query --json "select id, repeat('x', case when id = 2 then 4200000 else 1 end) as text from range(3) as t(id)"
    aorta: row 3 is larger than the 4194304 bytes that a row may have as JSON, most of it column "text": select a part of it
    [1]
    $ aorta query --csv "select repeat('x', 4194000) as text" | tail -1 | tr -d '\n' | wc -c
    4194000

Rows that are large together are not.

    $ aorta query --csv "select repeat('x', 2000000) as text, range as n from range(5)" | tail -n +2 | sed 's/x*//'
    ,0
    ,1
    ,2
    ,3
    ,4
    $ aorta query --csv "select range as n, repeat('x', 100000) as text from range(500)" | wc -c
    50002397
