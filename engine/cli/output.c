#include "cli/output.h"

#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int first_error; /* errno of the first write that failed */

bool output_flush(void)
{
    bool has_failed = ferror(stdout) != 0; /* while it was printed: errno still says why */
    int error = errno;

    if (fflush(stdout) != 0) {
        has_failed = true;
        error = errno;
    }
    if (has_failed && first_error == 0)
        first_error = error;
    return !has_failed;
}

int output_end(int status)
{
    if (output_flush())
        return status;
    if (first_error == EPIPE)
        return EXIT_FAILED;
    return command_fail(EXIT_FAILED, "standard output: %s", strerror(first_error));
}
