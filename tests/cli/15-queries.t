Rows as people and as programs read them.

    $ aorta query "select null as nothing, 1.5 as half, true as yes, 'a|b' as text, date '2024-04-01' as day"
    nothing  half   yes  text  day
    -------  ----  ----  ----  ----------
              1.5  true  a|b   2024-04-01
    (1 row)
    $ aorta query --json "select null as nothing, 1.50::decimal(4,2) as price, true as yes, 'a \"b\"' as text, [1, 2] as list, timestamp '2024-04-01 12:00:00.5' as at"
    {"nothing":null,"price":1.50,"yes":true,"text":"a \"b\"","list":[1,2],"at":"2024-04-01 12:00:00.500000"}
    $ aorta query --csv "select 'a,b' as \"x,y\", 'say \"no\"' as said, e'two\nlines' as lines, null as nothing, '' as empty"
    "x,y",said,lines,nothing,empty
    "a,b","say ""no""","two
    lines",,""
    $ aorta query "select 'Grüße' as word, 7 as n union all select 'x', 12345"
    word       n
    -----  -----
    Grüße      7
    x      12345
    (2 rows)
    $ aorta query "select 1 as one where false"
    one
    ---
    (0 rows)
    $ aorta query --json "select 1 as one where false"
    $ aorta query --json "select range as n from range(100000)" | cmp - <(seq 0 99999 | sed 's/.*/{"n":&}/')

SQL may begin with a comment, which is no flag.

    $ aorta query --csv "--what there is
    > select 1 as one"
    one
    1

No number loses a digit, however long it is; no text that looks like JSON is taken apart.

    $ aorta query --json "select 99999999999999999999::hugeint as huge, 12345678901234567890.12::decimal(38, 2) as price, 0.1::double as tenth, 'nan'::double as none"
    {"huge":99999999999999999999,"price":12345678901234567890.12,"tenth":0.1,"none":null}

A number of 32 bits has fewer of them.

    $ aorta query --json "select 0.1::float as tenth, [0.1::float] as list, (-16777216)::float as whole, 3.4028235e38::float as most, 'nan'::float as none"
    {"tenth":0.1,"list":[0.1],"whole":-16777216,"most":3.4028235e+38,"none":null}
    $ aorta query --csv "select 0.1::float as tenth, 1 / 3::float as third"
    tenth,third
    0.1,0.33333334
    $ aorta query "select 0.1::float as tenth"
    tenth
    -----
      0.1
    (1 row)
    $ aorta query --json "select {'a': 1, 'b]': '\"[,'} as record, '],[\"' as text, '{\"a\": [1, \"]\"]}'::json as json, chr(0) as nul"
    {"record":{"a":1,"b]":"\"[,"},"text":"],[\"","json":{"a": [1, "]"]},"nul":"\u0000"}
    $ aorta query "select 12345678901234567890.12::decimal(38, 2) as price, ',]\"[' as text, '\"st\\u00e9\"'::json as json"
                      price  text  json
    -----------------------  ----  ----
    12345678901234567890.12  ,]"[  sté
    (1 row)

A table's columns are as wide as the first thousand rows want them.

    $ aorta query "select range as n from range(2500)" | tail -2
    2499
    (2500 rows)

What ends a query early ends it with a word.

    $ aorta query "select n from (select range as n from range(3)) where 1 / (n - n)::int > error('no such luck')"
    aorta: connection warehouse: Invalid Input Error: no such luck
    [1]
    $ aorta query --csv "select range as n from range(1000000)" | head -2
    n
    0
