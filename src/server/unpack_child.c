/* SPDX-License-Identifier: Apache-2.0 */
#include "server/unpack_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/sanitizer.h"
#include "core/text.h"
#include "model/unpack.h"

#define MEMORY_BYTES ((rlim_t)1 << 30)
#define CPU_S        600

extern char **environ;

/* ---- the child ------------------------------------------------------------------------------ */

/* What a file system lets one change, in the first version of Landlock. */
#define ALL_CHANGES                                                                                \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                               \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_EXECUTE)

/* Where the kernel has no Landlock, the unpacker's own care is what there is. */
static void keep_to_folder(int folder)
{
    const struct landlock_ruleset_attr all = {.handled_access_fs = ALL_CHANGES};
    const struct landlock_path_beneath_attr here = {
        .allowed_access = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                          LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                          LANDLOCK_ACCESS_FS_REMOVE_DIR,
        .parent_fd = folder,
    };
    long rules = syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
    if (rules < 0)
        return;
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &here, 0) == 0)
        (void)syscall(SYS_landlock_restrict_self, rules, 0);
    (void)close((int)rules);
}

static void lock_in(int folder, uint64_t bytes)
{
    const struct rlimit memory = {MEMORY_BYTES, MEMORY_BYTES}, cpu = {CPU_S, CPU_S};
    const struct rlimit file = {(rlim_t)bytes, (rlim_t)bytes}, none = {0, 0};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* it ends with the server */
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!MIEV_SANITIZED)
        (void)setrlimit(RLIMIT_AS, &memory);
    (void)setrlimit(RLIMIT_CPU, &cpu);
    (void)setrlimit(RLIMIT_FSIZE, &file);
    (void)setrlimit(RLIMIT_CORE, &none);
    keep_to_folder(folder);
}

int miev_unpack_child_main(char **words, int n_words)
{
    struct miev_unpack how = {.limits = MIEV_UNPACK_LIMITS};
    struct miev_error err = {0};
    int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || n_words != 2 ||
        miev_parse_u64(words[0], &how.limits.bytes, NULL) != MIEV_OK ||
        miev_parse_u64(words[1], &how.limits.members, NULL) != MIEV_OK)
        return 2;
    lock_in(folder, how.limits.bytes);
    if (miev_unpack(STDIN_FILENO, folder, &how, &err) == MIEV_OK)
        return 0;
    (void)printf("%s", err.message);
    return fflush(stdout) == 0 ? 1 : 2;
}

/* ---- the parent ----------------------------------------------------------------------------- */

static int prepare(posix_spawn_file_actions_t *actions, int archive, int folder, int out)
{
    int rc = posix_spawn_file_actions_adddup2(actions, archive, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(actions, out, 1);
    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_addfchdir_np(actions, folder);
    return rc == 0 ? posix_spawn_file_actions_addclosefrom_np(actions, 3) : rc;
}

static int spawn(int archive, int folder, int out, uint64_t bytes, uint64_t members, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    char name[] = "miev", command[] = MIEV_UNPACK_ARGUMENT, first[24], second[24];
    char *arguments[] = {name, command, first, second, NULL};
    (void)snprintf(first, sizeof(first), "%llu", (unsigned long long)bytes);
    (void)snprintf(second, sizeof(second), "%llu", (unsigned long long)members);
    (void)posix_spawn_file_actions_init(&actions);
    int rc = prepare(&actions, archive, folder, out);
    if (rc == 0)
        rc = posix_spawn(pid, "/proc/self/exe", &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static void read_all(int fd, char *out, size_t capacity)
{
    size_t used = 0;
    ssize_t n = 1;
    while (used + 1 < capacity && n != 0) {
        n = read(fd, out + used, capacity - used - 1);
        if (n < 0 && errno != EINTR)
            break;
        used += n > 0 ? (size_t)n : 0;
    }
    out[used] = '\0';
}

int miev_unpack_apart(int archive_fd, int folder_fd, uint64_t bytes, uint64_t members,
                      struct miev_error *err)
{
    char said[512], shown[512];
    int ends[2], status = 0;
    pid_t pid = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return miev_error_errno(err, "cannot make a pipe");
    int rc = spawn(archive_fd, folder_fd, ends[1], bytes, members, &pid);
    (void)close(ends[1]);
    if (rc == 0)
        read_all(ends[0], said, sizeof(said));
    (void)close(ends[0]);
    if (rc != 0) {
        errno = rc;
        return miev_error_errno(err, "cannot start the process that unpacks");
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return MIEV_OK;
    miev_text_show(shown, sizeof(shown), said);
    return miev_error_set(err, MIEV_ERR_INVALID, "%s",
                          *shown
                              ? shown
                              : "the archive could not be unpacked: the process that tried ended "
                                "without a word");
}
