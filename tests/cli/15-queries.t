Rows as people and as programs read them.

    $ aorta query "select null as nothing, 1.5 as half, true as yes, 'a|b' as text, date '2024-04-01' as day"
    $ aorta query --json "select null as nothing, 1.50::decimal(4,2) as price, true as yes, 'a \"b\"' as text, [1, 2] as list, timestamp '2024-04-01 12:00:00.5' as at"
    $ aorta query --csv "select 'a,b' as \"x,y\", 'say \"no\"' as said, e'two\nlines' as lines, null as nothing"
    $ aorta query "select 'Grüße' as word, 7 as n union all select 'x', 12345"
    $ aorta query "select 1 as one where false"
    $ aorta query --json "select 1 as one where false"
    $ aorta query --json "select range as n from range(100000)" | sha256sum
    $ seq 0 99999 | sed 's/.*/{"n":&}/' | sha256sum
    $ aorta query "select range as n from range(2500)" | tail -2

What ends a query early ends it with a word.

    $ aorta query "select n from (select range as n from range(3)) where 1 / (n - n)::int > error('no such luck')"
    $ aorta query --csv "select range as n from range(1000000)" | head -2
