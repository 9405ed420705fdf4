Results are told by the name of a check: two of one name in one asset are refused, each place said.

    $ cat >assets/marts/sales.toml <<'END'
    > materialized = "table"
    > checks = [
    >   { unique = ["country"] },
    >   { expression = "cents > 0" },
    >   { unique = ["orders", "cents"] },
    >   { expression = "cents > 0", name = "country_not_null" },
    > ]
    > [columns.country]
    > checks = ["not_null", { length = 2 },
    >   { length = { min = 1 }, where = "cents > 5" }, "not_null"]
    > END
    $ aorta check
    assets/marts/sales.toml:5:3: there is a check of the same name, "unique", at assets/marts/sales.toml:3:3: give one of them another with name = "…", or leave it out
    assets/marts/sales.toml:9:11: there is a check of the same name, "country_not_null", at assets/marts/sales.toml:6:3: give one of them another with name = "…", or leave it out
    assets/marts/sales.toml:10:3: there is a check of the same name, "country_length", at assets/marts/sales.toml:9:23: give one of them another with name = "…", or leave it out
    assets/marts/sales.toml:10:50: there is a check of the same name, "country_not_null", at assets/marts/sales.toml:6:3: give one of them another with name = "…", or leave it out
    [2]

A name for one of them tells them apart; so does the column.

    $ cat >assets/marts/sales.toml <<'END'
    > materialized = "table"
    > checks = [{ unique = ["country"] }, { unique = ["orders", "country"], name = "one_count" }]
    > [columns.country]
    > checks = ["not_null", { length = { min = 2 } }, { length = { min = 4 }, name = "no_code" }]
    > [columns.orders]
    > checks = ["not_null"]
    > END
    $ aorta check
    shop: 5 assets, 10 checks, target dev: ok
    $ aorta run | grep "^marts.sales"
    marts.sales         model                 3 <seconds>  6 ok
    $ aorta show sales | sed -n '/^checks/,/^$/p'
    checks       unique = ["country"]
                 unique = ["orders", "country"], name = "one_count"
                 country: not_null
                 country: length = { min = 2 }
                 country: length = { min = 4 }, name = "no_code"
                 orders: not_null
