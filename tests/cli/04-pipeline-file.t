All that is wrong with pipeline.toml is said at once, where it stands.

    $ cat >pipeline.toml <<'END'
    > [pipeline]
    > nmae = "shop"
    > assets = 7
    > 
    > [vars]
    > least_cents = 0
    > 
    > [target.dev]
    > default = "yes"
    > 
    > [target.dev.connection.shop]
    > connector = "sqlight"
    > 
    > [target.dev.connection.warehouse]
    > connector = "duckdb"
    > pathh = "warehouse.duckdb"
    > memory_limit = "var:memory"
    > threads = "many"
    > embedded = true
    > 
    > [traget.prod]
    > END
    $ aorta check
    pipeline.toml:1:2: name is missing
    pipeline.toml:2:1: unknown key "nmae": did you mean "name"?
    pipeline.toml:3:1: assets must be text, not an integer
    pipeline.toml:9:1: default must be true or false, not text
    pipeline.toml:12:1: there is no connector "sqlight": did you mean "sqlite"?
    pipeline.toml:14:24: connection warehouse: connector duckdb has no embedded server
    pipeline.toml:14:24: connection warehouse: path is missing: The database file, made if it is not there; ":memory:" for one that ends with the process
    pipeline.toml:16:1: unknown option "pathh": did you mean "path"?
    pipeline.toml:17:1: there is no variable "memory": declare it under [vars]
    pipeline.toml:18:1: threads must be an integer, not "many"
    pipeline.toml:21:2: unknown key "traget": did you mean "target"?
    [2]
    $ aorta run
    pipeline.toml:1:2: name is missing
    pipeline.toml:2:1: unknown key "nmae": did you mean "name"?
    pipeline.toml:3:1: assets must be text, not an integer
    pipeline.toml:9:1: default must be true or false, not text
    pipeline.toml:12:1: there is no connector "sqlight": did you mean "sqlite"?
    pipeline.toml:14:24: connection warehouse: connector duckdb has no embedded server
    pipeline.toml:14:24: connection warehouse: path is missing: The database file, made if it is not there; ":memory:" for one that ends with the process
    pipeline.toml:16:1: unknown option "pathh": did you mean "path"?
    pipeline.toml:17:1: there is no variable "memory": declare it under [vars]
    pipeline.toml:18:1: threads must be an integer, not "many"
    pipeline.toml:21:2: unknown key "traget": did you mean "target"?
    [2]
    $ aorta query "select 1"
    pipeline.toml:1:2: name is missing
    pipeline.toml:2:1: unknown key "nmae": did you mean "name"?
    pipeline.toml:3:1: assets must be text, not an integer
    pipeline.toml:9:1: default must be true or false, not text
    pipeline.toml:12:1: there is no connector "sqlight": did you mean "sqlite"?
    pipeline.toml:14:24: connection warehouse: connector duckdb has no embedded server
    pipeline.toml:14:24: connection warehouse: path is missing: The database file, made if it is not there; ":memory:" for one that ends with the process
    pipeline.toml:16:1: unknown option "pathh": did you mean "path"?
    pipeline.toml:17:1: there is no variable "memory": declare it under [vars]
    pipeline.toml:18:1: threads must be an integer, not "many"
    pipeline.toml:21:2: unknown key "traget": did you mean "target"?
    [2]

What is no TOML at all ends there.

    $ printf '[pipeline]\nname = "shop\n' >pipeline.toml
    $ aorta check
    pipeline.toml:2:13: Error while parsing string: unescaped control characters other than TAB (U+0009) are explicitly prohibited
    [2]
    $ printf '[pipeline]\nname = "a"\nname = "b"\n' >pipeline.toml
    $ aorta check
    pipeline.toml:3:8: Error while parsing key-value pair: cannot redefine existing string 'name'
    [2]
    $ printf '[pipeline]\nname = "shop"\n[target.dev]\n[target.test]\n' >pipeline.toml
    $ aorta check
    assets/staging/stg_orders.sql:3:19: the pipeline has no variable "least_cents": declare it under [vars] in pipeline.toml, or give it a default, var('name', 'value')
    pipeline.toml:3:9: no target is the default one: write default = true into one of dev, test
    [2]
    $ printf '[pipeline]\nname = "shop"\n[target]\n' >pipeline.toml
    $ aorta check
    assets/staging/stg_orders.sql:3:19: the pipeline has no variable "least_cents": declare it under [vars] in pipeline.toml, or give it a default, var('name', 'value')
    pipeline.toml: there is no target: declare one as [target.NAME]
    [2]
    $ printf 'target = 7\n[pipeline]\nname = "shop"\n' >pipeline.toml
    $ aorta check
    assets/staging/stg_orders.sql:3:19: the pipeline has no variable "least_cents": declare it under [vars] in pipeline.toml, or give it a default, var('name', 'value')
    pipeline.toml:1:1: target must be a table, not an integer
    [2]

Nobody writes four mebibytes by hand.

    $ yes '# shop' | head -c 5000000 >pipeline.toml
    $ aorta check
    aorta: <folder>/pipeline.toml: larger than 4194304 bytes
    [2]
