/* SPDX-License-Identifier: Apache-2.0 */
/* Every action runs in a fresh process: locked by each profile, and free to show that it would have
 * worked.
 * This program is its own child: `test_sandbox ACTION free|PROFILE root|user`. As root each action
 * runs as root and as an ordinary user; without root, as that user alone. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sanitizer.h"
#include "study/sandbox.h"
#include "test.h"

#define USER_ID         65534u
#define ADDRESS_LIMIT   (UINT64_C(512) << 20)
#define TOO_MUCH_BYTES  ((size_t)768 << 20)
#define CPU_LIMIT_S     1
#define EXIT_NOT_LOCKED 125 /* the kernel has no seccomp: the test is skipped */
#define EXIT_BROKEN     124 /* the test itself went wrong */
#define EXIT_SIGNAL     128 /* plus the signal's number */
#define GREETING        "the quick brown fox"
#define READABLE_BY_ALL "/proc/self/comm"

extern char **environ;

static const char *const profiles[] = {"strict", "tensorflow", "profiling", "remote"};

/* What stands open before the lock. */
struct scene {
    int file;    /* READABLE_BY_ALL */
    int log;     /* an empty file, open for writing */
    int memory;  /* a file in memory */
    int sock;    /* one end of a stream pair */
    int witness; /* the other end */
    sem_t locked, done;
    int thread_result;
};

/* 0, or errno. */
static int outcome(long returned)
{
    return returned == -1 ? errno : 0;
}

static int open_for_reading(struct scene *scene)
{
    (void)scene;
    return outcome(open(READABLE_BY_ALL, O_RDONLY));
}

static int open_for_writing(struct scene *scene)
{
    (void)scene;
    char name[] = "/tmp/miev-sandbox-XXXXXX";
    int fd = mkstemp(name);
    if (fd < 0)
        return errno;
    (void)unlink(name);
    return 0;
}

static int ask_about_a_path(struct scene *scene)
{
    (void)scene;
    struct stat info;
    return outcome(stat("/etc/passwd", &info));
}

static int tcp_socket(struct scene *scene)
{
    (void)scene;
    return outcome(socket(AF_INET, SOCK_STREAM, 0));
}

static int unix_socket(struct scene *scene)
{
    (void)scene;
    return outcome(socket(AF_UNIX, SOCK_DGRAM, 0));
}

static int look_at_a_socket(struct scene *scene)
{
    int type = 0;
    socklen_t length = sizeof(type);
    struct sockaddr_storage name;
    socklen_t name_length = sizeof(name);
    if (getsockopt(scene->sock, SOL_SOCKET, SO_TYPE, &type, &length) != 0)
        return errno;
    return outcome(getpeername(scene->sock, (struct sockaddr *)&name, &name_length));
}

static int set_an_option_of_a_socket(struct scene *scene)
{
    int on = 1;
    return outcome(setsockopt(scene->sock, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)));
}

static int keep_a_socket_from_blocking(struct scene *scene)
{
    return outcome(fcntl(scene->sock, F_SETFL, O_NONBLOCK));
}

static int connect_socket(struct scene *scene)
{
    /* On the open descriptor, which is connected: EISCONN tells that the kernel looked at it. */
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = 9};
    return outcome(connect(scene->sock, (const struct sockaddr *)&to, sizeof(to)));
}

static int execute(struct scene *scene)
{
    (void)scene;
    char name[] = "/bin/true";
    char *args[] = {name, NULL};
    return outcome(execv(name, args));
}

static int spawn(struct scene *scene)
{
    (void)scene;
    char name[] = "/bin/true";
    char *args[] = {name, NULL};
    pid_t pid;
    return posix_spawn(&pid, name, NULL, NULL, args, environ);
}

static int fork_process(struct scene *scene)
{
    (void)scene;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return outcome(pid);
}

