/* SPDX-License-Identifier: MIT */
/* The watchdog. A loop that does not turn cannot say why, so a thread looks which backend holds it, when a timer of the kernel
 * that the loop winds up runs out. Nothing else wakes it up. Calls of the backend into the system are not
 * interrupted, as they would be by a signal. */
#include "watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "blame.h"
#include "log.h"

/* What takes so long to start or to stop is named, and each time it takes as long again. */
#define PATIENCE_USEC UINT64_C(2000000)
/* Then it gets this much more time than the units have, but all in all not for ever. */
#define EXTENSION "EXTEND_TIMEOUT_USEC=10000000"
#define MAX_EXTENSIONS 30

#define THREAD_STACK_SIZE 65536

struct Watchdog {
        Loop *loop;
        WatchdogFn *is_alive;
        void *userdata;
        LoopTimer *timer;
        uint64_t usec; /* 0: nobody watches */
        HostThread *watched;
        int notify; /* a socket to the service manager, or -1 */
        int alarm;  /* a timer, or -1 */
        pthread_t thread;
        bool has_thread;

        pthread_mutex_t lock; /* of what follows */
        bool is_ending;
        bool is_waiting;
        bool has_named; /* what blocks, since it was last seen to turn */
        unsigned n_extensions;
        struct timespec due; /* of the alarm */
        uint64_t late_usec;  /* the least for which the loop has not turned then */
};

/* ---- on the thread that watches ---- */

static void say(const HostCall *call, void *userdata) {
        const Watchdog *w = userdata;
        const LogFields about = blame_fields(call);
        char who[512] = "";

        blame(who, sizeof(who), call);
        if (w->is_waiting)
                log_full(LOG_WARNING, 0, &about,
                         "It takes 2 s already to start or to stop, with %s at work", who);
        else
                log_full(LOG_WARNING, 0, &about,
                         "The service has not gone on for %u ms or longer, with %s at work",
                         (unsigned)(w->late_usec / 1000), who);
}

static void on_alarm(Watchdog *w) {
        if (w->is_waiting && w->n_extensions < MAX_EXTENSIONS) {
                w->n_extensions++;
                (void)send(w->notify, EXTENSION, strlen(EXTENSION), MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        if (w->has_named)
                return;
        w->has_named = true;
        host_thread_look(w->watched, say, w);
}

/* Whether it is not from before the alarm was set again. */
static bool is_due(const Watchdog *w) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return now.tv_sec != w->due.tv_sec ? now.tv_sec > w->due.tv_sec
                                           : now.tv_nsec >= w->due.tv_nsec;
}

static void *watch(void *userdata) {
        Watchdog *w = userdata;
        bool is_ending = false;
        uint64_t n;

        while (!is_ending && (read(w->alarm, &n, sizeof(n)) > 0 || errno == EINTR)) {
                pthread_mutex_lock(&w->lock);
                is_ending = w->is_ending;
                if (!is_ending && is_due(w))
                        on_alarm(w);
                pthread_mutex_unlock(&w->lock);
        }
        return NULL;
}

/* ---- on that of the loop ---- */

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

/* Without it nothing is named, and the watchdog is as good. Signals are for the others. */
static void make_alarm(Watchdog *w) {
        pthread_attr_t attributes;
        sigset_t all, before;

        w->alarm = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        if (w->alarm < 0)
                return;
        w->watched = host_get_thread();
        sigfillset(&all);
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, THREAD_STACK_SIZE);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        w->has_thread = pthread_create(&w->thread, &attributes, watch, w) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        pthread_attr_destroy(&attributes);
}

static void end_thread(Watchdog *w) {
        const struct itimerspec at_once = { .it_value.tv_nsec = 1 };

        pthread_mutex_lock(&w->lock);
        w->is_ending = true;
        pthread_mutex_unlock(&w->lock);
        (void)timerfd_settime(w->alarm, 0, &at_once, NULL);
        pthread_join(w->thread, NULL);
}

/* usec 0: off. */
static void set_alarm(Watchdog *w, uint64_t usec, bool again) {
        const struct timespec time = { (time_t)(usec / 1000000), (long)(usec % 1000000 * 1000) };
        struct itimerspec t = { .it_value = time };

        if (!w->has_thread)
                return;
        if (again)
                t.it_interval = time;
        clock_gettime(CLOCK_MONOTONIC, &w->due);
        w->due.tv_sec += time.tv_sec;
        w->due.tv_nsec += time.tv_nsec;
        if (w->due.tv_nsec >= 1000000000) {
                w->due.tv_sec++;
                w->due.tv_nsec -= 1000000000;
        }
        w->has_named = false;
        (void)timerfd_settime(w->alarm, 0, &t, NULL);
}

static void on_timer(void *userdata) {
        Watchdog *w = userdata;

        if (!w->is_alive(w->userdata))
                return;
        sd_notify(0, "WATCHDOG=1");
        loop_timer_set(w->timer, loop_now(w->loop) + w->usec / 2);
        pthread_mutex_lock(&w->lock);
        w->late_usec = w->usec / 4;
        set_alarm(w, w->usec / 2 + w->late_usec, false);
        pthread_mutex_unlock(&w->lock);
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
        w->alarm = -1;
        pthread_mutex_init(&w->lock, NULL);
        r = sd_watchdog_enabled(0, &w->usec);
        if (r >= 0)
                r = loop_timer_new(loop, on_timer, w, &w->timer);
        if (r < 0) {
                watchdog_free(w);
                return r;
        }
        if (w->notify >= 0)
                make_alarm(w);
        *ret = w;
        return 0;
}

Watchdog *watchdog_free(Watchdog *w) {
        if (!w)
                return NULL;
        if (w->has_thread)
                end_thread(w);
        if (w->alarm >= 0)
                close(w->alarm);
        loop_timer_free(w->timer);
        if (w->notify >= 0)
                close(w->notify);
        pthread_mutex_destroy(&w->lock);
        free(w);
        return NULL;
}

void watchdog_start(Watchdog *w) {
        if (w->usec > 0)
                on_timer(w);
}

void watchdog_begin_wait(Watchdog *w) {
        pthread_mutex_lock(&w->lock);
        w->is_waiting = true;
        w->n_extensions = 0;
        set_alarm(w, PATIENCE_USEC, true);
        pthread_mutex_unlock(&w->lock);
}

void watchdog_end_wait(Watchdog *w) {
        pthread_mutex_lock(&w->lock);
        set_alarm(w, 0, false);
        w->is_waiting = false;
        pthread_mutex_unlock(&w->lock);
}
