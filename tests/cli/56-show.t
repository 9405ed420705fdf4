An asset as it is declared, as it is, and the SQL that a run would send.

    $ aorta show sales
    asset        marts.sales
    kind         model, table
    group        marts
    file         assets/marts/sales.toml
                 assets/marts/sales.sql
    into         warehouse
    state        never
    parents      staging.stg_orders, raw.customers, seeds.countries
    checks       unique = ["country"]
                 country: not_null
    column   type  description
    country
    -- as it would be sent now
    select n.name as country, count(*) as orders, cast(sum(o.cents) as bigint) as cents
    from "staging"."stg_orders" as o
    join "raw"."customers" as c on c.id = o.customer_id
    join "seeds"."countries" as n on n.code = c.country
    group by n.name
    $ ls -A | grep -c -e warehouse -e 'runs.db'
    0
    [1]
    $ aorta run >/dev/null
    $ aorta show sales
    asset        marts.sales
    kind         model, table
    group        marts
    file         assets/marts/sales.toml
                 assets/marts/sales.sql
    into         warehouse
    state        fresh
    parents      staging.stg_orders, raw.customers, seeds.countries
    checks       unique = ["country"]
                 country: not_null
    column   type  description
    country
    -- as it would be sent now
    select n.name as country, count(*) as orders, cast(sum(o.cents) as bigint) as cents
    from "staging"."stg_orders" as o
    join "raw"."customers" as c on c.id = o.customer_id
    join "seeds"."countries" as n on n.code = c.country
    group by n.name
    $ aorta show marts.sales --sql
    select n.name as country, count(*) as orders, cast(sum(o.cents) as bigint) as cents
    from "staging"."stg_orders" as o
    join "raw"."customers" as c on c.id = o.customer_id
    join "seeds"."countries" as n on n.code = c.country
    group by n.name
    $ aorta show stg_orders --sql --var least_cents=700
    select id, customer_id, cents
    from "raw"."orders"
    where cents >= 700
    $ aorta show countries
    asset        seeds.countries
    kind         seed
    group        seeds
    file         assets/seeds/countries.toml
                 assets/seeds/countries.csv
    into         warehouse
    state        fresh
    children     marts.sales, raw.customers
    checks       code: not_null
                 code: unique
    column  type  description
    code    text
    name    text
    $ aorta show orders
    asset        raw.orders
    kind         source, cdc_append
    group        raw
    file         assets/raw/orders.toml
    from         shop, orders
    into         warehouse
    state        fresh
    children     staging.stg_orders
    checks       cents: between = [1, 1000000]
    column  type  description
    cents
    $ aorta show countries --sql
    aorta: seeds.countries is a seed: it has no SQL
    [1]
    $ aorta show sales --json | python3 -c 'import json, sys; one = json.load(sys.stdin); [print(key, one[key], sep=" | ") for key in sorted(one)]'
    asset | marts.sales
    body_file | assets/marts/sales.sql
    checks | [{'column': None, 'check': {'unique': ['country']}}, {'column': 'country', 'check': 'not_null'}]
    children | []
    columns | [{'name': 'country', 'type': None, 'description': None}]
    description | None
    file | assets/marts/sales.toml
    group | marts
    incremental | False
    kind | model
    materialized | table
    name | sales
    parents | ['staging.stg_orders', 'raw.customers', 'seeds.countries']
    priority | 0
    retry | {'attempts': 4, 'delay_ms': 250, 'max_delay_ms': 300000}
    slots | {}
    sql | select n.name as country, count(*) as orders, cast(sum(o.cents) as bigint) as cents
    from "staging"."stg_orders" as o
    join "raw"."customers" as c on c.id = o.customer_id
    join "seeds"."countries" as n on n.code = c.country
    group by n.name
    state | fresh
    tags | []
    timeout_ms | 0

An incremental model: the rows that would be added now, or all of it.

    $ cat >assets/marts/big.sql <<'END'
    > select id, cents from {{ new_rows(ref('orders')) }}
    > {% if is_incremental() %}where cents > 1 -- more{% endif %}
    > END
    $ printf 'materialized = "incremental"\ndescription = "Grows"\ntags = ["growing", "big"]\n[columns.id]\ntype = "bigint"\ndescription = "Of the order"\nchecks = ["not_null", { between = [1, 99] }]\n' >assets/marts/big.toml
    $ aorta show big
    asset        marts.big
    description  Grows
    kind         model, incremental
    group        marts
    tags         growing, big
    file         assets/marts/big.toml
                 assets/marts/big.sql
    into         warehouse
    state        never
    parents      raw.orders
    checks       id: not_null
                 id: between = [1, 99]
    column  type    description
    id      bigint  Of the order
    -- as a run would send it now: the whole table
    select id, cents from (SELECT * FROM "raw"."orders" WHERE "_aorta_extracted_at" <= CAST('<any>' AS TIMESTAMP))
    $ aorta run big >/dev/null; sqlite3 shop.db "insert into orders values (14, 3, 400)"; aorta run orders >/dev/null
    $ aorta show big --sql
    select id, cents from (SELECT * FROM "raw"."orders" WHERE "_aorta_extracted_at" > CAST('<any>' AS TIMESTAMP) AND "_aorta_extracted_at" <= CAST('<any>' AS TIMESTAMP))
    where cents > 1 -- more
    $ aorta show big --full-refresh | tail -2
    -- as a full refresh would send it now: the whole table
    select id, cents from (SELECT * FROM "raw"."orders" WHERE "_aorta_extracted_at" <= CAST('<any>' AS TIMESTAMP))
    $ aorta show big --json --full-refresh | python3 -c 'import json, sys; print(json.load(sys.stdin)["incremental"])'
    False
    $ aorta state big --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])'
    1

