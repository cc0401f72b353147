/* SPDX-License-Identifier: MIT */
/* The wipers that there are: a motor that makes a stroke for each line written to its file, and a tank whose file says how many
 * litres are in it. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <example-wipers-1/wipers-backend.h>

#define SQUIRT 0.05 /* l */
#define STROKE_USEC 200000
#define SECOND_USEC 1000000
#define WASH_STROKES 3

typedef struct wipers_backend Backend;

typedef struct Car {
        Backend *backend;
        const char *motor, *tank;   /* of the settings */
        struct fascia_timer *timer; /* the next stroke */
        enum wipers_mode mode;
        int32_t interval, strokes;
        double fluid;
        int32_t left; /* strokes of the wash that is going on */
        struct wipers_wash_reply reply;
} Car;

/* ---- the hardware ---- */

static struct fascia_backend *base(const Car *car) {
        return wipers_backend_base(car->backend);
}

static int order(const Car *car, const char *what) {
        FILE *f = fopen(car->motor, "ae");

        if (!f)
                return -errno;
        fprintf(f, "%s\n", what);
        return fclose(f) == 0 ? 0 : -errno;
}

static int read_tank(Car *car) {
        FILE *f = fopen(car->tank, "re");
        int r = 0;

        if (!f)
                return -errno;
        if (fscanf(f, "%lf", &car->fluid) != 1)
                r = -EBADMSG;
        fclose(f);
        return r < 0 ? r : wipers_backend_report_fluid(car->backend, car->fluid);
}

/* ---- moving ---- */

static void schedule(Car *car) {
        uint64_t usec = UINT64_MAX;

        if (car->left > 0 || car->mode == WIPERS_MODE_STEADY)
                usec = STROKE_USEC;
        else if (car->mode == WIPERS_MODE_INTERVAL)
                usec = (uint64_t)car->interval * SECOND_USEC;
        fascia_timer_set(car->timer, usec);
}

static void on_stroke(void *userdata) {
        Car *car = userdata;
        int r;

        r = order(car, "stroke");
        if (r < 0) {
                fascia_backend_fail(base(car), r, "The motor does not answer");
                return;
        }
        wipers_backend_report_strokes(car->backend, ++car->strokes);
        if (car->left > 0 && --car->left == 0)
                wipers_backend_reply_wash(car->reply, car->fluid);
        schedule(car);
}

/* ---- the operations ---- */

static int set_mode(Backend *backend, enum wipers_mode value, struct wipers_set_mode_reply reply,
                    void *userdata) {
        Car *car = userdata;

        (void)backend;
        car->mode = value;
        schedule(car);
        return wipers_backend_reply_set_mode(reply, value);
}

static int set_interval(Backend *backend, int32_t value, struct wipers_set_interval_reply reply,
                        void *userdata) {
        Car *car = userdata;

        (void)backend;
        car->interval = value;
        schedule(car);
        return wipers_backend_reply_set_interval(reply, value);
}

/* Answered by on_stroke(), when the last one is done. */
static int wash(Backend *backend, int32_t squirts, struct wipers_wash_reply reply, void *userdata) {
        Car *car = userdata;
        int r;

        (void)backend;
        if (car->left > 0)
                return fascia_reply_fail(reply.ticket, -EBUSY, "They are washing already");
        r = read_tank(car);
        if (r < 0)
                return fascia_reply_fail(reply.ticket, r, "The tank does not tell");
        if (car->fluid < squirts * SQUIRT)
                return wipers_reply_error(reply.ticket, WIPERS_ERROR_TANK_EMPTY,
                                          "There is not enough left");
        for (int32_t i = 0; r >= 0 && i < squirts; i++)
                r = order(car, "squirt");
        if (r < 0)
                return fascia_reply_fail(reply.ticket, r, "The pump does not answer");
        car->left = WASH_STROKES;
        car->reply = reply;
        schedule(car);
        return 0;
}

/* ---- life ---- */

static void stop(Backend *backend, void *userdata) {
        Car *car = userdata;

        (void)backend;
        fascia_timer_free(car->timer);
        free(car);
}

/* Without its hardware the feature is there, and unavailable, with the reason. */
static void begin(Car *car) {
        int r;

        car->motor = fascia_backend_get_setting(base(car), "X-Motor");
        car->tank = fascia_backend_get_setting(base(car), "X-Tank");
        r = car->motor && car->tank ? read_tank(car) : -EINVAL;
        if (r >= 0)
                wipers_backend_ready(car->backend);
        else
                fascia_backend_fail(base(car), r,
                                    r == -EINVAL ? "X-Motor= and X-Tank= are not set"
                                                 : "The tank does not tell");
}

static int start(Backend *backend, void *plugin, void **ret_userdata) {
        Car *car;
        int r;

        (void)plugin;
        car = calloc(1, sizeof(*car));
        if (!car)
                return -ENOMEM;
        car->backend = backend;
        car->interval = 5;
        r = fascia_host_add_timer(fascia_backend_get_host(base(car)), on_stroke, car, &car->timer);
        if (r >= 0)
                r = wipers_backend_report_mode(backend, car->mode);
        if (r >= 0)
                r = wipers_backend_report_interval(backend, car->interval);
        if (r >= 0)
                r = wipers_backend_report_strokes(backend, car->strokes);
        if (r < 0) {
                stop(backend, car);
                return r;
        }
        *ret_userdata = car;
        begin(car);
        return 0;
}

static const struct wipers_backend_ops ops = {
        .size = sizeof(ops),
        .start = start,
        .stop = stop,
        .set_mode = set_mode,
        .set_interval = set_interval,
        .wash = wash,
};

static const struct fascia_plugin_feature features[] = {
        { WIPERS_FEATURE(&ops) },
};

FASCIA_EXPORT extern const struct fascia_plugin FASCIA_PLUGIN_NAME;
const struct fascia_plugin FASCIA_PLUGIN_NAME = {
        .abi = FASCIA_BACKEND_ABI,
        .size = sizeof(struct fascia_plugin),
        .name = "wipers",
        .kind = FASCIA_PLUGIN_PRODUCTION,
        .feature_size = sizeof(struct fascia_plugin_feature),
        .n_features = sizeof(features) / sizeof(features[0]),
        .features = features,
};
