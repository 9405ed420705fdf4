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
    $ aorta run
    $ aorta query "select 1"

What is no TOML at all ends there.

    $ printf '[pipeline]\nname = "shop\n' >pipeline.toml
    $ aorta check
    $ printf '[pipeline]\nname = "a"\nname = "b"\n' >pipeline.toml
    $ aorta check
    $ printf '[pipeline]\nname = "shop"\n[target.dev]\n[target.test]\n' >pipeline.toml
    $ aorta check
    $ printf '[pipeline]\nname = "shop"\n[target]\n' >pipeline.toml
    $ aorta check
    $ printf '[pipeline]\nname = "shop"\ntarget = 7\n' >pipeline.toml
    $ aorta check

Nobody writes four mebibytes by hand.

    $ yes '# shop' | head -c 5000000 >pipeline.toml
    $ aorta check
