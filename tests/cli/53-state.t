What the warehouse knows of itself.

    $ aorta state
    nothing has been published in target dev yet
    $ aorta state sales
    none of these has been published in target dev yet
    $ aorta run >/dev/null
    $ sqlite3 shop.db "insert into orders values (14, 3, 400)"
    $ aorta run orders >/dev/null
    $ aorta state
    asset               version  rows  position                    published                    run
    marts.sales               1     3                              <time>  <any>
    raw.customers             1     3  <any>  <time>  <any>
    raw.orders                2     5  <any>  <time>  <any>
    seeds.countries           1     3                              <time>  <any>
    staging.stg_orders        1     -                              <time>  <any>
    $ aorta state sales orders
    marts.sales
      version      1
      rows         3
      published    <time>
      run          <any>
      epoch        <any>
      fingerprint  <any>
      has read     staging.stg_orders, version 1
      has read     raw.customers, version 1
      has read     seeds.countries, version 1
    raw.orders
      version      2
      rows         5
      published    <time>
      run          <any>
      position     <any>
      epoch        <any>
      fingerprint  <any>
      checkpoint   {"capture":"<any>","lsn":2}
    $ pick() { python3 -c 'import json, sys; [print(*(json.loads(line)[key] for key in sys.argv[1:]), sep=" | ") for line in sys.stdin]' "$@"; }
    $ aorta state --json | pick asset version rows position
    marts.sales | 1 | 3 | None
    raw.customers | 1 | 3 | <any>
    raw.orders | 2 | 5 | <any>
    seeds.countries | 1 | 3 | None
    staging.stg_orders | 1 | None | None
    $ aorta state --json sales | python3 -c 'import json, sys; print(sorted(json.load(sys.stdin)["checkpoint"]["inputs"]))'
    ['raw.customers', 'seeds.countries', 'staging.stg_orders']
    $ aorta state seal
    aorta: no asset is meant by "seal": aorta ls shows what there is
    [2]
    $ aorta state --exclude "*.*" --exclude sales
    aorta: nothing is left: exclude takes away all that is selected
    [2]
    $ aorta state --json +stg_orders --exclude orders | pick asset
    staging.stg_orders

It outlives the runs.

    $ rm -r .aorta
    $ aorta ls --json | pick name state
    orders | never
    countries | never
    stg_orders | never
    customers | never
    sales | never
    $ aorta state --json | pick asset version
    marts.sales | 1
    raw.customers | 1
    raw.orders | 2
    seeds.countries | 1
    staging.stg_orders | 1
