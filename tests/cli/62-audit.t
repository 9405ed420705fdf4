Who has changed what, and what is forgotten.

    $ me=$(id -un)
    $ who() { sed "s/user:$me\"/user:me\"/"; }
    $ for i in 1 2 3; do aorta run countries > run.txt || cat run.txt; done
    $ aorta run nosuch
    aorta: no asset is meant by "nosuch": aorta ls shows what there is
    [2]
    $ aorta audit --json --limit 2 | who
    {"id":4,"at":"<time>","actor":"user:me","address":null,"action":"run","subject":"nosuch","result":"config","detail":{"select":["nosuch"]}}
    {"id":3,"at":"<time>","actor":"user:me","address":null,"action":"run","subject":"countries","result":"accepted","detail":{"run":"<any>","select":["countries"]}}
    $ aorta audit --action run --actor "user:$me" | wc -l
    5
    $ aorta audit --actor nobody
    $ aorta audit --action cancel
    $ sqlite3 .aorta/runs.db "select distinct replace(actor, '$me', 'me') from runs"
    user:me

What is said of an asset stays: its last run, and that which published it.

    $ aorta prune --dry-run
    0 runs would be forgotten, and the events of 0 more
    $ sqlite3 .aorta/runs.db "update runs set created_us = created_us - 200 * 86400 * 1000000"
    $ aorta prune --dry-run
    1 run would be forgotten, and the events of 2 more
    $ aorta runs --json | wc -l
    3
    $ aorta prune
    1 run is forgotten
    $ aorta runs --json | wc -l
    2
    $ aorta prune --dry-run
    0 runs would be forgotten, and the events of 0 more
    $ aorta audit --json --limit 1 | who
    {"id":5,"at":"<time>","actor":"user:me","address":null,"action":"prune","subject":null,"result":"accepted","detail":null}

A daemon that stays does so by itself, and when it is asked to. It knows who asks.

    $ aorta serve --address 127.0.0.1:0 > serve.txt 2>&1 & while ! grep -qs ready: serve.txt; do sleep 0.05; done
    $ aorta prune
    0 runs are forgotten
    $ aorta cancel 01NOBODY
    aorta: no run of this id is queued or running
    [1]
    $ while ! aorta audit --action cancel | grep -q 01NOBODY; do sleep 0.05; done
    $ aorta audit --json --limit 1 | who
    {"id":7,"at":"<time>","actor":"user:me","address":null,"action":"cancel","subject":"01NOBODY","result":"missing","detail":null}
    $ kill %1; wait %1

Who is told of what is listed, too.

    $ aorta alerts
    nobody was told of anything: declare who is as [alert.NAME] in pipeline.toml
    $ aorta alerts --state waiting
    $ aorta alerts --json
