#pragma once

#include <stdbool.h>

/* What Swift cannot say to libgit2: its variadic options (options.c), and a socket stream whose struct layout libgit2
   reaches into (stream.c). Everything else is called from Swift. */

/* All of these are settings of the whole process. */
int cgit_set_config_path(int level, const char *directory);
/* Where libgit2 looks for .ssh/known_hosts. Before 1.7 it asks $HOME at each connection, so this sets that. */
int cgit_set_home(const char *directory);
int cgit_set_ca_file(const char *file);
int cgit_set_owner_validation(bool enabled);
int cgit_set_fsync(bool enabled);

/* The environment of this process, for child processes. */
char **cgit_environment(void);

/* Told about each socket that libgit2 opens on this thread, so that another thread can shut it down: libgit2 has no
   timeouts and no way to cancel a blocked read. */
typedef struct {
    void *context;
    /* Before the socket is used. False refuses it: the operation has already ended. */
    bool (*attach)(void *context, int socket);
    /* Before the socket is closed. */
    void (*detach)(void *context, int socket);
} cgit_observer;

/* Sets the observer of sockets that this thread opens from now on; NULL for none. It must outlive them. */
void cgit_observe(const cgit_observer *observer);

/* Makes libgit2 use our sockets, for every transport, TLS and ssh included. Once for each process. */
int cgit_register_stream(void);
