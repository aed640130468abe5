#include "CGitTransport.h"

#include <git2.h>
#include <stddef.h>
#include <unistd.h>

int cgit_set_config_path(int level, const char *directory) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, directory);
}

int cgit_set_home(const char *directory) {
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 7
    int error = git_libgit2_opts(GIT_OPT_SET_HOMEDIR, directory);
    if (error < 0) return error;
#endif
    /* Before 1.7 the directory of the user's configuration is also where .ssh is looked for. */
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, directory);
}

int cgit_set_ca_file(const char *file) { return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, NULL); }

int cgit_set_owner_validation(bool enabled) { return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, (int)enabled); }

int cgit_set_fsync(bool enabled) { return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, (int)enabled); }

extern char **environ;

char **cgit_environment(void) { return environ; }
