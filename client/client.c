/* SPDX-License-Identifier: MIT */
/* The client: configuration, loop and host, made when they are needed, and its dispatch. */
#define _GNU_SOURCE 1 /* ppoll, secure_getenv */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "backend-dbus.h"
#include "feature-core.h"
#include "own-backend.h"
#include "settings.h"

/* ---- who debugs ---- */

static unsigned debug_from_environment(void) {
        const char *words = secure_getenv("FASCIA_DEBUG");
        size_t n;

        for (; words && *words; words += n + (words[n] == ',')) {
                n = strcspn(words, ",");
                if ((n == 9 && strncmp(words, "discovery", n) == 0) ||
                    (n == 3 && strncmp(words, "all", n) == 0))
                        return DEBUG_DISCOVERY;
        }
        return 0;
}

/* One write, so that the lines of several processes do not mix. */
void client_debug(const Client *c, unsigned what, const char *format, ...) {
        char line[1024];
        va_list ap;
        int n;

        if (!(c->debug & what))
                return;
        n = snprintf(line, sizeof(line), "fascia: ");
        va_start(ap, format);
        vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, ap);
        va_end(ap);
        strcat(line, "\n");
        fputs(line, stderr);
}

/* ---- what is to be done ---- */

static void client_on_wake(void *userdata) {
        Client *c = userdata;
        Link scheduled;

        client_enter(c);
        /* What is scheduled meanwhile is for the next round. */
        link_move_all(&scheduled, &c->scheduled);
        while (!link_is_empty(&scheduled)) {
                FeatureCore *core = LINK_OWNER(scheduled.next, FeatureCore, scheduled);

                link_remove(&core->scheduled);
                core_run(core);
        }
        client_leave(c);
}

void client_wake(Client *c) {
        loop_timer_set(c->wake, 0);
}

/* ---- life ---- */

static int client_keep_problem(Client *c, const ConfigProblem *problem) {
        char **problems;
        char *text;

        problems = reallocarray(c->problems, c->n_problems + 1, sizeof(*problems));
        if (!problems)
                return -ENOMEM;
        c->problems = problems;
        text = config_problem_print(problem);
        if (!text)
                return -ENOMEM;
        c->problems[c->n_problems++] = text;
        return 0;
}

int client_take_problems(Client *c) {
        const ConfigProblem *problem;

        while ((problem = config_problems(c->config, c->n_config_problems))) {
                int r = client_keep_problem(c, problem);

                if (r < 0)
                        return r;
                c->n_config_problems++;
        }
        return 0;
}

static int client_load_config(Client *c) {
        const char *file = secure_getenv("FASCIA_CONFIG");
        int r;

        r = client_settings_new(&c->config);
        if (r < 0)
                return r;
        r = file ? config_load_file(c->config, file) : config_load_layers(c->config, "client.conf");
        if (r >= 0)
                r = config_load_environment(c->config);
        return r < 0 ? r : client_take_problems(c);
}

int client_read_backends(Client *c) {
        int r;

        if (c->has_backends)
                return 0;
        r = config_load_backends(c->config, config_get_string(c->config, NULL, NULL, "PluginPath"));
        if (r < 0)
                return r;
        c->has_backends = true;
        return client_take_problems(c);
}

FASCIA_EXPORT int fascia_client_new(struct fascia_client **ret) {
        Client *c;
        int r;

        if (!ret)
                return -EINVAL;
        c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        link_init(&c->cores);
        link_init(&c->scheduled);
        link_init(&c->own_backends);
        link_init(&c->test_ends);
        c->debug = debug_from_environment();
        r = client_load_config(c);
        if (r < 0) {
                fascia_client_free(c);
                return r;
        }
        *ret = c;
        return 0;
}

static int client_set_up(Client *c, struct sd_event *event) {
        const HostSettings settings = {
                .plugin_path = config_get_string(c->config, NULL, NULL, "PluginPath"),
                .module_path = config_get_string(c->config, NULL, NULL, "ModulePath"),
                /* Who runs a program with more rights than his own must not add code to it. */
                .allow_own_plugins = !getauxval(AT_SECURE),
        };
        int r;

        r = loop_new(event, &c->loop);
        if (r >= 0)
                r = loop_timer_new(c->loop, client_on_wake, c, &c->wake);
        if (r >= 0)
                r = host_new(c->loop, c->config, &settings, &c->host);
        if (r >= 0)
                r = host_add_plugin(c->host, &backend_dbus);
        return r;
}

