/* What stands in a table: numbers, instants, durations. */
#include "cli/table.h"

#include "cli/terminal.h"

#include "test.h"

static const char *duration(int64_t us)
{
    static char text[TABLE_TEXT_SIZE];

    return table_duration(text, 1, 1 + us);
}

TEST("numbers are grouped by thousands, unknown ones are a dash")
{
    char text[TABLE_TEXT_SIZE];

    check_str(table_number(text, 0), "0");
    check_str(table_number(text, 999), "999");
    check_str(table_number(text, 1000), "1,000");
    check_str(table_number(text, 123456), "123,456");
    check_str(table_number(text, INT64_MAX), "9,223,372,036,854,775,807");
    check_str(table_number(text, -1), "-");
}

TEST("durations have the units that a person would use")
{
    char text[TABLE_TEXT_SIZE];

    check_str(duration(4000), "0.00s");
    check_str(duration(59990000), "59.99s");
    check_str(duration(60000000), "1m 00s");
    check_str(duration(INT64_C(3599) * 1000000), "59m 59s");
    check_str(duration(INT64_C(3600) * 1000000), "1h 00m");
    check_str(duration(INT64_C(93784) * 1000000), "26h 03m");
    check_str(table_duration(text, 0, 5), "-");
    check_str(table_duration(text, 5, 0), "-");
}

TEST("an instant that is not known is a dash")
{
    char text[TABLE_TEXT_SIZE];

    check_str(table_time(text, 0), "-");
    check_str(table_time(text, INT64_C(1711974600000000)), "2024-04-01T12:30:00Z");
}

TEST("a code point takes one column, whatever bytes it has")
{
    check_int(terminal_text_width(""), 0);
    check_int(terminal_text_width("Grüße…"), 6);
}
