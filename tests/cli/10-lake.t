A lake's object with a torn line: the file and the line are named, nothing of it is published.

    $ cat >>pipeline.toml <<'END'
    > [target.dev.connection.lake]
    > connector = "file"
    > path = "lake"
    > END
    $ cat >assets/raw/readings.toml <<'END'
    > kind = "source"
    > from = { connection = "lake", topic = "readings" }
    > [columns.watch]
    > type = "bigint"
    > [columns.rate]
    > type = "bigint"
    > END

What the sink would have written: it opened the topic's partition, then flushed three records.

    $ plans=lake/topics/readings/_plans/0; mkdir -p $plans
    $ printf '{"version":1,"kind":"open","topic":"readings","partition":0,"sequence":1,"opened":1,"incarnation":"a","base":0,"start":0,"end":0,"token":null}\n' >$plans/00000000000000000001.plan
    $ grouping='{"field":"at","unit":"s","zone":"UTC","earliest_us":0}'
    $ printf '{"version":1,"kind":"flush","topic":"readings","partition":0,"sequence":2,"opened":1,"incarnation":"a","base":0,"start":0,"end":3,"token":"t","grouping":%s,"objects":[{"hour":"2024-04-01T08","first":0,"count":3,"bytes":%d,"min_us":0,"max_us":0}],"dead":{"first":0,"count":0,"bytes":0}}\n' $grouping 75 >$plans/00000000000000000002.plan
    $ printf '{"version":1,"outcome":"done"}\n' >$plans/00000000000000000002.seal
    $ hour=lake/topics/readings/year=2024/month=04/day=01/hour=08; mkdir -p $hour
    $ object=$hour/readings+0+0000000000.json
    $ printf '{"watch":1,"rate":70}\n{"watch":2,"ra\n{"watch":3,"rate":72}\n' >$object
    $ aorta run readings
    failed    raw.readings                      asset raw.readings: topics/readings/year=2024/month=04/day=01/hour=08/readings+0+0000000000.json:2: the line ends too early near column 15
    asset         kind               rows      time  checks
    raw.readings  source                - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf '{"watch":1,"rate":70}\n{"watch":2,"rate":71}\n{"watch":3,"rate":"high"}\n' >$object
    $ aorta run readings
    failed    raw.readings                      asset raw.readings: topics/readings/year=2024/month=04/day=01/hour=08/readings+0+0000000000.json:3: column "rate": "high" is not an integer near column 20
    asset         kind               rows      time  checks
    raw.readings  source                - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf '{"watch":1,"rate":70}\n{"watch":2,"rate":71}\n' >$object
    $ aorta run readings
    failed    raw.readings                      asset raw.readings: topics/readings/year=2024/month=04/day=01/hour=08/readings+0+0000000000.json holds 2 records, its plan says 3
    asset         kind               rows      time  checks
    raw.readings  source                - <seconds>  failed
    failed in <seconds>
    [1]
    $ rm $object
    $ aorta run readings
    failed    raw.readings                      asset raw.readings: connection lake: the lake's object topics/readings/year=2024/month=04/day=01/hour=08/readings+0+0000000000.json is gone
    asset         kind               rows      time  checks
    raw.readings  source                - <seconds>  failed
    failed in <seconds>
    [1]
    $ aorta query "select * from raw.readings"
    aorta: connection warehouse: Catalog Error: Table with name readings does not exist! <any>(line 1: select * from raw.readings)
    [1]

Whole again, it arrives once.

    $ printf '{"watch":1,"rate":70}\n{"watch":2,"rate":71}\n{"watch":3,"rate":72}\n' >$object
    $ aorta run readings >/dev/null
    $ aorta run readings
    fresh     raw.readings
    asset         kind               rows      time  checks
    raw.readings  source                - <seconds>  fresh
    succeeded in <seconds>
    $ aorta query --json "select watch, rate from raw.readings order by watch"
    {"watch":1,"rate":70}
    {"watch":2,"rate":71}
    {"watch":3,"rate":72}

A bad line of it is passed over, or becomes a row, if that is said; the plan's number holds still.

    $ printf '{"watch":1,"rate":70}\n{"watch":2,"ra\n{"watch":3,"rate":"high"}\n' >$object
    $ sed -i '1a bad_lines = "skip"' assets/raw/readings.toml
    $ aorta run --full-refresh readings | grep note
    note      raw.readings                     2 lines could not be read: see "raw"."_aorta_quarantine__readings"
    $ aorta query --json "select watch, rate from raw.readings"
    {"watch":1,"rate":70}
    $ aorta query --json "select line, reason, raw from raw._aorta_quarantine__readings order by 1"
    {"line":2,"reason":"the line ends too early near column 15","raw":"{\"watch\":2,\"ra"}
    {"line":3,"reason":"column \"rate\": \"high\" is not an integer near column 20","raw":"{\"watch\":3,\"rate\":\"high\"}"}
    $ sed -i 's/"skip"/"emit"/' assets/raw/readings.toml
    $ aorta run --full-refresh readings | grep note
    note      raw.readings                     2 rows have errors: see _aorta_meta
    $ aorta query --json "select watch, rate, _aorta_meta as meta from raw.readings order by _aorta_meta ->> '$.errors[0].line'"
    {"watch":null,"rate":null,"meta":{"errors":[{"line":2,"column":15,"reason":"the line ends too early"}]}}
    {"watch":3,"rate":null,"meta":{"errors":[{"line":3,"column":20,"reason":"column \"rate\": \"high\" is not an integer"}]}}
    {"watch":1,"rate":70,"meta":{"errors":[]}}
    $ aorta query --json "select count(*) as n from raw._aorta_quarantine__readings"
    {"n":0}

A source of files must say which columns they have.

    $ printf 'kind = "source"\nfrom = { connection = "lake", topic = "readings" }\n' >assets/raw/readings.toml
    $ aorta run readings
    failed    raw.readings                      asset raw.readings: assets/raw/readings.toml: a source of files declares its columns
    asset         kind               rows      time  checks
    raw.readings  source                - <seconds>  failed
    failed in <seconds>
    [1]
