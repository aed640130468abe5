/* A TCP stream for libgit2 that another thread can end at any moment, while names are resolved, while connecting, and
   while a peer is silent: every descriptor that this thread may block on is shown to the observer, which calls
   shutdown() on it. There are no timeouts here; the observer's owner has the clock. */

#include "CGitTransport.h"

#include <errno.h>
#include <git2.h>
#include <git2/sys/stream.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Begins like libgit2's own git_socket_stream: its ssh transport reads the descriptor from there. */
typedef struct {
    git_stream parent;
    char *host;
    char *port;
    int fd;
    const cgit_observer *observer;
} stream;

static _Thread_local const cgit_observer *current;

void cgit_observe(const cgit_observer *observer) { current = observer; }

static bool attach(const stream *s, int fd) {
    return s->observer == NULL || s->observer->attach(s->observer->context, fd);
}

static void detach_and_close(const stream *s, int fd) {
    if (s->observer != NULL) s->observer->detach(s->observer->context, fd);
    close(fd);
}

static int fail(const stream *s, const char *what, const char *why) {
    char text[512];
    snprintf(text, sizeof text, "%s %s port %s: %s", what, s->host, s->port, why);
    git_error_set_str(GIT_ERROR_NET, text);
    return -1;
}

/* getaddrinfo() can block for half a minute and cannot be interrupted, so it runs on a thread of its own, which is
   left behind when nobody waits for the answer any more. The answer comes through a socket pair. */
typedef struct {
    char *host;
    char *port;
    int fd;
} lookup;

typedef struct {
    int error;
    struct addrinfo *addresses;
} answer;

static void free_lookup(lookup *l) {
    free(l->host);
    free(l->port);
    free(l);
}

static void *run_lookup(void *argument) {
    lookup *l = argument;
    answer a = {0};
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    a.error = getaddrinfo(l->host, l->port, &hints, &a.addresses);
    if (send(l->fd, &a, sizeof a, MSG_NOSIGNAL) != sizeof a && a.error == 0) freeaddrinfo(a.addresses);
    close(l->fd);
    free_lookup(l);
    return NULL;
}

/* Starts the lookup and returns the descriptor that its answer arrives on, or -1. */
static int start_lookup(const stream *s) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return -1;
    lookup *l = calloc(1, sizeof *l);
    if (l != NULL) {
        *l = (lookup){strdup(s->host), strdup(s->port), pair[1]};
        pthread_t thread;
        if (l->host != NULL && l->port != NULL && pthread_create(&thread, NULL, run_lookup, l) == 0) {
            pthread_detach(thread);
            return pair[0];
        }
        free_lookup(l);
    }
    close(pair[0]);
    close(pair[1]);
    return -1;
}

static int resolve(const stream *s, struct addrinfo **addresses) {
    int fd = start_lookup(s);
    if (fd < 0) return fail(s, "cannot look up", strerror(errno));
    answer a = {.error = EAI_SYSTEM};
    bool answered = false;
    if (attach(s, fd)) answered = recv(fd, &a, sizeof a, MSG_WAITALL) == sizeof a;
    detach_and_close(s, fd);
    if (!answered) return fail(s, "cannot look up", "ended");
    if (a.error != 0) return fail(s, "cannot look up", gai_strerror(a.error));
    *addresses = a.addresses;
    return 0;
}

/* Connects to one address; the descriptor stays attached. Returns -1 with errno set. */
static int open_socket(const stream *s, const struct addrinfo *address) {
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (fd < 0) return -1;
    int one = 1;
    if (!attach(s, fd)) {
        errno = ECANCELED;
    } else if (connect(fd, address->ai_addr, address->ai_addrlen) == 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        return fd;
    }
    int error = errno;
    detach_and_close(s, fd);
    errno = error;
    return -1;
}

static int stream_connect(git_stream *parent) {
    stream *s = (stream *)parent;
    struct addrinfo *addresses = NULL;
    if (resolve(s, &addresses) < 0) return -1;
    for (const struct addrinfo *a = addresses; a != NULL && s->fd < 0; a = a->ai_next) s->fd = open_socket(s, a);
    int error = errno;
    freeaddrinfo(addresses);
    return s->fd < 0 ? fail(s, "cannot connect to", strerror(error)) : 0;
}

static ssize_t stream_read(git_stream *parent, void *bytes, size_t count) {
    stream *s = (stream *)parent;
    ssize_t got;
    do got = recv(s->fd, bytes, count, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) fail(s, "cannot read from", strerror(errno));
    return got;
}

static ssize_t stream_write(git_stream *parent, const char *bytes, size_t count, int flags) {
    stream *s = (stream *)parent;
    ssize_t put;
    (void)flags;
    do put = send(s->fd, bytes, count, MSG_NOSIGNAL);
    while (put < 0 && errno == EINTR);
    if (put < 0) fail(s, "cannot write to", strerror(errno));
    return put;
}

static int stream_close(git_stream *parent) {
    stream *s = (stream *)parent;
    if (s->fd >= 0) detach_and_close(s, s->fd);
    s->fd = -1;
    return 0;
}

static void stream_free(git_stream *parent) {
    stream *s = (stream *)parent;
    stream_close(parent);
    free(s->host);
    free(s->port);
    free(s);
}

static int stream_new(git_stream **out, const char *host, const char *port) {
    stream *s = calloc(1, sizeof *s);
    if (s == NULL) return -1;
    s->parent = (git_stream){
        .version = GIT_STREAM_VERSION,
        .connect = stream_connect,
        .read = stream_read,
        .write = stream_write,
        .close = stream_close,
        .free = stream_free,
    };
    s->host = strdup(host);
    s->port = strdup(port);
    s->fd = -1;
    s->observer = current;
    if (s->host == NULL || s->port == NULL) {
        stream_free(&s->parent);
        return -1;
    }
    *out = &s->parent;
    return 0;
}

int cgit_register_stream(void) {
    git_stream_registration registration = {GIT_STREAM_VERSION, stream_new, NULL};
    return git_stream_register(GIT_STREAM_STANDARD, &registration);
}
