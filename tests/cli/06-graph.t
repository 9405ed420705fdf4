Names are unique, the graph has no circle.

    $ mkdir assets/reports; echo 'select 1 as one' >assets/reports/sales.sql
    $ aorta check
    assets/reports/sales.sql:1:1: there is an asset sales already, in assets/marts/sales.toml
    [2]
    $ rm -r assets/reports
    $ echo 'select 1 as one' >assets/marts/turnover.sql
    $ echo 'materialized = "table"' >assets/marts/turnover.toml
    $ echo 'into = "marts.sales"' >>assets/marts/turnover.toml
    $ aorta check
    assets/marts/turnover.toml:2:1: turnover writes marts.sales, and so does assets/marts/sales.toml
    [2]
    $ rm assets/marts/turnover.*
    $ echo "select * from {{ ref('sales') }}" >assets/staging/stg_orders.sql
    $ aorta check
    assets/marts/sales.sql:2:9: assets depend on each other in a circle: sales ← stg_orders ← sales
    [2]
    $ echo "select * from {{ ref('stg_orders') }}" >assets/staging/stg_orders.sql
    $ aorta run
    assets/staging/stg_orders.sql:1:18: assets depend on each other in a circle: stg_orders ← stg_orders
    [2]
    $ echo 'select 1 as id' >assets/staging/stg_orders.sql
    $ aorta check
    shop: 5 assets, 6 checks, target dev: ok

A check that refers to another asset waits for it, so it counts for a circle as well.

    $ cat >assets/staging/stg_orders.toml <<'END'
    > [columns.id]
    > checks = [{ relationships = "salse.orders" }]
    > END
    $ aorta check
    assets/staging/stg_orders.toml:2:11: there is no asset "salse": did you mean "sales"?
    [2]
    $ sed -i s/salse/sales/ assets/staging/stg_orders.toml
    $ aorta check
    assets/marts/sales.sql:2:9: assets depend on each other in a circle: sales ← stg_orders ← sales
    [2]

A folder of assets that is not there, and one that is empty.

    $ mv assets things
    $ aorta check
    aorta: assets: folder assets: No such file or directory
    [2]
    $ mkdir assets
    $ aorta check
    aorta: there is no asset in <folder>/assets
    [2]
