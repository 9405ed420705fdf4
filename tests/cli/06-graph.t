Names are unique, the graph has no circle.

    $ mkdir assets/reports; echo 'select 1 as one' >assets/reports/sales.sql
    $ aorta check
    $ rm -r assets/reports
    $ echo 'select 1 as one' >assets/marts/turnover.sql
    $ echo 'materialized = "table"' >assets/marts/turnover.toml
    $ echo 'into = "marts.sales"' >>assets/marts/turnover.toml
    $ aorta check
    $ rm assets/marts/turnover.*
    $ echo "select * from {{ ref('sales') }}" >assets/staging/stg_orders.sql
    $ aorta check
    $ echo "select * from {{ ref('stg_orders') }}" >assets/staging/stg_orders.sql
    $ aorta run
    $ echo 'select 1 as id' >assets/staging/stg_orders.sql
    $ aorta check

A check that refers to another asset waits for it, so it counts for a circle as well.

    $ cat >assets/staging/stg_orders.toml <<'END'
    > [columns.id]
    > checks = [{ relationships = "salse.orders" }]
    > END
    $ aorta check
    $ sed -i s/salse/sales/ assets/staging/stg_orders.toml
    $ aorta check

A folder of assets that is not there, and one that is empty.

    $ mv assets things
    $ aorta check
    $ mkdir assets
    $ aorta check