Before anything was built there is no database, and none is made. What needs none is shown when it is held by somebody else, too.

    $ rm -r .aorta warehouse.duckdb
    $ aorta show big --sql
    select id, cents from (SELECT * FROM "raw"."orders" /* what is new of it: it has not been built yet */)
    $ aorta show big --sql --full-refresh
    select id, cents from (SELECT * FROM "raw"."orders" /* what is new of it: it has not been built yet */)
    $ aorta state
    nothing has been published in target dev yet
    $ ls warehouse.duckdb
    ls: cannot access 'warehouse.duckdb': No such file or directory
    [2]
    $ mkdir warehouse.duckdb
    $ aorta show sales --sql
    select n.name as country, count(*) as orders, cast(sum(o.cents) as bigint) as cents
    from "staging"."stg_orders" as o
    join "raw"."customers" as c on c.id = o.customer_id
    join "seeds"."countries" as n on n.code = c.country
    group by n.name
    $ aorta show big --sql
    aorta: connection warehouse: duckdb: open "<folder>/warehouse.duckdb": IO Error: Could not read from file "<folder>/warehouse.duckdb": Is a directory
    [1]
    $ rmdir warehouse.duckdb

A saved question as it would be asked.

    $ aorta show @top
    question     @top
    title        The countries that buy most
    file         assets/questions/top.sql
    reads        marts.sales
    variables    least, by default 1
    Cents are of all orders that were ever placed, in the order of what they come to.
    -- as it would be sent now
    -- The countries that buy most
    -- Cents are of all orders that were ever placed, in the order of what they come to.
    select country, cents
    from "marts"."sales"
    where orders >= 1
    order by cents desc
    $ aorta show @buyer --sql --var name=Ada
    -- What one buyer has ordered
    select o.id, o.cents
    from "staging"."stg_orders" as o
    join "raw"."customers" as c on c.id = o.customer_id
    where c.name = 'Ada'
    order by o.id
    $ aorta show @tpo
    aorta: there is no question "tpo": did you mean "top"?
    [2]

What is none, and what are many.

    $ aorta show sale
    aorta: no asset is meant by "sale": did you mean "sales"?
    [2]
    $ aorta show kind:source
    aorta: show wants one asset, and "kind:source" means 2 of them
    [2]
    $ aorta show
    aorta: show wants one asset, or @NAME for a question
    [2]
    $ echo "select {{ var('no' ~ 'thing') }} from {{ ref('orders') }}" >assets/marts/big.sql
    $ aorta show big --sql
    aorta: asset marts.big: assets/marts/big.sql:1:11: variable "nothing" is not set and has no default
    [1]

SQL may read the settings of its asset, and the target's name.

    $ cat >assets/marts/own.sql <<'END'
    > {% macro kind() %}{{ config.get('materialized') }}{% endmacro %}
    > select '{{ kind() }}' as kind, '{{ config.get("tags") | join("+") }}' as tags,
    >   '{{ config.get("unique_key")[0] }}' as key, '{{ config.get("incremental_strategy", "none") }}' as strategy,
    >   '{{ config.get("position", default="no position") }}' as position, '{{ config.get("position") is none }}' as none,
    >   '{{ config.get("schema") }}.{{ config.get("alias") }}' as place, '{{ target.name }}' as target
    > END
    $ printf 'materialized = "incremental"\nstrategy = "delete_insert"\nunique_key = "key"\ntags = ["a", "b"]\n' >assets/marts/own.toml
    $ aorta run own >/dev/null; aorta query --json "select * from marts.own"
    {"kind":"incremental","tags":"a+b","key":"key","strategy":"delete_insert","position":"no position","none":"True","place":"marts.own","target":"dev"}
    $ printf 'materialized = "incremental"\nstrategy = "append"\ntags = ["c"]\nunique_key = "key"\n' >assets/marts/own.toml
    $ aorta plan own
    asset      kind   action  why
    marts.own  model  append  its configuration or a variable changed
    1 to build
    $ aorta run own >/dev/null; aorta query --csv "select tags, strategy from marts.own order by tags"
    tags,strategy
    a+b,delete_insert
    c,append

How its steps are run, as far as the files say so.

    $ printf '[pool.api]\nslots = 2\n[limit.big]\ntag = "big"\nat_once = 1\n' >>pipeline.toml
    $ printf 'pool = "api"\ntags = ["big"]\npriority = 5\ntimeout = "90m"\nretry = { attempts = 3, delay = "10s", max_delay = "5m" }\n' >assets/marts/plain.toml
    $ echo "select 1 as n" >assets/marts/plain.sql
    $ aorta show plain
    asset        marts.plain
    kind         model, view
    group        marts
    tags         big
    file         assets/marts/plain.toml
                 assets/marts/plain.sql
    into         warehouse
    state        never
    retry        3 attempts, 10s apart and more, up to 5m
    timeout      90m
    priority     5
    slots        pool api, 2
                 limit big, 1
    -- as it would be sent now
    select 1 as n
    $ aorta show plain --json | python3 -c 'import json, sys; one = json.load(sys.stdin); print(one["retry"], one["timeout_ms"], one["priority"], one["slots"])'
    {'attempts': 3, 'delay_ms': 10000, 'max_delay_ms': 300000} 5400000 5 {'pool api': 2, 'limit big': 1}
    $ sed -i 's/"api"/"apu"/; s/90m/0s/' assets/marts/plain.toml; aorta check
    assets/marts/plain.toml:1:1: there is no pool "apu": did you mean "api"?
    assets/marts/plain.toml:4:1: timeout must be more than 0s and at most 365d
    [2]
