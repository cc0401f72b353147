/* SPDX-License-Identifier: MIT */
/* A backend for hardware: a box on a serial line that measures tyres. It says lines such as "FrontLeft 231.5", and
 * answers the line "CAL" with "CAL 4", the number of wheels. README.md goes through this file. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <example-tyres-1/tyres-backend.h>

#define SECOND 1000000
#define DEFAULT_WARNING 190.0

typedef struct tyres_backend Backend;

/* ---- the state of the feature ---- */

typedef struct Wheel {
        struct Wheel *next;
        Backend *zone;
        double warn_below;
        bool is_low;
} Wheel;

typedef struct Box {
        Backend *backend;
        int fd; /* -1: it is not there */
        struct fascia_io *io;
        struct fascia_timer *retry;
        char line[64];
        size_t length;
        Wheel *wheels;
        double warn_below; /* of the feature, for wheels that come */
        /* The one call that may wait for the box. */
        bool is_calibrating;
        struct tyres_calibrate_reply calibration;
} Box;

static void box_lost(Box *box, const char *what);

/* ---- wheels ---- */

static void wheel_warn(Wheel *wheel, double pressure) {
        bool is_low = pressure < wheel->warn_below;

        if (is_low && !wheel->is_low)
                tyres_backend_emit_low_pressure(wheel->zone, pressure);
        wheel->is_low = is_low;
}

/* A wheel is there once the box has spoken of it. */
static Wheel *box_get_wheel(Box *box, const char *name) {
        Wheel *wheel;

        for (wheel = box->wheels; wheel; wheel = wheel->next)
                if (strcmp(fascia_backend_get_zone_name(tyres_backend_base(wheel->zone)), name) ==
                    0)
                        return wheel;
        wheel = calloc(1, sizeof(*wheel));
        if (!wheel)
                return NULL;
        if (tyres_backend_add_zone(box->backend, name, wheel, &wheel->zone) < 0) {
                free(wheel); /* not a name that a zone can have */
                return NULL;
        }
        wheel->warn_below = box->warn_below;
        tyres_backend_report_warn_below(wheel->zone, wheel->warn_below);
        wheel->next = box->wheels;
        box->wheels = wheel;
        return wheel;
}

/* ---- what the box says ---- */

static void box_read_line(Box *box, const char *line) {
        char name[32];
        double pressure;
        Wheel *wheel;
        int n;

        if (sscanf(line, "CAL %d", &n) == 1) {
                if (box->is_calibrating)
                        tyres_backend_reply_calibrate(box->calibration, n);
                box->is_calibrating = false;
                return;
        }
        /* A line that makes no sense is noise on the wire. */
        if (sscanf(line, "%31s %lf", name, &pressure) != 2)
                return;
        wheel = box_get_wheel(box, name);
        if (!wheel)
                return;
        tyres_backend_report_pressure(wheel->zone, pressure);
        wheel_warn(wheel, pressure);
}

static void box_take(Box *box, char c) {
        if (c != '\n') {
                if (box->length < sizeof(box->line) - 1)
                        box->line[box->length++] = c;
                return;
        }
        box->line[box->length] = '\0';
        box->length = 0;
        box_read_line(box, box->line);
}

/* Runs in the loop that everybody shares: it takes what is there, and never waits. */
static void on_readable(uint32_t events, void *userdata) {
        Box *box = userdata;
        char buffer[256];
        ssize_t n;

        n = read(box->fd, buffer, sizeof(buffer));
        for (ssize_t i = 0; i < n; i++)
                box_take(box, buffer[i]);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) ||
            (n < 0 && (events & (EPOLLHUP | EPOLLERR))))
                box_lost(box, "The box does not answer any more");
}

/* ---- the device comes and goes ---- */

static void box_close(Box *box) {
        box->io = fascia_io_free(box->io);
        if (box->fd >= 0)
                close(box->fd);
        box->fd = -1;
        box->length = 0;
        if (box->is_calibrating)
                fascia_reply_fail(box->calibration.ticket, -ENODEV, "The box was unplugged");
        box->is_calibrating = false;
}

