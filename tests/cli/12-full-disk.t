No room for what a model writes: it fails, and what was published before stays.

    $ aorta run >/dev/null
    $ echo "select range as id, md5(range::text) as text from range(1000000)" >assets/marts/large.sql
    $ echo 'materialized = "table"' >assets/marts/large.toml
    $ (ulimit -f 4000; aorta run large)
    ~ retry     marts.large                      asset marts.large: assets/marts/large.sql: connection warehouse: IO Error: <any>File too large<any>
    ~ retry     marts.large                      asset marts.large: assets/marts/large.sql: connection warehouse: IO Error: <any>File too large<any>
    ~ retry     marts.large                      asset marts.large: assets/marts/large.sql: connection warehouse: IO Error: <any>File too large<any>
    ~ failed    marts.large                       asset marts.large: assets/marts/large.sql: connection warehouse: IO Error: <any>File too large<any>
    asset        kind               rows      time  checks
    marts.large  model                 - <seconds>  failed
    failed in <seconds>
    [1]
    $ aorta query "select count(*) from marts.large"
    aorta: connection warehouse: Catalog Error: Table with name large does not exist! <any>(line 1: select count(*) from marts.large)
    [1]
    $ aorta query --json "select * from marts.sales order by country"
    {"country":"France","orders":1,"cents":2500}
    {"country":"Germany","orders":1,"cents":100}
    {"country":"United Kingdom","orders":2,"cents":2000}
    $ aorta run large
    published marts.large                         1,000,000 rows <seconds>
    asset        kind               rows      time  checks
    marts.large  model         1,000,000 <seconds>
    succeeded in <seconds>
    $ aorta query --json "select count(*) as rows from marts.large"
    {"rows":1000000}
    $ aorta clean
    schema  name
    ------  ----
    (0 rows)

No room for the run store either: nothing is begun.

    $ (ulimit -f 30; aorta run countries)
    aorta: run store "<folder>/.aorta/runs.db": make room on its disk: File too large
    [1]
    $ aorta run countries
    fresh     seeds.countries
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  fresh
    succeeded in <seconds>
