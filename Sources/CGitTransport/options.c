#include "CGitTransport.h"

#include <git2.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cgit_set_config_path(int level, const char *directory) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, directory);
}

int cgit_start(const char *home) {
    const char *current = getenv("HOME");
    char *saved = current == NULL ? NULL : strdup(current);
    setenv("HOME", home, 1);
    int result = git_libgit2_init();
    if (saved == NULL) unsetenv("HOME");
    else setenv("HOME", saved, 1);
    free(saved);
    return result;
}

int cgit_set_ca_file(const char *file) { return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, NULL); }

int cgit_set_owner_validation(bool enabled) { return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, (int)enabled); }

int cgit_set_fsync(bool enabled) { return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, (int)enabled); }

extern char **environ;

char **cgit_environment(void) { return environ; }
