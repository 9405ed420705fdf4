What ran, how it ended, and what happened meanwhile.

    $ aorta runs
    there is no run yet: aorta run
    $ aorta logs last
    aorta: there is no run yet: aorta run
    [2]
    $ aorta run >/dev/null
    $ sqlite3 shop.db "insert into customers values (4, 'Dora', 'XX')"
    $ aorta run +sales --threads 1 >/dev/null
    [1]
    $ aorta run kind:seed --exclude sales >/dev/null
    $ aorta runs
    run                         started                took  state      ok  failed  skipped  target  by      selection
    <any>  <time> <seconds>  succeeded   1       0        0  dev     manual  kind:seed --exclude sales
    <any>  <time> <seconds>  failed      3       1        1  dev     manual  +sales
    <any>  <time> <seconds>  succeeded   5       0        0  dev     manual  everything
    $ aorta runs --limit 1
    run                         started                took  state      ok  failed  skipped  target  by      selection
    <any>  <time> <seconds>  succeeded   1       0        0  dev     manual  kind:seed --exclude sales
    $ aorta runs --state failed
    run                         started                took  state   ok  failed  skipped  target  by      selection
    <any>  <time> <seconds>  failed   3       1        1  dev     manual  +sales
    $ aorta runs --state canceled
    there is no such run
    $ aorta runs --state failing
    aorta: --state must be one of queued, running, succeeded, failed, canceled, interrupted, not "failing": did you mean failed?
    [2]
    $ aorta runs --limit none
    aorta: --limit wants a number from 1 to 100000, not "none"
    [2]
    $ pick() { python3 -c 'import json, sys; [print(*(json.loads(line)[key] for key in sys.argv[1:]), sep=" | ") for line in sys.stdin]' "$@"; }
    $ aorta runs --json | pick by target selection state steps ok failed skipped error
    manual | dev | kind:seed --exclude sales | succeeded | 1 | 1 | 0 | 0 | None
    manual | dev | +sales | failed | 5 | 3 | 1 | 1 | None
    manual | dev |  | succeeded | 5 | 5 | 0 | 0 | None

Of one target only, and the last one of that.

    $ printf '[target.prod.connection.shop]\nconnector = "sqlite"\npath = "shop.db"\n[target.prod.connection.warehouse]\nconnector = "duckdb"\npath = "prod.duckdb"\n' >>pipeline.toml
    $ aorta runs --target prod
    there is no such run
    $ aorta logs last --target prod
    aorta: there is no run in target prod: aorta runs lists them
    [2]
    $ aorta run countries --target prod >/dev/null
    $ aorta runs --limit 2
    run                         started                took  state      ok  failed  skipped  target  by      selection
    <any>  <time> <seconds>  succeeded   1       0        0  prod    manual  countries
    <any>  <time> <seconds>  succeeded   1       0        0  dev     manual  kind:seed --exclude sales
    $ aorta runs --target prod
    run                         started                took  state      ok  failed  skipped  target  by      selection
    <any>  <time> <seconds>  succeeded   1       0        0  prod    manual  countries
    $ aorta runs --target dev --json | pick target selection
    dev | kind:seed --exclude sales
    dev | +sales
    dev |
    $ aorta runs last --target dev | head -3
    run        <any>
    pipeline   shop, target dev
    selection  kind:seed --exclude sales
    $ aorta runs $(aorta runs last --json | pick run) --target dev
    aorta: there is no run <any> in target dev: aorta runs lists them
    [2]

