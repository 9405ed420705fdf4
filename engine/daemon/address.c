#include "daemon/address.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int address_open(const char *state_folder, struct sockaddr_un *address, struct err *err)
{
    int folder = open(state_folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0)
        return err_set(err, ERR_CONFIG, "state folder %s: %s", state_folder, strerror(errno));
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/control.sock", folder);
    return folder;
}
