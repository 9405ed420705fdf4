What there is, and whether it is up to date.

    $ aorta ls
    asset               kind    group    rows  state  last  when  took
    raw.orders          source  raw         -  never  -     -        -
    seeds.countries     seed    seeds       -  never  -     -        -
    staging.stg_orders  model   staging     -  never  -     -        -
    raw.customers       source  raw         -  never  -     -        -
    marts.sales         model   marts       -  never  -     -        -
    $ aorta run >/dev/null
    $ aorta ls
    asset               kind    group    rows  state  last       when                   took
    raw.orders          source  raw         4  fresh  published  <time> <seconds>
    seeds.countries     seed    seeds       3  fresh  published  <time> <seconds>
    staging.stg_orders  model   staging     -  fresh  published  <time> <seconds>
    raw.customers       source  raw         3  fresh  published  <time> <seconds>
    marts.sales         model   marts       3  fresh  published  <time> <seconds>
    $ aorta ls +sales,kind:source --exclude customers
    asset       kind    group  rows  state  last       when                   took
    raw.orders  source  raw       4  fresh  published  <time> <seconds>

An input that was published since makes stale what reads it, and what reads that; a run of these
makes them fresh again, whether or not there was something to do.

    $ pick() { python3 -c 'import json, sys; [print(*(json.loads(line)[key] for key in sys.argv[1:]), sep=" | ") for line in sys.stdin]' "$@"; }
    $ sqlite3 shop.db "insert into orders values (14, 3, 400)"
    $ aorta run orders >/dev/null
    $ aorta ls --json | pick name state because
    orders | fresh | None
    countries | fresh | None
    stg_orders | stale | raw.orders
    customers | fresh | None
    sales | stale | staging.stg_orders
    $ aorta run stg_orders >/dev/null
    $ aorta ls --json | pick name state because
    orders | fresh | None
    countries | fresh | None
    stg_orders | fresh | None
    customers | fresh | None
    sales | stale | staging.stg_orders
    $ aorta run >/dev/null
    $ aorta ls --json | pick name state last
    orders | fresh | fresh
    countries | fresh | fresh
    stg_orders | fresh | fresh
    customers | fresh | published
    sales | fresh | published

A check's reference is no input: the seed that it asks makes the customers not stale.

    $ aorta run --force countries >/dev/null
    $ aorta ls --json | pick name state because
    orders | fresh | None
    countries | fresh | None
    stg_orders | fresh | None
    customers | fresh | None
    sales | stale | seeds.countries

What fails has failed, what comes behind it is skipped; the old rows still stand.

    $ aorta run >/dev/null
    $ sqlite3 shop.db "insert into customers values (4, 'Dora', 'XX')"
    $ aorta run >/dev/null
    [1]
    $ aorta ls customers+
    asset          kind    group  rows  state   last     when                   took
    raw.customers  source  raw       3  failed  failed   <time> <seconds>
    marts.sales    model   marts     3  fresh   skipped  <time>      -
    $ aorta ls --json sales | pick asset kind group tags file rows state because last reason
    marts.sales | model | marts | [] | assets/marts/sales.toml | 3 | fresh | None | skipped | raw.customers was not published: a blocking check failed
    $ aorta ls --json customers | pick run published_at started_at ended_at
    <any> | <time> | <time> | <time>

What somebody else makes is listed, and has no state; names are all a shell needs to complete one.

    $ mkdir assets/theirs; echo 'kind = "external"' >assets/theirs/rates.toml
    $ aorta ls rates
    asset         kind      group   rows  state     last  when  took
    theirs.rates  external  theirs     -  external  -     -        -
    $ echo 'kind = "sauce"' >assets/theirs/rates.toml
    $ aorta names assets
    orders
    countries
    rates
    stg_orders
    customers
    sales
    $ aorta ls
    assets/theirs/rates.toml:1:1: kind must be one of seed, generator, source, stream, model, snapshot, external, not "sauce": did you mean "source"?
    [2]

On a terminal the table fits, if it can.

    $ rm -r assets/theirs
    $ script -qec "stty cols 88; NO_COLOR=1 aorta ls" /dev/null
    asset               kind    group    rows  state   last     when                   took
    raw.orders          source  raw         5  fresh   fresh    <time> <seconds>
    seeds.countries     seed    seeds       3  fresh   fresh    <time> <seconds>
    staging.stg_orders  model   staging     -  fresh   fresh    <time> <seconds>
    raw.customers       source  raw         3  failed  failed   <time> <seconds>
    marts.sales         model   marts       3  fresh   skipped  <time>      -
    $ script -qec "stty cols 30; NO_COLOR=1 aorta ls stg_orders" /dev/null
    asset     kind   group    rows  state  last   when                   took
    staging…  model  staging     -  fresh  fresh  <time> <seconds>
    $ script -qec "stty cols 88; NO_COLOR= TERM=xterm aorta ls customers" /dev/null | cat -v
    asset          kind    group  rows  state   last    when                   took^M
    raw.customers  source  raw       3  ^[[31mfailed^[[0m  ^[[31mfailed^[[0m  <time> <seconds>^M
    $ script -qec "stty cols 88; NO_COLOR= TERM=dumb aorta ls customers" /dev/null | cat -v
    asset          kind    group  rows  state   last    when                   took^M
    raw.customers  source  raw       3  failed  failed  <time> <seconds>^M

What was done in another target is of no concern in this one.

    $ cat >>pipeline.toml <<'END'
    > [target.prod.connection.shop]
    > connector = "sqlite"
    > path = "shop.db"
    > [target.prod.connection.warehouse]
    > connector = "duckdb"
    > path = "prod.duckdb"
    > END
    $ aorta ls --target prod orders sales
    asset        kind    group  rows  state  last  when  took
    raw.orders   source  raw       -  never  -     -        -
    marts.sales  model   marts     -  never  -     -        -
    $ aorta show --target prod sales | grep state
    state        never
    $ aorta run --target prod countries >/dev/null; aorta ls --target prod countries
    asset            kind  group  rows  state  last       when                   took
    seeds.countries  seed  seeds     3  fresh  published  <time> <seconds>
    $ aorta ls countries
    asset            kind  group  rows  state  last   when                   took
    seeds.countries  seed  seeds     3  fresh  fresh  <time> <seconds>
