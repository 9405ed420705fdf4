All that is wrong with the assets is said at once, each where it stands.

    $ cat >assets/raw/customers.toml <<'END'
    > kind = "sauce"
    > from = { connection = "shop", table = "customers", mode = "full_refresh" }
    > END
    $ cat >assets/raw/orders.toml <<'END'
    > kind = "source"
    > form = { connection = "shop", table = "orders" }
    > tags = ["raw", 7]
    > 
    > [columns.cents]
    > checks = [{ betwen = [1, 2] }, "not_nul", { between = 3 }]
    > typ = "bigint"
    > END
    $ cat >assets/marts/sales.toml <<'END'
    > materialized = "tabel"
    > depends_on = "custmers"
    > checks = "not_null"
    > END
    $ cat >assets/marts/sales.sql <<'END'
    > select * from {{ ref('stg_order') }}
    > join {{ ref('zebra') }} using (id)
    > join {{ ref(name) }} using (id)
    > {{ config(materialized='table', unique_key='id', tags=['a']) }} {{ config(enabled) }}
    > END
    $ echo 'select {{ 1 + }}' >assets/marts/torn.sql
    $ echo 'kind = "seed"' >assets/seeds/regions.toml
    $ echo 'kind = "snapshot"' >assets/marts/dim_customers.toml
    $ echo 'kind = "stream"' >assets/marts/events.toml
    $ echo 'tags = ["daily"]' >assets/seeds/zones.toml; echo id >assets/seeds/zones.csv
    $ echo "select {{ env_var('HOME') }}, {{ run_query('select 1') }}" >assets/marts/home.sql
    $ aorta check
    assets/marts/dim_customers.toml:1:1: changed_at is missing
    assets/marts/dim_customers.toml:1:1: snapshot dim_customers has no file assets/marts/dim_customers.sql
    assets/marts/dim_customers.toml:1:1: surrogate_key is missing
    assets/marts/dim_customers.toml:1:1: unique_key is missing
    assets/marts/events.toml:1:1: a stream needs from = { connection = …, … }
    assets/marts/events.toml:1:1: a stream needs into = { connection = …, … }
    assets/marts/events.toml:1:1: a stream needs time = { field = …, unit = … }
    assets/marts/home.sql:1:11: "env_var" is not defined: var('NAME') is what [vars] or --var say, secrets are options of a connection
    assets/marts/home.sql:1:34: "run_query" is not defined: a template runs no query of its own
    assets/marts/sales.sql:1:18: there is no asset "stg_order": did you mean "stg_orders"?
    assets/marts/sales.sql:2:9: there is no asset "zebra"
    assets/marts/sales.sql:3:9: ref needs its name as plain text, so that dependencies are known before a run
    assets/marts/sales.sql:3:13: "name" is not defined
    assets/marts/sales.sql:4:4: config() says nothing here: settings stand in assets/marts/sales.toml, such as materialized = "table"
    assets/marts/sales.sql:4:68: config() says nothing here: settings stand in assets/marts/sales.toml
    assets/marts/sales.sql:4:75: "enabled" is not defined
    assets/marts/sales.toml:1:1: materialized must be one of view, table, incremental, not "tabel": did you mean "table"?
    assets/marts/sales.toml:2:1: there is no asset "custmers": did you mean "customers"?
    assets/marts/sales.toml:3:1: checks must be a list, not text
    assets/marts/torn.sql:1:15: an expression is expected here, not "}}"
    assets/raw/customers.toml:1:1: kind must be one of seed, generator, source, stream, model, snapshot, external, not "sauce": did you mean "source"?
    assets/raw/orders.toml:1:1: a source needs from = { connection = …, … }
    assets/raw/orders.toml:2:1: unknown key "form": did you mean "from"?
    assets/raw/orders.toml:3:16: an item must be text, not an integer
    assets/raw/orders.toml:6:11: there is no check "betwen": did you mean "between"?
    assets/raw/orders.toml:6:32: there is no check "not_nul": did you mean "not_null"?
    assets/raw/orders.toml:7:1: unknown key "typ": did you mean "type"?
    assets/seeds/regions.toml:1:1: seed regions has no file assets/seeds/regions.csv
    assets/seeds/zones.toml:1:1: model zones has no file assets/seeds/zones.sql: its CSV wants kind = "seed"
    [2]

A run reports the same, and starts nothing.

    $ aorta run 2>&1 | wc -l
    29
    $ aorta run >/dev/null 2>&1; echo $?
    2
    $ ls warehouse.duckdb
    ls: cannot access 'warehouse.duckdb': No such file or directory
    [2]
