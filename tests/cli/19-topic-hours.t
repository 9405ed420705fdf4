Partitions of a source that reads a topic's lake: the hours of its events.

    $ cat >>pipeline.toml <<'END'
    > [target.dev.connection.lake]
    > connector = "file"
    > path = "lake"
    > END
    $ cat >assets/raw/readings.toml <<'END'
    > kind = "source"
    > partitions = { by = "hour", start = "2024-04-01T08" }
    > from = { connection = "lake", topic = "readings" }
    > [columns.watch]
    > type = "bigint"
    > END

What the sink would have written: it opened the topic's partition, then flushed twice, events of two
hours each.

    $ plans=lake/topics/readings/_plans/0; mkdir -p $plans
    $ entry='"version":1,"topic":"readings","partition":0,"opened":1,"incarnation":"a","base":0'
    $ more='"token":null,"grouping":{"field":"at","unit":"s","zone":"UTC","earliest_us":0},"dead":{"first":0,"count":0,"bytes":0}'
    $ object() { printf '{"hour":"2024-04-01T%s","first":%d,"count":1,"bytes":12,"min_us":0,"max_us":0}' $1 $2; }
    $ printf '{%s,"kind":"open","sequence":1,"start":0,"end":0,"token":null}\n' $entry >$plans/00000000000000000001.plan
    $ for n in 2 3; do
    >   first=$((2 * n - 4))
    >   printf '{%s,"kind":"flush","sequence":%d,"start":%d,"end":%d,"objects":[%s,%s],%s}\n' $entry $n $first $((first + 2)) \
    >     $(object 08 $first) $(object $(printf %02d $((n + 7))) $((first + 1))) "$more" >$plans/0000000000000000000$n.plan
    >   printf '{"version":1,"outcome":"done"}\n' >$plans/0000000000000000000$n.seal
    >   for place in 08/$first $(printf %02d $((n + 7)))/$((first + 1)); do
    >     hour=lake/topics/readings/year=2024/month=04/day=01/hour=${place%/*}; mkdir -p $hour
    >     printf '{"watch":%d}\n' ${place#*/} >$hour/readings+0+000000000${place#*/}.json
    >   done
    > done

A run of an hour reads its objects, and no others; whoever reads on does not read them again.

    $ aorta run readings --partition 2024-04-01T08
    published raw.readings                                2 rows <seconds>
    asset         kind               rows      time  checks
    raw.readings  source                2 <seconds>
    succeeded in <seconds>
    $ aorta query --json "select watch from raw.readings order by watch"
    {"watch":0}
    {"watch":2}
    $ aorta ls readings --partitions | grep -v missing
    asset         partitions                     count  state    when                  run
    raw.readings  2024-04-01T08                      1  present  <time>  <any>
    $ aorta run readings | head -1
    published raw.readings                                2 rows <seconds>
    $ aorta query --json "select watch from raw.readings order by watch"
    {"watch":0}
    {"watch":1}
    {"watch":2}
    {"watch":3}
    $ aorta ls readings --partitions | grep -v missing
    asset         partitions                     count  state    when                  run
    raw.readings  2024-04-01T08                      1  present  <time>  <any>
    raw.readings  2024-04-01T09..2024-04-01T10       2  present  <time>  <any>
    $ aorta run readings | head -1
    fresh     raw.readings

Once more, an hour's rows are replaced by what its objects hold, with the keys that they had.

    $ aorta query --json "select watch, _aorta_id as key from raw.readings order by watch" >before
    $ printf '{"watch":3}\n\n' >lake/topics/readings/year=2024/month=04/day=01/hour=10/readings+0+0000000003.json
    $ aorta plan readings --partition 2024-04-01T09..2024-04-01T10
    asset         kind    action  why
    raw.readings  source  read    partition 2024-04-01T09..2024-04-01T10 was asked for
    1 to build
    $ aorta run readings --partition 2024-04-01T09..2024-04-01T10 | head -1
    published raw.readings                                2 rows <seconds>
    $ aorta query --json "select watch, _aorta_id as key from raw.readings order by watch" | diff before - && echo the same
    the same

An object that cannot be read is named, and its hour stays as it was.

    $ echo torn >lake/topics/readings/year=2024/month=04/day=01/hour=10/readings+0+0000000003.json
    $ aorta run readings --partition 2024-04-01T10 | head -1
    failed    raw.readings                      asset raw.readings: topics/readings/year=2024/month=04/day=01/hour=10/readings+0+0000000003.json:1: a record that is no object near column 1
    $ aorta ls readings --partitions | grep -v missing
    asset         partitions                     count  state    when                  run
    raw.readings  2024-04-01T08                      1  present  <time>  <any>
    raw.readings  2024-04-01T09                      1  present  <time>  <any>
    raw.readings  2024-04-01T10                      1  failed   <time>  <any>
    $ aorta query --json "select count(*) as n from raw.readings"
    {"n":4}

What has no whole hours of UTC cannot have its days.

    $ sed -i 's/"hour", start = "2024-04-01T08"/"day", start = "2024-04-01", timezone = "Asia\/Kolkata"/' assets/raw/readings.toml
    $ aorta check
    assets/raw/readings.toml:2:50: the clocks of Asia/Kolkata are not whole hours from UTC, and a topic's objects are of hours of UTC, so that an object would have rows of two partitions. Give partitions to the model that reads it
    [2]

Rows that were loaded under another naming do not say their object where these do.

    $ sed -i -e '1i naming = "airbyte"' -e 's/"day", start = "2024-04-01", timezone = "Asia\/Kolkata"/"hour", start = "2024-04-01T08"/' assets/raw/readings.toml
    $ aorta run readings --partition 2024-04-01T08 | head -1
    failed    raw.readings                      asset raw.readings: assets/raw/readings.toml: rows that were published under another naming do not say in "_ab_source_file_url" from which object they are: aorta run raw.readings --full-refresh reads all of it anew
    $ printf '{"watch":3}\n' >lake/topics/readings/year=2024/month=04/day=01/hour=10/readings+0+0000000003.json
    $ aorta run readings --full-refresh | head -1
    published raw.readings                                4 rows <seconds>
    $ aorta run readings --partition 2024-04-01T08 | head -1
    published raw.readings                                2 rows <seconds>
    $ aorta query --json "select watch from raw.readings order by watch"
    {"watch":0}
    {"watch":1}
    {"watch":2}
    {"watch":3}
