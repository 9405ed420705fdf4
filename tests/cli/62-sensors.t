What is looked at again and again is declared in pipeline.toml, and aorta serve looks.

    $ aorta sensors
    there is no sensor: declare one as [sensor.NAME] in pipeline.toml
    $ cp pipeline.toml good.toml
    $ cat >> pipeline.toml <<'END'
    > [schedule.nightly]
    > cron = "@daily"
    > [sensor.kindless]
    > every = "5s"
    > [sensor.odd]
    > kind = "fil"
    > [sensor.file]
    > kind = "file"
    > pth = "inbox/done"
    > every = "1ms"
    > select = "tag:daily"
    > [sensor.objects]
    > kind = "objects"
    > connection = "wharehouse"
    > files = ["in/[ab]"]
    > [sensor.sql]
    > kind = "query"
    > connection = "shop"
    > sql = "select 1"
    > minimum_gap = "soon"
    > vars = { least_cnts = 1 }
    > [sensor.topic]
    > kind = "lag"
    > connection = "shop"
    > topic = "t"
    > group = "g"
    > more_than = -1
    > [sensor.stream]
    > kind = "lag"
    > stream = "sales"
    > more_than = 1
    > [sensor.half]
    > kind = "lag"
    > topic = "t"
    > more_than = 1
    > [sensor.clear]
    > kind = "http"
    > url = "http://data.example/x"
    > headers = { Authorization = "Bearer x", "X-Y" = "env:Y", "a b" = "c" }
    > pointer = "version"
    > [sensor.after]
    > kind = "run"
    > asset = "raw.ordres"
    > schedule = "nihgtly"
    > on = ["succeeded", "faild"]
    > [sensor."a b"]
    > kind = "file"
    > path = "x"
    > priority = 1001
    > END
    $ aorta check
    pipeline.toml:20:9: kind is missing
    pipeline.toml:23:1: kind must be one of objects, query, lag, file, http, run, not "fil": did you mean "file"?
    pipeline.toml:24:9: path is missing
    pipeline.toml:26:1: unknown key "pth": did you mean "path"?
    pipeline.toml:27:1: every must be from 100ms to 7d
    pipeline.toml:28:1: sensor file: no asset is meant by "tag:daily": aorta ls shows what there is
    pipeline.toml:31:1: there is no connection "wharehouse" in target dev: did you mean "warehouse"?
    pipeline.toml:32:1: files: "in/[ab]" has a bracket, a brace or a backslash: only *, ? and ** are wildcards; more patterns go into the list
    pipeline.toml:37:1: minimum_gap must be a duration like "30s", not "soon"
    pipeline.toml:38:10: the pipeline has no variable "least_cnts": did you mean "least_cents"?
    pipeline.toml:41:1: connection shop: connector sqlite has no topics
    pipeline.toml:44:1: more_than must be 0 or more
    pipeline.toml:47:1: there is no stream "sales"
    pipeline.toml:50:1: lag wants a stream, or connection, topic and group
    pipeline.toml:55:1: url would carry a secret in the clear: use https://
    pipeline.toml:56:13: Authorization is a secret: give it as "env:NAME" or "file:PATH", never as text
    pipeline.toml:56:58: a b is no name of a header
    pipeline.toml:57:1: pointer must be a JSON pointer like "/data/version"
    pipeline.toml:60:1: there is no asset "raw.ordres": did you mean "raw.orders"?
    pipeline.toml:61:1: a sensor looks at an asset or at a schedule: give only one of both
    pipeline.toml:61:1: there is no schedule "nihgtly": did you mean "nightly"?
    pipeline.toml:62:20: unknown outcome of a run "faild": did you mean "failed"?
    pipeline.toml:63:9: a sensor's name has letters, digits, "_", "-" and ".": not "a b"
    pipeline.toml:66:1: priority must be from -1000 to 1000
    [2]
    $ cp good.toml pipeline.toml
    $ cat >> pipeline.toml <<'END'
    > [sensor.done]
    > kind = "file"
    > path = "inbox/done"
    > minimum_gap = "1h"
    > select = ["+sales"]
    > exclude = "raw.orders"
    > [sensor.orders]
    > kind = "query"
    > connection = "shop"
    > sql = "select max(id) from orders"
    > paused = true
    > [sensor.release]
    > kind = "http"
    > url = "env:RELEASE_URL"
    > pointer = "/version"
    > every = "1m"
    > select = "countries"
    > [sensor.failed]
    > kind = "run"
    > on = "failed"
    > END
    $ aorta check
    shop: 5 assets, 6 checks, target dev: ok

Nobody serves yet: nothing was seen.

    $ aorta sensors
    sensor   kind   every  state   looked  asked  run  selection                    why
    done     file   30s    off     -       -           +sales --exclude raw.orders
    orders   query  30s    paused  -       -           everything
    release  http   1m     off     -       -           countries
    failed   run    30s    off     -       -           everything
    $ aorta sensors sensor:done
    sensor     done, off
    looks at   file: inbox/done
    every      30s
    gap        1h
    selection  +sales --exclude raw.orders
    looked     -
    has seen   nothing yet
    asked      -
    $ aorta sensors dnoe
    aorta: there is no sensor dnoe: did you mean done?
    [2]
    $ aorta sensors orders --json
    {"sensor":"orders","kind":"query","every_ms":30000,"minimum_gap_ms":0,"selection":"everything","priority":0,"paused":true,"state":"paused","cursor":null,"pending":null,"looked_at":null,"requested_at":null,"run":null,"run_state":null,"failures":0,"error":null}
    $ aorta names sensors
    sensor:done
    sensor:orders
    sensor:release
    sensor:failed

A person may pause what the file does not, and resume what it does; its run by hand is a run like any
other, paused or not.

    $ aorta pause sensor:done
    sensor:done is paused
    $ aorta resume sensor:orders
    sensor:orders is resumed
    $ aorta sensors
    sensor   kind   every  state   looked  asked  run  selection                    why
    done     file   30s    paused  -       -           +sales --exclude raw.orders
    orders   query  30s    off     -       -           everything
    release  http   1m     off     -       -           countries
    failed   run    30s    off     -       -           everything
    $ aorta pause sensor:dnoe
    aorta: there is no sensor "dnoe": did you mean "done"?
    [1]
    $ aorta tick sensor:release
    published seeds.countries                             3 rows <seconds>
    asset            kind               rows      time  checks
    seeds.countries  seed                  3 <seconds>  2 ok
    succeeded in <seconds>
    $ aorta runs
    run                         started                took  state      ok  failed  skipped  target  by              selection
    <any>  <time> <seconds>  succeeded   1       0        0  dev     sensor:release  countries
