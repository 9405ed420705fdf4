A check's samples are too large for a message: they are left out, the check's failure is not.

    $ mkdir -p assets/big; echo "select repeat('x', 5000000) as text" >assets/big/text.sql
    $ printf 'checks = [{ accepted_values = { column = "text", values = ["y"] } }]\n' >assets/big/text.toml
    $ aorta run text
    $ aorta query --json "select 1 as one"
