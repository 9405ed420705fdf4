Several objects of a lake cannot be read: the first of them is named, whichever thread was faster.

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
    > END

Forty objects, of which the eleventh is torn behind a long beginning and those behind it at once.

    $ plans=lake/topics/readings/_plans/0; mkdir -p $plans
    $ printf '{"version":1,"kind":"open","topic":"readings","partition":0,"sequence":1,"opened":1,"incarnation":"a","base":0,"start":0,"end":0,"token":null}\n' >$plans/00000000000000000001.plan
    $ hour=lake/topics/readings/year=2024/month=04/day=01/hour=08; mkdir -p $hour
    $ for n in $(seq 10 49); do
    >     objects=${objects:+$objects,}'{"hour":"2024-04-01T08","first":'$n',"count":1,"bytes":0,"min_us":0,"max_us":0}'
    >     if [ $n -lt 20 ]; then echo '{"watch":1}'; else echo '{"watch":'; fi >$hour/readings+0+00000000$n.json
    > done
    $ seq -f '{"watch":%.0f}' 200000 >$hour/readings+0+0000000020.json
    $ echo torn >>$hour/readings+0+0000000020.json
    $ printf '{"version":1,"kind":"flush","topic":"readings","partition":0,"sequence":2,"opened":1,"incarnation":"a","base":0,"start":0,"end":50,"token":"t","grouping":{"field":"at","unit":"s","zone":"UTC","earliest_us":0},"objects":[%s],"dead":{"first":0,"count":0,"bytes":0}}\n' "$objects" >$plans/00000000000000000002.plan
    $ printf '{"version":1,"outcome":"done"}\n' >$plans/00000000000000000002.seal
    $ aorta run readings
    failed    raw.readings                      asset raw.readings: topics/readings/year=2024/month=04/day=01/hour=08/readings+0+0000000020.json:200001: a record that is no object near column 1
    asset         kind               rows      time  checks
    raw.readings  source                - <seconds>  failed
    failed in <seconds>
    [1]
