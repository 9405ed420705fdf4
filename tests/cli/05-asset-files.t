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
    > END
    $ echo 'select {{ 1 + }}' >assets/marts/torn.sql
    $ echo 'kind = "seed"' >assets/seeds/regions.toml
    $ echo 'kind = "snapshot"' >assets/marts/dim_customers.toml
    $ echo 'kind = "stream"' >assets/marts/events.toml
    $ aorta check

A run reports the same, and starts nothing.

    $ aorta run 2>&1 | wc -l
    $ aorta run >/dev/null 2>&1; echo $?
    $ ls warehouse.duckdb
