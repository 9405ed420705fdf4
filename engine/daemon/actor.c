#include "daemon/actor.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/socket.h>

const char *actor_of_user(uid_t uid, char text[ACTOR_BYTES])
{
    char memory[4096];
    struct passwd entry, *found = NULL;

    if (getpwuid_r(uid, &entry, memory, sizeof memory, &found) == 0 && found != NULL)
        (void)snprintf(text, ACTOR_BYTES, "user:%.100s", found->pw_name);
    else
        (void)snprintf(text, ACTOR_BYTES, "user:%ld", (long)uid);
    return text;
}

const char *actor_of_socket(int fd, uid_t own_uid, const char *own, char text[ACTOR_BYTES])
{
    struct ucred peer = {0};
    socklen_t size = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        (void)snprintf(text, ACTOR_BYTES, "user:unknown");
    else if (peer.uid == own_uid)
        (void)snprintf(text, ACTOR_BYTES, "%s", own);
    else if (peer.uid == 0)
        (void)snprintf(text, ACTOR_BYTES, "user:root");
    else
        (void)snprintf(text, ACTOR_BYTES, "user:%ld", (long)peer.uid);
    return text;
}
