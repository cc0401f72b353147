/* SPDX-License-Identifier: MIT */
/* How long two programs run from start to end, in turns: spawn ROUNDS COMMAND_A COMMAND_B; the commands are words
 * separated by blanks. Prints both medians, in nanoseconds. */
#define _GNU_SOURCE 1
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define N_WORDS 16

static uint64_t run(char *const words[]) {
        uint64_t begun = bench_now();
        int status;
        pid_t pid;

        pid = vfork();
        if (pid == 0) {
                execv(words[0], words);
                _exit(127);
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
                fprintf(stderr, "bench: '%s' failed\n", words[0]);
                exit(EXIT_FAILURE);
        }
        return bench_now() - begun;
}

static void split(char *text, char *words[]) {
        size_t n = 0;

        while ((words[n] = strsep(&text, " ")) && n + 1 < N_WORDS)
                n++;
        words[n] = NULL;
}

int main(int argc, char *argv[]) {
        char *commands[2][N_WORDS];
        uint64_t *samples[2];
        size_t n;

        if (argc != 4)
                return 2;
        n = strtoul(argv[1], NULL, 10);
        for (int k = 0; k < 2; k++) {
                split(argv[2 + k], commands[k]);
                samples[k] = calloc(n, sizeof(*samples[k]));
                run(commands[k]); /* what is read from the disk for the first time */
        }
        for (size_t i = 0; i < n; i++)
                for (int k = 0; k < 2; k++)
                        samples[k][i] = run(commands[k]);
        for (int k = 0; k < 2; k++) {
                qsort(samples[k], n, sizeof(*samples[k]), bench_compare);
                printf("%" PRIu64 "%c", samples[k][n / 2], k == 0 ? ' ' : '\n');
        }
        return 0;
}
