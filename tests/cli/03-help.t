Every command says what it does.

    $ aorta --help
    $ aorta help
    $ aorta check --help
    $ aorta plan --help
    $ aorta run --help
    $ aorta ls --help
    $ aorta query --help
    $ aorta clean -h