static void client_tear_down(Client *c) {
        LINK_FOREACH(l, next, &c->cores) {
                core_free(LINK_OWNER(l, FeatureCore, link));
        }
        c->host = host_free(c->host);
        c->wake = loop_timer_free(c->wake);
        c->loop = loop_unref(c->loop);
}

static int client_make(Client *c, struct sd_event *event) {
        int r;

        r = client_set_up(c, event);
        if (r < 0)
                client_tear_down(c);
        return r;
}

int client_open(Client *c) {
        return c->loop ? 0 : client_make(c, NULL);
}

static void client_destroy(void *userdata) {
        Client *c = userdata;

        client_tear_down(c);
        own_backends_free(c);
        testkit_free_ends(c);
        config_free(c->config);
        for (size_t i = 0; i < c->n_problems; i++)
                free(c->problems[i]);
        free(c->problems);
        free(c);
}

FASCIA_EXPORT struct fascia_client *fascia_client_free(struct fascia_client *client) {
        if (!client)
                return NULL;
        if (client->depth > 0)
                client->is_doomed = true;
        else
                client_destroy(client);
        return NULL;
}

void client_enter(Client *c) {
        c->depth++;
}

/* While the loop is at work on what belongs to the client, it cannot go: fascia_client_dispatch()
 * ends it, or, in a loop of the program, the next round. */
void client_leave(Client *c) {
        if (--c->depth > 0 || !c->is_doomed || c->is_dispatching)
                return;
        c->is_doomed = false;
        if (!c->is_attached)
                client_destroy(c);
        else if (loop_post(c->loop, client_destroy, c) < 0)
                return; /* no memory: it is leaked, which is better than freed under our feet */
}

FASCIA_EXPORT const char *fascia_client_get_problem(const struct fascia_client *client, size_t n) {
        return client && n < client->n_problems ? client->problems[n] : NULL;
}

/* ---- the loop ---- */

FASCIA_EXPORT int fascia_client_attach_event(struct fascia_client *client, struct sd_event *event) {
        int r;

        if (!client || !event)
                return -EINVAL;
        /* Also after fascia_client_get_fd(), which promised to stay the same. */
        if (client->loop)
                return -EBUSY;
        r = client_make(client, event);
        if (r >= 0)
                client->is_attached = true;
        return r;
}

FASCIA_EXPORT int fascia_client_get_fd(struct fascia_client *client) {
        int r;

        if (!client)
                return -EINVAL;
        r = client_open(client);
        return r < 0 ? r : loop_get_fd(client->loop);
}

FASCIA_EXPORT int fascia_client_dispatch(struct fascia_client *client) {
        int r;

        if (!client)
                return -EINVAL;
        if (client->is_attached || client->is_dispatching || client->depth > 0)
                return -EBUSY;
        r = client_open(client);
        if (r < 0)
                return r;
        client->is_dispatching = true;
        r = loop_dispatch(client->loop);
        client->is_dispatching = false;
        if (client->is_doomed)
                client_destroy(client);
        return r;
}

FASCIA_EXPORT int fascia_client_wait(struct fascia_client *client, uint64_t usec) {
        struct pollfd fd = { .events = POLLIN };
        struct timespec timeout;

        if (!client)
                return -EINVAL;
        if (client->is_attached || client->is_dispatching || client->depth > 0)
                return -EBUSY;
        fd.fd = fascia_client_get_fd(client);
        if (fd.fd < 0)
                return fd.fd;
        timeout = (struct timespec){ .tv_sec = (time_t)(usec / 1000000),
                                     .tv_nsec = (long)(usec % 1000000) * 1000 };
        if (ppoll(&fd, 1, usec == UINT64_MAX ? NULL : &timeout, NULL) < 0)
                return -errno;
        return fascia_client_dispatch(client);
}
