/* SPDX-License-Identifier: MIT */
/* An example client: has text processed by the feature ProcessingService, and shows what it says.
 * It waits with poll(2), as a program with a loop of its own does. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <example-remote-1/remote.h>

typedef struct Work {
        char **texts;
        int n_texts;
        int n_begun;
        int n_answered;
        bool is_watching;
        bool was_ready;
        bool has_failed;
} Work;

/* Which text an answer belongs to. */
typedef struct Question {
        Work *work;
        const char *text;
} Question;

static const char *const state_names[] = {
        [FASCIA_STATE_UNAVAILABLE] = "unavailable",
        [FASCIA_STATE_SYNCING] = "syncing",
        [FASCIA_STATE_READY] = "ready",
};

static volatile sig_atomic_t is_interrupted;

static void on_signal(int number) {
        (void)number;
        is_interrupted = 1;
}

static void on_state(struct remote_processing_service *service, enum fascia_state state,
                     void *userdata) {
        const struct fascia_error *error = fascia_feature_get_error(
                remote_processing_service_feature(service));
        Work *work = userdata;

        printf("state: %s\n", state_names[state]);
        if (error)
                fprintf(stderr, "remote-client: %s\n", error->message);
        if (state == FASCIA_STATE_READY)
                work->was_ready = true;
        else if (error && work->n_texts == 0)
                work->has_failed = true; /* else the calls say so, when they waited long enough */
}

static void on_last_message(struct remote_processing_service *service, const char *value,
                            void *userdata) {
        (void)service;
        (void)userdata;
        printf("lastMessage: %s\n", value);
}

static void on_processed(struct remote_processing_service *service,
                         const struct fascia_error *error, int32_t result, void *userdata) {
        Question *question = userdata;

        (void)service;
        if (error) {
                fprintf(stderr, "remote-client: process(\"%s\"): %s (%s)\n", question->text,
                        error->message, error->name);
                question->work->has_failed = true;
        } else {
                printf("process(\"%s\") = %d\n", question->text, (int)result);
        }
        question->work->n_answered++;
        free(question);
}

/* The feature need not be ready: calls wait for it. */
static int ask(struct remote_processing_service *service, Work *work, const char *text) {
        Question *question;
        int r;

        question = malloc(sizeof(*question));
        if (!question)
                return -ENOMEM;
        *question = (Question){ .work = work, .text = text };
        r = remote_processing_service_process(service, text, on_processed, question, NULL);
        if (r < 0) {
                free(question);
                return r;
        }
        work->n_begun++;
        return 0;
}

/* A change that belongs to an answer is heard before it. */
static bool is_done(const Work *work) {
        if (is_interrupted)
                return true;
        if (work->is_watching)
                return false;
        if (work->n_texts == 0)
                return work->was_ready || work->has_failed;
        return work->n_answered == work->n_begun;
}

/* SIGINT and SIGTERM arrive only while it waits, so that none is missed. */
static int run_loop(struct fascia_client *client, const Work *work, const sigset_t *waiting) {
        struct pollfd fd = { .fd = fascia_client_get_fd(client), .events = POLLIN };
        int r;

        if (fd.fd < 0)
                return fd.fd;
        while (!is_done(work)) {
                r = fascia_client_dispatch(client);
                if (r < 0)
                        return r;
                if (r > 0)
                        continue;
                if (ppoll(&fd, 1, NULL, waiting) < 0 && errno != EINTR)
                        return -errno;
        }
        return 0;
}

static int run(struct fascia_client *client, Work *work, const sigset_t *waiting) {
        static const struct remote_processing_service_listener listener = {
                .last_message_changed = on_last_message,
                .on_state = on_state,
        };
        struct remote_processing_service *service = NULL;
        int r;

        r = remote_processing_service_new(client, &service);
        if (r >= 0)
                r = remote_processing_service_add_listener(service, &listener, work);
        for (int i = 0; r >= 0 && i < work->n_texts; i++)
                r = ask(service, work, work->texts[i]);
        if (r >= 0)
                r = run_loop(client, work, waiting);
        /* What is still outstanding ends here. */
        remote_processing_service_free(service);
        return r;
}

static void catch_signals(sigset_t *ret_waiting) {
        const struct sigaction action = { .sa_handler = on_signal };
        sigset_t caught;

        sigemptyset(&caught);
        sigaddset(&caught, SIGINT);
        sigaddset(&caught, SIGTERM);
        sigprocmask(SIG_BLOCK, &caught, ret_waiting);
        sigdelset(ret_waiting, SIGINT);
        sigdelset(ret_waiting, SIGTERM);
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
}

static int make_client(struct fascia_client **ret) {
        const char *problem;
        int r;

        r = fascia_client_new(ret);
        if (r < 0)
                return r;
        for (size_t i = 0; (problem = fascia_client_get_problem(*ret, i)); i++)
                fprintf(stderr, "remote-client: %s, ignoring\n", problem);
        return 0;
}

static void help(void) {
        printf("Usage: remote-client [--watch] [TEXT…]\n"
               "Has each TEXT processed and prints the answers and the last message.\n"
               "  --watch  stay, and print changes until interrupted\n");
}

/* Whether to go on; else *ret_status is what to end with. */
static bool parse_arguments(int argc, char *argv[], Work *work, int *ret_status) {
        static const struct option options[] = {
                { "watch", no_argument, NULL, 'w' },
                { "help", no_argument, NULL, 'h' },
                { NULL, 0, NULL, 0 },
        };
        int option;

        while ((option = getopt_long(argc, argv, "wh", options, NULL)) >= 0) {
                if (option == 'w') {
                        work->is_watching = true;
                        continue;
                }
                if (option == 'h')
                        help();
                *ret_status = option == 'h' ? EXIT_SUCCESS : 2;
                return false;
        }
        work->texts = argv + optind;
        work->n_texts = argc - optind;
        return true;
}

int main(int argc, char *argv[]) {
        struct fascia_client *client = NULL;
        Work work = { 0 };
        sigset_t waiting;
        int r, status;

        setvbuf(stdout, NULL, _IOLBF, 0);
        if (!parse_arguments(argc, argv, &work, &status))
                return status;
        catch_signals(&waiting);

        r = make_client(&client);
        if (r >= 0)
                r = run(client, &work, &waiting);
        fascia_client_free(client);
        if (r < 0)
                fprintf(stderr, "remote-client: %s\n", strerror(-r));
        return r < 0 || (work.has_failed && !work.is_watching) ? EXIT_FAILURE : EXIT_SUCCESS;
}