/* The feature is unavailable, with this as the reason; its last values stay visible as such. */
static void box_lost(Box *box, const char *what) {
        box_close(box);
        fascia_backend_fail(tyres_backend_base(box->backend), -ENODEV, what);
        fascia_timer_set(box->retry, SECOND);
}

static void box_open(void *userdata) {
        Box *box = userdata;
        struct fascia_backend *backend = tyres_backend_base(box->backend);
        const char *device = fascia_backend_get_setting(backend, "X-Device");
        char text[256];

        if (!device) {
                fascia_backend_fail(backend, -EINVAL,
                                    "X-Device= is not set: which serial line is it?");
                return;
        }
        box->fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (box->fd < 0 || fascia_host_add_io(fascia_backend_get_host(backend), box->fd, EPOLLIN,
                                              on_readable, box, &box->io) < 0) {
                snprintf(text, sizeof(text), "%s cannot be used: %s", device, strerror(errno));
                box_lost(box, text);
                return;
        }
        tyres_backend_ready(box->backend);
}

/* ---- the operations ---- */

static int start(Backend *backend, void *plugin, void **ret_userdata) {
        Box *box;
        int r;

        (void)plugin;
        box = calloc(1, sizeof(*box));
        if (!box)
                return -ENOMEM;
        box->backend = backend;
        box->fd = -1;
        box->warn_below = DEFAULT_WARNING;
        r = fascia_host_add_timer(fascia_backend_get_host(tyres_backend_base(backend)), box_open,
                                  box, &box->retry);
        if (r >= 0)
                r = tyres_backend_report_warn_below(backend, box->warn_below);
        if (r < 0) {
                fascia_timer_free(box->retry);
                free(box);
                return r;
        }
        *ret_userdata = box;
        box_open(box);
        return 0;
}

static void stop(Backend *backend, void *userdata) {
        Box *box = userdata;
        Wheel *next;

        (void)backend;
        box_close(box);
        fascia_timer_free(box->retry);
        for (Wheel *wheel = box->wheels; wheel; wheel = next) {
                next = wheel->next;
                free(wheel);
        }
        free(box);
}

/* Of a wheel, userdata is what was given with the zone; of the feature, what start() returned. Bounds were checked. */
static int set_warn_below(Backend *backend, double value, struct tyres_set_warn_below_reply reply,
                          void *userdata) {
        const char *zone = fascia_backend_get_zone_name(tyres_backend_base(backend));

        if (*zone)
                ((Wheel *)userdata)->warn_below = value;
        else
                ((Box *)userdata)->warn_below = value;
        return tyres_backend_reply_set_warn_below(reply, value);
}

/* Answered when the box has: box_read_line(). */
static int calibrate(Backend *backend, struct tyres_calibrate_reply reply, void *userdata) {
        Box *box = userdata;

        (void)backend;
        if (*fascia_backend_get_zone_name(tyres_backend_base(backend)))
                return fascia_reply_fail(reply.ticket, -EOPNOTSUPP,
                                         "All wheels are calibrated at once");
        if (box->is_calibrating)
                return fascia_reply_fail(reply.ticket, -EBUSY, "It is being calibrated already");
        if (write(box->fd, "CAL\n", 4) != 4)
                return fascia_reply_fail(reply.ticket, -EIO, "The box takes no order");
        box->is_calibrating = true;
        box->calibration = reply;
        return 0;
}

static const struct tyres_backend_ops ops = {
        .size = sizeof(ops),
        .start = start,
        .stop = stop,
        .set_warn_below = set_warn_below,
        .calibrate = calibrate,
};

static const struct fascia_plugin_feature features[] = {
        { TYRES_FEATURE(&ops) },
};

FASCIA_EXPORT extern const struct fascia_plugin FASCIA_PLUGIN_NAME;
const struct fascia_plugin FASCIA_PLUGIN_NAME = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "tyres",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
