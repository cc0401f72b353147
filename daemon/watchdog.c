/* SPDX-License-Identifier: MIT */
/* The watchdog. A loop that does not turn cannot say why, so a timer of the kernel interrupts what holds it: its handler
 * looks which backend that is. Nothing else wakes up. */
#include "watchdog.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

/* What takes so long to start or to stop is named, and each time it takes as long again. */
#define PATIENCE_USEC UINT64_C(2000000)
/* Then it gets this much more time than the units have, but all in all not for ever. */
#define EXTENSION "EXTEND_TIMEOUT_USEC=10000000"
#define MAX_EXTENSIONS 30

/* alarm() is for backends, and the last one for valgrind. */
#define SIGNAL (SIGRTMAX - 1)

struct Watchdog {
        Loop *loop;
        WatchdogFn *is_alive;
        void *userdata;
        LoopTimer *timer;
        uint64_t usec; /* 0: nobody watches */
        timer_t alarm;
        bool has_alarm;
        bool is_waiting;
        bool has_named; /* what blocks, since it was last seen to turn */
        unsigned n_extensions;
        int notify; /* a socket to the service manager, or -1 */
        uint64_t alarm_usec;
};

/* For the handler of the signal. */
static Watchdog *volatile the_watchdog;

/* ---- in the handler: only what may be done at any point of anything ---- */

static void add(char *line, size_t size, const char *text) {
        size_t n = strlen(line), m = strlen(text);

        if (n + m < size)
                memcpy(line + n, text, m + 1);
}

static void add_number(char *line, size_t size, uint64_t number) {
        char text[24], *p = text + sizeof(text) - 1;

        *p = '\0';
        do
                *--p = (char)('0' + number % 10);
        while ((number /= 10) > 0);
        add(line, size, p);
}

static void describe(const HostCall *call, char *line, size_t size) {
        const char *plugin;

        if (!call) {
                add(line, size, "Something that is no backend");
                return;
        }
        add(line, size, "The backend '");
        plugin = call->plugin ? call->plugin : host_find_plugin_of(call->host, call->function);
        add(line, size, plugin ? plugin : "?");
        add(line, size, "'");
        add(line, size, " (");
        add(line, size, call->action);
        if (call->member) {
                add(line, size, " ");
                add(line, size, call->member);
        }
        if (call->interface) {
                add(line, size, " of ");
                add(line, size, call->interface->qualified_name);
        }
        add(line, size, ")");
}

static void say(const Watchdog *w) {
        char line[512] = "<4>";
        ssize_t n;

        describe(host_get_call(), line, sizeof(line));
        add(line, sizeof(line), " has kept the service from going on for ");
        add_number(line, sizeof(line), w->alarm_usec / 1000);
        add(line, sizeof(line), " ms or longer\n");
        n = write(STDERR_FILENO, line, strlen(line));
        (void)n; /* there is nobody to tell */
}

static void on_alarm(int number) {
        Watchdog *w = the_watchdog;
        int saved = errno;

        (void)number;
        if (w && !w->has_named) {
                w->has_named = !w->is_waiting;
                if (!w->is_waiting || w->n_extensions == 0)
                        say(w);
        }
        if (w && w->is_waiting && w->n_extensions < MAX_EXTENSIONS) {
                w->n_extensions++;
                (void)send(w->notify, EXTENSION, strlen(EXTENSION), MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        errno = saved;
}

/* ---- outside ---- */

/* sd_notify() opens one each time, and takes memory. */
static int open_notify(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        const char *path = secure_getenv("NOTIFY_SOCKET");
        size_t n = path ? strlen(path) : 0;
        int fd;

        if (n < 2 || n >= sizeof(address.sun_path) || (*path != '/' && *path != '@'))
                return -1;
        memcpy(address.sun_path, path, n);
        if (*path == '@')
                address.sun_path[0] = '\0';
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, (struct sockaddr *)&address,
                               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0) {
                close(fd);
                fd = -1;
        }
        return fd;
}

/* Without it nothing is named, and the watchdog is as good. */
static void make_alarm(Watchdog *w) {
        struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
        struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGNAL };

        /* The thread of the loop, not one that a backend may have. */
        event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
        w->has_alarm = sigaction(SIGNAL, &action, NULL) >= 0 &&
                       timer_create(CLOCK_MONOTONIC, &event, &w->alarm) >= 0;
}

/* usec 0: off. */
static void set_alarm(Watchdog *w, uint64_t usec, bool again) {
        const struct timespec time = { (time_t)(usec / 1000000), (long)(usec % 1000000 * 1000) };
        struct itimerspec t = { .it_value = time };

        if (!w->has_alarm)
                return;
        if (again)
                t.it_interval = time;
        w->alarm_usec = usec;
        w->has_named = false;
        (void)timer_settime(w->alarm, 0, &t, NULL);
}

static void on_timer(void *userdata) {
        Watchdog *w = userdata;

        if (!w->is_alive(w->userdata))
                return;
        sd_notify(0, "WATCHDOG=1");
        loop_timer_set(w->timer, loop_now(w->loop) + w->usec / 2);
        set_alarm(w, w->usec / 4 * 3, false);
}

int watchdog_new(Loop *loop, WatchdogFn *is_alive, void *userdata, Watchdog **ret) {
        Watchdog *w;
        int r;

        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        w->loop = loop;
        w->is_alive = is_alive;
        w->userdata = userdata;
        w->notify = open_notify();
        r = sd_watchdog_enabled(0, &w->usec);
        if (r >= 0)
                r = loop_timer_new(loop, on_timer, w, &w->timer);
        if (r < 0) {
                watchdog_free(w);
                return r;
        }
        if (w->notify >= 0)
                make_alarm(w);
        the_watchdog = w;
        *ret = w;
        return 0;
}

Watchdog *watchdog_free(Watchdog *w) {
        if (!w)
                return NULL;
        the_watchdog = NULL;
        if (w->has_alarm)
                timer_delete(w->alarm);
        loop_timer_free(w->timer);
        if (w->notify >= 0)
                close(w->notify);
        free(w);
        return NULL;
}

void watchdog_start(Watchdog *w) {
        if (w->usec > 0)
                on_timer(w);
}

void watchdog_begin_wait(Watchdog *w) {
        w->is_waiting = true;
        w->n_extensions = 0;
        set_alarm(w, PATIENCE_USEC, true);
}

void watchdog_end_wait(Watchdog *w) {
        set_alarm(w, 0, false);
        w->is_waiting = false;
}
