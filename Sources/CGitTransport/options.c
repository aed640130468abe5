#include "CGitTransport.h"

#include <git2.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

int cgit_set_config_path(int level, const char *directory) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, directory);
}

int cgit_set_home(const char *directory) {
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 7
    return git_libgit2_opts(GIT_OPT_SET_HOMEDIR, directory);
#else
    return setenv("HOME", directory, 1);
#endif
}

int cgit_set_ca_file(const char *file) { return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, NULL); }

int cgit_set_owner_validation(bool enabled) { return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, (int)enabled); }

int cgit_set_fsync(bool enabled) { return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, (int)enabled); }

extern char **environ;

char **cgit_environment(void) { return environ; }
