A check's samples are too large for a message: they are left out, the check's failure is not.

    $ mkdir -p assets/big; echo "select repeat('x', 5000000) as text" >assets/big/text.sql
    $ printf '[columns.text]\nchecks = [{ accepted_values = ["y"] }]\n' >assets/big/text.toml
    $ aorta run text
    ~ check fail  big.text                         text_accepted_values: 1 rows
    ~ rejected  big.text                          check text_accepted_values failed: 1 rows
    ~ note      big.text                         the samples of its checks are too large to be kept
    asset     kind               rows      time  checks
    big.text  model                 - <seconds>  rejected, 1 failed
    failed in <seconds>
    [1]
    $ aorta query --json "select 1 as one"
    {"one":1}