static int trace(struct scene *scene)
{
    (void)scene;
    return outcome(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int signal_parent(struct scene *scene)
{
    (void)scene;
    return outcome(kill(getppid(), 0));
}

static int signal_thread_of_parent(struct scene *scene)
{
    (void)scene;
    return outcome(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int anonymous_file(struct scene *scene)
{
    (void)scene;
    return outcome(memfd_create("x", 0));
}

static int raise_a_limit(struct scene *scene)
{
    (void)scene;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return EXIT_BROKEN;
    return outcome(setrlimit(RLIMIT_NOFILE, &limit));
}

static int map_code(struct scene *scene)
{
    (void)scene;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? errno : 0;
}

static int turn_data_into_code(struct scene *scene)
{
    (void)scene;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return EXIT_BROKEN;
    return outcome(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int name_the_host(struct scene *scene)
{
    (void)scene;
    struct utsname name;
    return outcome(uname(&name));
}

static int own_the_signals_of_a_socket(struct scene *scene)
{
    return outcome(fcntl(scene->sock, F_SETOWN, getppid()));
}

static int look_from_a_thread_started_before(struct scene *scene)
{
    (void)sem_post(&scene->locked);
    while (sem_wait(&scene->done) != 0)
        ;
    return scene->thread_result;
}

static void *wait_and_open(void *argument)
{
    struct scene *scene = argument;
    while (sem_wait(&scene->locked) != 0)
        ;
    scene->thread_result = outcome(open(READABLE_BY_ALL, O_RDONLY));
    (void)sem_post(&scene->done);
    return NULL;
}

static int allocate_too_much(struct scene *scene)
{
    (void)scene;
    /* Through a volatile, or the compiler leaves the pair out. */
    void *volatile p = malloc(TOO_MUCH_BYTES);
    bool refused = p == NULL;
    free(p);
    return refused ? ENOMEM : 0;
}

/* What must go on working. */

static void *nothing(void *argument)
{
    return argument;
}

static int start_a_thread(struct scene *scene)
{
    pthread_t thread;
    void *back = NULL;
    int rc = pthread_create(&thread, NULL, nothing, scene);
    if (rc == 0)
        rc = pthread_join(thread, &back);
    return rc == 0 && back != scene ? EXIT_BROKEN : rc;
}

static int read_what_is_open(struct scene *scene)
{
    char text[64];
    if (read(scene->file, text, sizeof(text)) <= 0)
        return errno;
    return lseek(scene->file, 0, SEEK_SET) == 0 ? 0 : errno;
}

static int talk_over_the_pair(struct scene *scene)
{
    char text[64] = "";
    if (write(scene->sock, GREETING, sizeof(GREETING)) != (ssize_t)sizeof(GREETING) ||
        recv(scene->witness, text, sizeof(text), 0) != (ssize_t)sizeof(GREETING))
        return errno;
    if (send(scene->sock, "x", 1, MSG_NOSIGNAL) != 1 || read(scene->witness, text, 1) != 1)
        return errno;
    return 0;
}

/* A file of one page, as the parent hands the input over. */
static int page_in_memory(void)
{
    int fd = memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, 4096) != 0 || pwrite(fd, "photo", 5, 0) != 5)
        return -1;
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0 ? fd : -1;
}

union descriptor_message {
    struct cmsghdr head;
    char space[CMSG_SPACE(sizeof(int))];
};

static int send_descriptor(int sock, int fd)
{
    char byte = 'f';
    struct iovec part = {.iov_base = &byte, .iov_len = 1};
    union descriptor_message control = {.space = {0}};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    control.head = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    return sendmsg(sock, &message, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

static int take_a_descriptor(struct scene *scene)
{
    char byte;
    struct iovec part = {.iov_base = &byte, .iov_len = 1};
    union descriptor_message control = {.space = {0}};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    int fd;
    if (recvmsg(scene->sock, &message, MSG_CMSG_CLOEXEC) != 1)
        return errno;
    memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
    if (lseek(fd, 0, SEEK_END) != 4096)
        return errno;
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (page == MAP_FAILED)
        return errno;
    return memcmp(page, "photo", 5) == 0 ? 0 : EXIT_BROKEN;
}

static int give_up(struct scene *scene)
{
    (void)scene;
    abort();
}

static int compute_for_ever(struct scene *scene)
{
    (void)scene;
    volatile bool go_on = true;
    while (go_on)
        ;
    return EXIT_BROKEN;
}

static int write_to_a_log(struct scene *scene)
{
    return outcome(write(scene->log, "x", 1));
}

/* What a runtime does that writes its profile: open by name, write, close. */
static int write_a_profile(struct scene *scene)
{
    char read_back[sizeof(GREETING)] = "";
    int other = open("/tmp/" MIEV_SANDBOX_FILE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    FILE *file = fopen(MIEV_SANDBOX_FILE "_today.json", "we");
    if (other >= 0)
        return EXIT_BROKEN;
    if (!file)
        return errno;
    if (fputs(GREETING, file) == EOF || fclose(file) != 0)
        return EXIT_BROKEN;
    ssize_t n = pread(scene->memory, read_back, sizeof(read_back), 0);
    return n == sizeof(GREETING) - 1 && strcmp(read_back, GREETING) == 0 ? 0 : EXIT_BROKEN;
}

static int be_root(struct scene *scene)
{
    (void)scene;
    return getuid() == 0 || geteuid() == 0 || getgid() == 0 ? 0 : EPERM;
}

static int ask_for_clone3(struct scene *scene)
{
    (void)scene;
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
    if (pid == 0)
        _exit(0);
    return outcome(pid);
}

static const struct action {
    const char *name;
    int (*act)(struct scene *scene);
    int free_result, locked_result; /* errno, 0, or EXIT_SIGNAL + signal */
} actions[] = {
    {"open a file for reading", open_for_reading, 0, EPERM},
    {"open a file for writing", open_for_writing, 0, EPERM},
    {"ask about a path", ask_about_a_path, 0, EPERM},
    {"make a TCP socket", tcp_socket, 0, EPERM},
    {"make a unix socket", unix_socket, 0, EPERM},
    {"connect a socket", connect_socket, EINVAL, EPERM},
    {"look at a socket", look_at_a_socket, 0, EPERM},
    {"set an option of a socket", set_an_option_of_a_socket, 0, EPERM},
    {"keep a socket from blocking", keep_a_socket_from_blocking, 0, EPERM},
    {"execute a program", execute, 0, EPERM},
    {"spawn a program", spawn, 0, EPERM},
    {"fork", fork_process, 0, EPERM},
    {"be traced", trace, 0, EPERM},
    {"signal the parent", signal_parent, 0, EPERM},
    {"signal a thread of the parent", signal_thread_of_parent, 0, EPERM},
    /* A limit cannot hold where a sanitizer maps terabytes. */
    {"allocate too much", allocate_too_much, 0, MIEV_SANITIZED ? 0 : ENOMEM},
    {"make a file in memory", anonymous_file, 0, EPERM},
    {"set a limit", raise_a_limit, 0, EPERM},
    {"map code", map_code, 0, EPERM},
    {"turn data into code", turn_data_into_code, 0, EPERM},
    {"name the host", name_the_host, 0, EPERM},
    {"have a socket signal the parent", own_the_signals_of_a_socket, 0, EPERM},
    {"open from an earlier thread", look_from_a_thread_started_before, 0, EPERM},
    {"clone3", ask_for_clone3, 0, ENOSYS},
    {"start a thread", start_a_thread, 0, 0},
    {"read what is open", read_what_is_open, 0, 0},
    {"talk over the pair", talk_over_the_pair, 0, 0},
    {"take a descriptor", take_a_descriptor, 0, 0},
    {"write to a log", write_to_a_log, 0, EFBIG},
    {"abort", give_up, EXIT_SIGNAL + SIGABRT, EXIT_SIGNAL + SIGABRT},
};

/* What a weaker profile is for, and what comes of it there. */
static const struct {
    const char *profile;
    int (*act)(struct scene *scene);
    int result;
} allowed[] = {
    {"tensorflow", turn_data_into_code, 0},
    {"tensorflow", name_the_host, 0},
    {"profiling", write_to_a_log, 0}, /* any file may grow, of which the worker has one in memory */
    {"remote", look_at_a_socket, 0},
    {"remote", set_an_option_of_a_socket, 0},
    {"remote", keep_a_socket_from_blocking, 0},
    {"remote", connect_socket, EINPROGRESS}, /* the word of the lock: nothing is connected */
};

static int result_in(const char *profile, const struct action *action)
{
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        if (strcmp(allowed[i].profile, profile) == 0 && allowed[i].act == action->act)
            return allowed[i].result;
    return action->locked_result;
}

#define N_ACTIONS (sizeof(actions) / sizeof(actions[0]))
#define N_OTHERS  6 /* tests that stand before them */

/* Three that have tests of their own. */
static const struct action compute_action = {"compute for ever", compute_for_ever, 0, 0};
static const struct action profile_action = {"write a profile", write_a_profile, 0, EPERM};
static const struct action root_action = {"be root", be_root, 0, EPERM};

static const struct action *find_action(const char *name)
{
    for (size_t i = 0; i < N_ACTIONS; i++)
        if (strcmp(actions[i].name, name) == 0)
            return &actions[i];
    if (strcmp(name, profile_action.name) == 0)
        return &profile_action;
    return strcmp(name, compute_action.name) == 0 ? &compute_action : &root_action;
}

/* ---- the child ---- */

static bool become_user(void)
{
    return setresgid(USER_ID, USER_ID, USER_ID) == 0 && setresuid(USER_ID, USER_ID, USER_ID) == 0;
}

static bool open_scene(struct scene *scene)
{
    int pair[2], page = page_in_memory();
    char name[] = "/tmp/miev-sandbox-XXXXXX";
    scene->log = mkstemp(name);
    if (scene->log < 0 || unlink(name) != 0 || page < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return false;
    scene->file = open(READABLE_BY_ALL, O_RDONLY);
    scene->memory = memfd_create("profile", MFD_CLOEXEC);
    scene->sock = pair[0];
    scene->witness = pair[1];
    return scene->file >= 0 && scene->memory >= 0 && sem_init(&scene->locked, 0, 0) == 0 &&
           sem_init(&scene->done, 0, 0) == 0 && send_descriptor(scene->witness, page) == 0;
}

/* The report names every profile but the strict one. */
static bool tells(const char *words, const char *profile)
{
    char start[32] = "";
    if (strcmp(profile, "strict") != 0)
        (void)snprintf(start, sizeof(start), "%s: ", profile);
    const char *rest = words + strlen(start);
    return strncmp(words, start, strlen(start)) == 0 &&
           (strncmp(rest, "seccomp", 7) == 0 || strncmp(rest, "landlock+seccomp", 16) == 0);
}

/* Status of the process that acts, which sees its parent run as the same user. */
static _Noreturn void act(const struct action *action, const char *profile, struct scene *scene)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_and_open, scene) != 0)
        _exit(EXIT_BROKEN);
    if (strcmp(profile, "free") != 0) {
        struct miev_sandbox_options options = {.address_space_bytes =
                                                   MIEV_SANITIZED ? 0 : ADDRESS_LIMIT,
                                               .cpu_s = CPU_LIMIT_S,
                                               .memory_file = scene->memory};
        struct miev_error err = {0};
        char words[64] = "";
        int rc = miev_sandbox_profile_named(profile, &options.profile, &err);
        if (rc == MIEV_OK)
            rc = miev_sandbox_enter(&options, words, sizeof(words), &err);
        if (rc != MIEV_OK || !tells(words, profile)) {
            (void)fprintf(stderr, "# %s\n", err.message);
            _exit(rc == MIEV_ERR_UNAVAILABLE ? EXIT_NOT_LOCKED : EXIT_BROKEN);
        }
    }
    _exit(action->act(scene));
}

static int child(char **argv)
{
    const struct action *action = find_action(argv[1]);
    struct scene scene = {0};
    if ((strcmp(argv[3], "user") == 0 && geteuid() == 0 && !become_user()) || !open_scene(&scene))
        return EXIT_BROKEN;
    pid_t pid = fork();
    if (pid == 0)
        act(action, argv[2], &scene);
    int status;
    if (waitpid(pid, &status, 0) != pid)
        return EXIT_BROKEN;
    return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- the tests ---- */

static int result_of(const char *action, const char *mode, const char *user)
{
    char words[4][64] = {"test_sandbox"};
    const char *given[] = {action, mode, user};
    for (size_t i = 0; i < 3; i++)
        (void)snprintf(words[i + 1], sizeof(words[i + 1]), "%s", given[i]);
    char *args[] = {words[0], words[1], words[2], words[3], NULL};
    pid_t pid;
    int status;
    assert_int_equal(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void check(const struct action *action, const char *user)
{
    if (strcmp(user, "root") == 0 && geteuid() != 0) {
        print_message("# skipped: this test does not run as root\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        int locked = result_of(action->name, profiles[i], user);
        if (locked == EXIT_NOT_LOCKED) {
            print_message("# skipped: this kernel has no seccomp filters\n");
            skip();
        }
        assert_int_equal(locked, result_in(profiles[i], action));
    }
    assert_int_equal(result_of(action->name, "free", user), action->free_result);
}

static void test_as_root(void **state)
{
    check(*state, "root");
}

static void test_as_user(void **state)
{
    check(*state, "user");
}

static void test_root_becomes_nobody(void **state)
{
    (void)state;
    check(&root_action, "root");
}

static void test_endless_work_is_cut_off(void **state)
{
    (void)state;
    int result = result_of(compute_action.name, "strict", "user");
    if (result == EXIT_NOT_LOCKED)
        skip();
    assert_int_equal(result, EXIT_SIGNAL + SIGXCPU);
}

static void test_only_profiling_has_a_file_and_only_in_memory(void **state)
{
    (void)state;
    int result = result_of(profile_action.name, "profiling", "user");
    if (result == EXIT_NOT_LOCKED)
        skip();
    assert_int_equal(result, 0);
    assert_int_equal(result_of(profile_action.name, "strict", "user"), EPERM);
    assert_int_equal(access(MIEV_SANDBOX_FILE "_today.json", F_OK), -1);
}

static void test_profiling_without_a_file_is_refused(void **state)
{
    (void)state;
    struct miev_error err = {0};
    char words[64] = "as before";
    const struct miev_sandbox_options options = {.profile = MIEV_SANDBOX_PROFILING,
                                                 .memory_file = -1};
    assert_refused(miev_sandbox_enter(&options, words, sizeof(words), &err), MIEV_ERR_INVALID, &err,
                   "no file in memory");
    assert_string_equal(words, "as before");
    assert_int_equal(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}

static void test_a_limit_below_what_is_mapped_is_refused(void **state)
{
    (void)state;
    struct miev_error err = {0};
    char words[64] = "as before";
    const struct miev_sandbox_options options = {.address_space_bytes = 4096};
    assert_refused(miev_sandbox_enter(&options, words, sizeof(words), &err), MIEV_ERR_LIMIT, &err,
                   "allow more");
    assert_string_equal(words, "as before");
    assert_int_equal(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}

static void test_an_unknown_profile_is_refused(void **state)
{
    (void)state;
    struct miev_error err = {0};
    enum miev_sandbox_profile profile = MIEV_SANDBOX_TENSORFLOW;
    assert_refused(miev_sandbox_profile_named("lenient", &profile, &err), MIEV_ERR_INVALID, &err,
                   "no profile is named 'lenient'");
    assert_int_equal(profile, MIEV_SANDBOX_TENSORFLOW);
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        assert_ok(miev_sandbox_profile_named(profiles[i], &profile, &err), &err);
        assert_string_equal(miev_sandbox_profile_name(profile), profiles[i]);
    }
    assert_ok(miev_sandbox_profile_named(NULL, &profile, &err), &err);
    assert_int_equal(profile, MIEV_SANDBOX_STRICT);
}

int main(int argc, char **argv)
{
    if (argc == 4)
        _exit(child(argv));
    struct CMUnitTest tests[2 * N_ACTIONS + N_OTHERS] = {
        cmocka_unit_test(test_root_becomes_nobody),
        cmocka_unit_test(test_endless_work_is_cut_off),
        cmocka_unit_test(test_a_limit_below_what_is_mapped_is_refused),
        cmocka_unit_test(test_an_unknown_profile_is_refused),
        cmocka_unit_test(test_only_profiling_has_a_file_and_only_in_memory),
        cmocka_unit_test(test_profiling_without_a_file_is_refused),
    };
    struct action states[N_ACTIONS];
    char names[2 * N_ACTIONS][80];
    memcpy(states, actions, sizeof(actions));
    for (size_t i = 0; i < 2 * N_ACTIONS; i++) {
        const char *user = i % 2 == 0 ? "root" : "user";
        (void)snprintf(names[i], sizeof(names[i]), "%s: %s", user, states[i / 2].name);
        tests[N_OTHERS + i] =
            (struct CMUnitTest){.name = names[i],
                                .test_func = i % 2 == 0 ? test_as_root : test_as_user,
                                .initial_state = &states[i / 2]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
