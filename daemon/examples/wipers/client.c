/* SPDX-License-Identifier: MIT */
/* Shows the wipers and washes the windscreen: wipers-client [INTERVAL]. It is the same in all steps of README.md. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <example-wipers-1/wipers.h>

typedef struct Work {
        int interval; /* that is wanted; 0: as it is */
        bool is_ready;
        bool is_over;
        bool has_failed; /* to ask; an error is an answer */
} Work;

/* ---- what is heard ---- */

static void on_fluid(struct wipers *w, double value, void *userdata) {
        const Work *work = userdata;

        (void)w;
        if (work->is_ready)
                printf("fluid: %g l\n", value);
}

static void on_strokes(struct wipers *w, int32_t value, void *userdata) {
        const Work *work = userdata;

        (void)w;
        if (work->is_ready)
                printf("stroke %d\n", (int)value);
}

/* ---- what is done ---- */

static void end(Work *work, const char *what, const struct fascia_error *error) {
        work->is_over = true;
        if (error)
                printf("%s: %s (%s)\n", what, error->message, error->name);
}

static void on_washed(struct wipers *w, const struct fascia_error *error, double result,
                      void *userdata) {
        (void)w;
        end(userdata, "wash", error);
        if (!error)
                printf("washed: %g l left\n", result);
}

static void wash(struct wipers *w, Work *work) {
        if (wipers_wash(w, 2, on_washed, work, NULL) < 0)
                work->is_over = work->has_failed = true;
}

static void on_interval_set(struct wipers *w, const struct fascia_error *error, void *userdata) {
        if (error)
                end(userdata, "interval", error);
        else
                wash(w, userdata);
}

static void on_state(struct wipers *w, enum fascia_state state, void *userdata) {
        Work *work = userdata;

        if (state != FASCIA_STATE_READY || work->is_ready)
                return;
        work->is_ready = true;
        printf("%s, every %d s, %g l in the tank\n",
               wipers_mode_to_string((int32_t)wipers_get_mode(w)), (int)wipers_get_interval(w),
               wipers_get_fluid(w));
        if (work->interval == 0)
                wash(w, work);
        else if (wipers_set_interval(w, work->interval, on_interval_set, work, NULL) < 0)
                work->is_over = work->has_failed = true;
}

/* ---- life ---- */

static int run(struct fascia_client *client, Work *work) {
        static const struct wipers_listener listener = {
                .fluid_changed = on_fluid,
                .strokes_changed = on_strokes,
                .on_state = on_state,
        };
        struct wipers *w = NULL;
        int r;

        r = wipers_new(client, &w);
        if (r >= 0)
                r = wipers_add_listener(w, &listener, work);
        while (r >= 0 && !work->is_over)
                r = fascia_client_wait(client, UINT64_MAX);
        wipers_free(w);
        return r;
}

int main(int argc, char **argv) {
        Work work = { .interval = argc > 1 ? atoi(argv[1]) : 0 };
        struct fascia_client *client = NULL;
        int r;

        r = fascia_client_new(&client);
        if (r >= 0)
                r = run(client, &work);
        fascia_client_free(client);
        if (r < 0)
                fprintf(stderr, "wipers-client: %s\n", strerror(-r));
        return r < 0 || work.has_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
