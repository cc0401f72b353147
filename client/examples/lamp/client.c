/* SPDX-License-Identifier: MIT */
/* Toggles the lamp, and shows what it hears of that. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <example-lamp-1/lamp.h>

typedef struct Work {
        bool is_answered;
        bool has_failed;
} Work;

static void on_lit(struct lamp *lamp, bool value, void *userdata) {
        (void)lamp;
        (void)userdata;
        printf("lit: %s\n", value ? "yes" : "no");
}

static void on_toggled(struct lamp *lamp, const struct fascia_error *error, bool result,
                       void *userdata) {
        Work *work = userdata;

        (void)lamp;
        work->is_answered = true;
        work->has_failed = error != NULL;
        if (error)
                fprintf(stderr, "toggle: %s (%s)\n", error->message, error->name);
        else
                printf("toggle: %s\n", result ? "lit now" : "out now");
}

static int run(struct fascia_client *client, Work *work) {
        static const struct lamp_listener listener = { .lit_changed = on_lit };
        struct lamp *lamp = NULL;
        int r;

        r = lamp_new(client, &lamp);
        if (r >= 0)
                r = lamp_add_listener(lamp, &listener, NULL);
        if (r >= 0)
                r = lamp_toggle(lamp, on_toggled, work, NULL);
        while (r >= 0 && !work->is_answered)
                r = fascia_client_wait(client, UINT64_MAX);
        lamp_free(lamp);
        return r;
}

int main(void) {
        struct fascia_client *client = NULL;
        Work work = { .is_answered = false };
        int r;

        r = fascia_client_new(&client);
        if (r >= 0)
                r = run(client, &work);
        fascia_client_free(client);
        if (r < 0)
                fprintf(stderr, "lamp-client: %s\n", strerror(-r));
        return r < 0 || work.has_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