One run: by the beginning of its id, in any case, or the last one.

    $ failed=$(aorta runs --state failed --json | pick run)
    $ aorta runs $failed
    run        <any>
    pipeline   shop, target dev
    selection  +sales
    started    <time>, manual
    took <seconds>
    state      failed
    asset               kind    state    tries  rows   took  why
    raw.orders          source  fresh        1     - <seconds>
    seeds.countries     seed    fresh        1     - <seconds>
    staging.stg_orders  model   fresh        1     - <seconds>
    raw.customers       source  failed       1     - <seconds>  check country_relationships failed: 1 rows without a match
    marts.sales         model   skipped      0     -      -  raw.customers was not published: a blocking check failed
    check  asset          condition              rows
    fail   raw.customers  country_relationships     1
    $ aorta runs last --target dev --json | pick selection assets checks
    kind:seed --exclude sales | [{'asset': 'seeds.countries', 'kind': 'seed', 'state': 'fresh', 'attempts': 1, 'rows': 0, 'started_at': '<time>', 'ended_at': '<time>', 'reason': None}] | []
    $ lower=${failed,,}
    $ aorta logs ${lower%?}
    <time>  started      5 steps
    <time>  running      raw.orders
    <time>  fresh        raw.orders <seconds>
    <time>  running      seeds.countries
    <time>  fresh        seeds.countries <seconds>
    <time>  running      staging.stg_orders
    <time>  fresh        staging.stg_orders <seconds>
    <time>  running      raw.customers
    <time>  fail         raw.customers                 country_relationships: 1 rows without a match
    <time>  rejected     raw.customers <seconds>; check country_relationships failed: 1 rows without a match
    <time>  skipped      marts.sales                   raw.customers was not published: a blocking check failed
    <time>  failed
    $ aorta logs $failed --step customers
    <time>  running      raw.customers
    <time>  fail         raw.customers                 country_relationships: 1 rows without a match
    <time>  rejected     raw.customers <seconds>; check country_relationships failed: 1 rows without a match
    $ aorta logs $failed --step custmers
    aorta: run <any> has no step custmers: did you mean customers?
    [2]
    $ aorta logs $failed --step customers --json | head -3
    {"sequence":<number>,"at":"<time>","event":{"type":"step","run":"<any>","asset":"raw.customers","kind":"source","state":"waiting","table_rows":-1}}
    {"sequence":<number>,"at":"<time>","event":{"type":"step","run":"<any>","asset":"raw.customers","kind":"source","state":"running","table_rows":-1,"seconds":<any>}}
    {"sequence":<number>,"at":"<time>","event":{"type":"check","run":"<any>","asset":"raw.customers","state":"fail","message":"country_relationships: 1 rows without a match"}}
    $ aorta logs 0
    aorta: several runs begin with 0: <any>, <any>, …
    [2]
    $ aorta runs nonsense
    aorta: there is no run nonsense: aorta runs lists them
    [2]
    $ aorta logs
    aorta: logs wants a run: the beginning of its id, or last
    [2]
    $ aorta runs previous last $failed
    aorta: runs wants one run, or two: the beginning of an id, last, previous
    [2]
    $ aorta runs last nonsense
    aorta: there is no run nonsense: aorta runs lists them
    [2]

Two beside each other: how many rows, how long, and what the checks of both said; as JSON an object
each. The run before the last one is the previous one.

    $ aorta run countries --quiet --force
    succeeded in <seconds>
    $ aorta run +sales --quiet --threads 1
    check fail  raw.customers                    country_relationships: 1 rows without a match
    rejected  raw.customers                     check country_relationships failed: 1 rows without a match
    failed in <seconds>
    [1]
    $ aorta runs previous last
       run                         started                took  state      selection
    1  <any>  <time> <seconds>  succeeded  countries
    2  <any>  <time> <seconds>  failed     +sales
    asset               kind    rows 1  time 1   rows 2  time 2  checks
    seeds.countries     seed         3 <seconds>    fresh <seconds>  2 ok
    raw.orders          source       -       -    fresh <seconds>
    staging.stg_orders  model        -       -    fresh <seconds>
    raw.customers       source       -       -   failed <seconds>  1 failed
    marts.sales         model        -       -  skipped       -
    $ aorta runs previous last --json | pick selection state
    countries | succeeded
    +sales | failed
    $ aorta run countries --quiet
    succeeded in <seconds>

Followed while it runs. (The shop's database is held by somebody, so that the step waits.)

    $ sed -i 's/"shop.db"/"shop.db"\nbusy_timeout = "100s"/' pipeline.toml
    $ coproc sqlite3 shop.db
    $ echo "begin exclusive; select 'held';" >&${COPROC[1]}; read -u ${COPROC[0]}; echo $REPLY
    held
    $ aorta run orders >/dev/null & daemon=$!
    $ until aorta logs last | grep -q 'running *raw.orders'; do :; done
    $ aorta ls orders --json | pick state last
    running | running
    $ aorta logs last --follow >log & follower=$!
    $ until grep -qs 'running *raw.orders' log; do :; done
    $ echo "rollback;" >&${COPROC[1]}; wait $follower
    $ cat log
    <time>  started      1 step
    <time>  running      raw.orders
    <time>  fresh        raw.orders <seconds>
    <time>  succeeded
    $ wait $daemon; aorta logs $failed --follow | tail -1; aorta logs $failed --follow >/dev/null
    <time>  failed
    [1]

A run whose daemon has died was interrupted, also before the next daemon says so.

    $ echo "begin exclusive; select 'held';" >&${COPROC[1]}; read -u ${COPROC[0]}; echo $REPLY
    held
    $ aorta run orders >/dev/null 2>&1 & daemon=$!
    $ until aorta ls orders --json | grep -q '"state":"running"'; do :; done
    $ aorta logs last --follow >log 2>&1 & follower=$!
    $ kill -9 $daemon; wait $daemon 2>/dev/null
    [137]
    $ wait $follower
    [1]
    $ tail -1 log
    aorta: run <any> was interrupted: its daemon has died
    $ aorta runs --limit 1
    run                         started               took  state        ok  failed  skipped  target  by      selection
    <any>  <time>     -  interrupted   0       0        0  dev     manual  orders
    $ aorta runs --state running
    there is no such run
    $ aorta runs --state interrupted --json | pick state ended_at
    interrupted | None
    $ aorta ls orders --json | pick state last
    fresh | interrupted
    $ aorta logs last --follow | tail -1
    aorta: run <any> was interrupted: its daemon has died
    <time>  running      raw.orders
    $ echo "rollback;" >&${COPROC[1]}
